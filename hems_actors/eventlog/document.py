"""The tables of event kinds, codes and rules as they stand in INTERFACE.md, generated from the registry."""

from typing import Any

from hems_actors.core.describe import FIELD_CODES
from hems_actors.core.registry import KINDS, RESTORED_KIND_FIRST, Stage, stage_of
from hems_actors.core.rules import RULES
from hems_actors.eventlog.schema import Field, Schema, current_schema

_STAGES = {Stage.FACT: "fact", Stage.JUDGE: "judgement", Stage.DECIDE: "decision", Stage.ACT: "action"}


def kinds_table() -> str:
    """Return the table of all kinds in Markdown: number, name, stage, fields with unit and scale, meaning."""
    schema = current_schema()
    lines = ["| kind | name | stage | fields after `source` | meaning |", "|---|---|---|---|---|"]
    lines += [_row(schema, number, event) for number, event in KINDS.items()]
    lines += [
        f"| {number} | {kind.name} | restored | {_fields(kind.fields)} | a part of the state in a snapshot |"
        for number, kind in sorted(schema.items())
        if number >= RESTORED_KIND_FIRST
    ]
    return "\n".join(lines) + "\n"


def codes_table() -> str:
    """Return the table of all codes in Markdown: what each number in a coded field means."""
    lines = ["| field | codes |", "|---|---|"]
    for name, code in FIELD_CODES.items():
        codes = ", ".join(f"{item.value} {item.name.lower()}" for item in code)
        lines.append(f"| {name} | {codes} |")
    lines.append("| rule | " + ", ".join(f"{number} {rule.name}" for number, rule in RULES.items()) + " |")
    return "\n".join(lines) + "\n"


def _row(schema: Schema, number: int, event: type[Any]) -> str:
    meaning = (event.__doc__ or "").strip().splitlines()[0]
    kind = schema[number]
    return f"| {number} | {kind.name} | {_STAGES[stage_of(number)]} | {_fields(kind.fields)} | {meaning} |"


def _fields(fields: tuple[Field, ...]) -> str:
    return ", ".join(_field(field) for field in fields) or "-"


def _field(field: Field) -> str:
    if not field.unit:
        return field.name
    return f"{field.name} ({field.unit}{f'/{field.scale}' if field.scale != 1 else ''})"
