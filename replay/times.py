"""Times as people write them, in the home's zone and by the clock it had: an instant of a log, and what to say of it.

A local time that exists twice, when clocks were put back, is the first of the two; one that does not exist is the first
instant after the gap. Either is said. A time of day alone is its newest occurrence in the log.
"""

import re
from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from hems_actors.eventlog.localtime import LocalTime

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - what clocks show has no zone
_UTC: Final = LocalTime()
_DAY_MS: Final = 86_400_000
_DAYS_MAX: Final = 400
"""So many days back a time of day is looked for."""
_FORM: Final = re.compile(
    r"(?:(?P<date>\d{4}-\d{2}-\d{2})(?:[T ]+|$))?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,6}))?)?)?"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
FORMS: Final = "18:03, 18:03:10, 2026-01-12 18:03, 2026-01-12T18:03:10+01:00"
"""What can be written."""


class WrongTimeError(Exception):
    """A text is no time, or one that is not in the log; one line for whoever wrote it."""


class Written(NamedTuple):
    """A time as written; None = not said."""

    text: str
    day: int | None
    """Local date as a number of days since 1 January 1970."""
    second_ms: int
    """Time of day."""
    offset_s: int | None
    width_ms: int
    """How long what is written lasts: a minute, if no second is named."""
    is_date: bool = False
    """Whether it is a date alone."""

    def next_day(self) -> "Written":
        """Return the same of the day after."""
        return self._replace(day=(self.day or 0) + 1)


class Span(NamedTuple):
    """From the first to the last instant of a log, both in it."""

    first_ms: int
    last_ms: int


class Instant(NamedTuple):
    """What a written time is in a log."""

    at_ms: int
    note: str | None = None
    """What a reader should know of how it was understood."""


class Clock:
    """The home's wall clock over a log: how local time follows from `at_ms`, from which instant on."""

    def __init__(self) -> None:
        self._from_ms: list[int] = []
        self._locals: list[LocalTime] = []

    def note(self, at_ms: int, local: LocalTime) -> None:
        """Note that local time goes by *local* from *at_ms* on; instants are noted in their order."""
        if self._locals and _says(self._locals[-1]) == _says(local):
            return
        if self._from_ms and self._from_ms[-1] >= at_ms:
            self._from_ms.pop()
            self._locals.pop()
        self._from_ms.append(at_ms)
        self._locals.append(local)

    def local(self, at_ms: int) -> LocalTime:
        """Return how local time is told at *at_ms*; before anything was noted as it was first."""
        if not self._locals:
            return _UTC
        return self._locals[max(0, bisect_right(self._from_ms, at_ms) - 1)]

    def local_ms(self, at_ms: int) -> int:
        """Return what the home's clocks show at *at_ms*: ms since they showed 1 January 1970, midnight."""
        local = self.local(at_ms)
        return local.wall_ms(at_ms) + local.offset_s(at_ms) * 1000

    def text(self, at_ms: int) -> str:
        """Return the local time at *at_ms* as ISO 8601 with offset, to the second."""
        text = self.local(at_ms).text(at_ms)
        return text[:19] + text[23:] if "T" in text else text

    def instants(self, shown_ms: int) -> list[int]:
        """Return the instants at which clocks show *shown_ms*; if they never do, the first at which they show more."""
        found, jumps = set(), self._from_ms[1:]
        for local in self._locals or [_UTC]:
            for offset_s in local.transitions_s[1::2] or (0,):
                at_ms = shown_ms - offset_s * 1000 - local.clock_offset_ms
                if self.local(at_ms) is local and local.offset_s(at_ms) == offset_s:
                    found.add(at_ms)
            jumps += [since_s * 1000 - local.clock_offset_ms for since_s in local.transitions_s[2::2]]
        if found:
            return sorted(found)
        return [at_ms for at_ms in sorted(jumps) if self.local_ms(at_ms - 1) < shown_ms <= self.local_ms(at_ms)][:1]

    def instant_of_wall(self, wall_ms: int) -> int:
        """Return the first instant at which the wall clock shows *wall_ms* (UTC), or would if it was never put."""
        guesses_ms = [(wall_ms - local.clock_offset_ms, local) for local in self._locals or [_UTC]]
        return next((at_ms for at_ms, local in guesses_ms if self.local(at_ms) is local), guesses_ms[-1][0])


def parse(text: str) -> Written:
    """Return what *text* says.

    Raises:
        WrongTimeError: it is no time.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or not (match["date"] or match["hour"]) or (match["offset"] and not match["date"]):
        raise WrongTimeError(f"{text!r} is no time: write it as {FORMS}")
    try:
        day = None if match["date"] is None else (date.fromisoformat(match["date"]) - _EPOCH.date()).days
        clock = time(int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0))
    except ValueError as error:
        raise WrongTimeError(f"{text!r} is no time: {error}") from error
    second_ms = (clock.hour * 3600 + clock.minute * 60 + clock.second) * 1000
    second_ms += int((match["part"] or "").ljust(3, "0")[:3])
    width_ms = 1 if match["part"] else 1000 if match["second"] or not match["hour"] else 60_000
    return Written(text.strip(), day, second_ms, _offset_s(match["offset"]), width_ms, is_date=not match["hour"])


def find(written: Written, clock: Clock, span: Span, after_ms: int | None = None) -> Instant:
    """Return the instant of *written* in the log.

    Args:
        written: what was asked for.
        clock: the home's, over the log.
        span: the log's.
        after_ms: a time of day is the first one at or after it; None = the newest one in the log.

    Raises:
        WrongTimeError: it is outside the log.
    """
    if written.day is None:
        return _find_time_of_day(written, clock, span, after_ms)
    if written.offset_s is not None:
        wall_ms = written.day * _DAY_MS + written.second_ms - written.offset_s * 1000
        return Instant(_checked(clock.instant_of_wall(wall_ms), written, clock, span))
    found = clock.instants(written.day * _DAY_MS + written.second_ms)
    inside = [at_ms for at_ms in found if _is_inside(at_ms, written, span)]
    at_ms = (inside or found or [_beyond(written, clock, span)])[0]
    return Instant(_checked(at_ms, written, clock, span), _note(written, clock, found, at_ms, written.day))


def end_of(written: Written, instant: Instant) -> int:
    """Return the last instant that *written*, found at *instant*, covers: 18:03 is that whole minute."""
    return instant.at_ms + written.width_ms - 1


def span_text(clock: Clock, span: Span) -> str:
    """Return from when to when the log goes."""
    return f"the log goes from {clock.text(span.first_ms)} to {clock.text(span.last_ms)}"


def _find_time_of_day(written: Written, clock: Clock, span: Span, after_ms: int | None) -> Instant:
    first_day = clock.local_ms(span.first_ms if after_ms is None else after_ms) // _DAY_MS
    last_day = clock.local_ms(span.last_ms) // _DAY_MS
    if after_ms is None:
        days = range(last_day, max(first_day, last_day - _DAYS_MAX) - 1, -1)
    else:
        days = range(first_day, min(last_day, first_day + _DAYS_MAX) + 1)
    found: list[tuple[int, int, list[int]]] = []
    for day in days:
        instants = clock.instants(day * _DAY_MS + written.second_ms)
        inside = [at_ms for at_ms in instants if _is_inside(at_ms, written, span) and at_ms >= (after_ms or at_ms)]
        if inside:
            found.append((inside[0], day, instants))
        if found and after_ms is not None:
            break
    if not found:
        since = "" if after_ms is None else f" after {clock.text(after_ms)}"
        raise WrongTimeError(f"{written.text} is not in the log{since}: {span_text(clock, span)}")
    at_ms, day, instants = found[0]
    note = _note(written, clock, instants, at_ms, day)
    if note is None and len(found) > 1:
        note = f"{written.text} is in this log on {len(found)} days: {_date_text(day)}, the newest, was taken"
    return Instant(at_ms, note)


def _note(written: Written, clock: Clock, found: list[int], at_ms: int, day: int) -> str | None:
    """Return what is to be said of a local time that exists twice, or not at all."""
    shown_ms = day * _DAY_MS + written.second_ms
    what = f"{written.text} on {_date_text(day)}" if written.day is None else written.text
    if len(found) > 1:
        texts = [clock.text(each) for each in found]
        taken = "the first" if at_ms == found[0] else "the one in the log"
        return f"{what} exists twice, clocks were put back ({', '.join(texts)}): {taken} was taken"
    if found and clock.local_ms(at_ms) != shown_ms:
        return f"{what} does not exist, clocks were put forward: {clock.text(at_ms)} was taken"
    return None


def _checked(at_ms: int, written: Written, clock: Clock, span: Span) -> int:
    if not _is_inside(at_ms, written, span):
        raise WrongTimeError(f"{written.text} is not in the log: {span_text(clock, span)}")
    return at_ms


def _is_inside(at_ms: int, written: Written, span: Span) -> bool:
    """Return whether any of what is written is in the log: a log that begins at 18:03:20 holds 18:03."""
    return at_ms + written.width_ms > span.first_ms and at_ms <= span.last_ms


def _beyond(written: Written, clock: Clock, span: Span) -> int:
    """Return an instant outside *span*, on the side on which *written*, which clocks never showed, is."""
    shown_ms = (written.day or 0) * _DAY_MS + written.second_ms
    return span.first_ms - _DAY_MS if shown_ms < clock.local_ms(span.first_ms) else span.last_ms + _DAY_MS


def _offset_s(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds


def _date_text(day: int) -> str:
    try:
        return str((_EPOCH + timedelta(days=day)).date())
    except OverflowError:
        return f"day {day}"


def _says(local: LocalTime) -> tuple[tuple[int, ...], int]:
    return local.transitions_s, local.clock_offset_ms
