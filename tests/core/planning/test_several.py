"""Several chargers, one after the other, each on the headroom that those before it leave (charging.md section 8)."""

from datetime import datetime
from typing import Any, Final

import pytest

from hems_actors.core.planning.several import Base, Planned, Request, Site, plan_all
from hems_actors.core.rates import Rates, Slot

HOUR_S: Final = 3_600
KWH_WS: Final = 3_600_000
A, B, ABC = 0b001, 0b010, 0b111
CHEAP_THIRD: Final = (5, 4, 1, 3, 5, 5)
WIDE: Final = Site(limit_ma=0, run_s_min=0)
NARROW: Final = Site(limit_ma=25_000, run_s_min=0)
"""20 A are left for cars."""


def rates(*prices: int | None, start_s: int = 0, length_s: int = HOUR_S) -> Rates:
    """Return slots in a row; None = a hole."""
    return tuple(
        Slot(start_s + at * length_s, start_s + (at + 1) * length_s, price * 1_000)
        for at, price in enumerate(prices)
        if price is not None
    )


def request(source: int, kwh: float = 11.04, hours: float = 6, **fields: Any) -> Request:  # noqa: ANN401  of Request
    """Return what a charger of 16 A on three phases wants: 11.04 kWh take an hour."""
    given = {"priority": 0, "phases_mask": ABC, "phases": 3, "min_ma": 6_000, "max_ma": 16_000, "step_ma": 1_000}
    return Request(source, need_ws=round(kwh * KWH_WS), until_s=round(hours * HOUR_S), **{**given, **fields})


def hours(planned: tuple[Planned, ...]) -> dict[int, list[tuple[float, float]]]:
    """Return each charger's runs in hours, in the order they were planned."""
    return {
        made.source: [(round(from_s / HOUR_S, 3), round(to_s / HOUR_S, 3)) for from_s, to_s in made.plan.runs]
        for made in planned
    }


def together(*requests: Request, site: Site = NARROW, prices: Rates | None = None) -> dict[int, Any]:
    """Return the runs of *requests*, planned at instant 0."""
    return hours(plan_all(requests, rates(*CHEAP_THIRD) if prices is None else prices, 0, site))


TOGETHER: Final = [
    pytest.param((request(1), request(2)), WIDE, {1: [(2, 3)], 2: [(2, 3)]}, id="no limit: both"),
    pytest.param(
        (request(1, hours=3.2), request(2, kwh=22.08)), WIDE, {1: [(2, 3)], 2: [(2, 4)]}, id="no limit: over its end"
    ),
    pytest.param(
        (request(1), request(2)), NARROW, {1: [(2, 3)], 2: [(3, 4)]}, id="20 A: one after the other, by number"
    ),
    pytest.param((request(2), request(1)), NARROW, {1: [(2, 3)], 2: [(3, 4)]}, id="in whatever order they are asked"),
    pytest.param((request(1), request(2, priority=1)), NARROW, {2: [(2, 3)], 1: [(3, 4)]}, id="priority goes before"),
    pytest.param(
        (request(1, priority=1), request(2, kwh=22.08)), NARROW, {2: [(2, 4)], 1: [(1, 2)]}, id="latest start before it"
    ),
    pytest.param(
        (request(1, hours=6), request(2, hours=5)), NARROW, {2: [(2, 3)], 1: [(3, 4)]}, id="so does a deadline"
    ),
    pytest.param(
        (request(1, phases_mask=A, phases=1, kwh=3.68), request(2, phases_mask=B, phases=1, kwh=3.68)),
        *(NARROW, {1: [(2, 3)], 2: [(2, 3)]}),
        id="different phases",
    ),
    pytest.param(
        (request(1, phases_mask=A, phases=1, kwh=3.68), request(2, phases_mask=ABC, phases=1, kwh=3.68)),
        *(NARROW, {1: [(2, 3)], 2: [(3, 4)]}),
        id="phases not known: all of them",
    ),
    pytest.param(
        (request(1, max_ma=10_000, kwh=6.9), request(2, max_ma=10_000, kwh=6.9)),
        *(NARROW, {1: [(2, 3)], 2: [(2, 3)]}),
        id="10 A for each",
    ),
    pytest.param(
        (request(1, max_ma=12_000, kwh=8.28), request(2, kwh=5.52)),
        *(NARROW, {1: [(2, 3)], 2: [(2, 3)]}),
        id="8 A are left: less power, longer",
    ),
    pytest.param((request(1),), Site(10_000, run_s_min=0), {1: []}, id="5 A are less than the minimum"),
    pytest.param((request(1),), Site(10_000, house_ma=4_000, run_s_min=0), {1: [(1.333, 4)]}, id="6 A are not"),
    pytest.param((request(1, max_ma=5_000),), WIDE, {1: []}, id="maximum below minimum"),
    pytest.param((request(1, hours=0),), WIDE, {1: []}, id="the deadline is now"),
    pytest.param((), WIDE, {}, id="nobody"),
]


