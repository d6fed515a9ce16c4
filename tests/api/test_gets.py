"""What the Get methods answer, word for word."""

from typing import Any, Final

import pytest

from hems_actors.api.answers import DECISIONS_MAX
from hems_actors.api.fields import INSTANT_MAX
from hems_actors.api.methods import METHODS
from hems_actors.api.port import Asked, Condition
from hems_actors.core import facts, outcomes
from hems_actors.core.enums import Alarm, Health
from hems_actors.spotmarket.awattar import AT
from tests.api.home import CARPORT, CARPORT_ID, EVENTS, GARAGE, GARAGE_ID, HOUR_S, NOBODY_ID, NOW_S, Bench
from tests.api.speaking import INVALID, asked, refusal, success

GARAGE_INFO: Final = {
    "evChargerId": GARAGE_ID,
    "assignedCarId": "6f2a1b4c-0000-4000-8000-00000000000c",
    "chargingMode": "ChargingModeEcoWithTargetTime",
    "targetPercentage": 90,
    "endDateTime": NOW_S + 15 * HOUR_S,
    "repeatDays": [1, 2, 3, 4, 5],
    "spotMarketChargingEnabled": True,
    "dailySpotMarketPercentage": 40,
    "maxChargingCurrent": 0,
    "minChargingCurrent": 6,
    "priority": 5,
    "chargingState": "ChargingStateSurplusCharging",
    "issuer": "ChargingActionIssuerSurplusCharging",
    "reason": "surplus held above the start threshold for 60 s",
}
CARPORT_INFO: Final = {
    "evChargerId": CARPORT_ID,
    "chargingMode": "ChargingModeNormal",
    "targetPercentage": 80,
    "endDateTime": 0,
    "repeatDays": [],
    "spotMarketChargingEnabled": False,
    "dailySpotMarketPercentage": 0,
    "maxChargingCurrent": 0,
    "minChargingCurrent": 6,
    "priority": 0,
    "chargingState": "ChargingStateIdle",
    "issuer": "ChargingActionIssuerUnknown",
    "reason": "nothing decided yet",
}
SCHEDULE: Final = {
    "evChargerId": GARAGE_ID,
    "startDateTime": NOW_S + HOUR_S,
    "endDateTime": NOW_S + 2 * HOUR_S,
    "action": {
        "issuer": "ChargingActionIssuerTimeRequirement",
        "chargingEnabled": True,
        "maxChargingCurrent": 16,
        "desiredPhaseCount": 3,
    },
}
SCORES: Final = [
    {"startDateTime": NOW_S, "endDateTime": NOW_S + HOUR_S, "value": 0.12, "weighting": 0},
    {"startDateTime": NOW_S + HOUR_S, "endDateTime": NOW_S + 2 * HOUR_S, "value": 0.08, "weighting": 0.2857},
    {"startDateTime": NOW_S + 2 * HOUR_S, "endDateTime": NOW_S + 3 * HOUR_S, "value": -0.02, "weighting": 1},
]
DECISION: Final = {
    "number": 15,
    "timestamp": NOW_S,
    "evChargerId": GARAGE_ID,
    "chargingEnabled": True,
    "maxChargingCurrent": 10,
    "desiredPhaseCount": 1,
    "issuer": "ChargingActionIssuerSurplusCharging",
    "rule": "surplus_start",
    "reason": "surplus held above the start threshold for 60 s",
    "because": "available 2400 W (#7), threshold 690 W (#2)",
}
GOOD: Final = [
    pytest.param("GetChargingInfos", {}, {"chargingInfos": [GARAGE_INFO, CARPORT_INFO]}, id="infos"),
    pytest.param("GetChargingInfos", {"evChargerId": CARPORT_ID}, {"chargingInfos": [CARPORT_INFO]}, id="one info"),
    pytest.param("GetChargingInfos", {"evChargerId": NOBODY_ID}, INVALID | {"chargingInfos": []}, id="info of nobody"),
    pytest.param("GetChargingSchedules", {}, {"chargingSchedules": [SCHEDULE]}, id="schedules"),
    pytest.param(
        "GetChargingSchedules", {"evChargerId": CARPORT_ID}, {"chargingSchedules": []}, id="nothing is planned"
    ),
    pytest.param(
        "GetChargingSchedules", {"evChargerId": NOBODY_ID}, INVALID | {"chargingSchedules": []}, id="plan of nobody"
    ),
    pytest.param(
        "GetAvailableSpotMarketProviders",
        {},
        {
            "providers": [
                {
                    "providerId": "db7a04c7-386b-5c86-846d-ab4ec2069d16",
                    "name": "aWATTar Austria",
                    "country": "AT",
                    "website": "https://www.awattar.at",
                },
                {
                    "providerId": "d98a982e-ab2c-58f8-bb60-2ce6a97719de",
                    "name": "aWATTar Germany",
                    "country": "DE",
                    "website": "https://www.awattar.de",
                },
            ]
        },
        id="providers",
    ),
    pytest.param(
        "GetSpotMarketConfiguration",
        {},
        {"enabled": True, "available": True, "providerId": AT.provider_id},
        id="spot market",
    ),
    pytest.param("GetSpotMarketScoreEntries", {}, {"spotMarketScoreEntries": SCORES}, id="all scores"),
    pytest.param(
        "GetSpotMarketScoreEntries", {"date": "2025-06-15"}, {"spotMarketScoreEntries": SCORES}, id="scores of a date"
    ),
    pytest.param(
        "GetSpotMarketScoreEntries", {"date": NOW_S}, {"spotMarketScoreEntries": SCORES}, id="scores of an instant"
    ),
    pytest.param(
        "GetSpotMarketScoreEntries",
        {"date": NOW_S + 10 * HOUR_S},
        {"spotMarketScoreEntries": []},
        id="the day is the home's, not UTC's",
    ),
    pytest.param("GetSpotMarketScoreEntries", {"date": -1}, INVALID | {"spotMarketScoreEntries": []}, id="no instant"),
    pytest.param("GetPhasePowerLimit", {}, {"phasePowerLimit": 0}, id="limit"),
    pytest.param("GetAcquisitionTolerance", {}, {"acquisitionTolerance": 0.5}, id="tolerance"),
    pytest.param("GetBatteryLevelConsideration", {}, {"batteryLevelConsideration": 0.9}, id="battery level"),
    pytest.param("GetDecisions", {"evChargerId": GARAGE_ID}, {"decisions": [DECISION]}, id="decisions"),
    pytest.param("GetDecisions", {"evChargerId": GARAGE_ID, "from": NOW_S + 1}, {"decisions": []}, id="decisions from"),
    pytest.param("GetDecisions", {"evChargerId": GARAGE_ID, "to": NOW_S - 1}, {"decisions": []}, id="decisions to"),
    pytest.param("GetDecisions", {"evChargerId": NOBODY_ID}, INVALID | {"decisions": []}, id="decisions for nobody"),
    pytest.param(
        "GetDecisions", {"evChargerId": GARAGE_ID, "from": -1}, INVALID | {"decisions": []}, id="decisions, no instant"
    ),
    pytest.param(
        "GetStatus",
        {},
        {
            "degraded": [],
            "linkUp": True,
            "link": "connected to nymea-lab 1.15.2",
            "log": "writing hems-000001.msgpack",
            "chargers": 2,
        },
        id="status",
    ),
]
GETS: Final = [method.name.partition(".")[2] for method in METHODS if ".Get" in method.name]
NEEDED: Final = {"GetDecisions": {"evChargerId": GARAGE_ID}}


