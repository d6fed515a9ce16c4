"""Decisions as rows for the page: what was decided, the rule, and of each operand the event it came from."""

from typing import Final

from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.registry import KINDS

_KEPT: Final = 1 << 16
_NUMBERS: Final = {event: number for number, event in KINDS.items()}
Place = tuple[int, int, int]
"""Event number, instant (ms), kind."""


class Recent:
    """When events were, and of which kind, by number: the newest ones, and the newest of each kind and thing."""

    def __init__(self) -> None:
        self._places: list[Place | None] = [None] * _KEPT
        self._newest: dict[tuple[int, int], Place] = {}

    def note(self, seq: int, at_ms: int, event: tuple[int, ...]) -> None:
        """Note an event; the first of its values is its source."""
        kind = _NUMBERS[type(event)]  # type: ignore[index] # the world of events is closed
        place = (seq, at_ms, kind)
        self._places[seq % _KEPT] = place
        self._newest[kind, event[0]] = place

    def find(self, seq: int) -> Place | None:
        """Return the place of event *seq*, None if it is too long ago or from before the log."""
        place = self._places[seq % _KEPT]
        if place is not None and place[0] == seq:
            return place
        return next((newest for newest in self._newest.values() if newest[0] == seq), None)


DecisionRow = tuple[int, ...]
"""Instant, number, thing, on, current (mA), phases, target (mA), issuer, rule, whether it is as the one before (0/1);
then for each operand value, number of its event (0 = none), that event's age (ms, -1 = unknown) and kind."""


class Decisions:
    """Makes rows of decisions.

    Args:
        recent: of all events so far.
        changes_only: leave out decisions that change nothing and are for the same reason as the one before.
    """

    def __init__(self, recent: Recent, *, changes_only: bool) -> None:
        self._recent = recent
        self._changes_only = changes_only
        self._before: dict[int, tuple[object, ...]] = {}

    def row(self, seq: int, at_ms: int, event: SetPointDecided) -> DecisionRow | None:
        """Return the row of a decision, None if it is to be left out."""
        point = (event.on, event.current_ma, event.phases, event.issuer, event.rule)
        same = self._before.get(event.source) == point
        self._before[event.source] = point
        if same and self._changes_only:
            return None
        head = (at_ms, seq, event.source, int(event.on), event.current_ma, event.phases, event.target_ma, event.issuer)
        operands = tuple(event.operands)
        shown: list[int] = []
        for value, origin in zip(operands[::2], operands[1::2], strict=False):
            place = self._recent.find(origin) if origin else None
            age_ms, kind = (at_ms - place[1], place[2]) if place else (-1, 0)
            shown += (value, origin, age_ms, kind)
        return (*head, event.rule, int(same), *shown)
