"""The rules a plan follows, each with a small case (charging.md section 8). Power is 1 kW, 1 h takes 1 kWh."""

from typing import Final

import pytest

from hems_actors.core.planning.effort import Effort, EffortError
from hems_actors.core.planning.finish import finish_s, margin_s
from hems_actors.core.planning.pieces import Outlook, Piece, Plan
from hems_actors.core.planning.planner import NOTHING, plan

HOUR_S: Final = 3_600
W: Final = 1_000
NONE: Final = None


def pieces(*prices: int | None, minutes: int = 60, powers_w: tuple[int, ...] = ()) -> list[Piece]:
    """Return pieces in a row from instant 0 on, *minutes* each."""
    step_s = minutes * 60
    powers_w = powers_w or (W,) * len(prices)
    return [
        Piece(at * step_s, (at + 1) * step_s, price, power_w)
        for at, (price, power_w) in enumerate(zip(prices, powers_w, strict=True))
    ]


def runs(prices: list[Piece], hours: float, run_min: int = 0, since_s: int | None = None) -> list[tuple[float, float]]:
    """Return the runs of the plan for *hours* of full power, in hours."""
    made = plan(prices, round(hours * HOUR_S * W), run_min * 60, since_s)
    return [(round(start_s / HOUR_S, 4), round(end_s / HOUR_S, 4)) for start_s, end_s in made.runs]


RULES: Final = [
    pytest.param(pieces(3, 1, 2), 1, 0, None, [(1, 2)], id="the cheapest"),
    pytest.param(pieces(3, 1, 2), 1.5, 0, None, [(1, 2.5)], id="then the next, as one run"),
    pytest.param(pieces(1, 3, 1), 1.5, 0, None, [(0.5, 1), (2, 3)], id="two runs where that costs less"),
    pytest.param(pieces(1, 1, 1), 1, 0, None, [(2, 3)], id="equal: later"),
    pytest.param(pieces(1, 2, 1, 1), 2, 0, None, [(2, 4)], id="equal: fewer starts before later"),
    pytest.param(pieces(1, 2, 1, 2), 1.5, 0, None, [(0.5, 1), (2, 3)], id="equal: the first run as late as it can be"),
    pytest.param(pieces(-5, 3, -1), 2, 0, None, [(0, 1), (2, 3)], id="negative prices are cheap, no more is taken"),
    pytest.param(pieces(0, 0), 1, 0, None, [(1, 2)], id="nothing costs anything"),
    pytest.param(pieces(1, 5, 1, 5, minutes=15), 0.5, 30, None, [(0.5, 1)], id="minimum run: 15 min are too short"),
    pytest.param(pieces(1, 5, 1, 5, minutes=15), 0.5, 15, None, [(0, 0.25), (0.5, 0.75)], id="but 15 min are allowed"),
    pytest.param(pieces(3, 1, minutes=15), 0.25, 30, None, [(0.25, 0.5)], id="a need shorter than the minimum run"),
    pytest.param(pieces(1, 1, 9), 1, 30, -600, [(0, 1)], id="a run that goes on is finished if cost is equal"),
    pytest.param(pieces(2, 1, 9), 1, 30, -600, [(1, 2)], id="but not if another hour costs less"),
    pytest.param(pieces(1, 9, 9, 1, 1), 3, 90, -1_800, [(0, 1), (3, 5)], id="what it has lasted counts"),
    pytest.param(pieces(2, None, 3), 1, 0, None, [(0, 1)], id="a hole is used last"),
    pytest.param(pieces(2, None, 3), 3, 0, None, [(0, 3)], id="but used"),
    pytest.param(pieces(1, 2, None, None), 2, 0, None, [(2, 4)], id="the unpriced tail is enough: wait"),
    pytest.param(
        pieces(1, 2, None, None), 2.25, 0, None, [(0.75, 1), (2, 4)], id="it is not: the rest before, cheapest"
    ),
    pytest.param(pieces(NONE, NONE, NONE), 1.5, 0, None, [(1.5, 3)], id="no prices: latest start"),
    pytest.param(pieces(1, 9, 1), 5, 0, None, [(0, 3)], id="not enough time: everything, at once"),
    pytest.param(pieces(1, 9, 1), 3, 0, None, [(0, 3)], id="just enough time"),
    pytest.param(pieces(3, 1, 2, powers_w=(W, 0, W)), 1, 0, None, [(2, 3)], id="where it cannot charge it does not"),
    pytest.param(pieces(1, 1, powers_w=(W, 2 * W)), 1, 0, None, [(1.5, 2)], id="more power takes less time"),
    pytest.param(
        *(pieces(1, 1, 1, 1, 1, minutes=15, powers_w=(W, 0, W, 0, W)), 0.75, 30, None),
        [(0, 0.25), (0.5, 0.75), (1, 1.25)],
        id="a run that fills all the time there is keeps the minimum",
    ),
    pytest.param(
        *(pieces(1, 1, 1, minutes=15, powers_w=(W, 0, W)), 0.375, 30, None),
        [(0.125, 0.25), (0.5, 0.75)],
        id="halved until there is a plan",
    ),
]


