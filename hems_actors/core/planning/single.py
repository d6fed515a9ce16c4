"""Plans of one run, however short."""

from collections.abc import Iterator
from itertools import accumulate

from hems_actors.core.planning.candidate import Candidate, better
from hems_actors.core.planning.pieces import Timeline


def best_single(line: Timeline, need_ws: int, *, goes_on: bool) -> Candidate | None:
    """Return the best plan of one run that takes *need_ws*; None = no stretch is enough for it.

    One end lies on an edge: between two edges cost changes evenly as the run moves, so one way does not make it worse.

    Args:
        line: to plan in.
        need_ws: less than all of *line*.
        goes_on: a run at the very beginning is no start.
    """
    energy = list(accumulate(line.energy_ws, initial=0))
    cost = list(accumulate(map(int.__mul__, line.rank, line.energy_ws), initial=0))
    gaps = list(accumulate((not power_w for power_w in line.power_w), initial=0))
    best: Candidate | None = None
    for first, last, part, is_end in (*_begun(energy, need_ws), *_ended(energy, need_ws)):
        if gaps[last + 1] != gaps[first]:
            continue
        if is_end:
            power_w, rank = line.power_w[last], line.rank[last]
            price = cost[last] - cost[first] + rank * part
            start, end = line.edges_s[first] * power_w, line.edges_s[last] * power_w + part
        else:
            power_w, rank = line.power_w[first], line.rank[first]
            price = cost[last + 1] - cost[first + 1] + rank * part
            start, end = line.edges_s[first + 1] * power_w - part, line.edges_s[last + 1] * power_w
        if best is not None and price * best.den > best.cost:
            continue
        starts = 0 if goes_on and start == line.edges_s[0] * power_w else 1
        best = better(best, Candidate(price * power_w, starts, (-start, end), power_w))
    return best


def _begun(energy: list[int], need_ws: int) -> Iterator[tuple[int, int, int, bool]]:
    """Yield the runs from each edge on: first cell, last cell, what is taken of the last one."""
    last = 0
    for first in range(len(energy) - 1):
        wanted = energy[first] + need_ws
        if wanted > energy[-1]:
            return
        while energy[last + 1] < wanted:
            last += 1
        yield first, last, wanted - energy[last], True


def _ended(energy: list[int], need_ws: int) -> Iterator[tuple[int, int, int, bool]]:
    """Yield the runs up to each edge: first cell, last cell, what is taken of the first one."""
    first = 0
    for last in range(len(energy) - 1):
        left = energy[last + 1] - need_ws
        if left >= 0:
            while energy[first + 1] <= left:
                first += 1
            yield first, last, energy[first + 1] - left, False
