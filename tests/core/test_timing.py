"""When a tick is wanted, which readings lead to nothing, and how a fact is concluded."""

import copy
from collections.abc import Callable

import pytest

from hems_actors.core import facts
from hems_actors.core.engine import STAGES, conclude, next_due_ms
from hems_actors.core.enums import Timer
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.state import State
from tests.core.home import METER, START_MS, Home, of_kind
from tests.core.scenes import Charging, scene, show
from tests.core.sunny import Sunny


def due_s(home: Home) -> float:
    """Return in how many seconds a tick is wanted."""
    return (next_due_ms(home.state) - home.now_ms) / 1_000


def test_empty_home() -> None:
    """A home that knows nothing wants its first cycle at once, never in the past."""
    state = State()

    assert next_due_ms(state) == 1
    evolve(state, 1, START_MS, facts.Tick(0))
    assert next_due_ms(state) == START_MS + 60_000


def test_cycle() -> None:
    """A tick a minute; every plugged-in or idle charger's set-point is in the log at each."""
    home = scene(Charging(2), Charging(3, 0, draw_a=0, plugged=False))

    decided = of_kind(home.wait(180), SetPointDecided)

    assert [sum(point.source == source for point in decided) for source in (2, 3)] == [3, 3]


def test_early_and_late_ticks_are_harmless() -> None:
    """A tick in the middle of a cycle decides nothing new; a late one begins the next."""
    home = scene(Charging())
    home.wait(30)
    assert home.tell(facts.Tick(0)) == []

    home.now_ms += 400_000

    assert len(of_kind(home.tell(facts.Tick(0)), SetPointDecided)) == 1
    assert due_s(home) == 60


def surplus_home() -> Home:
    """Return a home whose start timer just began."""
    home = Sunny()
    home.settings(tolerance=0)
    home.eco()
    home.wait(61)
    for _ in range(7):
        home.shine(3_000)
        home.wait(0)
        home.now_ms += 5_000
    return home


def lost_meter() -> Home:
    """Return a home whose meter was lost 20 s ago."""
    home = scene(Charging())
    home.tell(facts.Tick(0))
    home.wait(1)
    home.tell(facts.ThingConnected(METER, connected=False))
    home.wait(20)
    return home


def restarting() -> Home:
    """Return a home after an overload stop, with room again since 30 s."""
    home = scene(Charging(on="A"))
    show(home, Charging(on="A"), house_a=(30, 0, 0))
    home.settle(2, draw_a=0)
    home.wait(20)
    show(home, house_a=(1, 0, 0))
    home.wait(119)
    return home


DUE = [
    pytest.param(surplus_home, Timer.SURPLUS_START, 60_000, id="surplus start"),
    pytest.param(restarting, Timer.RESTART, 120_000, id="restart after an overload stop"),
]


@pytest.mark.parametrize(("make", "timer", "delay_ms"), DUE)
def test_timers_are_due(make: Callable[[], Home], timer: Timer, delay_ms: int) -> None:
    """A running timer wants a tick at its end if the cycle does not come first."""
    home = make()
    since_ms = home.state.chargers[2].timers[timer]
    assert since_ms is not None

    assert next_due_ms(home.state) <= since_ms + delay_ms
    assert next_due_ms(home.state) > home.state.at_ms


def test_lost_meter_is_due() -> None:
    """The end of the 90 s wants a tick."""
    home = lost_meter()
    home.wait(69)

    assert due_s(home) <= 1


QUIET = [  # what is plugged in -> whether a small reading leads to nothing
    pytest.param([], True, id="no charger"),
    pytest.param([Charging(2, 0, draw_a=0, plugged=False)], True, id="nobody plugged in"),
    pytest.param([Charging()], True, id="charging at its target"),
]


@pytest.mark.parametrize(("chargings", "expected"), QUIET)
def test_readings_that_lead_to_nothing(chargings: list[Charging], *, expected: bool) -> None:
    """A reading nobody waits for has no outcome."""
    home = scene(*chargings)
    for house_a in (1.1, 1.2, 1.3):
        show(home, *chargings, house_a=(house_a, 1, 1))
    before = len(home.noted)

    show(home, *chargings, house_a=(1.4, 1, 1))

    assert (len(home.noted) == before) == expected


def test_stages_are_judge_decide_act() -> None:
    """Each stage sees what the one before concluded; numbers go on from the fact's."""
    home = scene(Charging(2, 0, draw_a=0, plugged=False, top_a=16))
    twin = copy.deepcopy(home.state)
    plugged = home.report_of(2)._replace(plugged_in=True)
    evolve(home.state, home.state.seq + 1, home.now_ms, plugged)
    first_seq = home.state.seq

    outcomes = conclude(home.state)

    evolve(twin, twin.seq + 1, home.now_ms, plugged)
    by_stage = []
    for stage in STAGES:
        for outcome in stage(twin):
            evolve(twin, twin.seq + 1, twin.at_ms, outcome)
            by_stage.append(outcome)
    assert outcomes == by_stage
    assert home.state == twin
    assert home.state.seq == first_seq + len(outcomes)
