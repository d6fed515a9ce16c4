"""From when to when: two written times, either of which may be left out."""

from collections.abc import Iterator
from typing import Final

from replay.times import Clock, Instant, Span, Written, WrongTimeError, find, parse, span_text

_EVER: Final = Span(-(2**62), 2**62)


def find_range(
    begin: str | None, end: str | None, clock: Clock, span: Span, *, clipped: bool = False
) -> tuple[Span, list[str]]:
    """Return from when to when in the log, both included, and what is to be said of how that was understood.

    A time of day for *end* is its first one after the beginning; one for *begin* is the newest that has such an end in
    the log. A date alone is its first instant for *begin*, its last for *end*.

    Args:
        begin: as written; None = the start of the log.
        end: as written; None = the end of the log.
        clock: the home's, over the log.
        span: the log's.
        clipped: leave out what is outside the log, instead of refusing it.

    Raises:
        WrongTimeError: one is no time, or outside the log (with *clipped*: all is), or it ends before it begins.
    """
    until = None if end is None else parse(end)
    for first in _begins(begin, clock, span, clipped=clipped):
        try:
            last = _end(until, clock, span, first.at_ms, clipped=clipped)
        except WrongTimeError:
            if begin is None or until is None or until.day is not None or parse(begin).day is not None:
                raise
            continue
        found = Span(max(first.at_ms, span.first_ms), min(last.at_ms, span.last_ms))
        if found.last_ms < found.first_ms:
            what = " ".join(text for text in (begin and f"from {begin}", end and f"to {end}") if text)
            raise WrongTimeError(f"{what} nothing is in the log: {span_text(clock, span)}")
        return found, [note for note in (first.note, last.note) if note is not None]
    raise WrongTimeError(f"no {end} after any {begin} is in the log: {span_text(clock, span)}")


def _begins(begin: str | None, clock: Clock, span: Span, *, clipped: bool) -> Iterator[Instant]:
    """Yield the instants that *begin* may be, the newest first."""
    if begin is None:
        yield Instant(span.first_ms)
        return
    written = parse(begin)
    if written.day is not None:
        yield _dated(written, clock, span, clipped=clipped)
        return
    instant: Instant | None = find(written, clock, span)
    while instant is not None:
        yield instant
        earlier = Span(span.first_ms, instant.at_ms - 1)
        try:
            instant = find(written, clock, earlier) if earlier.last_ms >= earlier.first_ms else None
        except WrongTimeError:
            instant = None


def _end(written: Written | None, clock: Clock, span: Span, begin_ms: int, *, clipped: bool) -> Instant:
    if written is None:
        return Instant(span.last_ms)
    if written.day is None:
        return find(written, clock, span, after_ms=begin_ms)
    if not written.is_date:
        return _dated(written, clock, span, clipped=clipped)
    return Instant(find(written.next_day(), clock, _EVER).at_ms - 1)


def _dated(written: Written, clock: Clock, span: Span, *, clipped: bool) -> Instant:
    return find(written, clock, _EVER if clipped else span)
