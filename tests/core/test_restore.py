"""Restore events: a snapshot folded over an empty state is the state (see also test_properties)."""

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import CarPhase, Health, Issuer, Knowledge, Mode, OnExit, Purpose, Timer
from hems_actors.core.errors import MalformedPartError
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import TimerSet
from hems_actors.core.restore import PARTS, restored_events
from hems_actors.core.restored import Restored, Value
from hems_actors.core.state import State
from tests.core.home import METER, Home
from tests.core.obedient import Obedient


def restored(home: Home) -> State:
    """Return the fold of *home*'s restore events over an empty state."""
    again = State()
    for event in restored_events(home.state):
        evolve(again, home.state.seq, home.state.at_ms, event)
    return again


def full_home() -> Home:
    """Return a home with something in every part: cars, battery, two chargers, a plan, one alarm, a running timer."""
    home = Home()
    home.tell(facts.SpotMarketChanged(0, enabled=True, provider=1), facts.PricesKnown(0, 1, (0, 90_000, 100_000)))
    home.car(5, level_percent=50)
    home.tell(facts.BatteryConfigured(6, 7), facts.BatteryReported(6, -500, 40))
    home.charger(2, mode=Mode.ECO, obeys=Obedient(), car=5)
    home.charger(3, mode=Mode.ECO_WITH_TARGET_TIME, obeys=Obedient(measures=False), end_s=80_000)
    home.house_ma = (-20_000, -20_000, -20_000)
    home.read()
    home.plug(2)
    home.plug(3)
    home.run(100)
    home.house_ma = (5_000, 5_000, 5_000)
    home.run(20)
    home.tell(facts.ThingConnected(METER, connected=False))
    home.wait(100)
    home.store(TimerSet(2, Timer.SURPLUS_STOP, home.now_ms, 0, 0))
    return home


def written(state: State, source: int) -> dict[str, tuple[Value, ...]]:
    """Return the parts of *source* by their names as a snapshot holds them."""
    return {PARTS[event.part].name: event.values for event in restored_events(state) if event.source == source}


def test_what_an_empty_home_is_written_as() -> None:
    """The first snapshot of a new log: nothing known, no link, half the start power tolerated."""
    nothing = (None,) * 10
    assert written(State(), 0) == {
        "position_restored": (0, 0, 0),
        "site_config_restored": (0, 0, 0, OnExit.SAFE, 0, 0),
        "setting_restored": (0, 500, 900),
        "site_restored": (None, 0, 0, False, 0, Health.NO_CONTROL, 0, True, None, False, None, 0, (), False, 0),
        "guard_restored": (None, 0, 0, 0),
        "meter_restored": (0, False, None),
        "reading_restored": (0, 0, 0, False, *nothing),
        "complete_reading_restored": (0, 0, 0, False, *nothing),
        "battery_restored": (0, 0, 0, None, False, 0),
        "planning_restored": (5_000, 1_800, 50_000, 20, 0),
        "market_restored": (False, 0, (), 0),
    }


def test_what_a_charger_that_said_nothing_is_written_as() -> None:
    """Configured, with the settings nymea begins with; not reached, unplugged, off."""
    home = Home()
    home.tell(facts.ChargerConfigured(2, 1, 3, 8_000, 500, can_switch=True))
    parts = written(home.state, 2)
    del parts["guard_restored"]  # of phase C

    assert parts == {
        "charger_config_restored": (1, 3, 8_000, 500, True),
        "charging_info_restored": (Mode.NORMAL, 0, 0, 80, 0, 6_000, 0, 0, 0, 0, False, 0),
        "report_restored": (0, False, False, 0, 0, 0, *(None,) * 8),
        "session_restored": (False, 0, 0, CarPhase.IDLE, False, 0, None, None, False, None, 0, 0, 0, False, 0, 0, 0, 0),
        "set_point_restored": (0, False, 0, 0, 0, Issuer.UNKNOWN, 0, 0, 0, 0, None, False, None),
        "action_restored": (
            *(False, 0, 0, 0, None),  # what is known
            *(0, 0, 0, False, 0, 0, 0, False, None, 0),  # what is in flight
            *(0, 0, None, 0, 0, ()),  # what failed
        ),
        "phases_restored": (0, Knowledge.UNKNOWN, 0, 0, 0, 0, None, False, 0, 0, 0, 0, 0, 0, None, False),
        "draw_restored": (0, 0, 0, 0, 0, None),
        "deadline_restored": (0, False, 0),
        "plan_restored": (Purpose.DAY, 0, 0, 0, 0, 0, (), 0, 0, 0, 0, 0),  # the last one of both
    }


def test_restore_of_a_charger_that_never_reported() -> None:
    """A configured charger that said nothing yet is restored as it was."""
    home = Home()
    home.tell(facts.ChargerConfigured(2, 3, 123, 6_000, 1_000, can_switch=False))

    assert restored(home) == home.state


def test_restore_of_a_full_home() -> None:
    """Every part comes back as it was."""
    home = full_home()
    assert home.state.alarms
    assert any(charger.timers != [None] * len(Timer) for charger in home.state.chargers.values())

    assert restored(home) == home.state


@pytest.mark.parametrize("seconds", [pytest.param(1, id="at once"), pytest.param(60, id="a minute later")])
def test_a_restored_home_goes_on(seconds: int) -> None:
    """Surplus is credited, timers run on, and the same is decided as without the restore."""
    home = full_home()
    home.obedient.clear()
    again = Home()
    again.state, again.now_ms = restored(home), home.now_ms
    for each in (home, again):
        each.tell(facts.ThingConnected(METER, connected=True))
        each.amps(-10, -10, -10)
        each.wait(seconds)
        each.amps(-10.1, -10, -10)

    assert again.state == home.state
    assert again.state.samples == home.state.samples


def test_a_malformed_part_is_refused() -> None:
    """A timer or an alarm without its numbers is an error, not passed over."""
    timer = next(number for number, part in enumerate(PARTS) if part.name == "timer_restored")

    with pytest.raises(MalformedPartError, match="not the values"):
        evolve(State(), 1, 0, Restored(2, timer, (None, 5)))


def test_a_part_of_an_older_version() -> None:
    """Fields that did not exist yet keep their defaults; more fields than there are is an error."""
    site = next(number for number, part in enumerate(PARTS) if part.name == "site_restored")
    state = State()
    evolve(state, 1, 0, Restored(0, site, (70, 7)))

    assert (state.site.cycle_at_ms, state.site.cycle_seq, state.site.fail_safe_until_ms) == (70, 7, 0)
    with pytest.raises(MalformedPartError, match="not the values"):
        evolve(state, 1, 0, Restored(0, site, (0,) * 40))
