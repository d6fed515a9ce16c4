"""The core as the coordinator drives it: pure functions."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, fields
from typing import Final

from hems_actors.core import electric, engine, evolve, ledger
from hems_actors.core.errors import FAILURES
from hems_actors.core.facts import Fact
from hems_actors.core.failsafe import is_fail_safe
from hems_actors.core.outcomes import Outcome
from hems_actors.core.registry import Event
from hems_actors.core.state import State


@dataclass(frozen=True, slots=True)
class Core:
    """The pure functions the coordinator drives."""

    evolve: Callable[[State, int, int, Event], None] = evolve.evolve
    conclude: Callable[[State], list[Outcome]] = engine.conclude
    next_due_ms: Callable[[State], int | None] = engine.next_due_ms
    limit_ma: Callable[[State], int] = electric.site_limit_ma
    is_open: Callable[[State, int, int], bool] = ledger.is_open

    def evolve_or_pass(self, state: State, seq: int, at_ms: int, fact: Fact) -> bool:
        """Apply *fact*; in fail-safe mode one that cannot be applied is passed over, *state* as it was: return False.

        Raises:
            Exception: whatever the core raised, outside of fail-safe mode.
        """
        if not is_fail_safe(state):
            self.evolve(state, seq, at_ms, fact)
            return True
        before = deepcopy(state)
        try:
            self.evolve(state, seq, at_ms, fact)
        except FAILURES:
            for part in fields(State):
                setattr(state, part.name, getattr(before, part.name))
            return False
        return True


LIVE_CORE: Final = Core()
