"""The home's UTC offsets: which hold around now, as the event that the core and the log know them by."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_S: Final = 86_400
DAY_MS: Final = _DAY_S * 1_000
AHEAD_MS: Final = 2 * 366 * DAY_MS  # design.md section 2.2: now - 1 .. now + 2 years
WALL_MS_MAX: Final = 7_258_118_400_000
"""The year 2200: a wall clock beyond that is no clock, and calendars end somewhere."""
_STALE_MS: Final = 180 * DAY_MS


class ZoneOffsets:
    """Tells the offsets of *zone* anew when the wall clock has left the middle of those told before."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._told_at_ms: int | None = None

    def news(self, wall_ms: int) -> tuple[int, ...] | None:
        """Return the transitions around *wall_ms* if those told before are getting old, or were never told."""
        told_at_ms = self._told_at_ms
        if told_at_ms is not None and abs(wall_ms - told_at_ms) < _STALE_MS:
            return None
        self._told_at_ms = wall_ms
        now_ms = min(max(wall_ms, 0), WALL_MS_MAX)
        return transitions_s(self._zone, now_ms - 1_000, now_ms + AHEAD_MS)


def transitions_s(zone: ZoneInfo, from_ms: int, to_ms: int) -> tuple[int, ...]:
    """Return pairs of instant and UTC offset (s) in force from then on: the first at *from_ms*, then each change."""
    low = from_ms // 1_000
    end = to_ms // 1_000
    pairs = [low, _offset_s(zone, low)]
    while low < end:
        high = min(low + _DAY_S, end)
        if _offset_s(zone, high) != pairs[-1]:
            changed = _first_with_other_offset(zone, low, high)
            pairs += [changed, _offset_s(zone, changed)]
            high = changed
        low = high
    return tuple(pairs)


def _first_with_other_offset(zone: ZoneInfo, low: int, high: int) -> int:
    before_s = _offset_s(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_s(zone, middle) == before_s:
            low = middle
        else:
            high = middle
    return high


def _offset_s(zone: ZoneInfo, at_s: int) -> int:
    offset = (_EPOCH + timedelta(seconds=at_s)).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
