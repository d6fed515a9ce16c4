"""A value nobody here commanded: late effect, user's wish, clamp, or simply what is (charging.md section 11)."""

from typing import Any

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Deviation, Mode, Result
from hems_actors.core.outcomes import DeviationSeen
from tests.core.home import Home, of_kind, writes


def charging_home(mode: Mode = Mode.NORMAL) -> Home:
    """Return a home whose charger 2 is set to 16 A and on, all verified long ago."""
    home = Home()
    home.charger(2, mode=mode, desired_phases=3)
    home.amps(-30, -30, -30)
    home.plug(2)
    home.settle(2)
    for _ in range(60):
        home.wait(11)
        home.amps(-30, -30, -30 - home.now_ms % 7)
        home.settle(2)
        if home.report_of(2).current_ma >= 16_000:
            break
    home.info(2, mode=mode, max_ma=home.report_of(2).current_ma)
    home.wait(70)
    return home


@pytest.mark.parametrize(
    ("changes", "deviation", "wish_ma"),
    [
        pytest.param({"current_ma": 10_000}, Deviation.USER_LOWERED, 10_000, id="lower: the user's maximum"),
        pytest.param({"current_ma": 6_000}, Deviation.USER_LOWERED, 6_000, id="6 A: the least there is, not off"),
        pytest.param({"current_ma": 5_000}, Deviation.USER_LOWERED, 0, id="under 6 A: off"),
        pytest.param({"power_on": False}, Deviation.USER_LOWERED, 0, id="off: the user's wish"),
        pytest.param({"current_ma": 20_000}, Deviation.USER_RAISED, None, id="higher"),
        pytest.param({"desired_phases": 1}, Deviation.ADOPTED, None, id="other phases are adopted"),
        pytest.param(
            {"current_ma": 13_000, "max_ma": 13_000}, Deviation.CLAMPED, None, id="clamped: the new charger maximum"
        ),
    ],
)
def test_by_hand(changes: dict[str, Any], deviation: Deviation, wish_ma: int | None) -> None:
    """What the charger shows by itself, and what it is taken for."""
    home = charging_home()

    [seen] = of_kind(home.report(2, **changes), DeviationSeen)
    assert Deviation(seen.deviation) is deviation
    assert home.state.chargers[2].session.wish_ma == wish_ma


def test_a_lowered_current_stays_until_raised_by_hand() -> None:
    """A wish bounds the charge until the user raises it again."""
    home = charging_home()
    home.report(2, current_ma=10_000)
    home.run(120, 10)
    assert home.line(2).startswith("10 A")

    home.report(2, current_ma=12_000)
    assert home.state.chargers[2].session.wish_ma is None


def test_switched_off_and_on_by_hand() -> None:
    """Off stays off; on again by hand ends it."""
    home = charging_home()
    home.report(2, power_on=False)
    home.run(300, 10)
    assert home.line(2) == "off unknown/user_wish"

    home.report(2, power_on=True)
    assert home.line(2).split()[0] == "16"


@pytest.mark.parametrize(
    ("ends", "wish_ma"),
    [
        pytest.param(lambda home: home.unplug(2), None, id="unplugged"),
        pytest.param(lambda home: home.info(2), None, id="new settings"),
        pytest.param(lambda home: home.wait(3_600), 10_000, id="time alone: stays"),
    ],
)
def test_what_ends_a_wish(ends: object, wish_ma: int | None) -> None:
    """Until unplug or the next settings."""
    home = charging_home()
    home.report(2, current_ma=10_000)
    assert callable(ends)
    ends(home)

    assert home.state.chargers[2].session.wish_ma == wish_ma


def overtaken_home() -> Home:
    """Return a charging home whose `current 12 A` was overtaken just now by `current 8 A`, which was followed."""
    home = charging_home()
    home.info(2, max_ma=12_000)
    home.sent(2)
    home.info(2, max_ma=8_000)
    home.settle(2)
    return home


