"""The generated part of the API's section of INTERFACE.md, made from the table of methods."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from hems_actors.api.fields import Wire
from hems_actors.api.introspect import Field, fields_of, referred
from hems_actors.api.methods import METHODS, NOTIFICATIONS, Method

BEGIN: Final = "<!-- api: begin -->"
END: Final = "<!-- api: end -->"


class Example(NamedTuple):
    """A call and what comes back, word for word."""

    asked: str
    answers: tuple[str, ...]
    """Notifications that come before the answer, and the answer."""


def section(examples: Iterable[Example]) -> str:
    """Return that part, with its marks."""
    models, enums = referred()
    parts = [BEGIN, "### Methods", *map(_method, METHODS), "### Notifications"]
    parts += [_entry(told.name, told.description, _fields(told.params)) for told in NOTIFICATIONS]
    parts += ["### Types", *(_entry(model.__name__, _summary(model), _fields(model)) for model in models)]
    parts += ["### Enums", _enums(enums), "### Examples", _examples(examples), END]
    return "\n\n".join(parts) + "\n"


def _method(method: Method) -> str:
    refused = f" `EnergyErrorInvalidParameter` for {'; '.join(method.errors)}." if method.errors else ""
    fields = _fields(method.params)
    if method.returns is not method.params:
        fields += [f"- → {line.removeprefix('- ')}" for line in _fields(method.returns)]
    return _entry(method.name, method.description + refused, fields)


def _entry(name: str, text: str, fields: list[str]) -> str:
    return "\n".join([f"**`{name}`** {text}", *fields])


def _fields(model: type[Wire]) -> list[str]:
    return [_line(field) for field in fields_of(model)]


def _line(field: Field) -> str:
    kind = f"[{field.kind[0]}]" if isinstance(field.kind, list) else str(field.kind)
    bounds = "" if field.low is None or field.high is None else f"{field.low} .. {field.high}"
    default = f"default `{field.note.default}`" if field.note.default else ""
    facts = (kind.replace("$ref:", ""), " ".join(filter(None, (bounds, field.note.unit))), default)
    return f"- `{field.key}` {', '.join(filter(None, facts))}: {field.meaning}"


def _summary(model: type[Wire]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def _enums(enums: list[type[StrEnum]]) -> str:
    rows = [f"| `{each.__name__}` | {', '.join(f'`{member.value}`' for member in each)} |" for each in enums]
    return "\n".join(["| enum | values |", "|---|---|", *rows])


def _examples(examples: Iterable[Example]) -> str:
    lines = [line for each in examples for line in (f"> {each.asked}", *(f"< {answer}" for answer in each.answers))]
    head = "What a client sends (`>`) and gets (`<`), line by line, on one connection."
    return "\n".join([head, "", "```", *lines, "```"])
