"""Restore events: a snapshot folded over an empty state is the state (see also test_properties)."""

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Mode, Timer
from hems_actors.core.errors import MalformedPartError
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import TimerSet
from hems_actors.core.restore import PARTS, restored_events
from hems_actors.core.restored import Restored
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
    """Return a home with something in every part: cars, battery, two chargers, one alarm, a running timer."""
    home = Home()
    home.car(5, level_percent=50)
    home.tell(facts.BatteryConfigured(6, 7), facts.BatteryReported(6, -500, 40))
    home.charger(2, mode=Mode.ECO, obeys=Obedient(), car=5)
    home.charger(3, mode=Mode.ECO, obeys=Obedient(measures=False))
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
