"""What the Set methods make of what they are given: the fact submitted, the answer, and what is refused."""

from typing import Any, Final

import pytest

from hems_actors.api.models import ChargingActionIssuer, ChargingMode, ChargingState
from hems_actors.core import enums
from hems_actors.core.facts import ChargingInfoChanged, SiteSettingsChanged, SpotMarketChanged
from hems_actors.spotmarket.awattar import DE
from tests.api.home import (
    CAR,
    CAR_ID,
    CARPORT,
    CARPORT_ID,
    GARAGE,
    GARAGE_ID,
    HOUR_S,
    METER_ID,
    NOBODY_ID,
    NOW_S,
    Bench,
)
from tests.api.speaking import INVALID, NO_ERROR, asked, refusal, success

GARAGE_NOW: Final = ChargingInfoChanged(
    GARAGE, 2, CAR, 5, 90, 0, 6_000, NOW_S + 15 * HOUR_S, 0b0011111, spot=True, daily_percent=40
)
CARPORT_NOW: Final = ChargingInfoChanged(CARPORT, 0, 0, 0, 80, 0, 6_000)
SITE_NOW: Final = SiteSettingsChanged(0, 0, 500, 900)
INFOS: Final = [
    pytest.param({}, GARAGE_NOW, id="nothing"),
    *(
        pytest.param({"chargingMode": wire.value}, GARAGE_NOW._replace(mode=mode), id=mode.name.lower())
        for wire, mode in zip(ChargingMode, enums.Mode, strict=True)
    ),
    pytest.param({"targetPercentage": 1}, GARAGE_NOW._replace(target_percent=1), id="target"),
    pytest.param({"assignedCarId": "0" * 8 + "-0000-0000-0000-" + "0" * 12}, GARAGE_NOW._replace(car=0), id="no car"),
    pytest.param({"assignedCarId": f"{{{CAR_ID.upper()}}}"}, GARAGE_NOW, id="UUID as Qt writes it"),
    pytest.param({"endDateTime": NOW_S + 1}, GARAGE_NOW._replace(end_s=NOW_S + 1), id="deadline"),
    pytest.param({"endDateTime": 0}, GARAGE_NOW._replace(end_s=0), id="no deadline"),
    pytest.param({"endDateTime": NOW_S - 1}, GARAGE_NOW._replace(end_s=NOW_S - 1), id="past, but repeats"),
    pytest.param({"repeatDays": [7, 1]}, GARAGE_NOW._replace(repeat_mask=0b1000001), id="days"),
    pytest.param({"repeatDays": []}, GARAGE_NOW._replace(repeat_mask=0), id="once"),
    pytest.param({"spotMarketChargingEnabled": False}, GARAGE_NOW._replace(spot=False), id="no slots"),
    pytest.param({"dailySpotMarketPercentage": 100}, GARAGE_NOW._replace(daily_percent=100), id="daily share"),
    pytest.param({"maxChargingCurrent": 10.3}, GARAGE_NOW._replace(max_ma=10_300), id="maximum"),
    pytest.param({"maxChargingCurrent": 16}, GARAGE_NOW._replace(max_ma=16_000), id="whole maximum"),
    pytest.param({"minChargingCurrent": 6.0004}, GARAGE_NOW._replace(min_ma=6_000), id="minimum, rounded"),
    pytest.param({"priority": -100}, GARAGE_NOW._replace(priority=-100), id="priority"),
    pytest.param({"chargingState": "nonsense", "issuer": 1, "reason": None}, GARAGE_NOW, id="read-only is ignored"),
]
OTHERS: Final = [
    pytest.param("SetPhasePowerLimit", {"phasePowerLimit": 16}, SITE_NOW._replace(phase_limit_ma=16_000), id="limit"),
    pytest.param("SetPhasePowerLimit", {"phasePowerLimit": 25}, SITE_NOW._replace(phase_limit_ma=25_000), id="ceiling"),
    pytest.param("SetPhasePowerLimit", {"phasePowerLimit": 0}, SITE_NOW, id="no limit of its own"),
    pytest.param(
        "SetAcquisitionTolerance", {"acquisitionTolerance": 1}, SITE_NOW._replace(tolerance_permille=1_000), id="all"
    ),
    pytest.param(
        "SetAcquisitionTolerance",
        {"acquisitionTolerance": 0.3333},
        SITE_NOW._replace(tolerance_permille=333),
        id="rounded",
    ),
    pytest.param(
        "SetBatteryLevelConsideration",
        {"batteryLevelConsideration": 0.0},
        SITE_NOW._replace(battery_level_permille=0),
        id="car first",
    ),
    pytest.param("SetSpotMarketConfiguration", {"enabled": False}, SpotMarketChanged(0, False, 1), id="off"),
    pytest.param(
        "SetSpotMarketConfiguration",
        {"enabled": True, "providerId": DE.provider_id},
        SpotMarketChanged(0, True, 2),
        id="another market",
    ),
]
UNACCEPTABLE: Final = [
    pytest.param({"targetPercentage": 0}, id="target too low"),
    pytest.param({"targetPercentage": 101}, id="target too high"),
    pytest.param({"endDateTime": -1}, id="deadline before 1970"),
    pytest.param({"endDateTime": 1 << 32}, id="deadline too late"),
    pytest.param({"endDateTime": NOW_S, "repeatDays": []}, id="deadline is past"),
    pytest.param({"repeatDays": [0]}, id="day 0"),
    pytest.param({"repeatDays": [8]}, id="day 8"),
    pytest.param({"repeatDays": [1, 1]}, id="day twice"),
    pytest.param({"dailySpotMarketPercentage": 101}, id="daily share"),
    pytest.param({"maxChargingCurrent": 80.1}, id="maximum too high"),
    pytest.param({"maxChargingCurrent": -0.1}, id="maximum negative"),
    pytest.param({"maxChargingCurrent": 5.9}, id="maximum below minimum"),
    pytest.param({"maxChargingCurrent": 10, "minChargingCurrent": 11}, id="minimum above maximum"),
    pytest.param({"minChargingCurrent": 5.9}, id="minimum too low"),
    pytest.param({"priority": 101}, id="priority"),
    pytest.param({"assignedCarId": NOBODY_ID}, id="unknown car"),
    pytest.param({"assignedCarId": METER_ID}, id="a meter is no car"),
    pytest.param({"evChargerId": NOBODY_ID}, id="unknown charger"),
    pytest.param({"evChargerId": CAR_ID}, id="a car is no charger"),
]
UNACCEPTABLE_OTHERS: Final = [
    pytest.param("SetPhasePowerLimit", {"phasePowerLimit": 26}, INVALID, id="above the ceiling"),
    pytest.param("SetPhasePowerLimit", {"phasePowerLimit": -1}, INVALID, id="negative limit"),
    pytest.param("SetPhasePowerLimit", {"phasePowerLimit": 251}, INVALID, id="absurd limit"),
    pytest.param("SetAcquisitionTolerance", {"acquisitionTolerance": 1.01}, INVALID, id="tolerance"),
    pytest.param("SetAcquisitionTolerance", {"acquisitionTolerance": -0.01}, INVALID, id="negative tolerance"),
    pytest.param("SetBatteryLevelConsideration", {"batteryLevelConsideration": 2}, INVALID, id="level"),
    pytest.param(
        "SetSpotMarketConfiguration", {"enabled": True, "providerId": NOBODY_ID}, INVALID, id="unknown provider"
    ),
]
INFO_WRONG: Final = [
    pytest.param({"chargingMode": "Eco"}, "Invalid type: expected $ref:ChargingMode", "chargingMode", id="mode"),
    pytest.param({"chargingMode": 1}, "Invalid type: expected $ref:ChargingMode", "chargingMode", id="mode, number"),
    pytest.param({"targetPercentage": "80"}, "Invalid type: expected Uint", "targetPercentage", id="text"),
    pytest.param({"targetPercentage": 80.5}, "Invalid type: expected Uint", "targetPercentage", id="fraction"),
    pytest.param({"targetPercentage": True}, "Invalid type: expected Uint", "targetPercentage", id="flag"),
    pytest.param({"priority": None}, "Invalid type: expected Int", "priority", id="null"),
    pytest.param({"repeatDays": 1}, "Invalid type: expected [Int]", "repeatDays", id="no list"),
    pytest.param({"repeatDays": None}, "Invalid type: expected [Int]", "repeatDays", id="null for a list"),
    pytest.param({"repeatDays": ["Monday"]}, "Invalid type: expected Int", "repeatDays.0", id="text in a list"),
    pytest.param({"assignedCarId": ""}, "Invalid Uuid: ", "assignedCarId", id="empty UUID"),
    pytest.param({"evChargerId": "garage"}, "Invalid Uuid: garage", "evChargerId", id="a name is no UUID"),
    pytest.param({"spotMarketChargingEnabled": 1}, "Invalid type: expected Bool", "spotMarketChargingEnabled", id="1"),
    pytest.param({"maxChargingCurrent": "16"}, "Invalid type: expected Double", "maxChargingCurrent", id="text for A"),
]
WRONG: Final = [
    pytest.param("SetChargingInfo", {}, "Missing required key: chargingInfo", "chargingInfo", id="no info"),
    pytest.param(
        "SetChargingInfo",
        {"chargingInfo": {"chargingMode": "ChargingModeEco"}},
        "Missing required key: evChargerId",
        "chargingInfo.",
        id="no charger",
    ),
    pytest.param(
        "SetChargingInfo",
        {"chargingInfo": {"evChargerId": GARAGE_ID, "mode": 1}},
        "Invalid key: mode",
        "chargingInfo.",
        id="unknown key in the info",
    ),
    pytest.param(
        "SetChargingInfo",
        {"chargingInfo": [1]},
        "Invalid type: expected $ref:ChargingInfo",
        "chargingInfo",
        id="info is no object",
    ),
    pytest.param(
        "SetSpotMarketConfiguration", {"enabled": "yes"}, "Invalid type: expected Bool", "enabled", id="no flag"
    ),
    pytest.param("SetSpotMarketConfiguration", {}, "Missing required key: enabled", "enabled", id="no enabled"),
    pytest.param(
        "SetSpotMarketConfiguration",
        {"enabled": True, "providerId": "x"},
        "Invalid Uuid: x",
        "providerId",
        id="provider",
    ),
    *(
        pytest.param(f"Set{key[0].upper()}{key[1:]}", params, what, where, id=f"{key}, {name}")
        for key, kind in (
            ("phasePowerLimit", "Uint"),
            ("acquisitionTolerance", "Double"),
            ("batteryLevelConsideration", "Double"),
        )
        for name, params, what, where in (
            ("missing", {}, f"Missing required key: {key}", key),
            ("text", {key: "1"}, f"Invalid type: expected {kind}", key),
            ("flag", {key: True}, f"Invalid type: expected {kind}", key),
            ("null", {key: None}, f"Invalid type: expected {kind}", key),
            ("unknown key", {key: 1, "zzz": 1}, "Invalid key: zzz", ""),
        )
    ),
]


