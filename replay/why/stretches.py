"""How a charger stood over a stretch of time: joined as long as it charged, or was off for one and the same reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hems_actors.core.outcomes import SetPointDecided
from replay.survey import Survey
from replay.times import Span
from replay.why.case import operands_of
from replay.why.reading import chosen, kind_numbers
from replay.why.story import Decided

_KINDS: Final = kind_numbers(SetPointDecided)


@dataclass(slots=True)
class Stretch:
    """From one instant to another; `best` is the decision that came nearest to charging, or to more of it."""

    from_ms: int
    to_ms: int
    best: Decided | None
    """None = nothing was decided yet, or events are missing."""
    decisions: int = 1
    least_ma: int = 0
    most_ma: int = 0
    lost: bool = False
    """Whether events are missing from its beginning on."""

    @property
    def charged(self) -> bool:
        """Whether charging was offered."""
        return self.best is not None and self.best.event.on

    @property
    def lasted_ms(self) -> int:
        """How long it was."""
        return self.to_ms - self.from_ms


def stretches(found: Survey, source: int, span: Span) -> list[Stretch]:
    """Return how charger *source* stood over *span*, without a hole.

    Raises:
        LogError: the log cannot be read.
    """
    told: list[Stretch] = []
    for at_ms, decided, lost in _changes(found, source, span):
        newest = told[-1] if told else None
        if newest is not None and not lost and not newest.lost and _goes_on(newest, decided):
            _join(newest, decided)
            continue
        if newest is not None:
            newest.to_ms = at_ms
            if newest.lasted_ms == 0:
                told.pop()
        current_ma = 0 if decided is None else decided.event.current_ma
        told.append(Stretch(at_ms, span.last_ms, decided, 1, current_ma, current_ma, lost))
    return told


def short_of(decided: Decided | None) -> int | None:
    """Return by how much (W) a decision missed its threshold, negative if it did not; None = it has none."""
    operands = {} if decided is None else operands_of(decided.event)
    available, threshold = operands.get("available_w"), operands.get("threshold_w")
    return None if available is None or threshold is None else threshold[0] - available[0]


def _changes(found: Survey, source: int, span: Span) -> Iterator[tuple[int, Decided | None, bool]]:
    """Yield from when on which decision stood, the first at the beginning of *span*; True = events are missing."""
    before: Decided | None = None
    begun = lost = False
    for placed in chosen(found.path, _KINDS):
        if placed.at_ms > span.last_ms:
            break
        if placed.event is not None and (
            not isinstance(placed.event, SetPointDecided) or placed.event.source != source
        ):
            continue
        if placed.at_ms > span.first_ms and not begun:
            begun = True
            yield span.first_ms, before, lost
        lost = placed.event is None
        before = Decided(placed.seq, placed.at_ms, placed.event) if isinstance(placed.event, SetPointDecided) else None
        if begun:
            yield placed.at_ms, before, lost
    if not begun:
        yield span.first_ms, before, lost


def _goes_on(stretch: Stretch, decided: Decided | None) -> bool:
    if stretch.best is None or decided is None:
        return stretch.best is decided
    was, event = stretch.best.event, decided.event
    return was.on == event.on and (event.on or was.rule == event.rule)


def _join(stretch: Stretch, decided: Decided | None) -> None:
    if decided is None:
        return
    stretch.decisions += 1
    current_ma = decided.event.current_ma
    stretch.least_ma, stretch.most_ma = min(stretch.least_ma, current_ma), max(stretch.most_ma, current_ma)
    missed, least = short_of(decided), short_of(stretch.best)
    if decided.event.on:
        if current_ma > (stretch.best.event.current_ma if stretch.best else 0):
            stretch.best = decided
    elif missed is not None and least is not None and missed < least:
        stretch.best = decided
