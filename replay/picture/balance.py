"""What the house took less what the roof gave: the grid's power without home battery and cars, as means of minutes.

Strategy: things are not read at the same instant; over a minute what one of them shows a little later evens out.
"""

from collections.abc import Callable
from typing import Final

MINUTE_MS: Final = 60_000
_HOLD_MS_MAX: Final = 86_400_000
"""A value that was not renewed for longer is not known any more."""


class Balance:
    """Tells the mean power of each minute to *told*, None where it is not known."""

    def __init__(self, told: Callable[[int, int | None], None]) -> None:
        self._told = told
        self._grid_w: int | None = None
        self._others_w: dict[int, int] = {}
        self._rest_w = 0
        self._at_ms = 0
        self._sum_w_ms = 0
        self._known_ms = 0

    def grid(self, at_ms: int, power_w: int) -> None:
        """Note the power from the grid from *at_ms* on."""
        self._advance(at_ms)
        if self._grid_w is not None:
            self._rest_w -= self._grid_w
        self._grid_w = power_w
        self._rest_w += power_w

    def other(self, at_ms: int, source: int, power_w: int) -> None:
        """Note the power that thing *source*, a charger or the home battery, takes from *at_ms* on."""
        self._advance(at_ms)
        self._rest_w += self._others_w.get(source, 0) - power_w
        self._others_w[source] = power_w

    def lose(self, at_ms: int) -> None:
        """Note that the power from the grid is unknown from *at_ms* on."""
        self._advance(at_ms)
        if self._grid_w is not None:
            self._rest_w -= self._grid_w
        self._grid_w = None
        self._tell_minute()
        self._told(at_ms, None)

    def finish(self, at_ms: int) -> None:
        """Tell the minute that is not over yet."""
        self._advance(at_ms)
        self._tell_minute()

    def _advance(self, at_ms: int) -> None:
        if at_ms - self._at_ms > _HOLD_MS_MAX:
            self._tell_minute()
            self._at_ms = at_ms
        while self._at_ms < at_ms:
            minute_end_ms = self._at_ms - self._at_ms % MINUTE_MS + MINUTE_MS
            until_ms = min(at_ms, minute_end_ms)
            if self._grid_w is not None:
                self._sum_w_ms += self._rest_w * (until_ms - self._at_ms)
                self._known_ms += until_ms - self._at_ms
            self._at_ms = until_ms
            if until_ms == minute_end_ms:
                self._tell_minute()

    def _tell_minute(self) -> None:
        """Tell the mean since the minute began, as far as it is known."""
        if self._known_ms:
            start_ms = (self._at_ms - 1) // MINUTE_MS * MINUTE_MS
            self._told(start_ms, self._sum_w_ms // self._known_ms)
        self._sum_w_ms = self._known_ms = 0
