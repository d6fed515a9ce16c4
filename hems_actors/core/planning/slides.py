"""Plans in which a run of just the minimum length lies over a change of power, where the need puts it.

Such a run is free at both ends: shifted by a second it takes more, or less. Without a change of power there is none.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hems_actors.core.planning.candidate import Candidate, better
from hems_actors.core.planning.effort import PAIRS_A_LABEL, Effort
from hems_actors.core.planning.joins import Sides, runs_of


class Slide(NamedTuple):
    """A run that starts in one cell and ends in another of a different power."""

    cell: int
    """It starts in."""
    node: int
    """The first at which what follows may begin."""
    room_s: int
    """How far it can be shifted from the beginning of the cell."""
    energy_ws: int
    cost: int
    """Both without a shift."""
    more_w: int
    dearer: int
    """What a second's shift adds to either."""


def best_slide(sides: Sides, run_s_min: int, effort: Effort) -> Candidate | None:
    """Return the best of these plans; None = there is none. Its cost need not be whole.

    Raises:
        EffortError: there are too many to choose from.
    """
    best: Candidate | None = None
    course, earned = sides.way.course, sides.bonus * sides.need_ws
    for slide in _slides(sides, run_s_min):
        den, sign = abs(slide.more_w), 1 if slide.more_w > 0 else -1
        start = course.at_s[slide.cell] * den
        for used, (cost, head) in sides.before.off[slide.cell].items():
            effort.spend(len(sides.after.off[slide.node]) // PAIRS_A_LABEL)
            for more, (dearer, tail) in sides.after.off[slide.node].items():
                shift = (sides.need_ws - used - more - slide.energy_ws) * sign
                if not 0 <= shift < slide.room_s * den:
                    continue
                starts = (cost + sides.bonus * used) % sides.scale + (dearer + sides.bonus * more) % sides.scale + 1
                total = (cost + dearer + slide.cost + earned - starts + 1) * den + shift * slide.dearer
                before, behind = runs_of(course, head, den), runs_of(course, tail, den)
                key = (*before, -start - shift, start + shift + run_s_min * den, *behind)
                best = better(best, Candidate(total // sides.scale, starts, key, den))
    return best


def _slides(sides: Sides, run_s_min: int) -> Iterator[Slide]:
    course, energies, costs = sides.way.course, sides.way.energies_ws, sides.way.costs
    at_s, power_w = course.at_s, course.power_w
    for cell, far in enumerate(course.reach[:-1]):
        end_s = at_s[cell] + run_s_min
        if far < 0 or at_s[far] < end_s:
            continue
        last = far - 1 if at_s[far] > end_s else far
        if last == len(power_w) or power_w[last] in (0, power_w[cell]):
            continue
        over_ws = (end_s - at_s[last]) * power_w[last]
        slope, first_slope = (sides.scale * course.rank[at] - sides.bonus for at in (last, cell))
        node, end_s_max = last + 1, at_s[cell + 1] + run_s_min
        while True:
            yield Slide(
                cell,
                node,
                min(at_s[node], end_s_max) - end_s,
                energies[last] - energies[cell] + over_ws,
                costs[last] - costs[cell] + over_ws * slope,
                power_w[last] - power_w[cell],
                power_w[last] * slope - power_w[cell] * first_slope,
            )
            if at_s[node] >= end_s_max:
                break
            node += 1
