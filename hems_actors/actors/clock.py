"""The clock of the event log: `at_ms`, and how far the wall clock is from it."""

import time
from typing import Final, Protocol

from hems_actors.actors.zone import ZoneOffsets
from hems_actors.core.facts import ClockOffset, Fact, ZoneKnown

OFFSET_MS_MAX: Final = 1_000
"""The wall clock may leave `at_ms + offset` by this much before that is an event."""


class TimeSource(Protocol):
    """A wall clock that anybody may set, and a clock since boot that nobody can."""

    def wall_ms(self) -> int:
        """Return ms since the Unix epoch, as the machine believes."""

    def boot_ms(self) -> int:
        """Return ms since an arbitrary instant; never goes back, runs on in suspend."""


class SystemTime:
    """The machine's own clocks."""

    def wall_ms(self) -> int:
        """Return ms since the Unix epoch, as the machine believes."""
        return time.time_ns() // 1_000_000

    def boot_ms(self) -> int:
        """Return CLOCK_BOOTTIME in ms."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class VirtualTime:
    """Time that moves only when told to: the run queue's, and that of tests."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self.wall_lead_ms = 0
        """How far the wall clock was set ahead (+) or back (-) since the start."""

    def wall_ms(self) -> int:
        """Return the virtual instant as the wall clock shows it."""
        return self._now_ms + self.wall_lead_ms

    def boot_ms(self) -> int:
        """Return the virtual instant, in ms since the Unix epoch."""
        return self._now_ms

    def move_to(self, now_ms: int) -> None:
        """Move to *now_ms*; time never goes back, so an earlier instant is ignored."""
        self._now_ms = max(self._now_ms, now_ms)


class Clock:
    """`at_ms`: the wall clock at start, then the clock since boot; never backwards, over restarts too."""

    def __init__(
        self, source: TimeSource, *, last_at_ms: int = 0, offset_ms: int = 0, zone: ZoneOffsets | None = None
    ) -> None:
        """Begin at the wall clock, but not before *last_at_ms*; *offset_ms* is the offset last recorded.

        With *zone*, the home's UTC offsets are news too.
        """
        self._source = source
        self._zone = zone
        self._lead_ms = max(source.wall_ms(), last_at_ms) - source.boot_ms()
        self._offset_ms = offset_ms

    def at_ms(self) -> int:
        """Return the instant to stamp an event with."""
        return self._source.boot_ms() + self._lead_ms

    def new_offset_ms(self, at_ms: int) -> int | None:
        """Return wall clock minus *at_ms*, the instant now, once it has left the last one by > 1 s, else None."""
        offset_ms = self._source.wall_ms() - at_ms
        if -OFFSET_MS_MAX <= offset_ms - self._offset_ms <= OFFSET_MS_MAX:
            return None
        self._offset_ms = offset_ms
        return offset_ms

    def news(self, at_ms: int) -> list[Fact]:
        """Return what *at_ms*, the instant now, says of clock and zone that was not told before."""
        found: list[Fact] = []
        offset_ms = self.new_offset_ms(at_ms)
        if offset_ms is not None:
            found.append(ClockOffset(0, offset_ms))
        if self._zone is not None:
            transitions_s = self._zone.news(at_ms + self._offset_ms)
            if transitions_s is not None:
                found.append(ZoneKnown(0, transitions_s))
        return found
