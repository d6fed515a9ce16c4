"""The schema table: what each kind of event is called and what its fields mean, read off the field names."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from hems_actors.core.registry import KINDS, RESTORED_KIND_FIRST, VERSIONS
from hems_actors.core.restore import PARTS
from hems_actors.eventlog.errors import MalformedError


class Field(NamedTuple):
    """A field: its value divided by `scale` is in `unit`; no unit = a number, a code or a flag."""

    name: str
    unit: str
    scale: int


class KindSchema(NamedTuple):
    """A kind of event: its fields are those after `source`."""

    name: str
    version: int
    fields: tuple[Field, ...]


Schema = Mapping[int, KindSchema]

UNITS: Final[dict[str, tuple[str, int]]] = {
    "ma": ("A", 1000),
    "w": ("W", 1),
    "dv": ("V", 10),
    "wh": ("Wh", 1),
    "ms": ("s", 1000),
    "s": ("s", 1),
    "percent": ("%", 1),
    "permille": ("%", 10),
}
"""Last word of a field's name to unit and scale."""


def field_of(name: str) -> Field:
    """Return the field called *name*; its last word says the unit."""
    return Field(name, *UNITS.get(name.rpartition("_")[2], ("", 1)))


def kind_of(event: type[Any], version: int) -> KindSchema:
    """Return the schema of an event class."""
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in event.__name__)
    return KindSchema(words.lstrip("_"), version, tuple(map(field_of, event._fields[1:])))


@cache
def current_schema() -> Schema:
    """Return the schema of this version's events."""
    schema = {number: kind_of(event, VERSIONS.get(number, 1)) for number, event in KINDS.items()}
    for index, part in enumerate(PARTS):
        number = RESTORED_KIND_FIRST + index
        schema[number] = KindSchema(part.name, VERSIONS.get(number, 1), tuple(map(field_of, part.fields)))
    return schema


def schema_rows(schema: Schema) -> list[tuple[Any, ...]]:
    """Return *schema* as it stands in a header: `[kind, name, version, [[field, unit, scale]...]]`."""
    return [(number, kind.name, kind.version, kind.fields) for number, kind in sorted(schema.items())]


def schema_from(rows: object) -> Schema:
    """Return the schema that *rows* of a header say.

    Raises:
        MalformedError: they are no schema table.
    """
    try:
        return {_number(number): _kind_from(name, version, fields) for number, name, version, fields in rows}  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise MalformedError("the header's schema table is malformed") from error


def _number(number: object) -> int:
    if not isinstance(number, int):
        raise TypeError
    return number


def _kind_from(name: object, version: object, fields: Any) -> KindSchema:  # noqa: ANN401 - whatever was packed
    if not (isinstance(name, str) and isinstance(version, int)):
        raise TypeError
    return KindSchema(name, version, tuple(_field_from(*field) for field in fields))


def _field_from(name: object, unit: object, scale: object) -> Field:
    if not (isinstance(name, str) and isinstance(unit, str) and isinstance(scale, int)):
        raise TypeError
    return Field(name, unit, scale)
