"""Timers of chargers: conditions that must hold for a while before something follows."""

from hems_actors.core.enums import Timer
from hems_actors.core.outcomes import TimerSet
from hems_actors.core.state import Charger, State


def run_timer(  # noqa: PLR0913 - one row of a table
    state: State,
    charger: Charger,
    timer: Timer,
    *,
    holds: bool,
    value: int = 0,
    threshold: int = 0,
    elapsed_ms: int = 0,
) -> list[TimerSet]:
    """Return the start of *timer* when its condition begins to hold, its end when it does not.

    Args:
        state: supplies the instant.
        charger: whose timer.
        timer: which.
        holds: whether the condition holds now.
        value: what was compared, for the log.
        threshold: with what.
        elapsed_ms: how much of the delay counts as elapsed when it starts.
    """
    since_ms = charger.timers[timer]
    if holds == (since_ms is not None):
        return []
    return [TimerSet(charger.source, timer, state.at_ms - elapsed_ms if holds else None, value, threshold)]


def has_elapsed(state: State, charger: Charger, timer: Timer, delay_ms: int) -> bool:
    """Return whether *timer* runs and its delay is over; exactly over counts."""
    since_ms = charger.timers[timer]
    return since_ms is not None and state.at_ms - since_ms >= delay_ms
