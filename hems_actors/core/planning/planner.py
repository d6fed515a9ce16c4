"""The cheapest plan for one charger (charging.md section 8).

A plan is a number of runs; in each the charger takes all it can. Of all plans, in exact time, the best one

1. covers the need exactly. If the time is not enough for the need, all of it is used, at once;
2. keeps the minimum run: each of its runs is as long, or fills a stretch between two times without power. The run
   that is going on counts from its start. A plan of one run may be shorter: so short is the need. Where no plan would
   keep it (there are times without power), the minimum run is halved until one does;
3. costs least;
4. of those, starts least often; that the run that is going on goes on is no start;
5. of those, is the latest: at the first instant at which two plans differ, the later one does not charge. No two plans
   are equally late.

Rounding. All instants are whole seconds but for one run's start or end (or both, in a run of just the minimum length),
which the need fixes. They are rounded outwards, starts down, ends up: the plan covers the need and overshoots it by
less than a second's energy. What is bought in excess is not part of the cost. Runs that touch after that are one.

Effort. Where power changes all the time and prices hardly differ, the proof that a plan is the best one can take more
work than any home has time for (`effort`). Then the plan is a good one that is not proved, and says so.

Unpriced time. Where no price is known, one is assumed for comparing plans, but never counted as cost. After the last
known price: one micro-euro per kWh less than the lowest known. There prices will come; what that time is enough for is
left to it, as late as possible, and only the rest is bought before, cheapest first. A hole before the last known price:
one more than the highest; it is used last. Without any prices, all time is alike: one run, as late as possible.
"""

from collections.abc import Sequence
from typing import Final

from hems_actors.core.planning.candidate import Candidate, bought, rounded
from hems_actors.core.planning.course import Rules
from hems_actors.core.planning.keeping import kept_run_s
from hems_actors.core.planning.pieces import (
    Outlook,
    Piece,
    Plan,
    Stretch,
    Timeline,
    outlook_of,
    stretches_of,
    timeline_of,
)
from hems_actors.core.planning.search import cheapest
from hems_actors.core.planning.single import best_single

RUN_S_MIN: Final = 1_800  # charging.md section 8
NOTHING: Final = Plan((), 0, 0, 0)


def plan(pieces: Sequence[Piece], need_ws: int, run_s_min: int = RUN_S_MIN, running_since_s: int | None = None) -> Plan:
    """Return the best plan.

    Args:
        pieces: time from now to the finish, without gaps; of a running slot the rest.
        need_ws: energy the charger is to take; 0 or less = none.
        run_s_min: the minimum run; 0 = none.
        running_since_s: when the run began that is going on now; None = the charger is not charging.

    Raises:
        ValueError: a piece does not start where the one before it ends, or has no length.
    """
    return plan_in(outlook_of(pieces), need_ws, run_s_min, running_since_s)


def plan_in(outlook: Outlook, need_ws: int, run_s_min: int, running_since_s: int | None) -> Plan:
    """Return the best plan in *outlook*; the rest as for `plan`."""
    if need_ws <= 0 or not outlook.power_w:
        return NOTHING
    line = timeline_of(outlook)
    stretches = stretches_of(line)
    most_ws = sum([stretch.energy_ws for stretch in stretches])
    if most_ws <= need_ws:
        best, proved, need_ws = _everything(line, stretches), True, most_ws
    else:
        lasted_s = None
        if running_since_s is not None and line.power_w[0]:
            lasted_s = max(0, line.edges_s[0] - running_since_s)
        best, proved = _best(line, stretches, need_ws, (run_s_min, lasted_s))
    cost, unpriced_ws = bought(best, line)
    return Plan(rounded(best), cost, need_ws, unpriced_ws, proved)


def _everything(line: Timeline, stretches: Sequence[Stretch]) -> Candidate:
    edges_s = line.edges_s
    key = [part for stretch in stretches for part in (-edges_s[stretch.first], edges_s[stretch.end])]
    return Candidate(0, 0, tuple(key), 1)


def _best(
    line: Timeline, stretches: Sequence[Stretch], need_ws: int, run: tuple[int, int | None]
) -> tuple[Candidate, bool]:
    """Return the best plan, and whether that is proved.

    *run*: the minimum run as wished, and how long the one that is going on has lasted.
    """
    wished_s, lasted_s = run
    run_s_min = kept_run_s(line, stretches, need_ws, wished_s, lasted_s)
    single: Candidate | None = None
    if need_ws < 2 * run_s_min * max(line.power_w):
        single = best_single(line, need_ws, goes_on=lasted_s is not None)
    if single is not None and lasted_s is None and need_ws < 2 * _least_ws(line, stretches, run_s_min):
        return single, True
    rest_s = None if lasted_s is None else max(0, run_s_min - lasted_s)
    return cheapest(line, need_ws, Rules(run_s_min, rest_s), single)


def _least_ws(line: Timeline, stretches: Sequence[Stretch], run_s_min: int) -> int:
    """Return an energy that no run falls short of which keeps the minimum run."""
    least_w = min([power_w for power_w in line.power_w if power_w])
    return min([least_w * run_s_min, *[stretch.energy_ws for stretch in stretches]])
