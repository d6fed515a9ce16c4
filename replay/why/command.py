"""`hems-replay LOG --why` and `--why-not`: from the arguments to what is printed."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hems_actors.eventlog.brief import printable
from hems_actors.eventlog.errors import LogError, NewerError
from replay.options_query import UsageError
from replay.report import Exit
from replay.survey import Survey, UnknownChargerError, survey
from replay.text import damage_text
from replay.times import WrongTimeError, end_of, find, parse
from replay.times_range import find_range
from replay.why import not_charged
from replay.why.answer import answers, as_json, events_named, text_of
from replay.why.story import Question

if TYPE_CHECKING:
    from argparse import Namespace

_MINUTE_MS = 60_000


def run_reason(arguments: "Namespace", what: str, complain: Callable[[str], None]) -> int:
    """Print why something was decided (*what* = `why`), or why a car was not charged; return the exit code.

    Raises:
        UsageError: a time or charger that is not in the log.
    """
    path = Path(arguments.logs[0])
    try:
        found = survey(path)
        sources = _sources(found, getattr(arguments, what))
        if what == "why":
            _print_why(arguments, found, sources, complain)
        else:
            _print_why_not(arguments, found, sources, complain)
    except (WrongTimeError, UnknownChargerError) as error:
        raise UsageError(str(error)) from error
    except LogError as error:
        complain(str(error))
        return Exit.USAGE_OR_NEWER if isinstance(error, NewerError) else Exit.DAMAGED
    for damage in found.damage:
        complain(f"{path}: damaged: {damage_text(damage, found.clock.local(found.span.last_ms))}")
    return Exit.DAMAGED if found.damage else Exit.SAME


def _sources(found: Survey, charger: str) -> list[int]:
    if charger:
        return [found.charger(charger)]
    if not found.chargers:
        raise UnknownChargerError("the log has no charger")
    return found.chargers


def _print_why(arguments: "Namespace", found: Survey, sources: list[int], complain: Callable[[str], None]) -> None:
    at_ms = found.span.last_ms
    if arguments.at is not None:
        written = parse(arguments.at)
        instant = find(written, found.clock, found.span)
        at_ms = min(end_of(written, instant), found.span.last_ms)
        if instant.note is not None:
            complain(instant.note)
    told = answers(found, [Question(source, at_ms) for source in sources])
    named = events_named(found, told)
    for number, answer in enumerate(told):
        if arguments.json:
            sys.stdout.write(json.dumps(as_json(answer, named, found), ensure_ascii=False) + "\n")
            continue
        if number:
            sys.stdout.write("\n")
        for line in text_of(answer, named, found):
            sys.stdout.write(f"{printable(line)}\n")


def _print_why_not(arguments: "Namespace", found: Survey, sources: list[int], complain: Callable[[str], None]) -> None:
    within = found.span._replace(last_ms=found.span.last_ms + _MINUTE_MS)  # a log ends just before the full minute
    span, notes = find_range(arguments.begin, arguments.end, found.clock, within)
    span = span._replace(last_ms=min(span.last_ms, found.span.last_ms))
    for note in notes:
        complain(note)
    for number, source in enumerate(sources):
        case = not_charged.not_charged(found, source, span)
        if arguments.json:
            sys.stdout.write(json.dumps(not_charged.as_json(case, found), ensure_ascii=False) + "\n")
            continue
        if number:
            sys.stdout.write("\n")
        for line in not_charged.text_of(case, found):
            sys.stdout.write(f"{printable(line)}\n")
