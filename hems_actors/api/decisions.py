"""The newest decisions of each charger, kept in memory as they are recorded."""

import threading
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Final

from hems_actors.api.port import Asked, Made
from hems_actors.core.facts import ClockOffset
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.registry import Event

KEPT: Final = 500
"""Decisions kept for each charger."""
NEWS: Final = 256
"""Decisions kept for whoever is told them as they come."""


class Recent:
    """A tap of the log: `see` is called in the coordinator's thread, everything else in any."""

    def __init__(self, offset_ms: int = 0) -> None:
        """Begin with a wall clock that is *offset_ms* ahead of the log's."""
        self._offset_ms = offset_ms
        self._points: dict[int, tuple[object, ...]] = {}
        self._made: dict[int, deque[Made]] = {}
        self._news: deque[Made] = deque(maxlen=NEWS)
        self._reading = threading.Lock()
        self._listener: Callable[[], object] = _nobody

    def listen(self, listener: Callable[[], object]) -> None:
        """Call *listener* at each new decision, in the coordinator's thread: it must neither block nor raise."""
        self._listener = listener

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Keep *event* if it is another decision than the one before for that charger."""
        if type(event) is ClockOffset:
            self._offset_ms = event.offset_ms
        elif type(event) is SetPointDecided:
            point = (event.on, event.current_ma, event.phases, event.issuer, event.rule)
            if self._points.get(event.source) != point:
                self._points[event.source] = point
                self._keep(Made(seq, (at_ms + self._offset_ms) // 1_000, event))

    def after(self, seq: int) -> list[Made]:
        """Return the newest decisions after event *seq*, in time order."""
        with self._reading:
            newest = list(self._news)
        return [made for made in newest if made.seq > seq]

    def of(self, asked: Asked) -> list[Made]:
        """Return those decisions *asked* for that are kept, in time order."""
        with self._reading:
            kept = list(self._made.get(asked.charger, ()))
        found = (made for made in reversed(kept) if asked.from_s <= made.at_s <= asked.to_s)
        return list(islice(found, asked.count_max))[::-1]

    def oldest(self, charger: int) -> Made | None:
        """Return the oldest decision kept of *charger*; what was before it is in the log alone."""
        with self._reading:
            kept = self._made.get(charger)
            return kept[0] if kept else None

    def _keep(self, made: Made) -> None:
        with self._reading:
            self._made.setdefault(made.event.source, deque(maxlen=KEPT)).append(made)
            self._news.append(made)
        self._listener()


def _nobody() -> None:
    """Listen to nothing."""
