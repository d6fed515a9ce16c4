"""How long a minimum run can be kept at all where the charger cannot charge all the time."""

from collections.abc import Sequence
from typing import Final

from hems_actors.core.planning.pieces import Stretch, Timeline

SPANS_MAX: Final = 1_000
Spans = list[tuple[int, int]]
"""Least and greatest energy (Ws) of each span, ascending, apart."""


def kept_run_s(line: Timeline, stretches: Sequence[Stretch], need_ws: int, run_s_min: int, lasted_s: int | None) -> int:
    """Return *run_s_min*, halved (in the end to 0) until some plan keeps it.

    A plan of one run keeps any; so only a need that no single stretch is enough for can ask for this.

    Args:
        line: to plan in.
        stretches: of *line*.
        need_ws: less than all of *line*.
        run_s_min: as wished.
        lasted_s: how long the run that is going on has lasted; None = there is none.
    """
    if any(stretch.energy_ws >= need_ws for stretch in stretches):
        return run_s_min
    while run_s_min:
        reached: Spans = [(0, 0)]
        for stretch in stretches:
            least_ws = _least_ws(line, stretch, run_s_min)
            if lasted_s is not None and stretch.first == 0:
                begin_s = line.edges_s[0]
                least_ws = min(least_ws, _taken_ws(line, stretch, begin_s, begin_s + max(0, run_s_min - lasted_s)))
            more = [(low + least_ws, high + stretch.energy_ws) for low, high in reached if low + least_ws <= need_ws]
            reached = _joined([*reached, *more])
            if len(reached) > SPANS_MAX:
                return run_s_min  # as good as everything can be reached
        if any(low <= need_ws <= high for low, high in reached):
            break
        run_s_min //= 2
    return run_s_min


def _joined(spans: Spans) -> Spans:
    """Return *spans* with those that overlap joined."""
    spans.sort()
    found = spans[:1]
    for low, high in spans[1:]:
        if low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found


def _least_ws(line: Timeline, stretch: Stretch, run_s_min: int) -> int:
    """Return the least energy of a run in *stretch* that is long enough, or all of it if none is."""
    edges_s = line.edges_s[stretch.first : stretch.end + 1]
    last_s = edges_s[-1] - run_s_min
    if last_s <= edges_s[0]:
        return stretch.energy_ws
    starts_s = [*edges_s, *[edge_s - run_s_min for edge_s in edges_s]]
    return min(
        _taken_ws(line, stretch, start_s, start_s + run_s_min)
        for start_s in starts_s
        if edges_s[0] <= start_s <= last_s
    )


def _taken_ws(line: Timeline, stretch: Stretch, start_s: int, end_s: int) -> int:
    """Return the energy of a run in *stretch*; what lies beyond its end is not counted."""
    taken_ws = 0
    for cell in range(stretch.first, stretch.end):
        length_s = min(line.edges_s[cell + 1], end_s) - max(line.edges_s[cell], start_s)
        taken_ws += line.power_w[cell] * max(0, length_s)
    return taken_ws
