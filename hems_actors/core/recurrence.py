"""The deadlines a charger's `endDateTime` and `repeatDays` stand for (charging.md section 8).

`repeatDays` empty: once, at `endDateTime`. Otherwise every day it names, at the local time of day of `endDateTime`:
from now on, also before `endDateTime` itself, whose own date counts only if its weekday is named.
"""

from typing import Final

from hems_actors.core.localtime import MONDAY, day_of, instant_of, second_of_day, weekday_of

_WEEK: Final = 7


def next_deadline_s(end_s: int, repeat_mask: int, transitions_s: tuple[int, ...], after_s: int) -> int | None:
    """Return the first deadline after *after_s*, an instant exactly then not included; None = there is none.

    Args:
        end_s: `endDateTime`, UTC; 0 = none.
        repeat_mask: weekdays, bit 0 = Monday; 0 = once.
        transitions_s: the home's UTC offsets, which must hold that at *end_s* if it repeats.
        after_s: now, or the end of the deadline before.
    """
    if not end_s:
        return None
    if not repeat_mask:
        return end_s if end_s > after_s else None
    return next_occurrence_s(second_of_day(transitions_s, end_s), repeat_mask, transitions_s, after_s)


def next_occurrence_s(second: int, repeat_mask: int, transitions_s: tuple[int, ...], after_s: int) -> int | None:
    """Return the first instant after *after_s* that is *second* (0..86,399, local) of a day in *repeat_mask*.

    None = *repeat_mask* names no weekday.
    """
    today = day_of(transitions_s, after_s)
    for day in range(today, today + _WEEK + 1):
        if repeat_mask >> (weekday_of(day) - MONDAY) & 1:
            at_s = instant_of(transitions_s, day, second)
            if at_s > after_s:
                return at_s
    return None


def is_past(end_s: int, repeat_mask: int, at_s: int) -> bool:
    """Return whether a deadline was set that *at_s* has reached for good: it does not repeat."""
    return end_s != 0 and not repeat_mask and end_s <= at_s
