"""The least and the greatest value of each five minutes: enough for a picture of characters."""

from collections.abc import Sequence
from typing import Final

from replay.picture.columns import NONE, Values

CELL_MS: Final = 300_000
"""UTC offsets are multiples of it, so local hours begin with a cell."""
Extremes = tuple[int, int]


class Cells:
    """Rows of values that hold until the next row, as extremes of cells; takes the place of a `Group`."""

    def __init__(self, names: Sequence[str], keep_ms: int = 0) -> None:
        """Keep the columns *names*; *keep_ms* is a `Group`'s affair."""
        del keep_ms
        self.names = tuple(names)
        self._cells: list[dict[int, Extremes]] = [{} for _ in names]
        self._holds: list[tuple[int, int] | None] = [None] * len(self.names)
        """Cell and value of each column's newest row; value NONE = unknown."""

    def add(self, at_ms: int, values: Values) -> None:
        """Append a row."""
        for column, value in enumerate(values):
            self._add(column, at_ms // CELL_MS, NONE if value is None else value)

    def extremes(self, name: str, from_ms: int, to_ms: int) -> Extremes | None:
        """Return the least and the greatest value from one instant to before another; None = unknown."""
        column = self.names.index(name)
        cells, held = self._cells[column], self._holds[column]
        found: list[Extremes] = []
        for cell in range(from_ms // CELL_MS, -(-to_ms // CELL_MS)):
            if cell in cells:
                found.append(cells[cell])
            elif held is not None and cell > held[0] and held[1] != NONE:
                found.append((held[1], held[1]))
        return (min(low for low, _ in found), max(high for _, high in found)) if found else None

    def _add(self, column: int, cell: int, value: int) -> None:
        cells, held = self._cells[column], self._holds[column]
        if held is not None and held[1] != NONE:
            for passed in range(held[0] + 1, cell):
                cells[passed] = (held[1], held[1])
            if cell > held[0]:
                cells[cell] = (held[1], held[1])
        if value != NONE:
            low, high = cells.get(cell, (value, value))
            cells[cell] = (min(low, value), max(high, value))
        self._holds[column] = (cell, value)
