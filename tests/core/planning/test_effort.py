"""Plans whose proof would take too long: good ones, in bounded time, that say so."""

from random import Random
from typing import Final

import pytest

from hems_actors.core.planning.candidate import Candidate, rounded
from hems_actors.core.planning.course import Rules
from hems_actors.core.planning.pieces import Piece, outlook_of, timeline_of
from hems_actors.core.planning.planner import plan
from hems_actors.core.planning.search import cheapest
from hems_actors.core.planning.single import best_single

SLOT_S: Final = 900
DAY_WS: Final = 96 * SLOT_S * 1_000


def quarter_hours(count: int, powers_w: tuple[int, ...], spread: int, seed: int = 1) -> list[Piece]:
    """Return *count* quarter-hours of random prices; the power is another one every time."""
    chance = Random(seed)
    return [
        Piece(at * SLOT_S, (at + 1) * SLOT_S, chance.randrange(spread), powers_w[at % len(powers_w)])
        for at in range(count)
    ]


def least_cost(time: list[Piece], need_ws: int) -> int:
    """Return what *need_ws* costs where it costs least, however short the runs."""
    cost = 0
    for piece in sorted(time, key=lambda piece: piece.price_ueur_kwh or 0):
        taken_ws = min(need_ws, piece.power_w * SLOT_S)
        cost += taken_ws * (piece.price_ueur_kwh or 0)
        need_ws -= taken_ws
    return cost


@pytest.mark.parametrize("seed", range(5))
def test_without_minimum_run_it_still_costs_least(seed: int) -> None:
    """Only the number of starts is not proved."""
    time = quarter_hours(60, (1_000, 1_700, 0, 2_300), 4, seed)
    line, need_ws = timeline_of(outlook_of(time)), 11_111_111
    best, proved = cheapest(line, need_ws, Rules(0, None), None, labels_max=0)

    assert not proved
    assert best.cost == least_cost(time, need_ws) * best.den


def test_part_that_is_taken_is_the_last() -> None:
    """Of equal hours the later; what is left of the need is at the end of the hour before, and one run with it."""
    time = [Piece(at * 3_600, (at + 1) * 3_600, 1, 1_000) for at in range(3)]
    best, _proved = cheapest(timeline_of(outlook_of(time)), 5_400_000, Rules(0, None), None, labels_max=0)
    assert (best.key, best.den) == ((-5_400_000, 10_800_000), 1_000)

    uneven = [Piece(0, 3_600, 2, 1_000), Piece(3_600, 7_200, 1, 2_000), Piece(7_200, 9_000, 3, 500)]
    best, _proved = cheapest(timeline_of(outlook_of(uneven)), 9_000_000, Rules(0, None), None, labels_max=0)
    assert (best.key, best.den, best.starts) == ((-1_800_000, 7_200_000), 1_000, 1)


def test_one_run_that_is_known_is_taken_where_nothing_else_is_found() -> None:
    """It keeps the minimum run."""
    line = timeline_of(outlook_of(quarter_hours(20, (1_000,), 100)))
    known = best_single(line, 3_000_000, goes_on=False)

    assert cheapest(line, 3_000_000, Rules(1_800, None), known, labels_max=0) == (known, False)


def test_cheapest_time_where_there_is_not_even_that() -> None:
    """Whatever the minimum run: the need comes first."""
    line = timeline_of(outlook_of(quarter_hours(20, (1_000, 0), 100)))
    best, proved = cheapest(line, 3_000_000, Rules(1_800, None), None, labels_max=0)

    assert (best.starts, proved) == (4, False)


def test_best_of_few_ways() -> None:
    """Two days of a power that changes every 15 min, a tenth of the effort: not proved, and yet the best plan."""
    line = timeline_of(outlook_of(quarter_hours(192, (4_140, 11_040, 6_900), 200_000)))
    need_ws = sum(line.energy_ws) // 2
    best, proved = cheapest(line, need_ws, Rules(1_800, None), None)
    other, other_proved = cheapest(line, need_ws, Rules(1_800, None), None, labels_max=1_000)

    assert (proved, other_proved) == (True, False)
    assert other == best


def _taken_ws(time: list[Piece], start_s: int, end_s: int) -> int:
    return sum(piece.power_w * max(0, min(piece.end_s, end_s) - max(piece.start_s, start_s)) for piece in time)


def test_many_stretches() -> None:
    """Every other quarter-hour has no power, and each another one: which sums can be reached is not looked into."""
    chance = Random(7)
    time = [
        Piece(at * SLOT_S, (at + 1) * SLOT_S, 100, 0 if at % 2 else chance.randrange(4_000, 11_000))
        for at in range(200)
    ]
    need_ws = sum(piece.power_w * SLOT_S for piece in time) // 3
    made = plan(time, need_ws, 7_200)

    assert sum(_taken_ws(time, *run) for run in made.runs) >= need_ws


def test_search_is_widened_until_there_is_a_plan() -> None:
    """The cheapest pieces alone leave no plan that keeps the minimum run, which is halved to 7.5 min, then 225 s."""
    prices_powers = ((50, 1_000), (1, 0), (50, 0), (1, 0), (2, 2_000), (1, 0), (2, 2_000))
    time = [Piece(at * 300, (at + 1) * 300, price, power_w) for at, (price, power_w) in enumerate(prices_powers)]

    assert plan(time, 877_249, 900).runs == ((22, 300), (1_800, 2_100))


def test_no_way_at_all() -> None:
    """Whole stretches only, and no sum of them is the need: not even among the best ways."""
    time = [Piece(at * 300, (at + 1) * 300, 1, 0 if at % 2 else 1_000) for at in range(6)]
    best, proved = cheapest(timeline_of(outlook_of(time)), 450_000, Rules(600, None), None)

    assert (best.key, proved) == ((-750_000, 900_000, -1_200_000, 1_500_000), False)


def test_rounded_runs_that_touch_are_one() -> None:
    """Less than a second apart."""
    assert rounded(Candidate(0, 2, (-10, 25, -31, 40), 10)) == ((1, 4),)
