"""The search for the best plan.

Strategy. A bonus for each Ws takes the place of the need; that gives a lower bound for all plans (`bounds`). Near it
only few ways lead on. All of them are followed, of those with the same energy the best one (`labels`), and put together
with the one run whose end the need fixes (`joins`, `slides`). This is done where energy is cheap, up to a cost that is
raised until there is a plan: now that is an upper bound. Time that a plan between the bounds could use is searched too
(`narrowing`). So the plan is the best one of all, and not only of what was searched.
"""

from typing import Final, NamedTuple

from hems_actors.core.planning.bounds import best_bonus, least_plan, weighed
from hems_actors.core.planning.candidate import Candidate, better, filled
from hems_actors.core.planning.course import Rules, courses_of
from hems_actors.core.planning.effort import LABELS_MAX, WIDEST, Effort, EffortError
from hems_actors.core.planning.joins import Sides, best_join
from hems_actors.core.planning.labels import Limits, Ways, ways
from hems_actors.core.planning.narrowing import Ground, Look, cheap_cells, ground_of, grown, near_cells
from hems_actors.core.planning.pieces import Timeline
from hems_actors.core.planning.slides import best_slide

_FACTOR: Final = 4  # by which a limit is raised that was too low: the work grows with it, few rounds are needed
_ROUNDS: Final = 12
_STEPS: Final = 64


class Task(NamedTuple):
    """What is searched for."""

    ground: Ground
    need_ws: int
    """Less than all of the time."""
    scale: int
    """More than there can be starts."""
    even: bool
    """There is but one power, so that all costs are whole."""
    effort: Effort
    cells: int
    """With power."""


def cheapest(
    line: Timeline, need_ws: int, rules: Rules, known: Candidate | None, labels_max: int = LABELS_MAX
) -> tuple[Candidate, bool]:
    """Return the best plan that keeps *rules*, or *known* if that is better, and whether it is proved to be the best.

    There must be one. If the proof would take more than *labels_max* labels, the plan is a good one that keeps the
    rules; if even that is not found, the cheapest time, whatever the minimum run.
    """
    powers_w = [power_w for power_w in line.power_w if power_w]
    scale = 1 << (4 * len(powers_w)).bit_length()
    even = min(powers_w) == max(powers_w)
    task = Task(ground_of(line, rules), need_ws, scale, even, Effort(labels_max), len(powers_w))
    try:
        look, best = _first(task, known)
        return (_proved(task, look, best) if rules.run_s_min else best), True
    except EffortError:
        pass
    if not rules.run_s_min:
        return filled(line, need_ws), False  # it costs least, only the number of starts is not proved
    try:
        return _first(task._replace(effort=Effort(labels_max, WIDEST)), known)[1], False
    except EffortError:
        return known or filled(line, need_ws), False


def _first(task: Task, known: Candidate | None) -> tuple[Look, Candidate]:
    """Return cells that were searched, and the best plan in them, or *known*."""
    level, kept, width = cheap_cells(task.ground, task.need_ws)
    while True:
        look, bound = _looked_at(task, kept, task.scale * level)
        found = _raised(task, look, (bound, width * task.scale // (8 + len(kept) ** 2 // 4096) + 1), known)
        if found is not None:
            return look, found
        width = _FACTOR * width + 1
        if len(kept) == task.cells:
            raise EffortError("plan: no way in all of the time")
        kept = near_cells(task.ground, (1, level), width)


def _looked_at(task: Task, kept: list[int], guess: int) -> tuple[Look, int]:
    """Return *kept* with the bonus that bounds best, and the bound (scaled)."""
    course, mirror, segments = courses_of(task.ground.line, kept, task.ground.rules)
    way, bonus, bound = best_bonus(course, task.need_ws, task.scale, guess)
    return Look(kept, segments, way, weighed(mirror, task.scale, bonus), task.scale, bonus), bound


def _raised(task: Task, look: Look, limits: tuple[int, int], known: Candidate | None) -> Candidate | None:
    """Return the best plan in *look*, or *known*: found under a limit that is raised until there is one."""
    bound, step = limits
    most = None if known is None else _limit(task, known)
    for _ in range(_ROUNDS):
        limit = bound + step if most is None else min(most, bound + step)
        found = _best(task, look, limit)
        if found is not None or limit == most:
            return known if found is None else better(known, found)
        step *= _FACTOR
    return None


def _proved(task: Task, look: Look, best: Candidate) -> Candidate:
    """Return the best plan of all, *best* being that of the cells in *look*."""
    searched = look
    while True:
        most = _limit(task, best) - look.bonus * task.need_ws
        kept = grown(task.ground, look, most)
        if len(kept) > len(look.kept):
            before = least_plan(look.way)[0]
            course, mirror, segments = courses_of(task.ground.line, kept, task.ground.rules)
            way = weighed(course, look.scale, look.bonus)
            if least_plan(way)[0] < before:
                look, bound = _looked_at(task, kept, look.bonus)
                best = _raised(task, look, (bound, max(1, (_limit(task, best) - bound) // _STEPS)), best) or best
                searched = look
            else:
                look = Look(kept, segments, way, weighed(mirror, look.scale, look.bonus), look.scale, look.bonus)
        elif look is searched:
            return best
        else:
            found = _best(task, look, _limit(task, best))
            best = best if found is None else better(best, found)
            searched = look


def _limit(task: Task, best: Candidate) -> int:
    """Return the scaled cost that no better plan than *best* exceeds."""
    return -(-best.cost // best.den) * task.scale + (best.starts if task.even else task.scale - 1)


def _best(task: Task, look: Look, limit: int) -> Candidate | None:
    """Return the best plan in *look* if its scaled cost is within *limit*; None = no plan's is."""
    margin = 0 if task.even else task.scale  # a better plan may cost less by part of a unit and start more often
    limits = Limits(limit + margin - look.bonus * task.need_ws, task.need_ws)
    before = ways(look.way, limits, task.effort, backward=False)
    after = ways(look.back, limits, task.effort, backward=True)
    sides = Sides(look.way, before, Ways(after.off[::-1], after.on[::-1]), task.need_ws, task.scale, look.bonus)
    best = best_join(sides, task.effort)
    if not task.even and task.ground.rules.run_s_min:
        slide = best_slide(sides, task.ground.rules.run_s_min, task.effort)
        best = better(best, slide) if slide is not None else best
    if best is None or best.cost * task.scale // best.den + best.starts > limit:
        return None
    return best
