"""Fail-safe mode: only reductions, from nothing but what chargers and the meter show."""

from typing import Any

import pytest

from hems_actors.core.enums import Alarm, Closing, Deviation
from hems_actors.core.facts import FailSafeOrdered, LinkChanged, LogLost, LogResumed, Restarted, Tick
from hems_actors.core.failsafe import FAIL_SAFE_MS, is_fail_safe
from hems_actors.core.outcomes import ActionClosed, ActionIntended, AlarmChanged, DeviationSeen
from tests.core.home import Home, of_kind, writes
from tests.core.obedient import Obedient


def stands(home: Home) -> str:
    """Return the charger's set-point in words."""
    return home.line(2).split(",")[0]


def charging_home(**fields: Any) -> Home:  # noqa: ANN401 - of the charger
    """Return a home whose one charger charges at 16 A, with *fields* of its own."""
    home = Home()
    home.house_ma = (5_000, 5_000, 5_000)
    home.charger(2, obeys=Obedient(), max_ma=16_000, **fields)
    home.plug(2)
    home.run(120)
    return home


def order(home: Home) -> None:
    """Start anew with an order of an hour of fail-safe mode; the link is as it was before."""
    up = home.state.site.link_up
    home.tell(FailSafeOrdered(0, home.now_ms + FAIL_SAFE_MS), Restarted(0))
    home.tell(LinkChanged(0, up=up))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        pytest.param({}, "6 A 3p failsafe/core_failed", id="default safe current"),
        pytest.param({"safe_ma": 9_500}, "9 A 3p failsafe/core_failed", id="on the step grid"),
        pytest.param({"safe_ma": 20_000}, "16 A 3p failsafe/core_failed", id="above what it is at: stays"),
        pytest.param({"safe_ma": 5_000}, "off failsafe/core_failed", id="below 6 A: off"),
    ],
)
def test_goes_to_the_safe_current(fields: dict[str, int], line: str) -> None:
    """Down at once, and there it stays, whatever room there is."""
    home = charging_home(**fields)
    order(home)
    home.run(30)
    assert stands(home) == line

    home.run(600)
    assert stands(home) == line


def test_limit_under_the_safe_current() -> None:
    """A limit has the last word here too."""
    home = charging_home(safe_ma=16_000)
    home.settings(limit_a=14)
    home.run(5)
    order(home)
    home.house_ma = (0, 0, 0)
    home.run(30)
    assert stands(home) == "9 A 3p failsafe/core_failed"


def test_phase_over_its_limit_switches_off() -> None:
    """And it stays off until the mode is over."""
    home = charging_home()
    order(home)
    home.run(30)
    home.house_ma = (20_000, 5_000, 5_000)
    assert writes(home.run(2)) == ["power off"]

    home.house_ma = (5_000, 5_000, 5_000)
    assert writes(home.run(1_800)) == []
    assert stands(home) == "off failsafe/core_failed"
    assert home.state.chargers[2].point.current_ma == 0

    home.run(3_600)
    assert stands(home) == "16 A 3p normal/normal"


def test_reduction_that_is_not_followed_is_repeated() -> None:
    """Every 10 s, by the tick if nothing else happens."""
    home = charging_home()
    del home.obedient[2]
    order(home)

    found = home.wait(25)

    assert writes(found) == ["current 6 A"] * 2
    assert all(action.reduces for action in of_kind(found, ActionIntended)), "it need not be on disk first"
    assert all(action.attempt == 1 for action in of_kind(found, ActionIntended))


def test_link_lost() -> None:
    """Nothing can be commanded; back again, it is."""
    home = charging_home()
    home.tell(LinkChanged(0, up=False))
    order(home)
    assert writes(home.wait(60)) == []

    assert writes(home.tell(LinkChanged(0, up=True))) == ["current 6 A"]


def test_nothing_leaves_before_the_link_is_back() -> None:
    """Who orders it has just started: the link that the state knows of was another process's."""
    home = charging_home()

    found = home.tell(FailSafeOrdered(0, home.now_ms + FAIL_SAFE_MS), Restarted(0))

    assert stands(home) == "6 A 3p failsafe/core_failed"
    assert writes(found) == []
    assert writes(home.tell(LinkChanged(0, up=True))) == ["current 6 A"]


def test_alarm_while_it_lasts() -> None:
    """Raised once, ended by the first judgement after the hour; nothing is in force before an order."""
    home = charging_home()
    assert not is_fail_safe(home.state)
    order(home)
    home.wait(FAIL_SAFE_MS / 1_000 - 1)
    assert is_fail_safe(home.state)
    home.wait(1)
    home.tell(Tick(0))

    alarms = [alarm for alarm in home.all_of(AlarmChanged) if alarm.alarm == Alarm.FAIL_SAFE]
    assert [alarm.active for alarm in alarms] == [True, False]


def test_lost_log_is_alarmed_meanwhile() -> None:
    """A person has to know of both."""
    home = charging_home()
    order(home)
    home.tell(LogLost(0))
    home.tell(LogResumed(0, 1, 2))

    alarms = [(alarm.alarm, alarm.active) for alarm in home.all_of(AlarmChanged)]
    assert alarms == [(Alarm.FAIL_SAFE, True), (Alarm.LOG_LOST, True), (Alarm.LOG_LOST, False)]


def test_charger_out_of_reach_is_left_alone() -> None:
    """Nothing is decided for what cannot be reached."""
    home = charging_home()
    home.report(2, connected=False)
    order(home)
    home.run(30)

    assert stands(home) == "16 A 3p normal/normal"


def test_what_it_commanded_is_no_wish_of_a_user() -> None:
    """When the mode ends, what chargers show is taken as known, and they come back to their set-points."""
    home = charging_home()
    order(home)
    home.run(FAIL_SAFE_MS // 1_000 - 1, every_s=30)
    assert home.report_of(2).current_ma == 6_000

    found = home.run(300)

    assert {seen.deviation for seen in of_kind(found, DeviationSeen)} <= {Deviation.ADOPTED}
    assert stands(home) == "16 A 3p normal/normal"


@pytest.mark.parametrize(
    ("current_ma", "expected"),
    [
        pytest.param(6_000, [], id="at its safe current, under the minimum: not raised to it"),
        pytest.param(16_000, ["current 8 A"], id="still where it was: parked"),
    ],
)
def test_car_left_meanwhile(current_ma: int, expected: list[str]) -> None:
    """What is parked goes by what the charger shows, not by what was known an hour ago."""
    home = charging_home(min_ma=6_000)
    home.info(2, min_ma=8_000)
    order(home)
    del home.obedient[2]
    home.report(2, plugged_in=False, current_ma=current_ma)
    home.wait(FAIL_SAFE_MS / 1_000 - 1)

    assert writes(home.wait(2)) == expected


def test_mode_that_ends_with_a_reading() -> None:
    """Whatever comes first after the hour ends it: what chargers show is looked at then."""
    home = charging_home()
    order(home)
    home.wait(FAIL_SAFE_MS / 1_000 - 1)
    home.now_ms += 1_000

    found = home.read()

    assert [closed.closing for closed in of_kind(found, ActionClosed)] == [Closing.VERIFIED]
