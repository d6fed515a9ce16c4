"""The share of its capacity that a car may buy from noon to noon (charging.md section 4)."""

from typing import Any, Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Issuer, Mode, Purpose
from hems_actors.core.outcomes import PlanMade
from tests.core.buyers import (
    AWATTAR,
    CAR,
    CHEAP,
    DEAR,
    GARAGE,
    HOUR_S,
    MEAN,
    at_s,
    buyer,
    hours,
    last_plan,
    park,
    plans,
    prices,
)
from tests.core.home import Home

DAY: Final = (DEAR, CHEAP, *[DEAR] * 8, CHEAP, CHEAP, DEAR, DEAR)
"""From 10:00 on: one cheap hour before noon, two in the evening."""


def shopper(*hourly: int | None, percent: int = 10, **fields: Any) -> Home:  # noqa: ANN401  of `park`
    """Return a home at 10:00 with a car that may buy *percent* a day: 10 % are 5 kWh at the charger, 27 min."""
    home = buyer(*(hourly or DAY))
    park(home, **{"mode": Mode.ECO, "spot": True, "daily_percent": percent} | fields)
    return home


def test_cheapest_known_until_noon() -> None:
    """At 10:00 the day ends at 12:00."""
    made = last_plan(shopper())

    assert hours(made) == ((1.5469, 2.0),)
    assert (made.purpose, made.until_s, made.need_wh) == (Purpose.DAY, at_s(2), 5_000)


def test_noon_begins_another_day() -> None:
    """Its share is new; the plan names that."""
    home = shopper()
    home.run(2 * HOUR_S + 10, 10)

    assert plans(home)[-1] == ("DAY_BEGAN", ((11.5469, 12.0),))
    assert last_plan(home).until_s == at_s(26)


def test_day_is_local() -> None:
    """In Vienna it is 11:00 at 10:00 UTC, and noon at 11:00."""
    home = shopper()
    home.tell(facts.ZoneKnown(0, (0, 3_600)))
    home.wait(60)

    assert last_plan(home).until_s == at_s(1)


def test_share_that_was_bought_is_not_bought_again() -> None:
    """Though prices come that are better still."""
    home = shopper(CHEAP, DEAR, percent=10)
    home.run(HOUR_S, 10)
    home.tell(prices(0, 0))
    home.run(60, 10)

    assert sum(made.need_wh for made in home.all_of(PlanMade)[1:]) == 0
    assert home.state.chargers[GARAGE].point.issuer == Issuer.UNKNOWN


def test_half_of_it_bought_leaves_the_other_half() -> None:
    """The charger gave 2.5 kWh in the slot when better prices came."""
    home = shopper(CHEAP, DEAR, percent=20)
    home.run(2_700, 10)
    home.tell(prices(CHEAP, 0))

    assert last_plan(home).need_wh == pytest.approx(10_000 - 11_040 * (2_700 - 339) // 3_600, abs=100)


def test_surplus_does_not_count() -> None:
    """An hour of sun: the share is whole."""
    home = shopper(DEAR, CHEAP)
    home.house_ma = (-9_000, -9_000, -9_000)
    home.run(3_000, 10)

    assert home.state.chargers[GARAGE].session.energy_ws > 0
    home.tell(prices(DEAR, CHEAP))
    assert last_plan(home).need_wh == 5_000


NONE: Final = [
    pytest.param({"percent": 0}, id="0 %"),
    pytest.param({"spot": False}, id="switched off for this charger"),
    pytest.param({"mode": Mode.NORMAL}, id="Normal buys anyway"),
    pytest.param({"level": 80}, id="target reached"),
]


@pytest.mark.parametrize("fields", NONE)
def test_nothing_is_bought(fields: dict[str, Any]) -> None:
    """No plan with a run in it."""
    home = shopper(CHEAP, CHEAP, **fields)
    home.run(HOUR_S, 10)

    assert all(runs == () for _cause, runs in plans(home))


def test_market_switched_off() -> None:
    """Nothing is bought without prices; switched on again, it is."""
    home = shopper(CHEAP, CHEAP)
    home.tell(facts.SpotMarketChanged(0, enabled=False, provider=AWATTAR))
    home.wait(60)
    home.tell(facts.SpotMarketChanged(0, enabled=True, provider=AWATTAR))

    assert [runs for _cause, runs in plans(home)] == [((1.5469, 2.0),), (), ((1.5469, 2.0),)]


def test_not_beyond_the_target() -> None:
    """79 of 80 % are 0.5 kWh away, whatever the share."""
    assert last_plan(shopper(level=79)).need_wh == 500


def test_where_no_price_is_known_nothing_is_bought() -> None:
    """A hole before noon, however long: bought is what has a price."""
    assert hours(last_plan(shopper(MEAN, None, percent=30))) == ((0.0, 1.0),)


def test_deadline_buys_the_need_itself() -> None:
    """With a deadline there is no share beside it; its end gives the day back."""
    home = shopper(mode=Mode.ECO_WITH_TARGET_TIME, end_h=9)
    assert [made.purpose for made in home.all_of(PlanMade)] == [Purpose.DEADLINE]

    home.info(GARAGE, mode=Mode.ECO, car=CAR, spot=True, daily_percent=10)
    assert [(made.purpose, bool(made.runs)) for made in home.all_of(PlanMade)[1:]] == [
        (Purpose.DEADLINE, False),
        (Purpose.DAY, True),
    ]