@pytest.mark.parametrize(("change", "fact"), INFOS)
def test_charging_info_is_merged(bench: Bench, change: dict[str, Any], fact: ChargingInfoChanged) -> None:
    """What is given changes, everything else stays; one fact says all of it, with no float in it."""
    found = asked(bench, "EnergyPlugin.SetChargingInfo", {"chargingInfo": {"evChargerId": GARAGE_ID, **change}})

    assert found == success(NO_ERROR)
    assert bench.home.submitted == [fact]
    assert all(type(value) is not float for value in bench.home.submitted[0])


@pytest.mark.parametrize(("method", "params", "fact"), OTHERS)
def test_setting_becomes_a_fact(bench: Bench, method: str, params: dict[str, Any], fact: SiteSettingsChanged) -> None:
    """Whole, with what was not named as it was."""
    assert asked(bench, f"NymeaEnergy.{method}", params) == success(NO_ERROR)
    assert bench.home.submitted == [fact]


@pytest.mark.parametrize("change", UNACCEPTABLE)
def test_unacceptable_info_changes_nothing(bench: Bench, change: dict[str, Any]) -> None:
    """The call was understood, so it succeeds; the `energyError` says that it failed."""
    before = bench.home.view()

    found = asked(bench, "EnergyPlugin.SetChargingInfo", {"chargingInfo": {"evChargerId": GARAGE_ID, **change}})
    assert found == success(INVALID)
    assert bench.home.submitted == []
    assert bench.home.view() is before


