"""Least costs when each Ws earns a bonus instead of being counted against the need (Lagrange): they bound every plan.

Costs here are scaled: one micro-euro per kWh x Ws is so many units that a start can cost one unit. So of two plans that
cost the same the one with fewer starts comes out cheaper.
"""

from itertools import accumulate
from typing import Final, NamedTuple

from hems_actors.core.planning.course import Course

ROUNDS_MAX: Final = 8


class Weighed(NamedTuple):
    """A course, what its cells cost less their bonus, and bounds."""

    course: Course
    cost: list[int]
    costs: list[int]
    """Sum of the costs before each node."""
    energies_ws: list[int]
    """Sum of the energy before each node."""
    off: list[int]
    """The least cost from each node on, if the charger is not charging there."""
    on: list[int]
    """The least cost from each node on, if it is, in a run that may end there."""


def weighed(course: Course, scale: int, bonus: int) -> Weighed:
    """Return *course* weighed: *scale* for a cell's price, less *bonus*, each per Ws."""
    cost = [energy_ws * (scale * rank - bonus) for energy_ws, rank in zip(course.energy_ws, course.rank, strict=True)]
    costs = list(accumulate(cost, initial=0))
    off, on = _least(course, cost, costs)
    return Weighed(course, cost, costs, list(accumulate(course.energy_ws, initial=0)), off, on)


def _least(course: Course, cost: list[int], costs: list[int]) -> tuple[list[int], list[int]]:
    """Return the least costs from each node on; seen backwards, a run that is going on comes last and is no start."""
    power_w, reach, last_from, last_to = course.power_w, course.reach, course.last_from, course.last_to
    count = len(course.at_s)
    off, on = [0] * count, [0] * count
    best_off = best_on = 0
    for node in range(count - 2, -1, -1):
        longer = cost[node] + best_on if power_w[node] else 0
        far = reach[node]
        if far > node:
            started = costs[far] - costs[node] + on[far] + 1
            if started < best_off:  # noqa: PLR1730 - a call costs a third of this loop
                best_off = started
        elif far == node and longer + 1 < best_off:
            best_off = longer + 1
        if last_from <= node <= last_to:
            best_off = min(best_off, costs[-1] - costs[node])
        best_on = longer if longer < best_off else best_off  # noqa: FURB136 - likewise
        off[node], on[node] = best_off, best_on
    return off, on


def least_plan(way: Weighed) -> tuple[int, int]:
    """Return the least cost of all plans, whatever their energy, and the energy (Ws) of one that has it."""
    course, off, on, energies = way.course, way.off, way.on, way.energies_ws
    cost, node, used, is_on = off[0], 0, 0, False
    going = course.going
    if going >= 0 and way.costs[going] + on[going] <= cost:
        cost, node, used, is_on = way.costs[going] + on[going], going, energies[going], True
    top = len(course.at_s) - 1
    while node < top:
        if is_on and course.power_w[node] and on[node] == way.cost[node] + on[node + 1]:
            used += course.energy_ws[node]
            node += 1
        elif off[node] == off[node + 1]:
            node, is_on = node + 1, False
        else:
            far = max(node + 1, course.reach[node])
            used += energies[far] - energies[node]
            node, is_on = far, True
    return cost, used


def best_bonus(course: Course, need_ws: int, scale: int, guess: int) -> tuple[Weighed, int, int]:
    """Return *course* weighed with the bonus that bounds best, that bonus, and the bound.

    Between a bonus that is too small for the need and one that is too large, the next one is where their bounds cross.
    It need not be the very best: any bonus bounds.
    """
    everything = (sum(map(int.__mul__, course.rank, course.energy_ws)) * scale, sum(course.energy_ws))
    nothing = (0, 0)
    best: tuple[int, int, Weighed] | None = None
    bonus = guess
    for _ in range(ROUNDS_MAX):
        way = weighed(course, scale, bonus)
        cost, energy_ws = least_plan(way)
        if best is None or cost + bonus * need_ws > best[0]:
            best = cost + bonus * need_ws, bonus, way
        if energy_ws < need_ws:
            nothing = (cost + bonus * energy_ws, energy_ws)
        else:
            everything = (cost + bonus * energy_ws, energy_ws)
        before, bonus = bonus, (everything[0] - nothing[0]) // (everything[1] - nothing[1])
        if bonus == before or energy_ws == need_ws:
            break
    assert best is not None  # noqa: S101 - there is at least one round
    return best[2], best[1], best[0]
