"""The home's local time by integer arithmetic on recorded offsets: no zone database, no time zone of this machine."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import MalformedError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS: Final = 86_400_000
_YEAR_9999_MS: Final = 253_370_764_800_000


class LocalTime:
    """What turns `at_ms` into the wall clock's time in the home's zone.

    Args:
        transitions_s: pairs of instant and the UTC offset in force from then on, as `ZoneKnown` records them.
        clock_offset_ms: wall clock minus `at_ms`, as `ClockOffset` records it.

    Raises:
        MalformedError: they are not what is recorded: no pairs, no number.
    """

    def __init__(self, transitions_s: tuple[int, ...] = (), clock_offset_ms: int = 0) -> None:
        if type(transitions_s) is not tuple or type(clock_offset_ms) is not int:
            raise MalformedError(f"no local time can be told by {brief(transitions_s)} and {brief(clock_offset_ms)}")
        self.transitions_s = transitions_s
        self.clock_offset_ms = clock_offset_ms

    def wall_ms(self, at_ms: int) -> int:
        """Return the wall clock at *at_ms*, UTC."""
        return at_ms + self.clock_offset_ms

    def offset_s(self, at_ms: int) -> int:
        """Return the zone's UTC offset at *at_ms*; before the first known one, that one."""
        wall_s = self.wall_ms(at_ms) // 1000
        offset_s = self.transitions_s[1] if len(self.transitions_s) > 1 else 0
        for index in range(0, len(self.transitions_s) - 1, 2):
            if self.transitions_s[index] > wall_s:
                break
            offset_s = self.transitions_s[index + 1]
        return offset_s

    def day(self, at_ms: int) -> int:
        """Return the local date as a number of days since 1 January 1970."""
        return (self.wall_ms(at_ms) + self.offset_s(at_ms) * 1000) // _DAY_MS

    def text(self, at_ms: int) -> str:
        """Return the local time as ISO 8601 with milliseconds and offset."""
        offset_s = self.offset_s(at_ms)
        local_ms = self.wall_ms(at_ms) + offset_s * 1000
        if not 0 <= local_ms < _YEAR_9999_MS:
            return f"{at_ms} ms"
        local = _EPOCH + timedelta(milliseconds=local_ms)
        minutes = abs(offset_s) // 60
        sign = "-" if offset_s < 0 else "+"
        return f"{local:%Y-%m-%dT%H:%M:%S}.{int(local_ms % 1000):03d}{sign}{minutes // 60:02d}:{minutes % 60:02d}"
