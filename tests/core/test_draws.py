"""What a charger draws, and what of it a meter reading contains (charging.md 5.6, section 11)."""

from typing import Any

import pytest

from hems_actors.core import electric
from hems_actors.core.enums import Mode
from hems_actors.core.facts import ChargerReported, Tick
from tests.core.home import NO_REPORT, Home


def report(**changes: int) -> ChargerReported:
    """Return a report with *changes*."""
    return NO_REPORT._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("phases", "said", "draw_ma"),
    [
        pytest.param(3, report(), None, id="no meter"),
        pytest.param(3, report(a_ma=9_000, b_ma=10_000, c_ma=0), 10_000, id="the highest terminal"),
        pytest.param(3, report(a_ma=-5), 0, id="no negative draw"),
        pytest.param(3, report(a_ma=6_000, draw_w=11_040), 6_000, id="currents go before power"),
        pytest.param(3, report(draw_w=11_040), 16_000, id="power over three phases"),
        pytest.param(1, report(draw_w=3_680), 16_000, id="power on one phase"),
        pytest.param(1, report(draw_w=-10), 0, id="no negative power"),
    ],
)
def test_measured_draw(phases: int, said: ChargerReported, draw_ma: int | None) -> None:
    """What the charger measures per active phase."""
    assert electric.measured_draw_ma(phases, said) == draw_ma


@pytest.mark.parametrize(
    ("values", "drawing"),
    [
        pytest.param({"a_ma": 999}, False, id="0.999 A measured"),
        pytest.param({"a_ma": 1_000}, True, id="1 A measured"),
        pytest.param({"a_ma": 0, "charging": True}, False, id="a meter goes before `charging`"),
        pytest.param({"charging": True}, True, id="`charging` alone"),
        pytest.param({"charging": False}, False, id="not `charging`"),
        pytest.param({}, None, id="nothing tells"),
    ],
)
def test_drawing(values: dict[str, Any], drawing: bool | None) -> None:
    """A car draws from 1 A on, or when its charger says so."""
    home = Home()
    charger = home.charger(2, **values)

    assert electric.is_drawing(charger) is drawing


@pytest.mark.parametrize(
    ("seconds", "floor_ma"),
    [
        pytest.param(9.999, 6_000, id="9.999 s after the rise: the lower draw counts"),
        pytest.param(10, 16_000, id="10 s after: the new one"),
    ],
)
def test_a_risen_draw_is_credited_after_10_s(seconds: float, floor_ma: int) -> None:
    """A raise relies on the least draw of the last 10 s: the meter may not contain more yet."""
    home = Home()
    charger = home.charger(2, a_ma=6_000, b_ma=6_000, c_ma=6_000)
    home.wait(20)
    home.draw(2, 16)
    home.amps(1)
    home.wait(seconds)
    home.tell(Tick(0))

    assert electric.draw_floor_ma(home.state, charger) == floor_ma


def test_a_draw_reported_after_the_reading_is_not_in_it() -> None:
    """The newest reading contains what was drawn before it."""
    home = Home()
    charger = home.charger(2, a_ma=6_000, b_ma=6_000, c_ma=6_000)
    home.amps(7)
    home.draw(2, 16)

    assert electric.draw_at_reading_ma(home.state, charger) == 6_000
    assert electric.draw_ma(charger) == 16_000
    home.amps(17)
    assert electric.draw_at_reading_ma(home.state, charger) == 16_000


def test_power_on_unknown_phases_may_all_be_on_one() -> None:
    """4140 W on phases nobody knows may be 18 A on one of them, but not more than is offered."""
    home = Home(limit_a=63)
    charger = home.charger(
        2, rotation=0, power_on=True, current_ma=16_000, max_ma=16_000, plugged_in=True, draw_w=4_140
    )
    home.amps(18)

    assert electric.draw_ma(charger) == 6_000
    assert electric.draw_at_reading_ma(home.state, charger) == electric.offer_ma(charger) == 16_000


@pytest.mark.parametrize(
    ("draw_w", "seconds", "expected_ma"),
    [
        pytest.param(4_174, 60, 16_000, id="18.15 A: one phase carries it, with 10 % and half an amp to spare"),
        pytest.param(4_176, 60, 9_078, id="one watt more: two phases or three"),
        pytest.param(6_426, 9, 16_000, id="9 s after a lower offer: it may be what was drawn before"),
        pytest.param(6_426, 10, 13_969, id="10 s after it"),
    ],
)
def test_power_that_no_single_phase_carries_is_on_more(draw_w: int, seconds: int, expected_ma: int) -> None:
    """A car that takes less than its offer on two phases is cut from what it takes, not from the offer."""
    home = Home(limit_a=63)
    charger = home.charger(
        2, rotation=0, power_on=True, current_ma=16_000, max_ma=16_000, plugged_in=True, draw_w=draw_w
    )
    home.amps(18)
    charger.point.lowered_at_ms = home.now_ms
    home.wait(seconds)
    home.tell(Tick(0))

    assert electric.draw_at_reading_ma(home.state, charger) == expected_ma


def test_an_unmeasured_draw_is_estimated() -> None:
    """Without a meter of its own a charger draws what was seen of it, else what it is offered."""
    home = Home()
    home.amps(17)
    charger = home.charger(2, power_on=True, current_ma=16_000, plugged_in=True)
    charger.draw.estimate_ma = None
    assert electric.draw_ma(charger) == electric.draw_at_reading_ma(home.state, charger) == 16_000
    assert electric.draw_floor_ma(home.state, charger) == 0

    charger.draw.estimate_ma = 9_000
    assert electric.draw_ma(charger) == electric.draw_floor_ma(home.state, charger) == 9_000


def test_an_unmeasured_draw_that_begins_is_not_in_the_reading_before_it() -> None:
    """Who switched it on does not matter: until the next reading, the newest one contains what was drawn before."""
    home = Home(limit_a=20)
    charger = home.charger(2, mode=Mode.ECO, plugged_in=True, current_ma=8_000)
    home.amps(2)
    home.report(2, power_on=True, charging=True)
    assert electric.draw_at_reading_ma(home.state, charger) == 0

    home.amps(9)
    assert electric.draw_at_reading_ma(home.state, charger) == electric.draw_ma(charger) == 8_000


@pytest.mark.parametrize(
    ("house_a", "stands"),
    [
        pytest.param(8, "12 A 0p unknown/adopted", id="room for all of it"),
        pytest.param(12, "8 A 0p unknown/overload_cut, current 8 A", id="room for some"),
        pytest.param(14, "6 A 0p unknown/overload_cut, current 6 A", id="room for the minimum"),
        pytest.param(15, "off overload_protection/overload_stop, power off", id="room for less"),
        pytest.param(21, "off overload_protection/overload_stop, power off", id="the house alone is over the limit"),
    ],
)
def test_switched_on_by_hand_is_adopted_within_the_limit(house_a: int, stands: str) -> None:
    """At once, from the reading before it, also where nothing measures the charger (charging.md section 11)."""
    home = Home(limit_a=20)
    home.charger(2, mode=Mode.ECO, plugged_in=True, current_ma=12_000)
    home.amps(house_a)
    home.wait(30)
    home.amps(house_a)
    home.report(2, power_on=True, charging=True)

    assert home.line(2) == stands
