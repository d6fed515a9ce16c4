"""The coordinator's one timer: it wakes it when anything is due, early or late harmless."""

from typing import Final, NamedTuple

from hems_actors.actors.runtime import Place, TimerHandle

WAKE_MS_MIN: Final = 100
"""Shortest timer: a core that is always due must not fill the log with ticks."""


class Wake(NamedTuple):
    """The timer fired; `number` tells it from one that was replaced."""

    number: int


class WakeTimer:
    """Holds at most one timer, for the actor that lives at *place*."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._timer: TimerHandle | None = None
        self._wake_at_ms = 0
        self._number = 0

    def fired(self, wake: Wake) -> None:
        """Note that *wake* arrived: unless it was replaced, no timer is held any more."""
        if wake.number == self._number:
            self._timer = None

    def arm(self, at_ms: int, *dues_ms: int | None) -> None:
        """Wake no later than the first of *dues_ms*, seen from *at_ms*; an earlier timer is left to look again."""
        due_ms = min((due_ms for due_ms in dues_ms if due_ms is not None), default=None)
        if due_ms is None:
            return
        wake_at_ms = max(due_ms, at_ms + WAKE_MS_MIN)
        if self._timer is not None:
            if self._wake_at_ms <= wake_at_ms:
                return
            self._timer.cancel()
        self._number += 1
        self._wake_at_ms = wake_at_ms
        self._timer = self._place.runtime.call_later(wake_at_ms - at_ms, self._place.me, Wake(self._number))
