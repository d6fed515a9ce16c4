"""When devices are read: the grid of instants that a record shows, if it shows one."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

PERIODS_S: Final = (600, 300, 120, 60, 30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1)
_ON_GRID: Final = 0.99
_FEW: Final = 10


class Grid(NamedTuple):
    """Instants `phase_ms` + k x `period_ms`."""

    period_ms: int
    phase_ms: int

    def first_ms(self, at_ms: int) -> int:
        """Return the first instant of it from *at_ms* on."""
        return at_ms + (self.phase_ms - at_ms) % self.period_ms

    def last_ms(self, at_ms: int) -> int:
        """Return the last instant of it up to *at_ms*."""
        return at_ms - (at_ms - self.phase_ms) % self.period_ms


def grid_of(times_ms: Sequence[int], longest_s: int = PERIODS_S[0]) -> Grid | None:
    """Return the widest grid, of *longest_s* at most, that nearly all of *times_ms* lie on; None if there is none."""
    if len(times_ms) < _FEW:
        return None
    for period_s in PERIODS_S:
        if period_s > longest_s:
            continue
        period_ms = period_s * 1_000
        phase_ms, count = Counter(at_ms % period_ms for at_ms in times_ms).most_common(1)[0]
        if count >= _ON_GRID * len(times_ms):
            return Grid(period_ms, phase_ms)
    return None
