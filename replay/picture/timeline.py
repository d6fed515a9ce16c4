"""The days of a log in a terminal: 100 columns wide, one block for each local day."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from replay.picture.cells import Cells, Extremes
from replay.picture.content import Content

LABEL: Final = 28
CELLS: Final = 72
"""Of 20 minutes each."""
_CELL_MS: Final = 20 * 60_000
_DAY_MS: Final = 86_400_000
_BARS: Final = ".:-=+*#%@"
_LETTERS: Final = {"alarm": "!", "plan": "p", "user": "u", "car": "c", "home": "h"}
_MILLI: Final = 1_000
_PERCENT: Final = 100
_DAYS: Final = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # 1 January 1970 was a Thursday
Cell = Callable[[int, int], str]
"""The character for a stretch of time (ms)."""


def timeline(content: Content[Cells]) -> Iterator[str]:
    """Yield the lines: hours, prices, power at the grid, what each charger was set to, levels, and what happened."""
    first = (content.first_ms + _ahead_ms(content, content.first_ms)) // _DAY_MS
    last = (content.last_ms + _ahead_ms(content, content.last_ms)) // _DAY_MS
    for day in range(first, last + 1):
        if day > first:
            yield ""
        yield from _day(content, day)
    yield ""
    yield "bars . to @: share of what the row says; grid: v sold, ^ bought; ! alarm, c car, p plan, u user, h home"


def _day(content: Content[Cells], day: int) -> Iterator[str]:
    starts = [_instant(content, day * _DAY_MS + cell * _CELL_MS) for cell in range(CELLS + 1)]
    hours = "".join(f"{hour:02d}".ljust(6) for hour in range(0, 24, 2))
    yield f"{_DAYS[day % 7]} {_date(day)}".ljust(LABEL) + hours
    if content.prices:
        yield _row("price, ct/kWh", starts, *_price(content, starts))
    yield from _curve(content, starts, _Line("meter", "grid_w", "grid", _grid))
    for source in content.chargers:
        name = content.names.get(source, f"thing {source}")
        yield from _curve(content, starts, _Line(f"set:{source}", "set_ma", f"{name}, set", _share))
        yield _row(f"{name}, marks", starts, _marks(content, source), "")
    for name in content.groups:
        if name.startswith("car:"):
            label = content.names.get(int(name[4:]), name)
            yield from _curve(content, starts, _Line(name, "level_percent", f"{label}, level", _share))
    yield from _curve(content, starts, _Line("battery", "level_percent", "battery, level", _share))
    yield _row("home, marks", starts, _marks(content, 0), "")


Shape = Callable[[Extremes | None, int], str]


class _Line(NamedTuple):
    """What a row shows."""

    group: str
    column: str
    label: str
    shape: Shape


def _curve(content: Content[Cells], starts: list[int], line: _Line) -> Iterator[str]:
    cells, column = content.groups.get(line.group), line.column
    if cells is None:
        return
    whole = cells.extremes(column, starts[0], min(starts[-1], content.last_ms + 1))
    if whole is None:
        return
    top = _PERCENT if column.endswith("_percent") else max(abs(whole[0]), abs(whole[1])) or 1

    def cell(from_ms: int, to_ms: int) -> str:
        return line.shape(cells.extremes(column, from_ms, to_ms), top)

    yield _row(line.label, starts, _within(content, cell), _top(column, top) if any(whole) else "")


def _share(extremes: Extremes | None, top: int) -> str:
    if extremes is None:
        return "?"
    return _bar(extremes[1], top) if extremes[1] > 0 else " "


def _grid(extremes: Extremes | None, top: int) -> str:
    """Return what was bought or sold, whichever was more."""
    if extremes is None:
        return "?"
    low, high = extremes
    if max(high, -low) * 20 < top:
        return " "
    return "^" if high >= -low else "v"


def _bar(value: int, top: int) -> str:
    return _BARS[min(len(_BARS) - 1, value * len(_BARS) // (top + 1))]


def _within(content: Content[Cells], cell: Cell) -> Cell:
    """Return *cell*, blank before the log begins and after it ends."""

    def shown(from_ms: int, to_ms: int) -> str:
        return cell(from_ms, to_ms) if to_ms > content.first_ms and from_ms <= content.last_ms else " "

    return shown


def _price(content: Content[Cells], starts: list[int]) -> tuple[Cell, str]:
    day = [row for row in content.prices if row[1] > starts[0] and row[0] < starts[-1]]
    prices = [price for _, _, price in day]
    low, high = (min(prices), max(prices)) if prices else (0, 0)

    def cell(from_ms: int, _to_ms: int) -> str:
        price = next((price for begin, end, price in day if begin <= from_ms < end), None)
        return " " if price is None else _bar(price - low, high - low)

    return cell, f"{low / 10_000:.0f}-{high / 10_000:.0f}" if prices else ""


def _marks(content: Content[Cells], source: int) -> Cell:
    instants = [
        (mark.at_ms, "!" if mark.serious else _LETTERS.get(mark.kind, ""))
        for mark in content.marks
        if (mark.source == source if source else mark.source not in content.chargers)
    ]
    instants += [(at_ms, "!") for at_ms in content.gaps if not source]

    def cell(from_ms: int, to_ms: int) -> str:
        letters = {letter for at_ms, letter in instants if from_ms <= at_ms < to_ms} - {""}
        return next((letter for letter in "!cpuh" if letter in letters), " ")

    return cell


def _row(label: str, starts: list[int], cell: Cell, top: str) -> str:
    cells = "".join(cell(start, end) if end > start else " " for start, end in itertools.pairwise(starts))
    room = LABEL - 1 - (len(top) + 1 if top else 0)
    return f"{label[:room]} {top}".strip().ljust(LABEL) + cells.rstrip()


def _top(column: str, top: int) -> str:
    if column.endswith("_ma"):
        return f"{top / _MILLI:g} A"
    return f"{top / _MILLI:.1f} kW" if column.endswith("_w") else f"{top} %"


def _ahead_ms(content: Content[Cells], at_ms: int) -> int:
    """Return the local clock minus the log's at an instant."""
    found = content.clock[0][1] if content.clock else 0
    for from_ms, ahead_ms in content.clock:
        if from_ms <= at_ms:
            found = ahead_ms
    return found


def _instant(content: Content[Cells], local_ms: int) -> int:
    """Return the log's instant of a local time; of one that the clocks skip, when they do."""
    guess = local_ms - _ahead_ms(content, local_ms)
    return local_ms - _ahead_ms(content, guess)


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
