"""What is there: discovered by what it can do; coming, going, renamed, re-limited and replaced while it is used."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from hems_actors.core.enums import Alarm, Health, Mode, ThingKind
from hems_actors.core.facts import (
    BatteryConfigured,
    ChargerConfigured,
    ChargerReported,
    ChargingInfoChanged,
    MeterReading,
    MinuteSignal,
    SiteConfigured,
    ThingAdded,
    ThingRemoved,
)
from hems_actors.core.identity import name_of
from hems_actors.core.outcomes import AlarmChanged, HealthJudged
from hems_actors.nymea.status import LinkStatus
from tests.nymea.fake.classes import id_of
from tests.nymea.fake.nymead import Options
from tests.nymea.fake.things import Thing
from tests.nymea.linked import MINUTE_MS, SECOND_MS, SURPLUS_A, WALLBOX, LinkedHome, Meant, linked

UP: Final = "connected to nymea-lab 1.15.2"
FINE: Final = LinkStatus(up=True, text=UP, solar_w=-3_330)
NO_METER: Final = f"{UP}; no root meter"


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(Options(), id="nymea 1.15"),
        pytest.param(Options(names_1_16=True), id="nymea 1.16: evchargerac, and a car's new names"),
        pytest.param(Options(seed=7), id="things listed in another order"),
    ],
)
def test_from_nothing_to_charging_on_surplus(tmp_path: Path, options: Options) -> None:
    """Everything is found by its interfaces, told once, and the charger follows the surplus."""
    with linked(tmp_path, Meant(options, battery=True)) as home:
        home.wait(10 * MINUTE_MS)

        found = {name_of(event.name): ThingKind(event.kind) for event in home.events(ThingAdded)}
        assert found == {
            "car": ThingKind.CAR,
            "meter": ThingKind.METER,
            "battery": ThingKind.BATTERY,
            WALLBOX: ThingKind.CHARGER,
        }
        assert len(home.events(ThingAdded)) == 4
        assert [event.meter for event in home.events(SiteConfigured)] == [home.number_of("meter")]
        assert [event.source for event in home.events(BatteryConfigured)] == [home.number_of("battery")]
        configured = home.events(ChargerConfigured)
        assert [(event.source, event.step_ma, event.can_switch) for event in configured] == [
            (home.number_of(WALLBOX), 100, False)
        ]
        assert [event.mode for event in home.events(ChargingInfoChanged)] == [Mode.NORMAL, Mode.ECO]
        assert len(home.events(MinuteSignal)) == 10
        assert home.report.status.text == UP
        assert home.report.status.solar_w == -3_330


def test_charging_on_surplus(tmp_path: Path) -> None:
    """On after a minute of surplus, then up by 5 A at most to what the surplus gives; each write once."""
    with linked(tmp_path) as home:
        home.wait(10 * MINUTE_MS)

        assert home.written_at(0) == [(60.1, True), (75, 11), (85, SURPLUS_A)]
        assert home.report.status == FINE
        assert [text for _, (_, text, _) in home.statuses] == [UP, UP]


def _nothing(_home: LinkedHome) -> None:
    pass


def _charger_goes(home: LinkedHome) -> None:
    home.fake.remove(home.wallbox)


def _charger_is_another(home: LinkedHome) -> None:
    wallbox = home.wallbox
    home.fake.remove(wallbox)
    wallbox.id = id_of("thing", "new one")
    home.fake.things[wallbox.id] = wallbox
    home.fake.notify("Integrations.ThingAdded", {"thing": wallbox.json()})


def _charger_comes(home: LinkedHome) -> None:
    home.fake.add("wallboxNoMeter", "garage", power=False)


def _charger_is_renamed(home: LinkedHome) -> None:
    home.fake.rename(home.wallbox, "carport \N{SNOWMAN}")


def _inverter_goes(home: LinkedHome) -> None:
    home.fake.remove(next(thing for thing in home.fake.things.values() if thing.has("solarinverter")))


def _meter_goes(home: LinkedHome) -> None:
    home.fake.remove(home.meter)


def _meter_is_none(home: LinkedHome) -> None:
    home.fake.set_root(None)


def _meter_is_another(home: LinkedHome) -> None:
    home.fake.set_root(home.fake.add("smartMeter", "second"))


def _charger_becomes_a_car(home: LinkedHome) -> None:
    car = Thing(home.fake.classes["apiCar"], WALLBOX)
    home.fake.things[car.id] = car
    home.fake.notify("Integrations.ThingChanged", {"thing": car.json()})


def _stove_comes(home: LinkedHome) -> None:
    home.fake.add("manualConsumer", "stove")


def _charger_breaks(home: LinkedHome) -> None:
    home.wallbox.setup = "Failed"
    home.fake.rename(home.wallbox, WALLBOX)


@pytest.mark.parametrize(
    ("happens", "added", "removed", "status"),
    [
        pytest.param(_nothing, [], [], FINE, id="nothing"),
        pytest.param(_charger_goes, [], [WALLBOX], FINE, id="charger removed"),
        pytest.param(_charger_is_another, [WALLBOX], [WALLBOX], FINE, id="charger added anew: another thing"),
        pytest.param(_charger_comes, ["garage"], [], FINE, id="second charger"),
        pytest.param(_charger_is_renamed, ["carport \N{SNOWMAN}"], [], FINE, id="charger renamed"),
        pytest.param(_charger_breaks, [], [], FINE, id="charger's setup fails: not reached"),
        pytest.param(_charger_becomes_a_car, [WALLBOX], [WALLBOX], FINE, id="charger becomes a thing of another kind"),
        pytest.param(_stove_comes, [], [], FINE, id="a thing of no use here"),
        pytest.param(_inverter_goes, [], [], FINE._replace(solar_w=None), id="inverter removed"),
        pytest.param(_meter_goes, [], ["meter"], FINE._replace(text=NO_METER), id="root meter removed"),
        pytest.param(_meter_is_none, [], [], FINE._replace(text=NO_METER), id="root meter unset"),
        pytest.param(_meter_is_another, ["second"], [], FINE, id="another root meter"),
    ],
)
def test_something_changes(
    tmp_path: Path,
    happens: Callable[[LinkedHome], None],
    added: list[str],
    removed: list[str],
    status: LinkStatus,
) -> None:
    """It is told once, and the status says what is missing; read again after a loss, it is no news."""
    with linked(tmp_path) as home:
        home.charge()
        numbers = {name: home.number_of(name) for name in ("car", "meter", WALLBOX)}
        since_ms = home.now_ms
        happens(home)
        home.wait(0)
        home.wait(2 * MINUTE_MS)
        home.fake.drop_all()
        home.wait(2 * MINUTE_MS)

        assert [name_of(event.name) for event in home.events(ThingAdded, since_ms=since_ms)] == added
        gone = [event.source for event in home.events(ThingRemoved, since_ms=since_ms)]
        assert gone == [numbers[name] for name in removed]
        assert home.report.status == status


def test_a_charger_that_goes_is_let_alone(tmp_path: Path) -> None:
    """Nothing is written to it any more; the one that comes begins anew, under another number."""
    with linked(tmp_path) as home:
        home.charge()
        number, gone = home.number_of(WALLBOX), home.wallbox
        since_ms = home.now_ms
        _charger_goes(home)
        home.wait(5 * MINUTE_MS)
        assert home.written(since_ms) == []
        assert gone.device is not None
        gone.device("power", False)

        since_ms = home.now_ms
        wallbox = home.fake.add("wallbox", "other", power=False, pluggedIn=True)
        home.wait(5 * MINUTE_MS)
        assert home.number_of("other") not in (number, 0)
        assert {command.thing for at_ms, command in home.commands if at_ms >= since_ms} == {"other"}
        assert home.written(since_ms)[:2] == [("desiredPhaseCount", 1), ("power", True)]
        assert wallbox.values["power"] is True


def test_a_charger_goes_in_the_middle_of_an_action(tmp_path: Path) -> None:
    """The answer is nobody's; nothing breaks."""
    with linked(tmp_path) as home:
        home.charge()

        def meddle(_session: object, request: object) -> bool:
            if "ExecuteAction" in str(request):
                home.fake.meddler = None
                home.fake.remove(home.wallbox)
            return False

        home.fake.meddler = meddle
        home.set_info(max_ma=8_000)
        home.wait(3 * MINUTE_MS)

        assert len(home.events(ThingRemoved)) == 1
        assert home.report.status.text == UP
        assert len(home.dialer.at_ms) == 1


