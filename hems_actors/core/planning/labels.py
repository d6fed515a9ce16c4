"""All ways to come to a node that may lead to a plan within a limit: the best one for each energy."""

from typing import Final, NamedTuple

from hems_actors.core.planning.bounds import Weighed
from hems_actors.core.planning.effort import Effort

Label = tuple[int, int]
"""Cost, as weighed; then a digit to the base 4 for each cell of the course, the first the highest: 3 = used, 0 = not.

So of two labels of the same cost the later one is less.
"""
Labels = dict[int, Label]
"""By energy (Ws)."""
DIGIT_BITS: Final = 2


class Ways(NamedTuple):
    """Labels of each node."""

    off: list[Labels]
    """Of not charging there, or no longer."""
    on: list[Labels]
    """Of being in a run that may end there."""


class Limits(NamedTuple):
    """What a plan must not exceed."""

    cost: int
    need_ws: int


def ways(way: Weighed, limits: Limits, effort: Effort, *, backward: bool) -> Ways:
    """Return the labels of *way*, as many as *effort* allows; seen backwards, its first cell has the lowest digit.

    Raises:
        EffortError: there are too many.
    """
    course, costs, energies = way.course, way.costs, way.energies_ws
    most, need_ws = limits
    top = len(course.at_s) - 1
    off: list[Labels] = [{0: (0, 0)}]
    on: list[Labels] = [{} for _ in course.at_s]
    if course.going >= 0:
        on[course.going][energies[course.going]] = (costs[course.going], used_digits(0, course.going, top))
    for node, far in enumerate(course.reach[:-1]):
        here, running = _at(node, (off, on), (most - way.off[node], need_ws), effort)
        if far >= 0 and here:
            digits = used_digits(top - far, top - node, top) if backward else used_digits(node, far, top)
            step = energies[far] - energies[node], costs[far] - costs[node] + 1, digits
            _put(on[far], here, step, (most - way.on[far], need_ws))
        if running and course.power_w[node]:
            digits = used_digits(top - node - 1, top - node, top) if backward else used_digits(node, node + 1, top)
            step = course.energy_ws[node], way.cost[node], digits
            _put(on[node + 1], running, step, (most - way.on[node + 1], need_ws))
        if way.off[node + 1] > way.off[node]:
            room = most - way.off[node + 1]
            here = {used: label for used, label in here.items() if label[0] <= room}
        off.append(here)
    _at(top, (off, on), (most - way.off[top], need_ws), effort)
    return Ways(off, on)


def _at(
    node: int, found: tuple[list[Labels], list[Labels]], limits: tuple[int, int], effort: Effort
) -> tuple[Labels, Labels]:
    """Return the labels of *node*, off and on: whoever is on may end there."""
    off, on = found
    running = on[node] = effort.kept(on[node])
    if running:
        off[node] = dict(off[node])
        _put(off[node], running, (0, 0, 0), limits)
        off[node] = effort.kept(off[node])
    return off[node], running


def used_digits(first: int, end: int, count: int) -> int:
    """Return the digits of cells *first* to *end*, as in a slice, of *count* cells: all used."""
    return ((1 << DIGIT_BITS * (end - first)) - 1) << DIGIT_BITS * (count - end)


def _put(there: Labels, here: Labels, step: tuple[int, int, int], limits: tuple[int, int]) -> None:
    """Put the labels of *here* into *there*, each with the *step*: energy, cost, digits."""
    more, dearer, digits = step
    room, most = limits[0] - dearer, limits[1] - more
    for used, (cost, key) in here.items():
        if cost <= room and used <= most:
            label = cost + dearer, key | digits
            if used + more not in there or label < there[used + more]:
                there[used + more] = label
