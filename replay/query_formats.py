"""The formats of exports: text for people, JSON lines and CSV for programs."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from typing import Protocol

from hems_actors.eventlog.brief import printable
from replay.api import FieldValue

Row = Mapping[str, FieldValue]


class Item(Protocol):
    """What can be exported."""

    @property
    def seq(self) -> int:
        """Number of its event."""

    def row(self) -> Row:
        """Return its columns."""

    def line(self) -> str:
        """Return it in one line."""


Formatted = Callable[[Item], str]


def formatter(form: str, columns: Sequence[str], log: str | None) -> Formatted:
    """Return what makes a line of an item.

    Args:
        form: `text`, `jsonl` or `csv`.
        columns: those of CSV.
        log: the log's path, a column of its own where there are several logs.
    """
    first: Row = {} if log is None else {"log": log}
    if form == "text":
        return lambda item: printable(item.line())
    if form == "jsonl":
        return lambda item: json.dumps({**first, **item.row()}, ensure_ascii=False)
    names = [*first, *columns]

    def line(item: Item) -> str:
        row = {**first, **item.row()}
        return _csv([_cell(row.get(name)) for name in names])

    return line


def header(form: str, columns: Sequence[str], *, logs: bool) -> list[str]:
    """Return the lines before all others; with *logs* the first column is the log."""
    return [_csv([*(("log",) if logs else ()), *columns])] if form == "csv" else []


def _csv(cells: Sequence[str | int]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _cell(value: FieldValue) -> str | int:
    """Return *value* as it stands in CSV: nothing for None, the numbers of a list with spaces between."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return printable(value) if isinstance(value, str) else value
