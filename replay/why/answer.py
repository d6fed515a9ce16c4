"""The answer to "why?": found in the log, put together from one case, told as text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hems_actors.core.errors import FAILURES
from hems_actors.core.outcomes import PlanMade
from hems_actors.core.rules import RULES
from replay.survey import Survey
from replay.values import scaled
from replay.why.case import Case, Note
from replay.why.deeds import deeds
from replay.why.inputs import inputs
from replay.why.plans import cause_text
from replay.why.reading import LostError, Placed, Walk, look_up
from replay.why.rejected import rejected
from replay.why.sentences import why
from replay.why.story import HomeStory, Question, Story, tell
from replay.why.thresholds import thresholds
from replay.why.trace import trace
from replay.why.words import Teller, current, offer


@dataclass(slots=True)
class Answer:
    """What was decided for one charger at an instant, and why."""

    charger: str
    asked_ms: int
    headline: str
    why: str = ""
    rule: str = ""
    seq: int | None = None
    """Of the decision; None = there is none."""
    at_ms: int = 0
    inputs: list[Note] = field(default_factory=list)
    rejected: list[Note] = field(default_factory=list)
    done: list[Note] = field(default_factory=list)
    thresholds: list[str] = field(default_factory=list)
    """The nearest first."""
    later: list[Note] = field(default_factory=list)


def answers(found: Survey, asked: Sequence[Question]) -> list[Answer]:
    """Return the answers to *asked*, in its order; the log is read once for all of them, where nothing is missing.

    Raises:
        LogError: the log cannot be read.
    """
    stories = tell(found, asked)
    told = [_as_told(found, story, question.at_ms) for question, (_home, story) in zip(asked, stories, strict=True)]
    left = sorted((answer.seq, index) for index, answer in enumerate(told) if answer.seq is not None)
    while left:
        begun = left[0]
        try:
            with Walk(found, begun[0]) as walk:
                for _seq, index in [*left]:
                    _fill_in(told[index], found, walk, stories[index])
                    del left[0]
        except LostError:
            if left[0] != begun:
                continue  # from the last snapshot before this one nothing may be missing
            lost = "events before it are missing, so the state it was made in is unknown"
            told[left.pop(0)[1]].rejected = [Note(f"It cannot be decided again: {lost}")]
    return told


def events_named(found: Survey, told: Sequence[Answer]) -> dict[int, Placed]:
    """Return the events that the answers *told* name.

    Raises:
        LogError: the log cannot be read.
    """
    return look_up(found.path, (note.seq for answer in told for note in _notes(answer) if note.seq is not None))


def text_of(answer: Answer, named: dict[int, Placed], found: Survey) -> Iterator[str]:
    """Yield the lines of *answer*; *named* are the events that it refers to."""
    teller = Teller(found.clock, answer.asked_ms)
    place = "" if answer.seq is None else f" (decided at {teller.time(answer.at_ms)}, event {answer.seq})"
    yield f"{answer.charger}, {teller.stamp(answer.asked_ms)}: {answer.headline}{place}."
    if answer.why:
        yield f"Why: {answer.why} [{answer.rule}]"
    sections = (
        ("It went by:", answer.inputs),
        ("Rejected:", answer.rejected),
        ("Done:", answer.done),
        ("Later:", answer.later),
    )
    for title, notes in sections:
        if title == "Later:" and answer.thresholds:
            yield f"Nearest threshold: {answer.thresholds[0]}."
            if answer.thresholds[1:]:
                yield f"Further: {'; '.join(answer.thresholds[1:3])}."
        if notes:
            yield title
        for note in notes:
            yield f"- {_note_text(note, named, teller, answer.at_ms)}."


def as_json(answer: Answer, named: dict[int, Placed], found: Survey) -> dict[str, object]:
    """Return *answer* as an object for programs; ages are ms before the decision."""

    def told(notes: list[Note]) -> list[dict[str, object]]:
        return [
            {
                "text": note.text,
                "event": note.seq,
                "age_ms": answer.at_ms - named[note.seq].at_ms if note.seq in named else None,
            }
            for note in notes
        ]

    return {
        "charger": answer.charger,
        "asked": found.clock.text(answer.asked_ms),
        "event": answer.seq,
        "at": None if answer.seq is None else found.clock.text(answer.at_ms),
        "decision": answer.headline,
        "rule": answer.rule or None,
        "why": answer.why or None,
        "inputs": told(answer.inputs),
        "rejected": told(answer.rejected),
        "done": told(answer.done),
        "thresholds": answer.thresholds,
        "later": told(answer.later),
    }


def _as_told(found: Survey, story: Story, at_ms: int) -> Answer:
    """Return the answer as far as the story alone tells it."""
    name, teller = found.name(story.source), Teller(found.clock, at_ms)
    decided = story.decision
    if decided is None:
        return Answer(name, at_ms, "nothing had been decided for it in this log by then")
    rule = RULES.get(decided.event.rule)
    answer = Answer(name, at_ms, _headline(story, teller), seq=decided.seq, at_ms=decided.at_ms)
    answer.rule = rule.name if rule else str(decided.event.rule)
    answer.why = f"{rule.sentence if rule else 'a rule that this version does not know'}."
    if story.next is not None:
        event = story.next.event
        becomes = offer(event.current_ma, event.phases) if event.on else "off"
        named = RULES[event.rule].name if event.rule in RULES else str(event.rule)
        answer.later.append(Note(f"At {teller.time(story.next.at_ms)} it became {becomes} [{named}]", story.next.seq))
    if story.lost is not None:
        answer.later.append(Note(f"Events from {story.lost.seq} on are missing, so newer decisions may be unknown"))
    return answer


def _fill_in(answer: Answer, found: Survey, walk: Walk, told: tuple[HomeStory, Story]) -> None:
    """Add to *answer* what only the state tells in which the decision was made.

    Raises:
        LostError: events before it are missing.
        LogError: the log cannot be read.
    """
    home, story = told
    decided = story.decision
    if decided is None:
        return
    state = walk.before_decision(decided.seq)
    try:
        again = trace(state, story.source)
        teller = Teller(found.clock, answer.asked_ms)
        case = Case(found, teller, state, state.chargers[story.source], decided, again, story, home)
        _fill(answer, case)
    except FAILURES as error:
        answer.rejected = [Note(f"This version cannot decide it again: {type(error).__name__}: {error}")]


def _fill(answer: Answer, case: Case) -> None:
    answer.why = why(case)
    answer.inputs = list(inputs(case))
    answer.inputs += _further_operands(case, answer.inputs)
    answer.rejected = list(rejected(case))
    answer.done = list(deeds(case))
    answer.thresholds = [threshold.text for threshold in thresholds(case)]
    event, ledger = case.event, case.charger.ledger
    if case.charger.report_seq and event.on and case.charger.point.on and not ledger.known_on:
        answer.headline += ", but the charger itself was off"


def _further_operands(case: Case, notes: list[Note]) -> list[Note]:
    """Return the recorded operands whose event no other input names."""
    told = {note.seq for note in notes}
    return [
        Note(_operand_text(case, name, value), seq)
        for name, (value, seq) in case.operands.items()
        if seq not in told and seq
    ]


def _operand_text(case: Case, name: str, value: int) -> str:
    stem, _, unit = name.rpartition("_")
    label = (stem or unit).replace("_", " ").capitalize()
    return f"{label}: {case.teller.wall(case.state, value) if unit == 's' else scaled(name, value)}"


def _headline(story: Story, teller: Teller) -> str:
    """Return what the decision did to the set-point."""
    decided, before = story.decision, story.before
    if decided is None:
        return ""
    event = decided.event
    now = offer(event.current_ma, event.phases)
    if before is None:
        return f"on, {now}" if event.on else "off"
    was = before.event
    if decided.set_point == before.set_point:
        since = "" if story.began is None else f" since {teller.time(story.began.at_ms)}"
        if story.first_known:
            since = " since before this log" if event.on else " from the start of this log"
        return f"it stayed at {now}{since}" if event.on else f"it stayed off{since}"
    if not event.on:
        return f"it was switched off, from {offer(was.current_ma, was.phases)}"
    if not was.on:
        return f"it was switched on, at {now}"
    if event.phases != was.phases:
        return f"it was switched from {offer(was.current_ma, was.phases)} to {now}"
    verb = "raised" if event.current_ma > was.current_ma else "lowered"
    return f"it was {verb} from {current(was.current_ma)} to {now}"


def _note_text(note: Note, named: dict[int, Placed], teller: Teller, now_ms: int) -> str:
    if note.seq is None:
        return note.text
    placed = named.get(note.seq)
    because = ""
    if placed is not None and isinstance(placed.event, PlanMade):
        because = f", made because {cause_text(placed.event)}"
    return f"{note.text}{because} ({teller.reference(note.seq, placed and placed.at_ms, now_ms)})"


def _notes(answer: Answer) -> Iterator[Note]:
    yield from answer.inputs
    yield from answer.rejected
    yield from answer.done
    yield from answer.later
