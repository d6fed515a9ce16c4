"""The core as the coordinator drives it: four pure functions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hems_actors.core import electric, engine, evolve
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


LIVE_CORE: Final = Core()