@pytest.mark.parametrize(("requests", "site", "expected"), TOGETHER)
def test_together(requests: tuple[Request, ...], site: Site, expected: dict[int, Any]) -> None:
    """Who is planned first, and what is left to the next."""
    found = together(*requests, site=site)

    assert found == {source: [pytest.approx(run, abs=0.001) for run in runs] for source, runs in expected.items()}
    assert list(found) == list(expected)


def test_power_changes_in_a_run() -> None:
    """Beside another for an hour, then alone: one run, two steps."""
    first = request(1, max_ma=12_000, kwh=8.28, hours=3.1)
    second = request(2, kwh=14, hours=6)
    (_one, two) = plan_all((first, second), rates(9, 9, 1, 2, 9, 9), 0, NARROW)

    assert two.steps[0] == (2 * HOUR_S, 3 * HOUR_S, 5_520)
    assert two.steps[1][0] == 3 * HOUR_S
    assert two.steps[1][2] == 11_040
    assert len(two.plan.runs) == 1


def test_priced_only() -> None:
    """Bought for the day: nothing where no price is known, and no margin before the end."""
    (made,) = plan_all((request(1, kwh=22.08, priced_only=True),), rates(9, None, None, None, None, 1), 0, WIDE)

    assert made.plan.runs == ((0, HOUR_S), (5 * HOUR_S, 6 * HOUR_S))
    assert made.finish_s == 6 * HOUR_S


def test_margin_before_a_deadline() -> None:
    """An hour's need is finished 6 min before."""
    (made,) = plan_all((request(1),), (), 0, WIDE)

    assert (made.finish_s, made.plan.runs) == (6 * HOUR_S - 360, ((5 * HOUR_S - 360, 6 * HOUR_S - 360),))


BASE: Final = Base(A, 1, 6_000)
"""1,380 W."""


def test_base_is_taken_anyway() -> None:
    """The run adds what is above it; its steps say all that is taken then."""
    (made,) = plan_all((request(1, kwh=9.66, base=BASE),), rates(*CHEAP_THIRD), 0, WIDE)

    assert made.steps == ((2 * HOUR_S, 3 * HOUR_S, 11_040),)


def test_base_of_one_is_load_to_the_other() -> None:
    """14 A are left on its phase while it does not run, none while it does."""
    one = request(1, kwh=9.66, hours=5, base=BASE)
    two = request(2, phases_mask=A, phases=1, kwh=3.22)
    found = plan_all((one, two), rates(*CHEAP_THIRD), 0, NARROW)

    assert [(made.source, made.steps) for made in found] == [
        (1, ((2 * HOUR_S, 3 * HOUR_S, 11_040),)),
        (2, ((3 * HOUR_S, 4 * HOUR_S, 3_220),)),
    ]


def test_plan_that_stands_is_not_made_anew() -> None:
    """It loads its phases, whatever it would be now; those after it find what it leaves."""
    before = ((0, HOUR_S, 11_040),)
    stands = request(1, hours=5, before=before, stands=True)

    assert together(stands, request(2), prices=rates(1, 2, 5, 5, 5, 5)) == {2: [(1, 2)]}


@pytest.mark.parametrize(
    ("shakes", "expected"),
    [
        pytest.param(True, {1: [(2, 3)], 2: [(3, 4)]}, id="settings changed: there may be a better place"),
        pytest.param(False, {1: [(2, 3)]}, id="a need changed: it has room, it stands"),
    ],
)
def test_plan_that_has_room_stands(shakes: bool, expected: dict[int, Any]) -> None:
    """Unless those before it are another home than they were."""
    stands = request(2, before=((0, HOUR_S, 11_040),), stands=True)

    assert together(request(1, hours=5, shakes=shakes), stands) == expected


def test_plan_without_room_falls() -> None:
    """The one before it now needs its hour."""
    stands = request(2, before=((2 * HOUR_S, 3 * HOUR_S, 11_040),), stands=True)

    assert together(request(1, hours=5, shakes=False), stands) == {1: [(2, 3)], 2: [(3, 4)]}


REST: Final = [
    pytest.param(rates(5, 1), {}, [(0, 1_000)], id="now, whatever it costs"),
    pytest.param(rates(5, 1), {"max_ma": 5_000}, [], id="if it can"),
]


@pytest.mark.parametrize(("prices", "fields", "expected"), REST)
def test_rest_is_taken_at_once(prices: Rates, fields: dict[str, int], expected: list[tuple[int, int]]) -> None:
    """Rather than at another start."""
    rest = request(1, kwh=11.04 * 1_000 / HOUR_S, running_since_s=-900, at_once=True, **fields)
    (made,) = plan_all((rest,), prices, 0, Site(0))

    assert list(made.plan.runs) == expected


