"""Surplus before, in and at the end of a slot (charging.md section 8)."""

from itertools import pairwise
from typing import Final

import pytest

from hems_actors.core.enums import Issuer, Mode, What
from hems_actors.core.outcomes import ActionIntended, PlanMade, SetPointDecided
from tests.core.buyers import CHEAP, DEAR, GARAGE, HOUR_S, buyer, park, plans
from tests.core.home import Home

DAY: Final = (DEAR, CHEAP, *[DEAR] * 6)


def sunny(sun_a: float, **fields: int) -> Home:
    """Return a home that sells *sun_a* on each phase, with a slot of an hour from 1 h on; 11 kWh are needed."""
    home = buyer(*DAY, house_a=-sun_a)
    park(home, level=58, end_h=6, **fields)
    return home


def switches(home: Home) -> list[int]:
    """Return how the charger was switched, 1 = on."""
    return [action.value for action in home.all_of(ActionIntended) if action.what == What.POWER]


def test_slot_ends_in_the_sun() -> None:
    """It goes on as surplus charging, without off and on."""
    home = buyer(*DAY, house_a=3)
    park(home, level=58, end_h=6)
    home.run(HOUR_S + 1_800, 10)
    home.house_ma = (-10_000, -10_000, -10_000)
    home.run(2_700, 10)

    assert switches(home) == [1]
    assert home.state.chargers[GARAGE].point.issuer == Issuer.SURPLUS_CHARGING


def test_slot_ends_without_sun() -> None:
    """Off at once: the stop delay of surplus charging does not run first."""
    home = sunny(-2, mode=Mode.ECO, spot=True, daily_percent=50)
    home.run(2 * HOUR_S - 10, 10)
    assert switches(home) == [1]
    home.run(20, 10)

    assert switches(home) == [1, 0]


@pytest.mark.parametrize(
    ("sun_a", "goes_on"),
    [
        pytest.param(3.1, True, id="just above the start threshold"),
        pytest.param(2.9, False, id="just below"),
    ],
)
def test_start_threshold_decides_at_the_end(sun_a: float, *, goes_on: bool) -> None:
    """(1 - 0.5) x 4,140 W, its own draw credited: 3 A on each phase."""
    home = buyer(*DAY, house_a=3)
    park(home, level=58, end_h=6)
    home.run(2 * HOUR_S - 100, 10)
    home.house_ma = (round(-sun_a * 1_000),) * 3
    home.run(200, 10)

    assert switches(home) == ([1] if goes_on else [1, 0])


def test_sun_before_a_slot_shrinks_the_need() -> None:
    """What it gave need not be bought; the plan says so, and is shorter."""
    home = sunny(8)
    home.run(HOUR_S - 60, 10)

    needs = [made.need_wh for made in home.all_of(PlanMade, GARAGE)]
    assert needs[0] == 11_000
    assert needs[-1] == pytest.approx(11_000 - 5_520, abs=700)
    assert {cause for cause, _runs in plans(home)[1:]} == {"NEED"}


def test_slot_that_begins_in_the_sun_does_not_switch() -> None:
    """It raises the current, and lowers it at its end."""
    home = sunny(8)
    home.run(3 * HOUR_S, 10)

    points = home.all_of(SetPointDecided, GARAGE)
    issuers = [after.issuer for before, after in pairwise(points) if after.issuer != before.issuer]
    assert switches(home) == [1]
    assert points[0].issuer == Issuer.SURPLUS_CHARGING
    assert issuers == [Issuer.TIME_REQUIREMENT, Issuer.SURPLUS_CHARGING]


def test_minimum_current_and_little_sun_do_not_flap() -> None:
    """At night nothing but the minimum; in a sun just at the threshold its issuer changes, its current does not."""
    home = buyer(*DAY, house_a=2)
    park(home, mode=Mode.ECO_WITH_MIN_CURRENT)
    home.run(HOUR_S, 10)

    assert home.state.chargers[GARAGE].point.issuer == Issuer.MIN_CURRENT
    assert switches(home) == [1]
