"""The answer to "why did it not charge?": stretch by stretch, what stood in the way."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from hems_actors.core.rules import RULES
from replay.survey import Survey
from replay.text import counted
from replay.times import Span
from replay.why.answer import Answer, answers
from replay.why.story import Question
from replay.why.stretches import Stretch, stretches
from replay.why.words import Teller, current, duration

EXPLAINED_MAX: Final = 20
"""So many stretches get their full reason; what is more gets its rule's sentence."""
_REJECTED_MAX: Final = 3


class Told(NamedTuple):
    """A stretch, and the answer to "why?" at the instant when it came nearest to charging."""

    stretch: Stretch
    answer: Answer | None


class NotCharged(NamedTuple):
    """What a charger did over a span of time."""

    charger: str
    span: Span
    told: list[Told]


def not_charged(found: Survey, source: int, span: Span) -> NotCharged:
    """Return what stood in the way of charging at *source* over *span*.

    Raises:
        LogError: the log cannot be read.
    """
    found_stretches = stretches(found, source, span)
    off = [stretch for stretch in found_stretches if not stretch.charged and stretch.best is not None]
    longest = sorted(off, key=lambda stretch: -stretch.lasted_ms)[:EXPLAINED_MAX]
    asked = [Question(source, stretch.best.at_ms) for stretch in longest if stretch.best is not None]
    explained = {id(stretch): answer for stretch, answer in zip(longest, answers(found, asked), strict=True)}
    return NotCharged(
        found.name(source), span, [Told(stretch, explained.get(id(stretch))) for stretch in found_stretches]
    )


def text_of(case: NotCharged, found: Survey) -> Iterator[str]:
    """Yield the lines of *case*."""
    teller = Teller(found.clock, case.span.first_ms)
    whole_ms = case.span.last_ms - case.span.first_ms
    charged_ms = sum(told.stretch.lasted_ms for told in case.told if told.stretch.charged)
    did = f"it was to charge for {duration(charged_ms)}" if charged_ms else "it was not to charge at all"
    until = teller.time(case.span.last_ms)
    yield f"{case.charger}, {teller.stamp(case.span.first_ms)} to {until} ({duration(whole_ms)}): {did}."
    for told in case.told:
        yield f"- {_stretch_text(told, teller)}"
        if told.answer is not None:
            yield from _reasons(told, teller)


def as_json(case: NotCharged, found: Survey) -> dict[str, object]:
    """Return *case* as an object for programs."""
    return {
        "charger": case.charger,
        "from": found.clock.text(case.span.first_ms),
        "to": found.clock.text(case.span.last_ms),
        "stretches": [
            {
                "from": found.clock.text(told.stretch.from_ms),
                "to": found.clock.text(told.stretch.to_ms),
                "charging": told.stretch.charged,
                "least_ma": told.stretch.least_ma,
                "most_ma": told.stretch.most_ma,
                "decisions": told.stretch.decisions if told.stretch.best else 0,
                "rule": _rule_name(told.stretch),
                "event": None if told.stretch.best is None else told.stretch.best.seq,
                "why": None if told.answer is None else told.answer.why,
                "rejected": [] if told.answer is None else [note.text for note in told.answer.rejected],
                "nearest_threshold": told.answer.thresholds[0] if told.answer and told.answer.thresholds else None,
                "events_missing": told.stretch.lost,
            }
            for told in case.told
        ],
    }


def _stretch_text(told: Told, teller: Teller) -> str:
    stretch = told.stretch
    place = f"{teller.time(stretch.from_ms)} to {teller.time(stretch.to_ms)} ({duration(stretch.lasted_ms)})"
    if stretch.lost:
        return f"{place}: events are missing here, so nobody knows"
    if stretch.best is None:
        return f"{place}: nothing had been decided in this log"
    if stretch.charged:
        least, most = current(stretch.least_ma), current(stretch.most_ma)
        offered = most if stretch.least_ma == stretch.most_ma else f"{least} to {most}"
        return f"{place}: charging, {offered}, {counted(stretch.decisions, 'decision')}"
    sentence = RULES[stretch.best.event.rule].sentence if stretch.best.event.rule in RULES else "an unknown rule"
    return f"{place}: off, {sentence} [{_rule_name(stretch)}], {counted(stretch.decisions, 'decision')}"


def _reasons(told: Told, teller: Teller) -> Iterator[str]:
    answer, best = told.answer, told.stretch.best
    if answer is None or best is None:
        return
    when = "nearest to charging" if told.stretch.decisions > 1 else "decided"
    yield f"    {when} at {teller.time(best.at_ms)} (event {best.seq}): {answer.why}"
    for note in answer.rejected[:_REJECTED_MAX]:
        yield f"    {note.text}."
    if answer.thresholds:
        yield f"    Nearest threshold: {answer.thresholds[0]}."


def _rule_name(stretch: Stretch) -> str | None:
    if stretch.best is None:
        return None
    rule = stretch.best.event.rule
    return RULES[rule].name if rule in RULES else str(rule)
