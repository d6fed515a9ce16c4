"""Price files: CSV, or JSON in the shape that aWATTar answers in; taken whole, or refused with the line at fault.

CSV: a header, `start_utc,end_utc,price_eur_per_mwh` among its columns; times ISO 8601, UTC unless they carry an offset.
Rows stand in time order and do not overlap; holes are allowed. Prices become integers once, as written (`answer`).
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.core.rates import Rates, Slot
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.moments import epoch_ms
from hems_actors.spotmarket.answer import SLOT_S_MAX, price_ueur_kwh, rows_of
from hems_actors.spotmarket.errors import ProviderError

COLUMNS: Final = ("start_utc", "end_utc", "price_eur_per_mwh")
_PRICE: Final = COLUMNS[2]
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_ROW: Final = re.compile(r"data\[(\d+)\]")
_DATA: Final = re.compile(r'"data"\s*:\s*\[')


class _Row(NamedTuple):
    """A slot, and the line it stands in."""

    line: int
    slot: Slot


def read_prices(path: Path) -> Rates:
    """Return the prices in the file at *path*: JSON if it is called so, else CSV.

    Raises:
        ScenarioError: unreadable, a column missing, a value that is none, rows out of order, twice or overlapping.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ScenarioError(f"{path}: cannot be read as prices: {reason}") from error
    rows = _json_rows(path, content, text) if path.suffix.lower() == ".json" else _csv_rows(path, text)
    return tuple(_in_order(path, rows))


def _in_order(path: Path, rows: Iterable[_Row]) -> Iterator[Slot]:
    before: _Row | None = None
    for row in rows:
        if before is not None and row.slot.start_s < before.slot.end_s:
            slot, other = row.slot, before.slot
            if slot[:2] == other[:2]:
                what = "is the same as that"
            elif slot.start_s < other.start_s:
                what = "begins before that"
            else:
                what = "overlaps that"
            raise ScenarioError(f"{path}:{row.line}: the time of this price {what} of line {before.line}")
        before = row
        yield row.slot


def _json_rows(path: Path, content: bytes, text: str) -> list[_Row]:
    try:
        slots = rows_of(content)
    except ProviderError as error:
        found = _ROW.match(str(error))
        line = _row_lines(text, int(found[1]) + 1)[-1] if found else 1
        raise ScenarioError(f"{path}:{line}: {error}") from error
    return [_Row(line, slot) for line, slot in zip(_row_lines(text, len(slots)), slots, strict=True)]


def _row_lines(text: str, count: int) -> list[int]:
    """Return the lines where the first *count* items of `data` in the JSON *text* begin; 1 where that is not seen."""
    decoder, lines = json.JSONDecoder(), [1] * count
    found = _DATA.search(text)
    at = found.end() if found else len(text)
    line, counted = 1, 0
    for i in range(count):
        at = _skipped(text, at)
        line, counted = line + text.count("\n", counted, at), at
        try:
            _, at = decoder.raw_decode(text, at)
        except ValueError:  # another thing that looks like `data`
            break
        lines[i] = line
    return lines


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _csv_rows(path: Path, text: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(reader, [])
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            known = ", ".join(header) or "an empty file"
            raise ScenarioError(f"{path}:1: no column {missing[0]!r}, only {known}")
        cells = [header.index(name) for name in COLUMNS]
        for row in reader:
            place = f"{path}:{reader.line_num}"
            if row and len(row) != len(header):  # a comma for a decimal point, maybe
                raise ScenarioError(f"{place}: expected {len(header)} columns, found {len(row)}")
            if row:
                yield _Row(reader.line_num, _slot(row, cells, place))
    except csv.Error as error:
        raise ScenarioError(f"{path}:{reader.line_num}: cannot be read as CSV: {error}") from error


def _slot(row: list[str], cells: list[int], place: str) -> Slot:
    start, end, price = (row[cell].strip() for cell in cells)
    start_s, end_s = _instant_s(start, f"{place}: {COLUMNS[0]}"), _instant_s(end, f"{place}: {COLUMNS[1]}")
    if end_s <= start_s:
        raise ScenarioError(f"{place}: {COLUMNS[1]}: expected a time after the start, not {end!r}")
    if end_s - start_s > SLOT_S_MAX:
        raise ScenarioError(f"{place}: {COLUMNS[1]}: expected at most a day of one price, not until {end!r}")
    if not _NUMBER.fullmatch(price):
        raise ScenarioError(f"{place}: {_PRICE}: expected a number, not {price[:40]!r}")
    try:
        return Slot(start_s, end_s, price_ueur_kwh(_PRICE, Decimal(price)))
    except ProviderError as error:
        raise ScenarioError(f"{place}: {error}") from error


def _instant_s(text: str, place: str) -> int:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(f"{place}: expected a time such as 2025-01-06T03:15:00Z, not {text[:40]!r}") from error
    at_ms = epoch_ms(instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC))
    if at_ms % 1_000:
        raise ScenarioError(f"{place}: expected whole seconds, not {text!r}")
    return at_ms // 1_000
