"""Folding recorded events into a state; an event that the state cannot take is left out whole.

Strategy: `evolve` may have changed the state half way before it raised. So the events since a state that was kept aside
are held, and folded again from there without the one that raised.
"""

from collections.abc import Iterable
from typing import Final

from hems_actors.core.errors import FAILURES
from hems_actors.core.evolve import evolve
from hems_actors.core.registry import Event
from hems_actors.core.restore import restored_events
from hems_actors.core.state import State

HELD_MAX: Final = 1_000
"""So many events are held before the state is kept aside again: memory stays constant."""


class Fold:
    """A state, and what was left out of it.

    Args:
        state: what to begin from; owned from here on.
    """

    left_out: list[int]
    """Numbers of the events on which `evolve` raised."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.left_out = []
        self._held: list[tuple[int, int, Event]] = []
        self._keep()

    def take(self, seq: int, at_ms: int, event: Event) -> None:
        """Apply *event*, or leave it out."""
        try:
            evolve(self.state, seq, at_ms, event)
        except FAILURES:
            self.left_out.append(seq)
            self.state = state_from(self._kept, *self._kept_at)
            for held in self._held:
                evolve(self.state, *held)
            self._keep()
        else:
            self._held.append((seq, at_ms, event))
            if len(self._held) >= HELD_MAX:
                self._keep()

    def _keep(self) -> None:
        """Keep the state aside as it is."""
        self._kept = restored_events(self.state)
        self._kept_at = (self.state.seq, self.state.at_ms)
        self._held.clear()


def state_from(restored: Iterable[Event], seq: int, at_ms: int) -> State:
    """Return the state after event *seq* that the restore events of a snapshot build.

    Raises:
        CoreError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError: they build none.
    """
    state = State()
    for event in restored:
        evolve(state, seq, at_ms, event)
    return state