def test_a_rename_moves_nothing(tmp_path: Path) -> None:
    """The number stays, charging goes on, and only the name is news."""
    with linked(tmp_path) as home:
        home.charge()
        number = home.number_of(WALLBOX)
        since_ms = home.now_ms
        home.fake.rename(home.wallbox, "carport")
        home.wait(3 * MINUTE_MS)

        assert home.number_of("carport") == number
        assert home.written(since_ms) == []
        assert home.events(ChargerConfigured, ChargingInfoChanged, since_ms=since_ms) == []


def test_limits_change(tmp_path: Path) -> None:
    """Lower: nothing above it is written; higher again: it is used."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        home.clamp(9)
        home.wait(3 * MINUTE_MS)
        assert home.written(since_ms) == []
        assert home.events(ChargerReported)[-1].max_ma == 9_000

        home.clamp(16)
        home.wait(5 * MINUTE_MS)
        assert int(home.wallbox.values["maxChargingCurrent"]) == SURPLUS_A
        assert home.events(ChargerReported)[-1].max_ma == 16_000


def test_phases_offered_change(tmp_path: Path) -> None:
    """A charger that no longer switches is configured anew, once."""
    with linked(tmp_path, Meant(can_switch=True)) as home:
        home.wait(5 * MINUTE_MS)
        since_ms = home.now_ms
        home.fake.set_limits(home.wallbox, "desiredPhaseCount", possible=(3,))
        home.wait(MINUTE_MS)

        assert [event.can_switch for event in home.events(ChargerConfigured)] == [True, False]
        assert ("desiredPhaseCount", 1) not in home.written(since_ms)


def test_phases_follow_the_surplus(tmp_path: Path) -> None:
    """3 kW are too little for three phases: one is chosen, before it is switched on."""
    with linked(tmp_path, Meant(can_switch=True)) as home:
        home.wait(10 * MINUTE_MS)

        assert home.written()[:2] == [("desiredPhaseCount", 1), ("power", True)]
        assert home.written()[-1][0] == "maxChargingCurrent"
        assert int(home.written()[-1][1]) == SURPLUS_A


def test_no_root_meter_from_the_start(tmp_path: Path) -> None:
    """That is said, and nothing charges on a surplus nobody measures; once a meter is the root, all goes its way."""
    with linked(tmp_path) as home:
        home.fake.set_root(None)
        home.wait(10 * MINUTE_MS)
        assert home.report.status == FINE._replace(text=NO_METER)
        assert home.events(MeterReading) == []
        assert home.written() == []

        home.fake.set_root(home.meter)
        home.wait(10 * MINUTE_MS)
        assert home.report.status == FINE
        assert int(home.wallbox.values["maxChargingCurrent"]) == SURPLUS_A


def test_without_root_meter_what_charges_falls_to_the_safe_current(tmp_path: Path) -> None:
    """Within 90 s nothing, then 6 A: what the grid connection carries cannot be known any more."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        home.fake.remove(home.meter)
        home.wait(10 * MINUTE_MS)

        assert [event.meter for event in home.events(SiteConfigured)][-1] == 0
        assert home.events(MeterReading, since_ms=since_ms + SECOND_MS) == []
        assert home.events(HealthJudged)[-1].health == Health.NO_METER
        assert ("maxChargingCurrent", 6) in home.written(since_ms)
        assert all(value in (False, 6) for _, value in home.written(since_ms))
        assert len(home.events(MinuteSignal, since_ms=since_ms)) == 10

        meter = home.meter
        meter.id = id_of("thing", "new meter")
        home.fake.things[meter.id] = meter
        home.fake.notify("Integrations.ThingAdded", {"thing": meter.json()})
        home.fake.set_root(meter)
        home.wait(10 * MINUTE_MS)
        assert home.report.status.text == UP
        assert home.events(HealthJudged)[-1].health == Health.GOOD
        assert int(home.wallbox.values["maxChargingCurrent"]) == SURPLUS_A
        assert (Alarm.METER_LOST, False) in [(event.alarm, event.active) for event in home.events(AlarmChanged)]