@pytest.mark.parametrize(
    ("seconds", "deviation"),
    [
        pytest.param(60, Deviation.LATE_EFFECT, id="60 s later: our own, late"),
        pytest.param(60.001, Deviation.USER_RAISED, id="60.001 s later: the user"),
    ],
)
def test_a_late_effect(seconds: float, deviation: Deviation) -> None:
    """The value of an action that was superseded in the last 60 s is its late effect; either way it is corrected."""
    home = overtaken_home()
    home.wait(seconds)
    found = home.report(2, current_ma=12_000)

    [seen] = of_kind(found, DeviationSeen)
    assert Deviation(seen.deviation) is deviation
    assert writes(found) == ["current 8 A"]


@pytest.mark.parametrize(
    ("current_ma", "deviation"),
    [
        pytest.param(15_000, Deviation.USER_RAISED, id="the fifth before it: forgotten"),
        pytest.param(14_000, Deviation.LATE_EFFECT, id="the fourth before it"),
        pytest.param(11_000, Deviation.LATE_EFFECT, id="the one before it"),
    ],
)
def test_the_last_four_actions_may_act_late(current_ma: int, deviation: Deviation) -> None:
    """Of cuts that overtook each other within a second four are remembered."""
    home = charging_home()
    for max_a in (15, 14, 13, 12, 11, 10):
        home.info(2, max_ma=max_a * 1_000)
        home.sent(2)
    home.settle(2)

    [seen] = of_kind(home.report(2, current_ma=current_ma), DeviationSeen)
    assert Deviation(seen.deviation) is deviation


def test_a_timed_out_action_may_act_late() -> None:
    """A start that timed out and is no longer wanted is taken back when it lands."""
    home = Home()
    home.charger(2)
    home.amps(1)
    home.plug(2)
    home.sent(2)
    home.answer(2, Result.TIMEOUT)
    home.amps(40)
    found = home.report(2, power_on=True)

    assert [Deviation(seen.deviation) for seen in of_kind(found, DeviationSeen)] == [Deviation.LATE_EFFECT]
    assert writes(found) == ["power off"]


def test_without_a_link_everything_is_adopted() -> None:
    """What changed while nobody could see who did it is how things are, not a wish."""
    home = charging_home()
    home.tell(facts.LinkChanged(0, up=False))

    [seen] = of_kind(home.report(2, current_ma=10_000), DeviationSeen)
    assert Deviation(seen.deviation) is Deviation.ADOPTED
    assert home.state.chargers[2].session.wish_ma is None


def test_switched_on_by_hand_without_surplus() -> None:
    """In Eco what the user switched on is off again at the next cycle."""
    home = Home()
    home.charger(2, mode=Mode.ECO)
    home.amps(5, 5, 5)
    home.plug(2)
    home.wait(30)
    home.report(2, power_on=True)
    assert home.line(2).startswith("6 A")

    assert writes(home.wait(60))[0] == "power off"


def test_switched_on_by_hand_above_the_limit() -> None:
    """Adopted within the limit only."""
    home = Home(limit_a=16)
    home.charger(2)
    home.amps(1)
    home.plug(2)
    home.settle(2)

    assert "current 15 A" in writes(home.report(2, current_ma=32_000))


def test_a_running_charge_is_adopted() -> None:
    """A charger found charging at 16 A within the limit goes on at 16 A."""
    home = Home()
    home.charger(2, power_on=True, current_ma=16_000, plugged_in=True, a_ma=16_000, b_ma=16_000, c_ma=16_000)

    assert writes(home.amps(17, 17, 17)) == []
    assert home.line(2) == "16 A 3p normal/normal"


def test_shown_before_it_was_reported_as_sent() -> None:
    """A value that shows up before its own sending was told is ours, not the user's."""
    home = charging_home()
    home.info(2, max_ma=10_000)

    [seen] = of_kind(home.report(2, current_ma=10_000), DeviationSeen)
    assert Deviation(seen.deviation) is Deviation.LATE_EFFECT
    assert home.state.chargers[2].session.wish_ma is None
