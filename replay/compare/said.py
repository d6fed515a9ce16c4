"""What a core said of a fact, in the shape that any version can say it: names and plain values, as JSON has them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from hems_actors.core.registry import Event
from hems_actors.core.rules import RULES
from hems_actors.eventlog.codec import kind_number
from hems_actors.eventlog.schema import current_schema

SET_POINT: Final = "set_point_decided"
_ABOUT: Final = {
    "timer_set": "timer",
    "alarm_changed": "alarm",
    "action_closed": "action_seq",
    "plan_made": "purpose",
    "phase_cut": "phase",
    "deadline_judged": "deadline_s",
}
"""The field that says which of several outcomes of one kind and source this is."""
_POINT: Final = ("on", "current_ma", "phases", "target_ma", "issuer", "rule")
_NUMBER: Final = "_seq"
"""Ends the names of fields that hold the number of an event."""

Values = Mapping[str, Any]


class RuleWords(NamedTuple):
    """How the version that decided calls a rule."""

    name: str
    operands: tuple[str, ...]
    sentence: str


Rules = Mapping[int, RuleWords]
OWN_RULES: Final[Rules] = {int(number): RuleWords(*text) for number, text in RULES.items()}


class Said(NamedTuple):
    """One outcome."""

    kind: str
    source: int
    values: Values

    @property
    def about(self) -> tuple[str, int, Any]:
        """What this is about: outcomes of two sides with an equal one are compared field by field."""
        subject = self.values.get(_ABOUT.get(self.kind, ""))
        return self.kind, self.source, tuple(subject) if isinstance(subject, list) else subject


def said_of(outcomes: Iterable[Event], *, numbers: bool = True) -> list[Said]:
    """Return *outcomes* as plain values; without *numbers*, event numbers are left out: two logs count apart."""
    return [_said(outcome, numbers=numbers) for outcome in outcomes]


def said_plain(kind: str, source: int, values: Mapping[str, Any], *, numbers: bool = False) -> Said:
    """Return an outcome that has its fields, plain, in *values*."""
    found = {name: _plain(value) for name, value in values.items() if name != "source"}
    if not numbers:
        found = {name: value for name, value in found.items() if not name.endswith(_NUMBER)}
        if isinstance(found.get("operands"), list):
            found["operands"] = found["operands"][::2]
    return Said(kind, source, found)


def _said(event: Event, *, numbers: bool) -> Said:
    return said_plain(current_schema()[kind_number(event)].name, event.source, event._asdict(), numbers=numbers)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field's
    return list(value) if isinstance(value, tuple) else value


def point_of(said: Said) -> Values:
    """Return what counts of a set-point: all of it but the operands."""
    return {name: said.values.get(name) for name in _POINT}