@pytest.mark.parametrize(("method", "params", "answer"), UNACCEPTABLE_OTHERS)
def test_unacceptable_setting_changes_nothing(
    bench: Bench, method: str, params: dict[str, Any], answer: dict[str, Any]
) -> None:
    """As above."""
    assert asked(bench, f"EnergyPlugin.{method}", params) == success(answer)
    assert bench.home.submitted == []


@pytest.mark.parametrize(("change", "what", "where"), INFO_WRONG)
def test_wrong_type_in_the_info_is_refused(bench: Bench, change: dict[str, Any], what: str, where: str) -> None:
    """In nymea's words, and nothing is changed."""
    found = asked(bench, "EnergyPlugin.SetChargingInfo", {"chargingInfo": {"evChargerId": GARAGE_ID, **change}})

    assert found == refusal(f"Invalid params: {what} in EnergyPlugin.SetChargingInfo, param chargingInfo.{where}")
    assert bench.home.submitted == []


@pytest.mark.parametrize(("method", "params", "what", "where"), WRONG)
def test_wrong_params_are_refused(bench: Bench, method: str, params: dict[str, Any], what: str, where: str) -> None:
    """As above."""
    found = asked(bench, f"NymeaEnergy.{method}", params)

    assert found == refusal(f"Invalid params: {what} in NymeaEnergy.{method}, param {where}")
    assert bench.home.submitted == []


