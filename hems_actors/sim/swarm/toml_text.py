"""Writing TOML: the little of it that a scenario needs."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any


def toml_text(table: Mapping[str, Any]) -> str:
    """Return *table* as TOML: plain values first, then tables, then lists of tables."""
    return "\n".join(_lines(table, ())) + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    tables = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    lists = {key: value for key, value in table.items() if _is_tables(value)}
    for key, value in table.items():
        if key not in tables and key not in lists:
            yield f"{key} = {_value(value)}"
    for key, value in tables.items():
        yield f"\n[{'.'.join((*path, key))}]"
        yield from _lines(value, (*path, key))
    for key, items in lists.items():
        for item in items:
            yield f"\n[[{'.'.join((*path, key))}]]"
            yield from _lines(item, (*path, key))


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (datetime, time)):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
