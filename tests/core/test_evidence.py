"""Who waits while phases are found, and when a step nobody sees makes the meter suspect (charging.md 6, 10)."""

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Alarm, Health, Mode
from tests.core.closed_loop import Loop, Post, steady
from tests.core.home import Home
from tests.core.test_phases import started, take


def unknown(source: int = 2, **fields: bool) -> Post:
    """Return a one-phase charger on B whose wiring is not configured."""
    return Post(source, wiring=(1,), phases=1, counts_phases=False, metered=fields.get("metered", True))


WAITS = [  # seconds since the step of the unconfirmed charger -> offer of the newcomer
    pytest.param(119.9, 0, id="119.9 s: waits"),
    pytest.param(120, 6, id="120 s: starts (decision 0006)"),
]


@pytest.mark.parametrize(("seconds", "expected_a"), WAITS)
def test_others_wait(seconds: float, expected_a: float) -> None:
    """While a charger is unconfirmed no other one is started."""
    home = started()
    home.charger(3, rotation=1, phases=1, a_ma=0)
    home.info(2, max_ma=6_000)
    home.wait(5)
    home.amps(1, 1.1, 1)
    home.wait(seconds - 5)

    home.plug(3)

    assert home.state.chargers[3].point.current_ma == expected_a * 1_000


def test_reductions_do_not_wait() -> None:
    """While a charger is unconfirmed others are reduced all the same."""
    home = Home(limit_a=40)
    home.charger(2, phases=1, rotation=0, a_ma=0)
    home.charger(
        3, phases=1, rotation=1, plugged_in=True, power_on=True, current_ma=16_000, desired_phases=1, a_ma=16_000
    )
    home.amps(17, 1, 1)
    home.plug(2)
    take(home)

    home.info(3, max_ma=10_000)

    assert home.line(3).startswith("10 A")


def test_confirmed_while_others_wait() -> None:
    """Both end up charging, the first one's phase confirmed by its first two steps."""
    loop = Loop(unknown(), Post(3, rotation=123), limit_a=40)
    loop.live(300)

    assert loop.state.chargers[2].map.phases_mask == 0b010
    assert (loop.offer_a(2), loop.offer_a(3)) == (16, 16)


