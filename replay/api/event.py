"""One event of a log, with its place, its time and its fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from hems_actors.core.describe import FIELD_CODES, describe
from hems_actors.core.identity import name_of, uuid_text
from hems_actors.core.registry import KINDS, Event, stage_of
from hems_actors.core.rules import RULES
from hems_actors.eventlog.errors import MalformedError
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.schema import current_schema

FieldValue = int | str | bool | tuple[int, ...] | None
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STAGES: Final = ("fact", "judgement", "decision", "action")
KIND_NAMES: Final[dict[type, str]] = {event: current_schema()[number].name for number, event in KINDS.items()}
"""Class of an event to its name in the log."""
STAGES: Final[dict[str, str]] = {KIND_NAMES[event]: _STAGES[stage_of(number)] for number, event in KINDS.items()}
"""Name of a kind to the stage that it is concluded in."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A fact, or what was concluded from it."""

    seq: int
    """Its number: goes on without a hole over the whole life of a home."""
    at_ms: int
    """Instant on the log's own clock, which never goes back; the wall clock is `at`."""
    record: Event
    """As the core has it: a tuple with named fields, all numbers as recorded."""
    thing: str
    """Name of the thing it is about; `home` for the home itself."""
    local: LocalTime = field(repr=False, compare=False)

    @property
    def at(self) -> datetime:
        """Wall clock in the home's zone, with its UTC offset at that time.

        Raises:
            MalformedError: no calendar has that time.
        """
        try:
            zone = timezone(timedelta(seconds=self.local.offset_s(self.at_ms)))
            return (_EPOCH + timedelta(milliseconds=self.local.wall_ms(self.at_ms))).astimezone(zone)
        except (OverflowError, TypeError, ValueError) as error:
            raise MalformedError(f"event {self.seq}: no calendar has {self.at_ms} ms") from error

    @property
    def kind(self) -> str:
        """Name of its kind, as in the log's schema: `meter_reading`, `set_point_decided`..."""
        return KIND_NAMES[type(self.record)]

    @property
    def stage(self) -> str:
        """`fact`, or what it was concluded in: `judgement`, `decision`, `action`."""
        return STAGES[self.kind]

    @property
    def source(self) -> int:
        """Number of the thing it is about; 0 = the home."""
        return self.record.source

    @property
    def fields(self) -> dict[str, FieldValue]:
        """Its fields by name, in their order: units as the names say, codes by name.

        The operands of a decision are named by its rule: `operands.available_w`, and `operands.available_w.event`, the
        number of the event that the value came from.
        """
        return dict(_fields(self.record))

    def text(self) -> str:
        """Return it in one line: who, what, each field with its unit."""
        return describe(self.record, {self.source: self.thing})


def column_names(kinds: Iterator[type[Event]]) -> list[str]:
    """Return the names of all fields that events of *kinds* can have, as `LoggedEvent.fields` names them."""
    names: dict[str, None] = {}
    for kind in kinds:
        for name in kind._fields[1:]:
            if name != "operands":
                names[name] = None
                continue
            for rule in RULES.values():
                names.update({key: None for operand in rule.operands for key in _operand_keys(operand)})
    return list(names)


def _fields(record: Event) -> Iterator[tuple[str, FieldValue]]:
    values: tuple[Any, ...] = record[1:]
    for name, value in zip(record._fields[1:], values, strict=True):
        if name == "operands":
            yield from _operands(getattr(record, "rule", 0), value)
        elif name == "rule":
            yield name, RULES[value].name if value in RULES else str(value)
        elif name in FIELD_CODES:
            yield name, _code(name, value)
        elif name == "uuid":
            yield name, uuid_text(value)
        elif name == "name":
            yield name, name_of(value)
        else:
            yield name, value


def _operands(rule: int, operands: tuple[int, ...]) -> Iterator[tuple[str, FieldValue]]:
    names = RULES[rule].operands if rule in RULES else ()
    for index in range(len(operands) // 2):
        name = names[index] if index < len(names) else f"operand{index + 1}"
        key, event = _operand_keys(name)
        yield key, operands[2 * index]
        yield event, operands[2 * index + 1]


def _operand_keys(name: str) -> tuple[str, str]:
    return f"operands.{name}", f"operands.{name}.event"


def _code(name: str, value: int) -> str:
    codes = FIELD_CODES[name]
    return codes(value).name.lower() if value in codes.__members__.values() else str(value)
