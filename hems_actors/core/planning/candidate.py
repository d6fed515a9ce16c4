"""Plans in exact time, before their free ends are rounded to whole seconds: compared, rounded, priced."""

from bisect import bisect_right
from typing import NamedTuple

from hems_actors.core.planning.pieces import Timeline


class Candidate(NamedTuple):
    """A plan in exact time; cost and instants count in 1/`den`, which lets them fall between two whole numbers."""

    cost: int
    """By rank."""
    starts: int
    key: tuple[int, ...]
    """For each run its start with the sign changed, then its end: of two keys the smaller one is the later plan."""
    den: int


def better(one: Candidate | None, other: Candidate) -> Candidate:
    """Return the one that costs less; if equal, starts less often; if equal, is later."""
    if one is None:
        return other
    left = (one.cost * other.den, one.starts, tuple([part * other.den for part in one.key]))
    right = (other.cost * one.den, other.starts, tuple([part * one.den for part in other.key]))
    return one if left <= right else other


def rounded(plan: Candidate) -> tuple[tuple[int, int], ...]:
    """Return the runs in whole seconds, rounded outwards; two that then touch are one."""
    runs: list[tuple[int, int]] = []
    for at in range(0, len(plan.key), 2):
        start_s, end_s = -plan.key[at] // plan.den, -(-plan.key[at + 1] // plan.den)
        if runs and runs[-1][1] == start_s:
            start_s = runs.pop()[0]
        runs.append((start_s, end_s))
    return tuple(runs)


def bought(plan: Candidate, line: Timeline) -> tuple[int, int]:
    """Return the cost at known prices (micro-euro per kWh x Ws) and the energy at unknown ones (Ws), each rounded up.

    They are whole but for a run of just the minimum length whose place between two cells of different power is fixed
    by the need alone.
    """
    edges_s, den = line.edges_s, plan.den
    cost = unpriced = 0
    for at in range(0, len(plan.key), 2):
        start, end = -plan.key[at], plan.key[at + 1]
        cell = bisect_right(edges_s, start // den) - 1
        while start < end:
            until = min(end, edges_s[cell + 1] * den)
            energy, price = line.power_w[cell] * (until - start), line.price_ueur_kwh[cell]
            if price is None:
                unpriced += energy
            else:
                cost += price * energy
            start = until
            cell += 1
    return -(-cost // den), -(-unpriced // den)


def filled(line: Timeline, need_ws: int) -> Candidate:
    """Return the plan that takes *need_ws* where it costs least, later places first, however short its runs are."""
    left_ws, den = need_ws, 1
    taken: dict[int, int] = {}
    for cell in sorted(range(len(line.rank)), key=lambda cell: (line.rank[cell], -cell)):
        energy_ws = min(left_ws, line.energy_ws[cell])
        if energy_ws > 0:
            taken[cell] = energy_ws
            den = line.power_w[cell]  # in the end that of the last one, which is taken in part
            left_ws -= energy_ws
    runs: list[int] = []
    for cell in sorted(taken):
        end = line.edges_s[cell + 1] * den
        whole = taken[cell] == line.energy_ws[cell]
        start = line.edges_s[cell] * den if whole else end - taken[cell]
        if runs and runs[-1] == start:
            runs[-1] = end
        else:
            runs += [-start, end]
    cost = sum([line.rank[cell] * energy_ws for cell, energy_ws in taken.items()])
    return Candidate(cost * den, len(runs) // 2, tuple(runs), den)
