"""The values that people write after `--what-if key=`, read into the units of facts."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from hems_actors.core.localtime import DAY_S, day_of, instant_of
from hems_actors.eventlog.localtime import LocalTime
from replay.values import MODE_NAMES

Parse = Callable[[str], int]
"""Raises ValueError, whose text is what was expected."""
_MODES: Final = {name.lower(): number for number, name in MODE_NAMES.items()}
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_YES: Final = ("true", "on", "yes", "1")
_NO: Final = ("false", "off", "no", "0")
_MINUTES_MAX: Final = 60
_HOURS_MAX: Final = 24


def number_between(low: int, high: int, *, scale: int = 1, unit: str = "") -> Parse:
    """Return what reads a number from *low* to *high*, in steps of 1 / *scale*, and returns it times *scale*."""

    def parse(text: str) -> int:
        expected = f"expected a number from {low} to {high}{unit and ' ' + unit}"
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise ValueError(expected) from error
        if not number.is_finite() or not low <= number <= high or number * scale % 1:
            raise ValueError(expected)
        return int(number * scale)

    return parse


def zero_or(parse: Parse) -> Parse:
    """Return what reads 0, or what *parse* does."""
    return lambda text: 0 if text == "0" else parse(text)


def mode(text: str) -> int:
    """Return the number of a charging mode."""
    number = _MODES.get(text.replace("_", "").lower())
    if number is None:
        raise ValueError(f"expected one of {', '.join(MODE_NAMES.values())}")
    return number


def flag(text: str) -> int:
    """Return whether *text* says yes."""
    if text.lower() not in (*_YES, *_NO):
        raise ValueError("expected true or false")
    return text.lower() in _YES


def weekdays(text: str) -> int:
    """Return weekdays as a mask, bit 0 = Monday."""
    if text.lower() in ("daily", "none"):
        return (1 << len(DAYS)) - 1 if text.lower() == "daily" else 0
    known = [day.lower() for day in DAYS]
    found = [day.strip().lower() for day in text.split(",")]
    if not set(found) <= set(known):
        raise ValueError("expected daily, none, or days such as Mon,Tue,Sun")
    return sum(1 << known.index(day) for day in set(found))


def time_of_day_s(text: str) -> int:
    """Return HH:MM as seconds since midnight; 24:00 is the end of the day."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and text.isascii()):
        raise ValueError("expected a time such as 07:00")
    found = (int(hours), int(minutes)) if len(text) <= len("HH:MM") else (_HOURS_MAX, 1)
    if found[1] >= _MINUTES_MAX or found > (_HOURS_MAX, 0):
        raise ValueError("expected a time such as 07:00")
    return found[0] * 3_600 + found[1] * 60


def instant_s(text: str, local: LocalTime, from_ms: int) -> int:
    """Return a deadline as UTC seconds: 0 = none; a time of day is its first one from *from_ms* on."""
    if text in ("0", "none"):
        return 0
    zone_s, from_s = local.transitions_s, local.wall_ms(from_ms) // 1_000
    if text[2:3] == ":" or text[1:2] == ":":
        second = time_of_day_s(text)
        today = day_of(zone_s, from_s)
        found = (instant_of(zone_s, day, second) for day in (today, today + 1, today + 2))
        return next(at_s for at_s in found if at_s >= from_s)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("expected 07:00, 2025-06-15T07:00 or 0 for none") from error
    if instant.tzinfo is not None:
        return int(instant.timestamp())
    shown_s = int(instant.replace(tzinfo=UTC).timestamp())
    return instant_of(zone_s, shown_s // DAY_S, shown_s % DAY_S)
