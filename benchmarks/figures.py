"""A figure against its bounds, the table of all figures, and how times are taken."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured figure; smaller is better."""

    name: str
    measured: float
    unit: str
    must: float | None = None
    """None = shown for comparison only."""
    aim: float | None = None

    def met(self) -> str:
        """Return which of the bounds holds."""
        if self.must is None:
            return ""
        if self.aim is not None and self.measured <= self.aim:
            return "aim"
        return "must" if self.measured <= self.must else "NO"


def lines_of(figures: Iterable[Figure]) -> list[str]:
    """Return the table as lines of equal columns."""
    rows = [("figure", "measured", "must", "aim", "met")]
    rows += [
        (
            figure.name,
            f"{_text(figure.measured)} {figure.unit}".rstrip(),
            _text(figure.must),
            _text(figure.aim),
            figure.met(),
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rule = tuple("-" * width for width in widths)
    return [_line(row, widths) for row in (rows[0], rule, *rows[1:])]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers, met = (text.ljust(width) for text, width in zip(row, widths, strict=True))
    return " | ".join((name, *(number.strip().rjust(len(number)) for number in numbers), met)).rstrip()


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def cpu_s(work: Callable[[], object]) -> float:
    """Return the process time of *work*, in s: what other processes do does not count."""
    gc.collect()
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest of *values* that is not below *percent* of them."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
