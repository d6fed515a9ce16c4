"""What replay asks of the core: the one place that names the real one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hems_actors.core.engine import STAGES, next_due_ms
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import Outcome
from hems_actors.core.registry import Event
from hems_actors.core.restore import restored_events
from hems_actors.core.restored import Restored
from hems_actors.core.state import State
from hems_actors.core.version import LOGIC_VERSION, STATE_VERSION


@dataclass(frozen=True, slots=True)
class Core:
    """The decision code that a log is compared with; each default is the real one."""

    new_state: Callable[[], State] = State
    evolve: Callable[[State, int, int, Event], None] = evolve
    stages: Sequence[Callable[[State], Sequence[Outcome]]] = STAGES
    """Judge, decide, act."""
    next_due_ms: Callable[[State], int | None] = next_due_ms
    restored_events: Callable[[State], Sequence[Restored]] = restored_events
    logic_version: int = LOGIC_VERSION
    state_version: int = STATE_VERSION