def test_rest_that_is_interrupted_is_planned_like_any_other() -> None:
    """Another charger has the headroom in half a minute."""
    first = request(1, hours=0.5, before=((30, 1_800, 11_040),), stands=True)
    rest = request(2, kwh=11.04 * 1_000 / HOUR_S, hours=2, running_since_s=-900, at_once=True)
    (made,) = plan_all((first, rest), rates(1, 1), 0, NARROW)

    assert made.plan.runs == ((6_100, 7_100),)


def test_charge_that_goes_on_does_not_pause() -> None:
    """10 min of the slot are a little dearer: it does not stop for them."""
    time = (Slot(0, 600, 2_000), Slot(600, 7_200, 1_000))
    (stops,) = plan_all((request(1, hours=2),), time, 0, Site(0))
    (goes_on,) = plan_all((request(1, hours=2, running_since_s=-1_800),), time, 0, Site(0))

    assert stops.plan.runs == ((3_240, 6_840),)
    assert goes_on.plan.runs == ((3_240, 6_840),)  # that is no pause, but another run

    (goes_on,) = plan_all((request(1, kwh=18, hours=2, running_since_s=-1_800),), time, 0, Site(0))
    assert goes_on.plan.runs == ((0, 5_870),)
    assert goes_on.plan.cost == 11_040 * (600 * 2_000 + 5_270 * 1_000)


def test_pause_that_cannot_be_filled_stays() -> None:
    """Another charger has the headroom meanwhile."""
    first = request(1, hours=0.25, before=((0, 900, 11_040),), stands=True)
    (made,) = plan_all((first, request(2, kwh=18, hours=2, running_since_s=-1_800)), rates(1, 1), 0, Site(25_000))

    assert made.plan.runs[0][0] >= 900


def test_unpriced_time_of_a_charge_that_goes_on() -> None:
    """What has no price is counted apart."""
    time = (Slot(600, 1_200, 1_000), Slot(1_200, 7_200, 900))
    (made,) = plan_all((request(1, kwh=19, hours=2, running_since_s=-1_800),), time, 0, Site(0))

    assert made.plan.runs[0][0] == 0
    assert made.plan.unpriced_ws == 600 * 11_040


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("from_", "to", "length_s", "cheap", "expected"),
    [
        pytest.param(
            *("2025-03-30T00:00+01:00", "2025-03-30T07:00+02:00", HOUR_S, (1, 2)),
            ("2025-03-30T00:30Z", "2025-03-30T02:00Z"),
            id="spring, hourly: the cheap hours are 01:00 and, without a 02:00, 03:00 local",
        ),
        pytest.param(
            *("2025-03-30T00:00+01:00", "2025-03-30T07:00+02:00", 900, (6, 7, 8, 9, 10, 11)),
            ("2025-03-30T00:30Z", "2025-03-30T02:00Z"),
            id="spring, 15 min: the same instants",
        ),
        pytest.param(
            *("2025-10-26T00:00+02:00", "2025-10-26T07:00+01:00", HOUR_S, (2, 3)),
            ("2025-10-26T00:30Z", "2025-10-26T02:00Z"),
            id="autumn, hourly: 02:00 local comes twice",
        ),
        pytest.param(
            *("2025-10-26T00:00+02:00", "2025-10-26T07:00+01:00", 900, (10, 11, 12, 13, 14, 15)),
            ("2025-10-26T00:30Z", "2025-10-26T02:00Z"),
            id="autumn, 15 min: the same instants",
        ),
    ],
)
def test_nights_on_which_clocks_change(
    from_: str, to: str, length_s: int, cheap: tuple[int, ...], expected: tuple[str, str]
) -> None:
    """From local midnight to 07:00: 6 and 8 hours; 1.5 h are needed in two cheap hours, or in six quarter-hours."""
    start_s, end_s = _epoch(from_), _epoch(to)
    count = (end_s - start_s) // length_s
    prices = rates(*[1 if at in cheap else 9 for at in range(count)], start_s=start_s, length_s=length_s)
    asked = request(1, kwh=1.5 * 11.04)._replace(until_s=end_s)
    (made,) = plan_all((asked,), prices, start_s, Site(0))

    assert (end_s - start_s) // HOUR_S == (6 if "03-30" in from_ else 8)
    assert made.plan.runs == ((_epoch(expected[0]), _epoch(expected[1])),)


def test_rest_that_time_is_not_enough_for() -> None:
    """All there is, at once."""
    rest = request(1, kwh=11.04, hours=0.5, running_since_s=-900, at_once=True)
    (made,) = plan_all((rest,), rates(1), 0, Site(0))

    assert made.plan.runs == ((0, 1_800),)
