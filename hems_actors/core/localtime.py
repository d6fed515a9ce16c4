"""The home's local time, by integer arithmetic on its recorded UTC offsets.

`transitions_s` is what `ZoneKnown` records: pairs of an instant and the UTC offset in force from then on. Before the
first pair its offset holds; an empty tuple means UTC. A `day` is a local date as a number of days since
1 January 1970. Local days have 23, 24 or 25 h, or whatever else a change of offset makes of them.
"""

from typing import Final

DAY_S: Final = 86_400
NOON_S: Final = 43_200
MONDAY: Final = 1
SUNDAY: Final = 7
_DAY_0_AFTER_MONDAY: Final = 3  # 1 January 1970 was a Thursday


def offset_s(transitions_s: tuple[int, ...], at_s: int) -> int:
    """Return the UTC offset in force at *at_s*; positive = east."""
    found_s = transitions_s[1] if transitions_s else 0
    for index in range(2, len(transitions_s), 2):
        if transitions_s[index] > at_s:
            break
        found_s = transitions_s[index + 1]
    return found_s


def local_s(transitions_s: tuple[int, ...], at_s: int) -> int:
    """Return what the home's clocks show at *at_s*, in seconds since they showed 1 January 1970, midnight."""
    return at_s + offset_s(transitions_s, at_s)


def day_of(transitions_s: tuple[int, ...], at_s: int) -> int:
    """Return the local date at *at_s*, as clocks show it: put back across midnight, they show the old one again."""
    return local_s(transitions_s, at_s) // DAY_S


def second_of_day(transitions_s: tuple[int, ...], at_s: int) -> int:
    """Return the local time of day at *at_s*, 0..86,399, as clocks show it."""
    return local_s(transitions_s, at_s) % DAY_S


def weekday_of(day: int) -> int:
    """Return the weekday of *day*: 1 = Monday .. 7 = Sunday."""
    return (day + _DAY_0_AFTER_MONDAY) % SUNDAY + MONDAY


def instant_of(transitions_s: tuple[int, ...], day: int, second: int) -> int:
    """Return the first instant (s) at which clocks show *second* of *day*, or a later time.

    So a local time that exists twice is the first of the two, and one that does not exist is the first instant
    after the gap (charging.md section 8). *second* may be that of another day: 86,400 is the end of *day*.
    """
    shown_s = day * DAY_S + second
    at_s = shown_s - (transitions_s[1] if transitions_s else 0)
    for index in range(2, len(transitions_s), 2):
        since_s = transitions_s[index]
        if at_s < since_s:
            break
        at_s = max(since_s, shown_s - transitions_s[index + 1])
    return at_s


def day_start_s(transitions_s: tuple[int, ...], day: int) -> int:
    """Return the first instant of *day*; its end is the start of *day* + 1."""
    return instant_of(transitions_s, day, 0)


def night_of(transitions_s: tuple[int, ...], at_s: int) -> int:
    """Return the night of *at_s*: the date on whose noon it began (noon to noon, charging.md section 4)."""
    return (local_s(transitions_s, at_s) - NOON_S) // DAY_S


def night_start_s(transitions_s: tuple[int, ...], night: int) -> int:
    """Return the first instant of *night*; its end is the start of *night* + 1."""
    return instant_of(transitions_s, night, NOON_S)
