"""Writes to chargers: one mark each, with its tries, its answer and how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hems_actors.core.enums import Closing, Result, What
from hems_actors.core.facts import ActionAnswered, ActionSent
from hems_actors.core.outcomes import ActionClosed, ActionIntended
from hems_actors.core.registry import Event
from replay.picture.sayings import Said
from replay.picture.words import value_text

_OPEN_MAX: Final = 1_000
_ENDED_WELL: Final = (Closing.VERIFIED, Closing.SUPERSEDED)


@dataclass(slots=True)
class Written:
    """A write to a charger and what became of it."""

    seq: int
    at_ms: int
    event: ActionIntended
    sent: tuple[int, int] | None = None
    answered: tuple[int, int, int] | None = None
    closed: tuple[int, int, int] | None = None


class Actions:
    """Follows writes from the decision to their end and tells what to say of each."""

    def __init__(self, told: Callable[[Said, Written], None]) -> None:
        self._told = told
        self._open: dict[int, Written] = {}

    def take(self, seq: int, at_ms: int, event: Event) -> bool:
        """Return whether *event* is about a write."""
        if isinstance(event, ActionIntended):
            self._open[seq] = Written(seq, at_ms, event)
            if len(self._open) > _OPEN_MAX:
                self._tell(next(iter(self._open)))
        elif isinstance(event, ActionSent):
            if event.action_seq in self._open:
                self._open[event.action_seq].sent = (seq, at_ms)
        elif isinstance(event, ActionAnswered):
            if event.action_seq in self._open:
                self._open[event.action_seq].answered = (seq, at_ms, event.result)
        elif isinstance(event, ActionClosed):
            if event.action_seq in self._open:
                self._open[event.action_seq].closed = (seq, at_ms, event.closing)
                self._tell(event.action_seq)
        else:
            return False
        return True

    def finish(self) -> None:
        """Tell of those that are still open."""
        for seq in list(self._open):
            self._tell(seq)

    def _tell(self, seq: int) -> None:
        written = self._open.pop(seq)
        self._told(_said(written), written)


def _said(written: Written) -> Said:
    event = written.event
    serious = written.closed is not None and written.closed[2] not in _ENDED_WELL
    lines = [
        ("Write", f"{_order(event)}: {'takes load off' if event.reduces else 'may add load'}"),
        ("Try", str(event.attempt)),
        ("Sent", _step(written, written.sent, "not sent")),
        ("Answer", _step(written, written.answered, "none", Result)),
        ("End", _step(written, written.closed, "still open", Closing)),
    ]
    again = f" (try {event.attempt})" if event.attempt > 1 else ""
    failed = f": {value_text('closing', written.closed[2])}" if serious and written.closed else ""
    return Said("action", f"{_order(event)}{again}{failed}", tuple(lines), serious=serious)


def _order(event: ActionIntended) -> str:
    if event.what == What.POWER:
        return "Switch on" if event.value else "Switch off"
    if event.what == What.CURRENT:
        return f"Set {value_text('value_ma', event.value)}"
    return f"Set {event.value} phase{'' if event.value == 1 else 's'}"


def _step(
    written: Written, step: tuple[int, ...] | None, absent: str, codes: type[Result | Closing] | None = None
) -> str:
    """Return what happened when, counted from the decision."""
    if step is None:
        return absent
    after = f"after {(step[1] - written.at_ms) / 1000:.2f} s (#{step[0]})"
    if codes is None:
        return after
    return f"{value_text('result' if codes is Result else 'closing', step[2])} {after}"
