"""Which cells of the timeline are searched, and the proof that the others hold nothing better."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from hems_actors.core.planning.bounds import Weighed, least_plan
from hems_actors.core.planning.course import Rules, Segment
from hems_actors.core.planning.pieces import Timeline

_FURTHER: Final = 8  # cells to begin with beyond half as many again as the need takes: seldom too few, see `grown`
_PARTS: Final = 64


class Ground(NamedTuple):
    """What is searched, and by which rules."""

    line: Timeline
    rules: Rules
    least_ws: list[int]
    """For each cell the energy of all of it, or of a minimum run in it if that is less."""


class Look(NamedTuple):
    """Cells searched, with the bonus that bounds them best."""

    kept: list[int]
    segments: list[Segment]
    way: Weighed
    back: Weighed
    """The same seen backwards."""
    scale: int
    bonus: int


def ground_of(line: Timeline, rules: Rules) -> Ground:
    """Return what is searched: *line*, by *rules*."""
    run_s_min = rules.run_s_min
    least_ws = [power_w * run_s_min for power_w in line.power_w]
    return Ground(line, rules, list(map(min, least_ws, line.energy_ws)))


def cheap_cells(ground: Ground, need_ws: int) -> tuple[int, list[int], int]:
    """Return the dearest rank that the need takes without a minimum run, cells to begin with, how far above it they go.

    Without a minimum run no cell above that rank is used.
    """
    line = ground.line
    ordered = sorted(range(len(line.rank)), key=line.rank.__getitem__)
    energies = accumulate([line.energy_ws[at] for at in ordered])
    number = next(number for number, energy_ws in enumerate(energies) if energy_ws >= need_ws)
    level = line.rank[ordered[number]]
    if not ground.rules.run_s_min:
        return level, [at for at, rank in enumerate(line.rank) if rank <= level and line.power_w[at]], 0
    further = ordered[min(len(ordered) - 1, number + number // 2 + _FURTHER)]
    width = (line.rank[further] - level) * line.energy_ws[further]
    width = width or (line.rank[ordered[-1]] - line.rank[ordered[0]]) * need_ws // _PARTS
    return level, near_cells(ground, (1, level), width), width


def near_cells(ground: Ground, price: tuple[int, int], gap: int) -> list[int]:
    """Return the cells that a plan can use for no more than *gap*, and their neighbours.

    Args:
        ground: what is searched.
        price: the scale of ranks, and the bonus to be taken off.
        gap: scaled.
    """
    return _with_neighbours(ground.line, _near(ground, price, gap))


def _near(ground: Ground, price: tuple[int, int], gap: int) -> list[int]:
    """Return the cells of which all, or a minimum run, costs no more than *gap*.

    A run that uses none of them costs more: it uses up a cell, or parts of two that make up a minimum run. The run that
    is going on may have less to do; so the cell it is in is one of them.
    """
    scale, bonus = price
    most = max(0, gap)
    near = [
        at
        for at, (rank, least_ws) in enumerate(zip(ground.line.rank, ground.least_ws, strict=True))
        if least_ws and (scale * rank - bonus) * least_ws <= most
    ]
    return [0, *near] if ground.rules.rest_s is not None and near[:1] != [0] else near


def _with_neighbours(line: Timeline, near: Sequence[int]) -> list[int]:
    power_w = line.power_w
    wanted = [*near, *[at - 1 for at in near if at], *[at + 1 for at in near if at + 1 < len(power_w)]]
    return sorted(dict.fromkeys([at for at in wanted if power_w[at]]))


def grown(ground: Ground, look: Look, most: int) -> list[int]:
    """Return the cells of *look*, and others that a plan of no more cost than *most* (weighed) may use.

    A plan saves at most the gap against the least plan. A run that leaves a segment uses up all that is dear at its
    side; in return it may free the segment of what the minimum run costs it: its relief. So segments are widened until
    leaving them costs more than relief and gap.
    """
    least = least_plan(look.way)[0]
    gap = most - least
    near = _near(ground, (look.scale, look.bonus), gap)
    found = dict.fromkeys([*look.kept, *_with_neighbours(ground.line, near)])
    ideal = list(accumulate([min(0, cost) for cost in look.way.cost], initial=0))
    bounds = [least, *[look.way.off[segment.node] for segment in look.segments[1:]], 0]
    for number, segment in enumerate(look.segments):
        first, end = bisect_left(near, segment.first), bisect_left(near, segment.end)
        if first == end:
            continue
        relief = bounds[number] - bounds[number + 1] - (ideal[segment.node_last] - ideal[segment.node])
        for at, step in ((near[first] - 1, -1), (near[end - 1] + 1, 1)):
            found.update(dict.fromkeys(_side(ground.line, look, at, step, gap + relief)))
    return sorted(found)


def _side(line: Timeline, look: Look, at: int, step: int, left: int) -> list[int]:
    """Return the cells from *at* on that a run may use up before it has paid *left*."""
    found: list[int] = []
    while 0 <= at < len(line.rank) and line.power_w[at] and left >= 0:
        found.append(at)
        left -= line.energy_ws[at] * (look.scale * line.rank[at] - look.bonus)
        at += step
    return found
