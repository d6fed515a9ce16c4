"""Actions with what became of them: intended, sent, answered, ended; one row each, in the order of their numbers.

An action is known whole only when it has ended, or a newer one overtook it; those behind it wait so long. That is 20 s
at most, and few actions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hems_actors.core.enums import Closing, Result, What
from hems_actors.core.facts import ActionAnswered, ActionSent
from hems_actors.core.outcomes import ActionClosed, ActionIntended, SetPointDecided
from hems_actors.core.rules import RULES
from replay.api import FieldValue, LoggedEvent

ACTION_COLUMNS: Final = (
    *("seq", "at", "at_ms", "thing", "source", "what", "power_on", "current_ma", "phases", "reduces", "attempt"),
    *("decided_seq", "rule", "sent_after_ms", "result", "answered_after_ms", "ending", "ended_after_ms", "ended_seq"),
)
_ANSWERED_MS: Final = 20_000
"""An answer that comes later is not waited for."""
OVERTAKEN: Final = "overtaken"
"""How an action ended that a newer one of the same charger took the place of."""
OPEN: Final = "open"
"""Not ended when the log did."""


@dataclass(slots=True)
class Action:
    """One write to a charger; instants are ms after it was intended."""

    intended: LoggedEvent
    record: ActionIntended
    decided: LoggedEvent | None = None
    """The newest decision for the charger."""
    sent_ms: int | None = None
    result: int | None = None
    answered_ms: int | None = None
    ending: str = OPEN
    ended_ms: int | None = None
    ended_seq: int | None = None

    @property
    def seq(self) -> int:
        """Its number."""
        return self.intended.seq

    def row(self) -> dict[str, FieldValue]:
        """Return its columns."""
        record, value = self.record, self.record.value
        decided = None if self.decided is None else self.decided.record
        rule = getattr(decided, "rule", None)
        values: tuple[FieldValue, ...] = (
            *(self.seq, self.intended.at.isoformat(timespec="milliseconds"), self.intended.at_ms),
            *(self.intended.thing, record.source, what_name(record.what)),
            bool(value) if record.what == What.POWER else None,
            value if record.what == What.CURRENT else None,
            value if record.what == What.PHASES else None,
            *(record.reduces, record.attempt),
            None if self.decided is None else self.decided.seq,
            RULES[rule].name if rule in RULES else rule,
            *(self.sent_ms, _result_name(self.result), self.answered_ms),
            *(self.ending, self.ended_ms, self.ended_seq),
        )
        return dict(zip(ACTION_COLUMNS, values, strict=True))

    def line(self) -> str:
        """Return it in one line."""
        row = self.row()
        by = "" if self.decided is None else f" by {row['rule']} (#{self.decided.seq})"
        told = [
            f"try {self.record.attempt}",
            "not sent" if self.sent_ms is None else f"sent after {seconds(self.sent_ms)}",
            "no answer" if self.answered_ms is None else f"answered {row['result']} after {seconds(self.answered_ms)}",
            self.ending if self.ended_ms is None else f"{self.ending} after {seconds(self.ended_ms)}",
        ]
        text = write_text(self.record.what, self.record.value)
        return f"{row['at']} #{self.seq} {self.intended.thing}: {text}{by}: {', '.join(told)}"


class Actions:
    """Follows the actions of a log; give it all events."""

    def __init__(self) -> None:
        self._actions: dict[int, Action] = {}
        """By number, in that order: those not yet yielded."""
        self._newest: dict[int, Action] = {}
        """By charger."""
        self._decided: dict[int, LoggedEvent] = {}

    def take(self, event: LoggedEvent) -> Iterator[Action]:
        """Take the next event; yield the actions that are known whole by now."""
        yield from self._whole(event)
        record = event.record
        if isinstance(record, SetPointDecided):
            self._decided[record.source] = event
        elif isinstance(record, ActionIntended):
            before = self._newest.get(record.source)
            if before is not None and before.ending == OPEN:
                _end(before, OVERTAKEN, event)
            self._newest[record.source] = action = Action(event, record, self._decided.get(record.source))
            self._actions[event.seq] = action
        elif isinstance(record, ActionSent | ActionAnswered | ActionClosed):
            self._note(event, record)

    def rest(self) -> Iterator[Action]:
        """Yield what is left at the end of the log."""
        yield from self._actions.values()
        self._actions.clear()

    def _whole(self, event: LoggedEvent) -> Iterator[Action]:
        while self._actions:
            action = next(iter(self._actions.values()))
            if action.ended_seq is None or event.seq <= action.ended_seq + 1:
                return
            is_answered = action.answered_ms is not None or action is not self._newest.get(action.record.source)
            if not is_answered and event.at_ms - action.intended.at_ms <= _ANSWERED_MS:
                return
            del self._actions[action.seq]
            yield action

    def _note(self, event: LoggedEvent, record: ActionSent | ActionAnswered | ActionClosed) -> None:
        action = self._actions.get(record.action_seq)
        if action is None:
            return
        after_ms = event.at_ms - action.intended.at_ms
        if isinstance(record, ActionSent):
            action.sent_ms = after_ms
        elif isinstance(record, ActionAnswered):
            action.result, action.answered_ms = record.result, after_ms
        else:
            _end(action, closing_name(record.closing), event)


def _end(action: Action, ending: str, event: LoggedEvent) -> None:
    action.ending, action.ended_seq = ending, event.seq
    action.ended_ms = event.at_ms - action.intended.at_ms


def write_text(what: int, value: int) -> str:
    """Return what is written to a charger, as a person says it."""
    if what == What.POWER:
        return "on" if value else "off"
    if what == What.CURRENT:
        return f"{value / 1000:g} A"
    return "1 phase" if value == 1 else f"{value} phases"


def what_name(what: int) -> str:
    """Return what is written: `power`, `current`, `phases`."""
    return What(what).name.lower() if what in What.__members__.values() else str(what)


def closing_name(closing: int) -> str:
    """Return how an action ended."""
    return Closing(closing).name.lower() if closing in Closing.__members__.values() else str(closing)


def seconds(ms: int) -> str:
    """Return a duration in seconds."""
    return f"{ms / 1000:.1f} s"


def _result_name(result: int | None) -> str | None:
    if result is None:
        return None
    return Result(result).name.lower() if result in Result.__members__.values() else str(result)