def test_no_evidence_starves_nobody() -> None:
    """An unconfirmed charger whose set-point follows the clouds keeps others waiting for two minutes, not for ever."""
    first = unknown()
    first.mode, first.priority = Mode.ECO, 1
    noise = (0, 3_000, -2_000, 4_000, -3_000, 1_000, -4_000)
    loop = Loop(
        first,
        Post(3, rotation=1, wiring=(0,), phases=1, plugged=False),
        house=lambda at_s: (-2_500, noise[at_s // 5 % 7], -500 - at_s // 60 % 3 * 800),
        limit_a=40,
    )
    loop.live(300)
    loop.post(3).plugged = True
    loop.change(3)
    loop.live(600)

    assert loop.offer_a(3) >= 6


SUSPECT = [  # interval of the meter, seconds since the step of 6 A was taken -> suspect
    pytest.param(1, 29.9, False, id="29.9 s"),
    pytest.param(1, 30, True, id="30 s at least"),
    pytest.param(10, 30, True, id="three intervals of 10 s"),
    pytest.param(20, 59.9, False, id="three intervals of 20 s: 59.9 s"),
    pytest.param(20, 60, True, id="three intervals of 20 s"),
    pytest.param(60, 119.9, False, id="119.9 s"),
    pytest.param(60, 120, True, id="120 s at most"),
]


@pytest.mark.parametrize("repeats", [True, False], ids=["repeats itself", "silent"])
@pytest.mark.parametrize(("interval_s", "seconds", "expected"), SUSPECT)
def test_suspect(interval_s: int, seconds: float, *, expected: bool, repeats: bool) -> None:
    """A verified own change that the root meter does not show in three intervals makes it suspect."""
    home = Home(limit_a=40)
    home.charger(2, rotation=1, phases=1, a_ma=0)
    home.amps(1, 1, 1)
    home.wait(interval_s)
    home.amps(1, 1.1, 1)
    home.plug(2)
    take(home)
    if repeats:
        for _ in range(int(seconds) // interval_s):
            home.wait(interval_s)
            home.amps(1, 1.1, 1)
            seconds -= interval_s
    home.wait(seconds)

    assert ((Alarm.METER_SUSPECT, 0) in home.state.alarms) == expected


@pytest.mark.parametrize("up", [pytest.param(True, id="up"), pytest.param(False, id="down")])
def test_nobody_is_suspected_while_the_link_is_down(*, up: bool) -> None:
    """Whatever its chargers say when they are read again before the meter is."""
    home = Home(limit_a=40)
    home.charger(2, rotation=1, phases=1, a_ma=0)
    home.amps(1, 1, 1)
    home.wait(1)
    home.amps(1, 1.1, 1)
    home.plug(2)
    take(home)
    home.tell(facts.LinkChanged(0, up=up))
    home.wait(120)
    home.report(2)

    assert ((Alarm.METER_SUSPECT, 0) in home.state.alarms) == up


UNSUSPECTED = [  # what the car draws, what the meter shows of it -> suspect after a minute
    pytest.param(3, 0, True, id="3 A, nothing seen"),
    pytest.param(2.999, 0, False, id="less than 3 A"),
    pytest.param(6, 0.1, False, id="the meter moved"),
]


@pytest.mark.parametrize(("draw_a", "seen_a", "expected"), UNSUSPECTED)
def test_what_makes_suspect(draw_a: float, seen_a: float, *, expected: bool) -> None:
    """Only a change of 3 A or more counts, and only while the meter shows no change at all."""
    home = Home(limit_a=40)
    home.charger(2, rotation=1, phases=1, a_ma=0)
    home.amps(1, 1, 1)
    home.wait(5)
    home.amps(1, 1.1, 1)
    home.plug(2)
    home.settle(2, draw_a=draw_a)
    home.wait(6)
    home.amps(1 + seen_a, 1.1, 1)
    home.wait(60)

    assert ((Alarm.METER_SUSPECT, 0) in home.state.alarms) == expected


UNMETERED = [  # whether the charger says that the car charges -> suspect
    pytest.param(True, True, id="it charges, and nothing is seen"),
    pytest.param(False, False, id="it does not: nothing was to be seen"),
    pytest.param(None, False, id="nothing tells"),
]


@pytest.mark.parametrize(("charging", "expected"), UNMETERED)
def test_suspect_without_own_meter(*, charging: bool | None, expected: bool) -> None:
    """A start counts as verified when the charger says that the car charges."""
    home = started(metered=False)
    home.report(2, charging=charging)

    home.wait(60)

    assert ((Alarm.METER_SUSPECT, 0) in home.state.alarms) == expected


SMALL = [pytest.param(8_000, False, id="2 A"), pytest.param(9_000, True, id="3 A")]


@pytest.mark.parametrize(("top_ma", "expected"), SMALL)
def test_suspect_after_a_raise(top_ma: int, *, expected: bool) -> None:
    """Without an own meter, too, only a raise of 3 A or more must show."""
    home = started(metered=False)
    home.info(2, max_ma=top_ma)
    home.wait(10)
    home.amps(1, 7, 1)
    take(home)

    home.wait(60)

    assert ((Alarm.METER_SUSPECT, 0) in home.state.alarms) == expected


def test_suspect_is_fail_safe_and_ends() -> None:
    """A frozen meter holds, then leaves the safe current; once it moves, charging goes on as before."""
    loop = Loop(Post(2, rotation=123))
    loop.live(30)
    assert loop.offer_a(2) == 16
    loop.frozen = loop.reading()
    loop.post(2).info_max_ma = 10_000
    loop.change(2)
    loop.live(45)
    assert loop.state.site.health == Health.HOLD
    loop.live(90)
    assert (loop.state.site.health, loop.offer_a(2)) == (Health.NO_METER, 6)

    loop.frozen = None
    loop.live(60)

    assert (loop.state.site.health, loop.offer_a(2)) == (Health.GOOD, 10)
    assert loop.state.alarms == {}


def test_a_dead_meter_never_raises() -> None:
    """Whatever is drawn, a meter that never shows it raises nobody above the safe current for long."""
    loop = Loop(Post(2, rotation=123), house=steady(300))
    loop.live(3)
    loop.frozen = loop.reading()
    loop.live(300)

    assert loop.offer_a(2) <= 6
