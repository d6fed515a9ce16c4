"""When to fetch prices: pure arithmetic on what is known, what was tried and two clocks.

Strategy: pauses and fair use go by a steady clock that nobody sets (s, any zero); days and the market's hours by the
wall clock. At start at once; then hourly; from 13:00 to 15:00 local every 10 min until tomorrow is known whole
(charging.md section 9); after a failure 1 min, doubling to 1 h, whatever the hour. A wall clock that turns out to be
on another day, with nothing known for that, is asked for at once. Over all stands fair use.
"""

from bisect import bisect_right
from typing import Final, NamedTuple
from zlib import crc32

from hems_actors.core.localtime import DAY_S, day_of, day_start_s, instant_of
from hems_actors.core.rates import Rates, Slot

PAUSE_S: Final = 3_600
WINDOW_PAUSE_S: Final = 600
WINDOW_OPENS_S: Final = 13 * 3_600
WINDOW_CLOSES_S: Final = 15 * 3_600
BACK_OFF_S_MIN: Final = 60
BACK_OFF_S_MAX: Final = 3_600
_DOUBLINGS_MAX: Final = 6
FETCHES_MAX: Final = 80
"""In any 24 h. The provider's fair use is 100 (charging.md section 9); the rest is what a restart may have forgotten:
the 12 of a market's window."""
SPREAD_S: Final = 600
"""Over so long the homes' first look after 13:00 is spread."""
WALL_S_MIN: Final = 1_000_000_000
"""September 2001: a wall clock before that was never set."""
UNSET_PAUSE_S: Final = 30
"""How soon to look again whether the clock was set."""


class Now(NamedTuple):
    """The instant, as the two clocks show it."""

    steady_s: int
    wall_s: int
    transitions_s: tuple[int, ...]
    """The home's UTC offsets, as `ZoneKnown` has them."""

    @property
    def day(self) -> int:
        """The local date."""
        return day_of(self.transitions_s, self.wall_s)


class History(NamedTuple):
    """What became of the fetches from one provider; instants on the steady clock."""

    used_s: tuple[int, ...] = ()
    """All that count for fair use, ascending."""
    last_s: int | None = None
    """When the last one of this process began, or ended if it did; None = none yet."""
    day: int | None = None
    """The local date when the last one began."""
    failures: int = 0
    """In a row; one that did not end counts."""

    def asked(self, now: Now) -> "History":
        """Return what it is once a fetch begins."""
        used_s = tuple(at_s for at_s in self.used_s if at_s > now.steady_s - DAY_S)
        return History((*used_s, now.steady_s), now.steady_s, now.day, self.failures + 1)

    def ended(self, now: Now, *, answered: bool) -> "History":
        """Return what it is once that fetch brought an answer, or failed."""
        return self._replace(last_s=now.steady_s, failures=0 if answered else self.failures)


def due_s(now: Now, known: Rates, history: History, spread_s: int = 0) -> int:
    """Return when to fetch next, on the steady clock; an instant that is past means at once.

    Good until *now*'s wall clock is set: look again from time to time.

    Args:
        now: the instant.
        known: what this provider has said.
        history: what became of the fetches before.
        spread_s: how long after 13:00 this home begins to look for tomorrow, unless its hour is up before: not all
            homes are to ask at once.
    """
    if now.wall_s < WALL_S_MIN:
        return now.steady_s + UNSET_PAUSE_S
    return max(_wanted_s(now, known, history, spread_s), _allowed_s(now, history))


def asked_range_s(now: Now, days: int) -> tuple[int, int]:
    """Return what to ask for: from local midnight on for *days* times 24 h, or local days where those are longer."""
    start_s = day_start_s(now.transitions_s, now.day)
    return start_s, max(start_s + days * DAY_S, day_start_s(now.transitions_s, now.day + days))


def covers(rates: Rates, from_s: int, to_s: int) -> bool:
    """Return whether *rates* have a price at every instant from *from_s* to before *to_s*."""
    for slot in rates[bisect_right(rates, from_s, key=_end_s) :]:
        if from_s >= to_s or slot.start_s > from_s:
            break
        from_s = slot.end_s
    return from_s >= to_s


def back_off_s(failures: int) -> int:
    """Return how long to wait after so many *failures* in a row (at least one)."""
    return min(BACK_OFF_S_MIN << min(failures - 1, _DOUBLINGS_MAX), BACK_OFF_S_MAX)


def spread_s_of(home: str) -> int:
    """Return the part of `SPREAD_S` that is *home*'s: the same on each machine and after each start."""
    return crc32(home.encode()) % SPREAD_S


def after_restarts(starts_s: tuple[int, ...], now_s: int) -> History:
    """Return what to assume of the day before *now_s*, in which processes began at *starts_s*, ascending.

    Nothing is kept of fetches that brought no news, so each process is taken to have had none with any until the next
    began. For the back-off a start counts as a failure until an answer comes: so a daemon that starts over and over
    asks hardly more often than one that runs, and one that is started now and then asks at once.
    """
    starts_s = tuple(at_s for at_s in starts_s if at_s > now_s - DAY_S)
    used_s: list[int] = []
    for number, end_s in enumerate((*starts_s[1:], now_s)[: len(starts_s)]):
        at_s, failures = starts_s[number], number + 1
        while at_s < end_s:
            used_s.append(at_s)
            at_s += back_off_s(failures)
            failures += 1
    return History(tuple(used_s), failures=len(starts_s))


def _wanted_s(now: Now, known: Rates, history: History, spread_s: int) -> int:
    last_s, today = history.last_s, now.day
    if last_s is None:
        return now.steady_s
    if today != history.day and not covers(known, now.wall_s, now.wall_s + 1):
        return last_s + BACK_OFF_S_MIN
    if history.failures:
        return last_s + back_off_s(history.failures)
    hourly_s = last_s + PAUSE_S
    if covers(known, now.wall_s, day_start_s(now.transitions_s, today + 2)):
        return hourly_s
    wall_to_steady_s = now.steady_s - now.wall_s
    opens_s = instant_of(now.transitions_s, today, WINDOW_OPENS_S) + spread_s + wall_to_steady_s
    closes_s = instant_of(now.transitions_s, today, WINDOW_CLOSES_S) + wall_to_steady_s
    again_s = max(last_s + WINDOW_PAUSE_S, opens_s)
    return min(hourly_s, again_s) if again_s <= closes_s else hourly_s


def _allowed_s(now: Now, history: History) -> int:
    recent_s = [at_s for at_s in history.used_s if at_s > now.steady_s - DAY_S]
    return now.steady_s if len(recent_s) < FETCHES_MAX else recent_s[-FETCHES_MAX] + DAY_S


def _end_s(slot: Slot) -> int:
    return slot.end_s
