"""Off-peak windows: stretches of the local day to the minute, such as 22:30-06:30, over midnight or not."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from pydantic_core import PydanticCustomError

WINDOWS_MAX: Final = 10
"""In one day; contracts have up to three."""
DAY_MIN: Final = 1_440
_HOUR_MIN: Final = 60
_SHOWN: Final = 40
_WINDOW: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


class Window(NamedTuple):
    """One window, in minutes of the local day: from `start_min` to before `end_min`."""

    start_min: int
    """0..1439."""
    end_min: int
    """0..1440; not after `start_min` = on the next day."""

    def __str__(self) -> str:
        return f"{_clock(self.start_min)}-{_clock(self.end_min)}"


def parts_of(windows: Sequence[Window]) -> tuple[tuple[int, int], ...]:
    """Return start and end (minutes, start < end <= 1440) of what *windows* cover between midnights, ascending."""
    parts: list[tuple[int, int]] = []
    for start_min, end_min in windows:
        if start_min < end_min:
            parts.append((start_min, end_min))
        else:
            parts += [(start_min, DAY_MIN), (0, end_min)]
    return tuple(sorted(part for part in parts if part[0] < part[1]))


def total_min(windows: Sequence[Window]) -> int:
    """Return the length of *windows* together, in minutes of a day of 24 h."""
    return sum(end_min - start_min for start_min, end_min in parts_of(windows))


def length_text(minutes: int) -> str:
    """Return *minutes* as `7 h 30 min`."""
    hours, rest = divmod(minutes, _HOUR_MIN)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def read_windows(value: object) -> tuple[Window, ...]:
    """Return the windows listed in *value*, in the order given.

    Raises:
        PydanticCustomError: no list, empty or too long, no window, two that overlap, or a whole day.
    """
    if not isinstance(value, list | tuple):
        raise PydanticCustomError("windows", 'expected a list of windows such as ["22:30-06:30"]')
    if not 0 < len(value) <= WINDOWS_MAX:
        counts = {"count": len(value), "most": WINDOWS_MAX}
        text = 'expected 1 to {most} windows such as "22:30-06:30", not {count}'
        raise PydanticCustomError("windows_count", text, counts)
    windows = tuple(_read_window(item) for item in value)
    total = total_min(windows)
    if total >= DAY_MIN:
        text = "expected peak hours to be left, but the windows add up to {total}"
        raise PydanticCustomError("windows_total", text, {"total": length_text(total)})
    _refuse_overlaps(windows)
    return windows


def _read_window(item: object) -> Window:
    found = _WINDOW.fullmatch(item) if isinstance(item, str) else None
    if found is None:
        text = "expected a window such as 22:30-06:30, from 00:00 to 24:00, not {item}"
        raise PydanticCustomError("window", text, {"item": brief(item)})
    start_min = _minutes(found[1], found[2])
    end_min = DAY_MIN if found[3] is None else _minutes(found[3], found[4])
    if start_min == end_min:
        text = "expected a window that ends at another time than it starts, not {item}"
        raise PydanticCustomError("window_empty", text, {"item": brief(item)})
    return Window(start_min, end_min)


def _refuse_overlaps(windows: tuple[Window, ...]) -> None:
    for index, window in enumerate(windows):
        for other in windows[:index]:
            if _overlap(window, other):
                text = "expected windows apart from each other, but {one} and {other} overlap"
                raise PydanticCustomError("windows_overlap", text, {"one": str(other), "other": str(window)})


def _overlap(one: Window, other: Window) -> bool:
    return any(
        start_min < other_end_min and other_start_min < end_min
        for start_min, end_min in parts_of([one])
        for other_start_min, other_end_min in parts_of([other])
    )


def brief(value: object) -> str:
    """Return *value* as a user wrote it, on one line and not too long."""
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except (RecursionError, ValueError):  # nested too deep; more digits than Python prints
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _minutes(hours: str, minutes: str) -> int:
    return int(hours) * _HOUR_MIN + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR_MIN:02d}:{minutes % _HOUR_MIN:02d}"
