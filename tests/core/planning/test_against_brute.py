"""The planner and one that tries everything agree: 10,000 random cases, to the second."""

from random import Random
from typing import Final

import pytest

from hems_actors.core.planning.planner import plan
from tests.core.planning.brute import best_of
from tests.core.planning.random_cases import random_grid

ROWS: Final = 20
CASES: Final = 500


@pytest.mark.parametrize("row", range(ROWS))
def test_same_plan(row: int) -> None:
    """Cost, validity and the choice among equals: the same runs in each case, and some of every kind."""
    chance = Random(f"plans {row}")
    several = running = kept = 0
    for _ in range(CASES):
        grid = random_grid(chance)
        best, case = best_of(grid), grid.case
        assert best is not None
        made = plan(case.pieces, case.need_ws, case.run_s_min, case.running_since_s)

        assert made.runs == grid.in_seconds(best.runs), case
        assert (made.covered_ws, made.proved) == (case.need_ws, True)
        several += len(made.runs) > 1
        running += case.running_since_s is not None
        kept += case.run_s_min > 0 and len(made.runs) > 1

    assert several > CASES // 16
    assert running > CASES // 4
    assert kept > CASES // 50


def test_cost_is_what_the_runs_cost() -> None:
    """At known prices: each run's energy in each piece; what has no price is counted apart."""
    chance = Random("costs")
    for _ in range(CASES):
        grid = random_grid(chance)
        case = grid.case
        made = plan(case.pieces, case.need_ws, case.run_s_min, case.running_since_s)
        if any((end_s - start_s) % 150 for start_s, end_s in made.runs):
            continue  # rounded outwards: more than was bought
        cost = unpriced_ws = 0
        for piece in case.pieces:
            taken_s = sum(max(0, min(end_s, piece.end_s) - max(start_s, piece.start_s)) for start_s, end_s in made.runs)
            cost += taken_s * piece.power_w * (piece.price_ueur_kwh or 0)
            unpriced_ws += taken_s * piece.power_w if piece.price_ueur_kwh is None else 0

        assert (made.cost, made.unpriced_ws) == (cost, unpriced_ws), case
