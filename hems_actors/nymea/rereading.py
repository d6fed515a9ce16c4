"""Reading things anew a moment after it was wanted: commands that wait to be sent go first."""

from collections.abc import Callable
from typing import Final, NamedTuple

from hems_actors.actors.runtime import Place

LATER_MS: Final = 50
"""Long enough for a command to each of 20 chargers, short against the 20 s in which one must show its effect."""


class Due(NamedTuple):
    """Link to itself: read what was wanted over line `number`."""

    number: int


class Rereading:
    """Things that are to be read anew over one line; one that is wanted twice meanwhile is read once."""

    def __init__(self, place: Place, number: int, read: Callable[[int], object]) -> None:
        """Have *read* called for each thing, by its number."""
        self._place = place
        self._number = number
        self._read = read
        self._wanted: dict[int, None] = {}

    def add(self, source: int) -> None:
        """Read thing *source* in a moment."""
        if not self._wanted:
            self._place.runtime.call_later(LATER_MS, self._place.me, Due(self._number))
        self._wanted[source] = None

    def due(self) -> None:
        """Read all that were wanted."""
        wanted, self._wanted = self._wanted, {}
        for source in wanted:
            self._read(source)
