"""When a charger is to charge, and which fact changes that (charging.md section 8)."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Issuer, Mode, PlanCause, Purpose, What
from hems_actors.core.need import CAPACITY_ASSUMED, LEVEL_ASSUMED, PRICES_ASSUMED
from hems_actors.core.outcomes import ActionIntended, PlanMade, SetPointDecided
from hems_actors.core.rules import Rule
from tests.core.buyers import (
    AWATTAR,
    CAR,
    CHEAP,
    CLOCK_MS,
    DEAR,
    GARAGE,
    HOUR_S,
    MEAN,
    YARD,
    at_s,
    buyer,
    hours,
    last_plan,
    park,
    plans,
    prices,
)
from tests.core.home import START_MS, Home

DAY: Final = (DEAR, DEAR, CHEAP, CHEAP, MEAN, DEAR, MEAN, MEAN)
"""15 kWh at 11 kW take 1 h 21 min 32 s: they fit into the cheap hours, at their end."""
CHEAPEST: Final = (2.6411, 4.0)


def evening(*hourly: int | None, end_h: float = 8, **fields: Any) -> Home:  # noqa: ANN401  of `buyer`
    """Return a home with a car that is to have 15 kWh in *end_h* hours."""
    home = buyer(*(hourly or DAY), **fields)
    park(home, end_h=end_h)
    return home


def switched(home: Home, source: int = GARAGE) -> list[tuple[int, int]]:
    """Return when *source* was switched on (1) and off (0), in seconds after the first instant."""
    return [
        ((at_ms - START_MS) // 1_000, action.value)
        for _seq, at_ms, action in home.noted
        if isinstance(action, ActionIntended) and action.what == What.POWER and action.source == source
    ]


def test_cheapest_hours_are_bought() -> None:
    """Equal ones as late as they are; the plan says what it goes by and what made it."""
    home = evening()

    made = last_plan(home)
    assert hours(made) == (CHEAPEST,)
    assert made._replace(runs=(), cause_seq=0) == PlanMade(
        *(GARAGE, Purpose.DEADLINE, at_s(8), 15_000, (), CHEAP, 0, 0b111, 3, 16_000, 0, 0, PlanCause.PLUGGED, 0)
    )
    assert made.cause_seq == home.state.chargers[GARAGE].session.seq


def test_slot_begins_and_ends_at_its_edge() -> None:
    """By an own timer: no cycle, no reading is waited for, no delay runs.

    What the ramp at the start cost is given at the end, for 11 s: less than 0.5 kWh is no reason for another start.
    """
    home = evening()
    home.run(4 * HOUR_S + 60, 10)

    assert plans(home)[1:] == [("SLOT_ENDED", ((2.6411, 4.0031),)), ("SLOT_ENDED", ())]
    assert switched(home) == [(9_508, 1), (4 * HOUR_S + 11, 0)]
    first = next(point for point in home.all_of(SetPointDecided) if point.on)
    assert (first.issuer, first.rule) == (Issuer.TIME_REQUIREMENT, Rule.PLANNED_SLOT)


def test_a_cycle_without_new_facts_plans_nothing() -> None:
    """Hours of readings and cycles: one plan."""
    home = evening()
    home.run(2 * HOUR_S, 20)

    assert len(plans(home)) == 1


def _level(percent: int) -> Callable[[Home], object]:
    return lambda home: home.car(CAR, level_percent=percent, capacity_wh=45_000)


CAUSES: Final = [  # what happens -> causes of the plans that follow, and their runs
    pytest.param(
        lambda home: home.info(GARAGE, mode=Mode.ECO_WITH_TARGET_TIME, car=CAR, end_s=at_s(3)),
        [("SETTINGS", ((1.5053, 2.8642),))],
        id="another deadline",
    ),
    pytest.param(
        lambda home: home.info(GARAGE, mode=Mode.ECO_WITH_TARGET_TIME, car=CAR, end_s=at_s(8)),
        [("SETTINGS", (CHEAPEST,))],
        id="settings, but none that matters",
    ),
    pytest.param(
        lambda home: home.info(GARAGE, mode=Mode.ECO, car=CAR, end_s=at_s(8)),
        [("SETTINGS", ())],
        id="no deadline any more",
    ),
    pytest.param(
        lambda home: home.tell(facts.PlanningConfigured(0, 5_000, 0, 50_000, 20)),
        [("SETTINGS", (CHEAPEST,))],
        id="planning configured",
    ),
    pytest.param(lambda home: home.tell(prices(CHEAP, CHEAP)), [("PRICES", (CHEAPEST,))], id="prices, none better"),
    pytest.param(lambda home: home.tell(prices(0, 0)), [("PRICES", ((0.6411, 2.0),))], id="better prices"),
    pytest.param(lambda home: home.tell(facts.PricesKnown(0, 2, prices(0, 0).slots)), [], id="prices of somebody else"),
    pytest.param(lambda home: home.tell(facts.PricesFailed(0, AWATTAR, 1)), [], id="no answer"),
    pytest.param(
        lambda home: home.tell(facts.SpotMarketChanged(0, enabled=False, provider=AWATTAR)),
        [("PRICES", ((6.5053, 7.8642),))],
        id="prices switched off: latest start",
    ),
    pytest.param(lambda home: home.settings(limit_a=13), [("LIMIT", ((2.0, 4.7175),))], id="limit: 8 A are left"),
    pytest.param(lambda home: home.settings(limit_a=22), [("LIMIT", (CHEAPEST,))], id="limit, but enough"),
    pytest.param(lambda home: home.settings(tolerance=0.1), [], id="settings that concern no plan"),
    pytest.param(
        lambda home: home.report(GARAGE, max_ma=10_000),
        [("LIMIT", ((2.0, 4.1742),))],
        id="charger's maximum",
    ),
    pytest.param(
        lambda home: home.report(GARAGE, phase_count=1),
        [("PHASES", ((2.0, 4.4836), (6.0, 7.5925)))],
        id="one phase",
    ),
    pytest.param(_level(51), [], id="level 51 %: exactly 0.5 kWh off"),
    pytest.param(_level(52), [("NEED", ((2.7317, 4.0),))], id="level 52 %: 1 kWh off"),
    pytest.param(_level(49), [], id="level 49 %: exactly 0.5 kWh off"),
    pytest.param(_level(80), [("NEED", ())], id="full"),
    pytest.param(lambda home: home.unplug(GARAGE), [("PLUGGED", ())], id="unplugged"),
    pytest.param(
        lambda home: home.tell(facts.ClockOffset(0, CLOCK_MS - 60_000)), [("CLOCK", (CHEAPEST,))], id="clock set back"
    ),
    pytest.param(
        lambda home: home.tell(facts.ClockOffset(0, CLOCK_MS + 60_000)), [], id="clock set ahead: time goes by"
    ),
    pytest.param(lambda home: home.amps(3, 3, 3), [], id="a reading"),
    pytest.param(lambda home: home.tell(facts.Tick(0)), [], id="a cycle"),
]


@pytest.mark.parametrize(("happens", "expected"), CAUSES)
def test_which_fact_changes_a_plan(happens: Callable[[Home], object], expected: list[object]) -> None:
    """A plan made anew names the fact; anything else leaves it as it is."""
    home = evening()
    before = len(plans(home))
    happens(home)
    home.wait(60)

    assert plans(home)[before:] == expected


@pytest.mark.parametrize(
    ("level", "changes"),
    [
        pytest.param(52, False, id="1.0 kWh of 20: exactly 5 %"),
        pytest.param(53, True, id="1.5 kWh of 20: 7.5 %"),
    ],
)
def test_large_needs_may_be_off_by_5_percent(level: int, *, changes: bool) -> None:
    """0.5 kWh is too little for a plan of 20 kWh; on the other side of the bound the need has its plan."""
    home = buyer(*DAY)
    park(home, end_h=8, level=50, target_percent=90)
    home.car(CAR, level_percent=level, capacity_wh=45_000)

    assert [cause for cause, _runs in plans(home)] == ["PLUGGED", "NEED"][: 1 + changes]


def test_slot_that_ended_is_a_fact() -> None:
    """Two slots: at the end of the first the rest is planned anew, with what its start cost."""
    home = evening(CHEAP, DEAR, DEAR, DEAR, DEAR, CHEAP, end_h=6)
    home.run(2 * HOUR_S, 10)

    assert plans(home) == [
        ("PLUGGED", ((0.5, 1.0), (5.0053, 5.8642))),
        ("SLOT_ENDED", ((5.0522, 5.9139),)),
    ]


def test_run_that_goes_on_keeps_its_beginning() -> None:
    """Made anew in the middle of a run, the plan knows how long it has lasted: the minimum run does not begin again."""
    home = evening(CHEAP, DEAR, DEAR, DEAR, DEAR, DEAR, MEAN, MEAN, run_s_min=3_600)
    home.run(600, 10)
    home.tell(prices(CHEAP, DEAR, DEAR, DEAR, DEAR, DEAR, MEAN, MEAN + 1))

    assert [runs[0] for _cause, runs in plans(home)] == [(0.0, 1.3589), (0.0, 1.3617)]


def test_same_facts_same_plan() -> None:
    """Prices told again are no news, and other settings that say the same make the same plan."""
    home = evening()
    one = last_plan(home)
    home.tell(prices(*DAY))
    assert len(plans(home)) == 1

    home.info(GARAGE, mode=Mode.ECO_WITH_TARGET_TIME, car=CAR, end_s=at_s(8))
    assert last_plan(home)._replace(cause=0, cause_seq=0) == one._replace(cause=0, cause_seq=0)


def test_charge_that_goes_on_does_not_pause() -> None:
    """The time to come is cheaper than what is left of this slot, but not worth a pause shorter than a minimum run."""
    home = evening(CHEAP, CHEAP - 1_000, CHEAP, DEAR, end_h=1.5)
    home.run(2_400, 10)
    home.tell(prices(CHEAP, CHEAP - 1_000, CHEAP - 1_000, DEAR))

    assert plans(home)[-1] == ("PRICES", ((0.0053, 1.3672),))


def test_charge_that_goes_on_makes_way_for_much_cheaper_hours() -> None:
    """Hours later: that is no pause, but another run."""
    home = evening(CHEAP, CHEAP, DEAR, DEAR, end_h=2)
    home.run(2_400, 10)
    home.tell(prices(CHEAP, CHEAP, 0, 0))
    home.info(GARAGE, mode=Mode.ECO_WITH_TARGET_TIME, car=CAR, end_s=at_s(4))

    assert plans(home)[-1] == ("SETTINGS", ((2.6794, 3.88),))


ASSUMED: Final = [
    pytest.param(50, 45_000, DAY, True, 0, id="all known"),
    pytest.param(None, 45_000, DAY, True, LEVEL_ASSUMED, id="level"),
    pytest.param(50, None, DAY, True, CAPACITY_ASSUMED, id="capacity"),
    pytest.param(50, 45_000, DAY[:7], True, PRICES_ASSUMED, id="prices end an hour before"),
    pytest.param(50, 45_000, (*DAY[:3], None, *DAY[4:]), True, PRICES_ASSUMED, id="a hole"),
    pytest.param(None, None, (), True, LEVEL_ASSUMED | CAPACITY_ASSUMED | PRICES_ASSUMED, id="nothing known"),
    pytest.param(50, 45_000, (), False, 0, id="no prices are wanted"),
    pytest.param(80, 45_000, (), True, 0, id="nothing needed, nothing assumed of prices"),
]


@pytest.mark.parametrize(("level", "capacity_wh", "hourly", "enabled", "expected"), ASSUMED)
def test_what_a_plan_assumes(
    level: int | None, capacity_wh: int | None, hourly: tuple[int | None, ...], enabled: bool, expected: int
) -> None:
    """The plan says what was not known."""
    home = buyer(*hourly, enabled=enabled)
    park(home, end_h=8, level=None)
    home.car(CAR, level_percent=level, capacity_wh=capacity_wh)
    home.tell(facts.PlanningConfigured(0, 5_000, 1_800, 50_000, 20))

    assert last_plan(home).assumed == expected


def test_unknown_prices_wait_while_the_time_after_them_is_enough() -> None:
    """Prices for 4 h, a deadline in 8: 3 h 42 min hold the need; in 5.2 h they do not, the rest is bought before."""
    home = evening(DEAR, CHEAP, DEAR, DEAR, end_h=8)
    assert hours(last_plan(home)) == ((6.5053, 7.8642),)
    assert (last_plan(home).price_ueur_kwh, last_plan(home).unpriced_wh) == (0, 15_000)

    home = evening(DEAR, CHEAP, DEAR, DEAR, end_h=5)
    assert hours(last_plan(home)) == ((1.5, 2.0), (4.0053, 4.8642))
    assert (last_plan(home).price_ueur_kwh, last_plan(home).unpriced_wh) == (CHEAP, 9_480)


def test_plan_stands_while_another_charger_is_planned() -> None:
    """Both want the same hour; the second one to come finds its headroom taken, the first keeps its plan."""
    home = buyer(*DAY, limit_a=25)
    park(home, GARAGE, end_h=8)
    park(home, YARD, end_h=8)

    assert plans(home, GARAGE) == [("PLUGGED", (CHEAPEST,))]
    assert plans(home, YARD) == [("PLUGGED", ((2.0, 2.6411), (7.1464, 7.8642)))]


def test_other_plans_follow_one_that_changed() -> None:
    """The garage, first in line, now needs both cheap hours; the yard has to give way, and its plan says why."""
    home = buyer(*DAY, limit_a=25)
    park(home, GARAGE, level=70, end_h=7)
    park(home, YARD, level=70, end_h=8)
    before = plans(home, YARD)
    home.car(CAR, level_percent=40, capacity_wh=45_000)

    assert before == [("PLUGGED", ((3.0939, 3.5469),))]
    assert plans(home, GARAGE)[-1] == ("NEED", ((2.1883, 4.0),))
    assert plans(home, YARD)[-1] == ("OTHERS", ((7.5017, 7.9547),))
    assert last_plan(home, YARD).cause_seq == last_plan(home, GARAGE).cause_seq


@pytest.mark.parametrize(
    ("phases", "expected"),
    [pytest.param(None, 3, id="unknown: as wired"), pytest.param(1, 1, id="the car takes one")],
)
def test_phases_a_plan_counts_on(phases: int | None, expected: int) -> None:
    """What the car is known to use."""
    home = buyer(*DAY)
    park(home, end_h=8, phase_count=phases)

    assert (last_plan(home).phases, last_plan(home).current_ma) == (expected, 16_000)


def test_charger_that_can_switch_is_planned_on_all_phases() -> None:
    """Though it charges the sun's on one."""
    home = buyer(*DAY, house_a=-3)
    park(home, end_h=8, can_switch=True, desired_phases=1)
    home.run(120, 10)
    home.tell(prices(*DAY))

    assert home.state.chargers[GARAGE].point.phases == 1
    assert last_plan(home).phases == 3


