"""Recorded profiles: CSV files of a house or a roof, as they were measured, with their gaps."""

import csv
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.moments import epoch_ms
from hems_actors.sim.plant.house import LoadStep, PvStep

WATT_MAX: Final = 1e6


class Poll(NamedTuple):
    """One row: when it was read, and the columns' values; None = the meter was not reached."""

    at_ms: int
    values: tuple[float, ...] | None


class Columns(NamedTuple):
    """Which columns to read: the time's, the values', and the one that flags an unavailable row."""

    time: str
    values: tuple[str, ...]
    unavailable: str | None = None


def read_polls(path: Path, columns: Columns, shift_ms: int, from_ms: int, to_ms: int) -> list[Poll]:
    """Return the rows of the CSV file *path* moved by *shift_ms*, from the last not after *from_ms* to *to_ms*.

    Times carry an offset or are UTC; a row whose values are all empty, or that is flagged, is unavailable.

    Raises:
        ScenarioError: unreadable, a column missing, a value that is no number, time going backwards, no row there.
    """
    polls: list[Poll] = []
    last_ms: int | None = None
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            cells = _cells(path, next(reader, []), columns)
            for row in reader:
                if not row:
                    continue
                place = f"{path}:{reader.line_num}"
                poll = _poll(row, cells, place)
                if last_ms is not None and poll.at_ms <= last_ms:
                    raise ScenarioError(f"{place}: {columns.time}: time goes backwards or stands still")
                last_ms = poll.at_ms
                if poll.at_ms + shift_ms < to_ms:
                    polls.append(Poll(poll.at_ms + shift_ms, poll.values))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError(f"{path}: cannot be read as CSV: {reason}") from error
    first = max(0, bisect_right(polls, from_ms, key=lambda poll: poll.at_ms) - 1)
    polls = polls[first:]
    if not any(poll.values is not None for poll in polls):
        raise ScenarioError(f"{path}: has no value in the scenario's time")
    return polls


def lost_windows(polls: list[Poll], end_ms: int) -> list[tuple[int, int]]:
    """Return from when to before when the recorded meter was not reached."""
    windows: list[tuple[int, int]] = []
    for i, poll in enumerate(polls):
        if poll.values is None:
            until_ms = polls[i + 1].at_ms if i + 1 < len(polls) else end_ms
            if windows and windows[-1][1] == poll.at_ms:
                windows[-1] = (windows[-1][0], until_ms)
            else:
                windows.append((poll.at_ms, until_ms))
    return windows


def load_between(polls: list[Poll], phases: tuple[int, ...], start_ms: int, random: Random) -> list[LoadStep]:
    """Return the load behind *polls*: it changed at a seeded instant after one poll and not after the next.

    One column is spread evenly over *phases*; before the first poll its values hold.
    """
    steps: list[LoadStep] = []
    before_ms = start_ms
    for at_ms, values in polls:
        if values is None:
            continue
        loads_w = [0.0, 0.0, 0.0]
        for i, phase in enumerate(phases):
            loads_w[phase] = values[0] / len(phases) if len(values) == 1 else values[i]
        changed_ms = start_ms if not steps or at_ms <= start_ms else at_ms - random.randrange(at_ms - before_ms)
        if steps and steps[-1].at_ms == changed_ms:
            steps.pop()
        steps.append(LoadStep(changed_ms, *loads_w))
        before_ms = max(at_ms, start_ms)
    return steps


def pv_of(polls: list[Poll], start_ms: int) -> list[PvStep]:
    """Return the roof behind *polls*: each value holds until the next; never negative."""
    steps: list[PvStep] = []
    for at_ms, values in polls:
        if values is None:
            continue
        if not steps or at_ms <= start_ms:
            steps = [PvStep(start_ms, max(0.0, values[0]))]
        else:
            steps.append(PvStep(at_ms, max(0.0, values[0])))
    return steps


class _Cells(NamedTuple):
    """Where the columns are."""

    time: int
    values: tuple[int, ...]
    unavailable: int | None
    names: tuple[str, ...]


def _cells(path: Path, header: list[str], columns: Columns) -> _Cells:
    def position(name: str) -> int:
        if name not in header:
            raise ScenarioError(f"{path}:1: no column {name!r}, only {', '.join(header) or 'an empty file'}")
        return header.index(name)

    unavailable = None if columns.unavailable is None else position(columns.unavailable)
    values = tuple(position(name) for name in columns.values)
    return _Cells(position(columns.time), values, unavailable, columns.values)


def _poll(row: list[str], cells: _Cells, place: str) -> Poll:
    needed = max(cells.time, *cells.values, cells.unavailable or 0)
    if len(row) <= needed:
        raise ScenarioError(f"{place}: expected at least {needed + 1} columns, found {len(row)}")
    try:
        instant = datetime.fromisoformat(row[cells.time])
    except ValueError as error:
        expected = f"expected a time such as 2025-01-06T03:12:07Z, not {row[cells.time]!r}"
        raise ScenarioError(f"{place}: {expected}") from error
    at_ms = epoch_ms(instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC))
    flagged = cells.unavailable is not None and row[cells.unavailable].strip() not in ("", "0")
    texts = [row[cell].strip() for cell in cells.values]
    if flagged or not any(texts):
        return Poll(at_ms, None)
    return Poll(at_ms, tuple(_numbers(texts, cells.names, place)))


def _numbers(texts: list[str], names: tuple[str, ...], place: str) -> Iterator[float]:
    for text, name in zip(texts, names, strict=True):
        try:
            value = float(text)
        except ValueError as error:
            raise ScenarioError(f"{place}: {name}: expected a number, not {text!r}") from error
        if not -WATT_MAX <= value <= WATT_MAX:
            raise ScenarioError(f"{place}: {name}: expected a power in W, not {text!r}")
        yield value