@pytest.mark.parametrize("namespace", ["EnergyPlugin", "NymeaEnergy"])
@pytest.mark.parametrize(("method", "params", "answer"), GOOD)
def test_answer(bench: Bench, namespace: str, method: str, params: object, answer: object) -> None:
    """By either name, a method answers exactly this, and nothing is submitted."""
    assert asked(bench, f"{namespace}.{method}", params) == success(answer)
    assert bench.home.submitted == []


@pytest.mark.parametrize("method", GETS)
def test_unknown_key_is_refused(bench: Bench, method: str) -> None:
    """A client that misspells a key learns so."""
    found = asked(bench, f"EnergyPlugin.{method}", {**NEEDED.get(method, {}), "zzz": 1})

    assert found == refusal(f"Invalid params: Invalid key: zzz in EnergyPlugin.{method}, param ")


WRONG: Final = [
    pytest.param("GetChargingInfos", {"evChargerId": 5}, "Invalid Uuid: ", "evChargerId", id="number for UUID"),
    pytest.param("GetChargingInfos", {"evChargerId": "x"}, "Invalid Uuid: x", "evChargerId", id="text for UUID"),
    pytest.param(
        "GetChargingSchedules", {"evChargerId": None}, "Invalid type: expected Uuid", "evChargerId", id="null"
    ),
    pytest.param("GetDecisions", {}, "Missing required key: evChargerId", "evChargerId", id="missing"),
    pytest.param(
        "GetDecisions",
        {"evChargerId": GARAGE_ID, "from": "now"},
        "Invalid type: expected Uint",
        "from",
        id="text for instant",
    ),
    pytest.param(
        "GetDecisions",
        {"evChargerId": GARAGE_ID, "to": 1.5},
        "Invalid type: expected Uint",
        "to",
        id="fraction for instant",
    ),
    pytest.param(
        "GetDecisions",
        {"evChargerId": GARAGE_ID, "from_": 1},
        "Invalid key: from_",
        "",
        id="only the name on the wire counts",
    ),
    pytest.param(
        "GetSpotMarketScoreEntries", {"date": "today"}, "Invalid type: expected Variant", "date", id="no date"
    ),
    pytest.param(
        "GetSpotMarketScoreEntries", {"date": "2025-02-29"}, "Invalid type: expected Variant", "date", id="no such day"
    ),
    pytest.param(
        "GetSpotMarketScoreEntries", {"date": True}, "Invalid type: expected Variant", "date", id="flag for date"
    ),
]


