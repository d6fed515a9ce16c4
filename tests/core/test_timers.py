"""Timers: a condition that must hold for a while."""

import pytest

from hems_actors.core.enums import Timer
from hems_actors.core.outcomes import TimerSet
from hems_actors.core.state import Charger, State
from hems_actors.core.timers import has_elapsed, run_timer

STATE = State(at_ms=500_000)


def charger(since_ms: int | None) -> Charger:
    """Return charger 2 with its restart timer begun at *since_ms*."""
    found = Charger(2)
    found.timers[Timer.RESTART] = since_ms
    return found


@pytest.mark.parametrize(
    ("since_ms", "holds", "begun_ms"),
    [
        pytest.param(None, True, [500_000], id="begins to hold: starts now"),
        pytest.param(None, False, [], id="never held: nothing"),
        pytest.param(400_000, True, [], id="holds on: runs on"),
        pytest.param(400_000, False, [None], id="one miss: ends"),
    ],
)
def test_a_timer_runs_while_its_condition_holds(since_ms: int | None, holds: bool, begun_ms: list[int | None]) -> None:
    """A start and an end are events; running on is none."""
    found = run_timer(STATE, charger(since_ms), Timer.RESTART, holds=holds, value=7, threshold=6)

    assert found == [TimerSet(2, Timer.RESTART, begun, 7, 6) for begun in begun_ms]


def test_a_timer_can_begin_in_the_past() -> None:
    """At plug-in the start delay counts as elapsed."""
    [begun] = run_timer(STATE, charger(None), Timer.RESTART, holds=True, elapsed_ms=60_000)

    assert begun.since_ms == 440_000


@pytest.mark.parametrize(
    ("since_ms", "elapsed"),
    [
        pytest.param(None, False, id="not running"),
        pytest.param(440_001, False, id="59.999 s"),
        pytest.param(440_000, True, id="60 s"),
        pytest.param(400_000, True, id="100 s"),
    ],
)
def test_exactly_over_is_over(since_ms: int | None, elapsed: bool) -> None:
    """Elapsed >= delay triggers (charging.md section 7)."""
    assert has_elapsed(STATE, charger(since_ms), Timer.RESTART, 60_000) is elapsed