def test_charger_that_cannot_charge_has_no_runs() -> None:
    """Its maximum is below its minimum: that is a limit, and its end is one, too."""
    home = buyer(*DAY)
    park(home, end_h=8, max_ma=5_000)
    home.report(GARAGE, max_ma=16_000)
    home.wait(60)

    assert plans(home) == [("PLUGGED", ()), ("LIMIT", (CHEAPEST,))]
    assert home.all_of(PlanMade, GARAGE)[0].current_ma == 0


def test_car_that_takes_less_is_planned_with_what_it_takes() -> None:
    """Once that made its need leave the plan: 10 A and a step are 7,590 W."""
    home = buyer(CHEAP, CHEAP, CHEAP, CHEAP)
    park(home, end_h=2, takes_a=10)
    home.run(HOUR_S, 10)

    assert [(PlanCause(made.cause), made.runs[2]) for made in home.all_of(PlanMade)][:2] == [
        (PlanCause.PLUGGED, 11_040),
        (PlanCause.NEED, 7_590),
    ]


def test_reading_in_the_instant_in_which_a_run_ends() -> None:
    """It does not switch off what goes on: the plan is looked at first."""
    home = evening()
    home.run(4 * HOUR_S - 10, 10)
    home.wait(9.999)
    home.now_ms += 1
    home.amps(18, 18, 18)

    assert home.now_ms + CLOCK_MS == at_s(4) * 1_000
    assert plans(home)[-1] == ("SLOT_ENDED", ((2.6411, 4.0031),))
    assert home.state.chargers[GARAGE].point.on
