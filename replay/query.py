"""Exports: what a log says, one row each, streaming, chosen by time, charger and kind."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hems_actors.core.enums import What
from hems_actors.core.errors import FAILURES
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import LogError, MalformedError, NewerError
from replay.api import FieldValue, LoggedEvent, open_log
from replay.api.event import KIND_NAMES, STAGES, column_names
from replay.options_query import UsageError
from replay.query_actions import ACTION_COLUMNS, Action, Actions, what_name
from replay.query_formats import Formatted, formatter, header
from replay.report import Exit
from replay.survey import Survey, UnknownChargerError, survey
from replay.text import damage_text
from replay.times import Span, WrongTimeError
from replay.times_range import find_range

if TYPE_CHECKING:
    from argparse import Namespace

EVENT_COLUMNS: Final = ("seq", "at", "at_ms", "thing", "source", "stage", "kind")
_RENAMED: Final = {"kind": "thing_kind"}
"""Fields that are called like one of these columns."""
_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "events": tuple(STAGES),
    "decisions": tuple(kind for kind, stage in STAGES.items() if stage == "decision"),
    "actions": tuple(what_name(what) for what in What),
}
"""What can be asked for, and of which kinds."""


class Chosen(NamedTuple):
    """Which events, or actions, of one log."""

    span: Span
    source: int | None
    """Of one charger; None = of all things."""
    kinds: frozenset[str]

    def holds(self, event: LoggedEvent, kind: str) -> bool:
        """Return whether *event* is chosen, as one of *kind*."""
        inside = self.span.first_ms <= event.at_ms <= self.span.last_ms
        return inside and kind in self.kinds and self.source in (None, event.source)


@dataclass(frozen=True, slots=True)
class _EventItem:
    """An event as it is exported."""

    event: LoggedEvent

    @property
    def seq(self) -> int:
        return self.event.seq

    def row(self) -> dict[str, FieldValue]:
        event = self.event
        at = event.at.isoformat(timespec="milliseconds")
        values = (event.seq, at, event.at_ms, event.thing, event.source, event.stage, event.kind)
        columns: dict[str, FieldValue] = dict(zip(EVENT_COLUMNS, values, strict=True))
        return columns | {_RENAMED.get(name, name): value for name, value in event.fields.items()}

    def line(self) -> str:
        event = self.event
        return f"{event.local.text(event.at_ms)} #{event.seq} {event.text()}"


def run_query(arguments: "Namespace", what: str, complain: Callable[[str], None]) -> int:
    """Print what is asked for of all logs; return the exit code.

    Raises:
        UsageError: a time, charger or kind that is in none of the logs.
    """
    kinds = _kinds(what, arguments.kind)
    form = arguments.format or ("jsonl" if arguments.json else "text")
    several = len(arguments.logs) > 1
    columns = ACTION_COLUMNS if what == "actions" else _event_columns(kinds)
    head = header(form, columns, logs=several)
    worst, missed = Exit.SAME, []
    for log in arguments.logs:
        path = Path(log)
        try:
            found = survey(path)
            chosen = Chosen(_span(found, arguments, complain), _source(found, arguments.charger), kinds)
            _print(head)
            head = []
            _print(_lines(path, what, chosen, formatter(form, columns, log if several else None)))
        except (WrongTimeError, UnknownChargerError) as error:
            missed.append(str(error))
        except LogError as error:
            complain(str(error))
            worst = max(worst, Exit.USAGE_OR_NEWER if isinstance(error, NewerError) else Exit.DAMAGED)
        else:
            for damage in found.damage:
                worst = Exit.DAMAGED
                complain(f"{path}: damaged: {damage_text(damage, found.clock.local(found.span.last_ms))}")
    if missed and len(missed) == len(arguments.logs):
        raise UsageError(missed[0])
    return worst


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


def _lines(path: Path, what: str, chosen: Chosen, formatted: Formatted) -> Iterator[str]:
    """Yield the lines of what is chosen in the log at *path*.

    Raises:
        LogError: the rest cannot be read; a value that no writer writes is one, too.
    """
    with open_log(path, past_damage=True) as log:
        for item in _actions(log, chosen) if what == "actions" else _events(log, chosen):
            try:
                line = formatted(item)
            except FAILURES as error:
                text = brief(str(error))
                raise MalformedError(f"{path}: event {item.seq} is not what a writer writes: {text}") from error
            yield line


def _events(log: Iterable[LoggedEvent], chosen: Chosen) -> Iterator[_EventItem]:
    return (_EventItem(event) for event in log if chosen.holds(event, event.kind))


def _actions(log: Iterable[LoggedEvent], chosen: Chosen) -> Iterator[Action]:
    actions = Actions()
    for event in log:
        for action in actions.take(event):
            if chosen.holds(action.intended, what_name(action.record.what)):
                yield action
    for action in actions.rest():
        if chosen.holds(action.intended, what_name(action.record.what)):
            yield action


def _kinds(what: str, wanted: Sequence[str] | None) -> frozenset[str]:
    """Return the kinds that are asked for; all of them by default.

    Raises:
        UsageError: one is none of those that *what* can be.
    """
    known = _KINDS[what]
    for kind in wanted or ():
        if kind not in known:
            close = get_close_matches(kind, known, 3) or known[:3]
            raise UsageError(f"--{what} has no kind {kind!r}: perhaps {', '.join(close)}")
    return frozenset(wanted or known)


def _event_columns(kinds: frozenset[str]) -> list[str]:
    classes = (event for event, name in KIND_NAMES.items() if name in kinds)
    return [*EVENT_COLUMNS, *(_RENAMED.get(name, name) for name in column_names(classes))]


def _source(found: Survey, charger: str | None) -> int | None:
    return None if charger is None else found.charger(charger)


def _span(found: Survey, arguments: "Namespace", complain: Callable[[str], None]) -> Span:
    """Return from when to when rows are chosen; what lies outside the log is left out.

    Raises:
        WrongTimeError: all of it does.
    """
    chosen, notes = find_range(arguments.begin, arguments.end, found.clock, found.span, clipped=True)
    for note in notes:
        complain(note)
    return chosen
