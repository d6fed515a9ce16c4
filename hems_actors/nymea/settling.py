"""Telling actors that were only just ordered: each gets all that its thing shows, and says when it dealt with it."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from hems_actors.actors.messages import Mark, StatesChanged
from hems_actors.actors.runtime import Place
from hems_actors.nymea.readings import Values

AGAIN_MS: Final = 20
PATIENCE_MS: Final = 5_000


class Again(NamedTuple):
    """Link to itself: look whether the actors of line `number` that were not there are there now."""

    number: int


class Settling:
    """Things whose actors still have to be told all, and those that have not dealt with it yet; for one line."""

    def __init__(
        self, place: Place, number: int, values_of: Callable[[int], Values | None], left: Mapping[int, object]
    ) -> None:
        """Tell what *values_of* returns for a thing, None = nothing any more; *left* are actors that were dismissed."""
        self._place = place
        self._left = left
        self._number = number
        self._values_of = values_of
        self._waiting: dict[int, int] = {}
        """By number of the thing, until when its actor may come."""
        self._told: dict[int, int] = {}
        """By number of the thing, until when its actor may answer."""
        self._armed_ms: int | None = None
        """Delay of the last timer that was set; an older, later one looks in vain."""

    @property
    def is_over(self) -> bool:
        """Whether nobody is awaited any more."""
        return not (self._waiting or self._told)

    def add(self, source: int) -> None:
        """Tell the actor of thing *source* as soon as there is one."""
        self._waiting[source] = self._place.runtime.now_ms() + PATIENCE_MS
        self._try(source)

    def marked(self, source: int) -> None:
        """Note that the actor of thing *source* dealt with what it was told."""
        self._told.pop(source, None)

    def again(self) -> None:
        """Try those that were not there; do not wait for ever."""
        self._armed_ms = None
        now_ms = self._place.runtime.now_ms()
        for those in (self._waiting, self._told):
            for source in [source for source, until_ms in those.items() if now_ms >= until_ms]:
                del those[source]
        for source in tuple(self._waiting):
            self._try(source)
        self._arm()

    def _try(self, source: int) -> None:
        values, address = self._values_of(source), self._place.directory[source]
        if values is None:
            del self._waiting[source]
        elif address.ref is not self._left.get(source) and address.tell(
            StatesChanged(values, self._place.runtime.now_ms(), read_back=True)
        ):
            address.tell(Mark(self._number, self._place.me))
            self._told[source] = self._waiting.pop(source)
        self._arm()

    def _arm(self) -> None:
        delay_ms = AGAIN_MS if self._waiting else PATIENCE_MS
        if not self.is_over and (self._armed_ms is None or delay_ms < self._armed_ms):
            self._armed_ms = delay_ms
            self._place.runtime.call_later(delay_ms, self._place.me, Again(self._number))
