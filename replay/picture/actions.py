"""Writes to chargers: one mark each, with the reason, its try, its answer and how it ended."""

from collections.abc import Callable, Iterator
from typing import Final

from hems_actors.core.enums import Closing, What
from hems_actors.core.facts import ActionAnswered, ActionSent
from hems_actors.core.outcomes import ActionClosed, ActionIntended, SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.core.rules import RULES
from hems_actors.eventlog.localtime import LocalTime
from replay.api import LoggedEvent
from replay.picture.sayings import Said
from replay.picture.words import time_text, value_text
from replay.query_actions import OPEN, OVERTAKEN, Action, Actions, closing_name

_ENDED_WELL: Final = (closing_name(Closing.VERIFIED), closing_name(Closing.SUPERSEDED), OVERTAKEN, OPEN)
_FOLLOWED: Final = (ActionIntended, ActionSent, ActionAnswered, ActionClosed)


class Writes:
    """Follows writes from the decision to their end and tells what to say of each."""

    def __init__(self, told: Callable[[Said, Action], None]) -> None:
        self._told = told
        self._actions = Actions()

    def take(self, seq: int, at_ms: int, event: Event, local: LocalTime) -> bool:
        """Return whether *event* is a decision, or about a write."""
        if not isinstance(event, (*_FOLLOWED, SetPointDecided)):
            return False
        self._tell(self._actions.take(LoggedEvent(seq, at_ms, event, "", local)))
        return True

    def finish(self) -> None:
        """Tell of those that are still open."""
        self._tell(self._actions.rest())

    def _tell(self, actions: Iterator[Action]) -> None:
        for action in actions:
            self._told(_said(action), action)


def _said(action: Action) -> Said:
    event = action.record
    serious = action.ending not in _ENDED_WELL
    ending = action.ending.replace("_", " ")
    result = "none" if action.result is None else value_text("result", action.result)
    lines = [
        *_because(action),
        ("Write", f"{_order(event)}: {'takes load off' if event.reduces else 'may add load'}"),
        ("Try", str(event.attempt)),
        ("Sent", "not sent" if action.sent_ms is None else _after(action.sent_ms)),
        ("Answer", result if action.answered_ms is None else f"{result} {_after(action.answered_ms)}"),
        ("End", ending if action.ended_ms is None else f"{ending} {_after(action.ended_ms)} (#{action.ended_seq})"),
    ]
    again = f" (try {event.attempt})" if event.attempt > 1 else ""
    return Said("action", f"{_order(event)}{again}{f': {ending}' if serious else ''}", tuple(lines), serious=serious)


def _because(action: Action) -> Iterator[tuple[str, str]]:
    """Yield the reason that the newest decision for the charger names."""
    decided = action.decided
    if decided is None or not isinstance(decided.record, SetPointDecided):
        return
    rule = RULES.get(decided.record.rule)
    why = f"rule {decided.record.rule}, which this version does not know" if rule is None else rule.sentence
    name = "" if rule is None else f" ({rule.name})"
    yield "Because", f"{why}{name}, decided {time_text(decided.local, decided.at_ms)} (#{decided.seq})"


def _order(event: ActionIntended) -> str:
    if event.what == What.POWER:
        return "Switch on" if event.value else "Switch off"
    if event.what == What.CURRENT:
        return f"Set {value_text('value_ma', event.value)}"
    return f"Set {event.value} phase{'' if event.value == 1 else 's'}"


def _after(ms: int) -> str:
    return f"after {ms / 1000:.2f} s"
