"""Plans put together from what leads to a cell, a part of that cell, and what follows it."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from hems_actors.core.planning.bounds import Weighed
from hems_actors.core.planning.candidate import Candidate
from hems_actors.core.planning.course import Course
from hems_actors.core.planning.effort import PAIRS_A_LABEL, Effort
from hems_actors.core.planning.labels import DIGIT_BITS, Labels, Ways, used_digits

_FEW: Final = 4
ENDS: Final = 2
STARTS: Final = 1


class Sides(NamedTuple):
    """A weighed course with the labels of both its sides."""

    way: Weighed
    before: Ways
    after: Ways
    """By the nodes of the course as it is, too."""
    need_ws: int
    scale: int
    bonus: int


class Join(NamedTuple):
    """Two sets of labels, and a cell between them of which a run takes a part."""

    ones: Labels
    others: Labels
    cell: int
    digit: int
    """`ENDS` or `STARTS`: the run ends in the cell, or starts there. So less is later, as for whole cells."""


def best_join(sides: Sides, effort: Effort) -> Candidate | None:
    """Return the best plan of which at most one run ends or starts between two nodes; None = there is none.

    Raises:
        EffortError: there are too many to choose from.
    """
    course, scale, bonus = sides.way.course, sides.scale, sides.bonus
    count = len(course.power_w)
    bits = max(course.energy_ws, default=0).bit_length()
    best: tuple[int, int, int, int] | None = None
    whole = sides.before.off[-1].get(sides.need_ws)
    if whole is not None:
        best = whole[0], whole[1] << bits, -1, 0
    for join in _joins(sides):
        room, slope = course.energy_ws[join.cell], scale * course.rank[join.cell] - bonus
        after = DIGIT_BITS * (count - join.cell - 1)
        others = join.others
        ordered = sorted(others) if len(others) > _FEW else None
        for used, (cost, head) in join.ones.items():
            rest = sides.need_ws - used
            among: Collection[int] = others
            if ordered is not None:
                among = ordered[bisect_right(ordered, rest - room) : bisect_left(ordered, rest)]
                effort.spend(len(among) // PAIRS_A_LABEL)
            for more in among:
                part = rest - more
                if 0 < part < room:
                    dearer, tail = others[more]
                    total = cost + dearer + slope * part
                    if best is None or total <= best[0]:
                        key = ((head >> after | join.digit) << bits | part) << after | tail
                        found = total, key, join.cell, join.digit
                        if best is None or found < best:
                            best = found
    return None if best is None else _candidate(sides, best, bits)


def _joins(sides: Sides) -> Iterator[Join]:
    before, after = sides.before, sides.after
    for cell, power_w in enumerate(sides.way.course.power_w):
        if power_w:
            if before.on[cell] and after.off[cell + 1]:
                yield Join(before.on[cell], after.off[cell + 1], cell, ENDS)
            if before.off[cell] and after.on[cell + 1]:
                yield Join(before.off[cell], after.on[cell + 1], cell, STARTS)


def _candidate(sides: Sides, found: tuple[int, int, int, int], bits: int) -> Candidate:
    """Return what was found in exact time: cost as weighed, digits with the part, its cell (-1 = none), its digit."""
    total, key, cell, digit = found
    course = sides.way.course
    cost, starts = divmod(total + sides.bonus * sides.need_ws, sides.scale)
    if cell < 0:
        return Candidate(cost, starts, runs_of(course, key >> bits, 1), 1)
    after = DIGIT_BITS * (len(course.power_w) - cell - 1)
    tail = key & ((1 << after) - 1)
    part = key >> after & ((1 << bits) - 1)
    head = (key >> after + bits) - digit << after
    power_w = course.power_w[cell]
    before, behind = runs_of(course, head, power_w), runs_of(course, tail, power_w)
    if digit == ENDS:
        start = (
            before[:-1]
            if before and before[-1] == course.at_s[cell] * power_w
            else (*before, -course.at_s[cell] * power_w)
        )
        runs = (*start, course.at_s[cell] * power_w + part, *behind)
    else:
        at = course.at_s[cell + 1] * power_w
        end = behind[1:] if behind and -behind[0] == at else (at, *behind)
        runs = (*before, part - at, *end)
    return Candidate(cost * power_w, starts, runs, power_w)


def runs_of(course: Course, key: int, den: int) -> tuple[int, ...]:
    """Return the runs that the digits of *key* say, as a candidate's key in 1/*den* s."""
    count = len(course.power_w)
    found: list[int] = []
    while key:
        first = count - (key.bit_length() + 1) // DIGIT_BITS
        inverted = key ^ used_digits(first, count, count)
        end = count - (inverted.bit_length() + 1) // DIGIT_BITS
        found += [-course.at_s[first] * den, course.at_s[end] * den]
        key &= used_digits(end, count, count)
    return tuple(found)