@pytest.mark.parametrize(("method", "params", "what", "where"), WRONG)
def test_wrong_params_are_refused(bench: Bench, method: str, params: object, what: str, where: str) -> None:
    """In nymea's words: what, in which method, at which key."""
    found = asked(bench, f"EnergyPlugin.{method}", params)

    assert found == refusal(f"Invalid params: {what} in EnergyPlugin.{method}, param {where}")


def test_decisions_are_bounded(bench: Bench) -> None:
    """Whatever is asked for, the home is asked for at most so many."""
    asked(bench, "EnergyPlugin.GetDecisions", {"evChargerId": GARAGE_ID})

    assert bench.home.asked == [Asked(GARAGE, 0, INSTANT_MAX, DECISIONS_MAX)]


def test_status_tells_what_is_wrong(bench: Bench) -> None:
    """Health, alarms with the thing's name, and what the daemon knows; nothing twice."""
    bench.home.tell(
        outcomes.HealthJudged(0, Health.NO_CONTROL),
        outcomes.AlarmChanged(GARAGE, Alarm.NOT_OBEYING, active=True, value=0),
        outcomes.AlarmChanged(0, Alarm.NO_CONTROL, active=True, value=0),
    )
    bench.home.how = Condition(False, "connecting", "lost: disk full", ("no energy experience",))

    found = asked(bench, "EnergyPlugin.GetStatus", {})["params"]
    assert found["degraded"] == [
        "no control: the devices cannot be reached",
        "garage: the charger does not obey",
        "no energy experience",
    ]
    assert (found["linkUp"], found["link"], found["log"]) == (False, "connecting", "lost: disk full")


def test_removed_things_are_not_there(bench: Bench) -> None:
    """Neither the charger nor a car that somebody still has assigned."""
    bench.home.tell(facts.ThingRemoved(CARPORT), facts.ThingRemoved(12))

    (info,) = asked(bench, "EnergyPlugin.GetChargingInfos", {})["params"]["chargingInfos"]
    assert info == {key: value for key, value in GARAGE_INFO.items() if key != "assignedCarId"}


def test_prices_of_long_ago_are_not_available(bench: Bench) -> None:
    """`available` is about this moment."""
    bench.home.now += 3 * HOUR_S

    assert not asked(bench, "EnergyPlugin.GetSpotMarketConfiguration", {})["params"]["available"]


def test_a_thing_without_a_name_has_its_number_for_an_id(bench: Bench) -> None:
    """So a simulated home, whose things have no UUIDs, can be spoken to."""
    bench.home.tell(EVENTS[6]._replace(source=4), EVENTS[9]._replace(source=4))

    (info,) = asked(bench, "EnergyPlugin.GetChargingInfos", {"evChargerId": "00000000-0000-0000-0000-000000000004"})[
        "params"
    ]["chargingInfos"]
    assert info["evChargerId"] == "00000000-0000-0000-0000-000000000004"


def test_every_method_is_answered(bench: Bench) -> None:
    """The table promises nothing that nobody answers."""
    params: dict[str, Any] = {
        "JSONRPC.KeepAlive": {"sessionId": "a"},
        "EnergyPlugin.GetDecisions": {"evChargerId": GARAGE_ID},
        "EnergyPlugin.SetChargingInfo": {"chargingInfo": {"evChargerId": GARAGE_ID}},
        "EnergyPlugin.SetSpotMarketConfiguration": {"enabled": False},
        "EnergyPlugin.SetPhasePowerLimit": {"phasePowerLimit": 0},
        "EnergyPlugin.SetAcquisitionTolerance": {"acquisitionTolerance": 0},
        "EnergyPlugin.SetBatteryLevelConsideration": {"batteryLevelConsideration": 0},
    }
    for method in METHODS:
        assert asked(bench, method.name, params.get(method.name, {}))["status"] == "success"