def test_a_deadline_that_passed_meanwhile_may_stay(bench: Bench) -> None:
    """A client that sends back all it read is not refused for what it did not change."""
    info = {"evChargerId": CARPORT_ID, "endDateTime": NOW_S + 5}
    asked(bench, "EnergyPlugin.SetChargingInfo", {"chargingInfo": info})
    bench.home.now += 10

    assert asked(bench, "EnergyPlugin.SetChargingInfo", {"chargingInfo": info}) == success(NO_ERROR)
    assert bench.home.submitted == [CARPORT_NOW._replace(end_s=NOW_S + 5)] * 2


def test_what_was_read_can_be_set(bench: Bench) -> None:
    """A whole ChargingInfo as it was read, read-only fields too, changes nothing."""
    (info, _) = asked(bench, "EnergyPlugin.GetChargingInfos", {})["params"]["chargingInfos"]

    assert asked(bench, "EnergyPlugin.SetChargingInfo", {"chargingInfo": info}) == success(NO_ERROR)
    assert bench.home.submitted == [GARAGE_NOW]


def test_prices_of_nobody_cannot_be_used(bench: Bench) -> None:
    """Enabled without a provider is a missing parameter; off is fine."""
    bench.home.tell(SpotMarketChanged(0, False, 0))

    answer = success({"energyError": "EnergyErrorMissingParameter"})
    assert asked(bench, "EnergyPlugin.SetSpotMarketConfiguration", {"enabled": True}) == answer
    assert asked(bench, "EnergyPlugin.SetSpotMarketConfiguration", {"enabled": False}) == success(NO_ERROR)


def test_names_on_the_wire_stand_for_the_codes_of_the_log() -> None:
    """Each enum of the API names the codes of the core, in their order."""
    for wire, core in (
        (ChargingMode, enums.Mode),
        (ChargingState, enums.ChargingState),
        (ChargingActionIssuer, enums.Issuer),
    ):
        assert [member.name for member in wire] == [member.name for member in core]
        assert [member.value for member in core] == list(range(len(core)))