@pytest.mark.parametrize(("time", "hours", "run_min", "since_s", "expected"), RULES)
def test_rule(
    time: list[Piece], hours: float, run_min: int, since_s: int | None, expected: list[tuple[float, float]]
) -> None:
    """Start and end of each run."""
    assert runs(time, hours, run_min, since_s) == expected


def test_running_slot_offers_only_its_rest() -> None:
    """What is over of it is not in the pieces: 40 min of the cheapest hour are left."""
    time = [Piece(1_200, 3_600, 1, W), Piece(3_600, 7_200, 2, W)]

    assert plan(time, 3_600 * W, 0).runs == ((1_200, 4_800),)


@pytest.mark.parametrize("need_ws", [pytest.param(0, id="nothing needed"), pytest.param(-1, id="less than nothing")])
def test_nothing(need_ws: int) -> None:
    """No need, no plan; nor without power."""
    assert plan(pieces(1), need_ws) == NOTHING
    assert plan(pieces(1, powers_w=(0,)), 1_000) == NOTHING
    assert plan([], 1_000) == NOTHING


def test_what_a_plan_says() -> None:
    """Cost at known prices only; energy without a price apart."""
    assert plan(pieces(3, None, None), 3 * HOUR_S * W, 0) == Plan(
        ((0, 3 * HOUR_S),), 3 * HOUR_S * W, 3 * HOUR_S * W, 7_200_000
    )


REFUSED: Final = [
    pytest.param([Piece(0, 10, 1, W), Piece(11, 20, 1, W)], id="a gap"),
    pytest.param([Piece(0, 10, 1, W), Piece(9, 20, 1, W)], id="an overlap"),
    pytest.param([Piece(10, 10, 1, W)], id="no length"),
    pytest.param([Piece(10, 9, 1, W)], id="backwards"),
]


@pytest.mark.parametrize("time", REFUSED)
def test_refused(time: list[Piece]) -> None:
    """Time must be in one stretch."""
    with pytest.raises(ValueError, match="pieces"):
        plan(time, 1_000)


MARGINS: Final = [
    pytest.param(3_600, 360, id="10 % of 1 h"),
    pytest.param(18_000, 1_800, id="10 % of 5 h are 30 min"),
    pytest.param(18_010, 1_800, id="never more"),
    pytest.param(9, 0, id="rounded down"),
]


@pytest.mark.parametrize(("duration_s", "expected"), MARGINS)
def test_margin(duration_s: int, expected: int) -> None:
    """10 % of the need, 30 min at most."""
    assert margin_s(duration_s) == expected


FINISHES: Final = [  # edges, powers, need in kWh -> when to be finished
    pytest.param([0, 36_000], [W], 1, 36_000 - 360, id="the margin before the deadline"),
    pytest.param([0, 3_960], [W], 1, 3_600, id="just time for the margin"),
    pytest.param([0, 3_900], [W], 1, 3_600, id="time for a part of it"),
    pytest.param([0, 3_600], [W], 1, 3_600, id="no time for any"),
    pytest.param([0, 3_000], [W], 1, 3_000, id="not even for the need"),
    pytest.param([0, 36_000], [0], 1, 36_000, id="no power"),
    pytest.param([0, 1_800, 7_200, 9_000], [W, 0, W], 1, 9_000, id="a stretch without power: all is needed"),
]


@pytest.mark.parametrize(("edges_s", "powers_w", "kwh", "expected"), FINISHES)
def test_finish(edges_s: list[int], powers_w: list[int], kwh: int, expected: int) -> None:
    """The margin where time allows."""
    assert finish_s(Outlook(edges_s, [1] * len(powers_w), powers_w), kwh * HOUR_S * W) == expected


def test_effort_ends() -> None:
    """As much as was given, no more."""
    effort = Effort(3)
    effort.spend(3)
    with pytest.raises(EffortError):
        effort.spend(1)


def test_only_the_best_are_followed() -> None:
    """By cost, then by lateness."""
    labels = {at: (-at, 0) for at in range(9)}

    assert list(Effort(100, widest=3).kept(labels)) == [8, 7, 6]
    assert Effort(100).kept(labels) is labels
