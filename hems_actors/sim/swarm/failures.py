"""What is made to fail in the code itself: the core on chosen facts, and actors on what they are told."""

from typing import Final, NamedTuple, cast

from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.messages import StatesChanged, StateValue
from hems_actors.core.facts import ActionAnswered, Fact
from hems_actors.core.outcomes import Outcome
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.sim.swarm.day import FACTS, Happening

NOBODY: Final = 99
"""A source number that no thing has."""
POISON: Final[Fact] = ActionAnswered(NOBODY, 1, 0)
"""No state can take it."""


class Garbage(NamedTuple):
    """What no actor can read: it dies of it."""


def garbage() -> StatesChanged:
    """Return states that no device's actor survives."""
    return StatesChanged(cast("dict[str, StateValue]", None), 0)


class MadeToFail(ValueError):  # noqa: N818 - what it is, not what it is called in a traceback
    """The core raises because it was told to."""


class FailingCore:
    """Passes all on to a core, but raises on what `fail` names."""

    def __init__(self, core: Core = LIVE_CORE) -> None:
        self.failed: set[int] = set()
        """Numbers of the facts on which it raised."""
        self._core = core
        self._left: list[tuple[Happening, int]] = []

    def fail(self, happening: Happening) -> None:
        """From now on do what *happening* says."""
        self._left.append((happening, happening.times))

    def core(self) -> Core:
        """Return the core to run."""
        own = self._core
        return Core(self._evolve, self._conclude, self._next_due_ms, own.limit_ma, own.is_open)

    def _evolve(self, state: State, seq: int, at_ms: int, event: Event) -> None:
        if self._left:
            self._raise("evolve", type(event), seq)
        self._core.evolve(state, seq, at_ms, event)

    def _conclude(self, state: State) -> list[Outcome]:
        if self._left:
            self._raise("conclude", state.fact_type, state.seq)
        return self._core.conclude(state)

    def _next_due_ms(self, state: State) -> int | None:
        if self._left:
            self._raise("look_ahead", state.fact_type, state.seq)
        return self._core.next_due_ms(state)

    def _raise(self, step: str, kind: type | None, seq: int) -> None:
        for index, (happening, left) in enumerate(self._left):
            if happening.step == step and FACTS[happening.fact] is kind:
                self._left[index : index + 1] = [(happening, left - 1)] if left > 1 else []
                self.failed.add(seq)
                raise MadeToFail(f"{happening.step} of {happening.fact}")
