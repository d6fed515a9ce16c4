"""The server's minute: told on, and missed once when it stays away."""

from typing import Final, NamedTuple

from hems_actors.actors.directory import HOME
from hems_actors.actors.runtime import Place, TimerHandle
from hems_actors.core.facts import MinuteSignal, MinuteSignalLost

MINUTE_MS_MAX: Final = 75_000


class Missed(NamedTuple):
    """Link to itself: no minute came since wait `number` began."""

    number: int


class Minute:
    """Watches over the minute signal while the line is up."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._timer: TimerHandle | None = None
        self._number = 0

    def begin(self) -> None:
        """Wait for the first one."""
        self.stop()
        self._number += 1
        self._timer = self._place.runtime.call_later(MINUTE_MS_MAX, self._place.me, Missed(self._number))

    def came(self) -> None:
        """Tell it, and wait for the next."""
        self._place.directory[HOME].tell(MinuteSignal(HOME))
        self.begin()

    def missed(self, missed: Missed) -> None:
        """Tell that it stayed away, once."""
        if self._timer is not None and missed.number == self._number:
            self._timer = None
            self._place.directory[HOME].tell(MinuteSignalLost(HOME))

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
