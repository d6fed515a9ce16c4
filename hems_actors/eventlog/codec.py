"""Events <-> rows `[kind, source, dt_ms, fields...]`, whatever version of a kind the file was written with."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple, NoReturn

from hems_actors.core.registry import KINDS, RESTORED_KIND_FIRST, Event
from hems_actors.core.restored import Restored
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import MalformedError, NewerError, SchemaError
from hems_actors.eventlog.frame import Row
from hems_actors.eventlog.schema import KindSchema, Schema, current_schema
from hems_actors.eventlog.upcast import UPCASTS, Upcast, Values

LEAD: Final = 3
"""Row items before the fields: kind, source, dt_ms."""

_KIND_OF: Final = {event: kind for kind, event in KINDS.items()}
_LEADING: Final = [int] * LEAD
_PLAIN: Final = (int, bool, type(None))
_FREQUENT: Final = frozenset({22, 23, 140})
"""Kinds whose rows are checked only when the core stumbles over one: readings and set-points are nearly all there is,
and checking each value would cost as much as reading the log."""
_Pick = Callable[[Row], Values]


class Vocabulary(NamedTuple):
    """The kinds a reader knows."""

    kinds: Mapping[int, type[Any]]
    schema: Schema
    upcasts: Mapping[tuple[int, int], Upcast]


def current_vocabulary() -> Vocabulary:
    """Return this version's kinds."""
    return Vocabulary(KINDS, current_schema(), UPCASTS)


def kind_number(event: Event) -> int:
    """Return the number of *event*'s kind."""
    return RESTORED_KIND_FIRST + event.part if isinstance(event, Restored) else _KIND_OF[type(event)]


def row_of(event: Event, dt_ms: int) -> Row:
    """Return *event* as a row."""
    if isinstance(event, Restored):
        return (RESTORED_KIND_FIRST + event.part, event.source, dt_ms, *event.values)
    return (_KIND_OF[type(event)], event[0], dt_ms, *event[1:])


class Decoder:
    """Rows of one file to this version's events.

    A kind that this version cannot read is refused where it occurs, not where the table names it.

    Args:
        schema: the file's.
        known: what this version knows.
    """

    def __init__(self, schema: Schema, known: Vocabulary | None = None) -> None:
        known = known or current_vocabulary()
        self._plans = {number: _plan(number, kind, known) for number, kind in schema.items()}

    def events(self, rows: Sequence[Row]) -> list[Any]:
        """Return the events of *rows*.

        Raises:
            NewerError: a kind, or a version of it, is unknown.
            SchemaError: a kind's fields contradict this version's.
            MalformedError: a row is not what a writer writes.
        """
        plans, new = self._plans, tuple.__new__
        try:
            return [
                new(event, pick(row) if len(row) == width else _refuse_width(row, width))
                for row in rows
                for event, pick, width in (plans[row[0]],)
            ]
        except (IndexError, KeyError, TypeError) as error:
            raise MalformedError(f"a row is not as the file's table says: {brief(error)}") from error

    def check(self, rows: Sequence[Row]) -> None:
        """Check that *rows*, which were decoded, hold nothing but what rows may hold.

        Raises:
            MalformedError: one does not.
        """
        for row in rows:
            _check_values(row)


class _Plan(NamedTuple):
    """How to read rows of one kind: what `pick` returns, made an `event`."""

    event: type[Any]
    pick: _Pick
    width: int


def _refuse_width(row: Row, width: int) -> NoReturn:
    raise MalformedError(f"a row of kind {row[0]} has {len(row)} items instead of {width}")


def _plan(number: int, theirs: KindSchema, known: Vocabulary) -> _Plan:
    ours = known.schema.get(number)
    event = known.kinds.get(number, Restored)
    width = LEAD + len(theirs.fields)
    name = f"event kind {number} ({brief(theirs.name)})"
    if ours is None:
        pick = _refusal(NewerError, f"{name} is unknown to this version")
    elif theirs.version != ours.version:
        pick = _upcast(number, name, theirs, ours.version, known)
    elif theirs.fields == ours.fields:
        pick = _restored(number - RESTORED_KIND_FIRST) if event is Restored else _in_place(width)
        pick = _checked(number, pick)
    else:
        pick = _shorter(number, name, theirs, ours, event)
    return _Plan(event, pick, width)


def _checked(number: int, pick: _Pick) -> _Pick:
    """Return what checks a row's values before it is read, unless there are too many such rows."""
    if number in _FREQUENT:
        return pick

    def check(row: Row) -> Values:
        _check_values(row)
        return pick(row)

    return check


def _check_values(row: Row) -> None:
    """Raise unless *row* holds integers, flags, nil and arrays of integers alone."""
    if type(row) is not tuple or [type(item) for item in row[:LEAD]] != _LEADING:
        raise MalformedError(f"a row does not begin with kind, source and time: {brief(row)}")
    for value in row:
        if type(value) in _PLAIN:
            continue
        if type(value) is not tuple or not all(type(item) is int for item in value):
            raise MalformedError(f"a row of kind {row[0]} holds {brief(value)}")


def _in_place(width: int) -> _Pick:
    """Return how to read rows whose fields are this version's."""
    return itemgetter(1, *range(LEAD, width)) if width > LEAD else itemgetter(slice(1, 2))


def _refusal(error: type[NewerError | SchemaError], text: str) -> _Pick:
    def refuse(_row: Row) -> Values:
        raise error(text)

    return refuse


def _restored(part: int) -> _Pick:
    return lambda row: Restored(row[1], part, row[LEAD:])


def _shorter(number: int, name: str, theirs: KindSchema, ours: KindSchema, event: type[Any]) -> _Pick:
    """Return how to read rows that lack trailing fields, or why they cannot be read."""
    count = len(theirs.fields)
    if theirs.fields[: len(ours.fields)] == ours.fields:
        return _refusal(NewerError, f"{name} has fields unknown to this version")
    if theirs.fields != ours.fields[:count]:
        return _refusal(SchemaError, f"{name} has other fields but the same version")
    if event is Restored:
        return _checked(number, _restored(number - RESTORED_KIND_FIRST))
    missing = [field.name for field in ours.fields[count:] if field.name not in event._field_defaults]
    if missing:
        return _refusal(SchemaError, f"{name} lacks {', '.join(missing)}")
    return _checked(number, lambda row: event(row[1], *row[LEAD:]))


def _upcast(number: int, name: str, theirs: KindSchema, version: int, known: Vocabulary) -> _Pick:
    """Return how to read rows of an older version, or why they cannot be read."""
    if theirs.version > version:
        return _refusal(NewerError, f"{name} has a version newer than {version}")
    steps = [
        known.upcasts.get((number, old)) for old in range(max(theirs.version, 0), version)
    ]  # there is no version 0
    if None in steps:
        return _refusal(SchemaError, f"{name} version {theirs.version}: no way to read it")

    event = known.kinds.get(number, Restored)
    restored = number - RESTORED_KIND_FIRST if event is Restored else None

    def decode(row: Row) -> Values:
        values: Values = (row[1], *row[LEAD:])
        for step in steps:
            values = step(values)  # type: ignore[misc] # None was refused above
        return event(*values) if restored is None else Restored(values[0], restored, values[1:])

    return _checked(number, decode)
