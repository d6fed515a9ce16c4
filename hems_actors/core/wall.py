"""The home's wall clock, as its recorded offset says."""

from hems_actors.core.state import State


def now_s(state: State) -> int:
    """Return the wall clock at the newest event, UTC, in whole seconds, rounded down."""
    return (state.at_ms + state.site.clock_offset_ms) // 1_000


def at_ms_of(state: State, wall_s: int) -> int:
    """Return the `at_ms` at which the wall clock shows *wall_s*."""
    return wall_s * 1_000 - state.site.clock_offset_ms
