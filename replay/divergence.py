"""A difference between what was recorded and what this code concludes."""

from typing import Any, NamedTuple

from hems_actors.core.registry import Event

STATE_DIFFERS = "state_differs"
"""Field of a divergence of the state hash alone."""
CORE_FAILED = "core_failed"
"""Field of a divergence where this code raised instead of concluding."""


class Divergence(NamedTuple):
    """One field that differs; `unit` is that of the integers as they stand, None for numbers, codes and flags."""

    seq: int
    """The recorded event; the fact it belongs to where nothing was recorded."""
    at_ms: int
    source: int
    field: str
    """`<kind>.<field>`; the kind alone where one side has no such event at all."""
    unit: str | None
    recorded: Any
    replayed: Any
    events: tuple[Event | None, Event | None] = (None, None)
    """The outcomes this is about, recorded and replayed, where there are such."""


class Concluded(NamedTuple):
    """An outcome in its place."""

    seq: int
    at_ms: int
    kind: int
    event: Event
