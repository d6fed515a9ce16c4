"""Starts and raises: how fast, when, and into which headroom (charging.md 5.5, 5.6). The limit is 25 A."""

import pytest

from tests.core.closed_loop import Loop, Post
from tests.core.home import Home
from tests.core.scenes import Amps, Charging, offers_a, place, scene, show

STARTS = [  # house A per phase -> offer at plug-in
    pytest.param((19, 1, 1), "ABC", True, 6, id="room for exactly 6 A"),
    pytest.param((19.001, 1, 1), "ABC", True, 0, id="1 mA too little"),
    pytest.param((1, 19.001, 1), "ABC", True, 0, id="too little on B"),
    pytest.param((1, 19.001, 1), "A", True, 6, id="B is not its phase"),
    pytest.param((1, 19.001, 1), "A", False, 0, id="phases unknown: all must have room"),
    pytest.param((-40, -40, -40), "ABC", True, 6, id="from 0 to the minimum in one step, not more"),
]


@pytest.mark.parametrize(("house_a", "on", "known", "expected_a"), STARTS)
def test_start(house_a: Amps, on: str, expected_a: float, *, known: bool) -> None:
    """A start needs room for the effective minimum on all its phases."""
    home = scene(Charging(2, 0, on=on, known=known, plugged=False, top_a=16), house_a=house_a)

    home.plug(2)

    assert offers_a(home) == [expected_a]


def test_raises_on_different_phases_do_not_share_room() -> None:
    """5 A to spare on A and on B: at one reading a car on each gets its own."""
    cars = (Charging(2, 6, on="A"), Charging(3, 6, on="B"))
    home = scene(*cars, house_a=(14, 14, 1))
    for source in (2, 3):
        home.info(source, max_ma=16_000)
    assert offers_a(home) == [6, 6]

    show(home, *cars, house_a=(14, 13.9, 1))

    assert offers_a(home) == [11, 11]


def test_no_start_into_a_partial_reading_over_the_limit() -> None:
    """A partial reading that shows no room is newer than the complete one that did."""
    home = scene(Charging(2, 0, plugged=False, top_a=16))
    show(home, house_a=(30, 1, 1), complete=False)

    home.plug(2)

    assert offers_a(home) == [0]


RAISES = [  # seconds since the start at 6 A, target, house A (all phases) -> offer
    pytest.param(9.9, 16, 1, 6, id="9.9 s: too soon"),
    pytest.param(10, 16, 1, 11, id="10 s: 5 A"),
    pytest.param(60, 16, 1, 11, id="5 A, however long it waited"),
    pytest.param(10, 10, 1, 10, id="a target nearer than 5 A"),
    pytest.param(10, 16, 14, 11, id="room for exactly 11 A"),
    pytest.param(10, 16, 14.001, 10, id="1 mA less room: a step less"),
    pytest.param(10, 16, 18.001, 6, id="room for less than a step"),
]


@pytest.mark.parametrize(("seconds", "top_a", "house_a", "expected_a"), RAISES)
def test_raise(seconds: float, top_a: float, house_a: float, expected_a: float) -> None:
    """At a complete reading towards the target: 5 A per 10 s, into the headroom left, whole steps."""
    home = started(top_a)
    home.wait(seconds)

    show(home, Charging(offer_a=6), house_a=(house_a, house_a, house_a))

    assert offers_a(home) == [expected_a]


def started(top_a: float = 16) -> Home:
    """Return a home whose charger was started at 6 A just now, and draws them."""
    home = scene(Charging(2, 0, plugged=False, top_a=top_a))
    home.plug(2)
    home.settle(2, draw_a=6)
    return home


def test_raises_only_on_complete_readings() -> None:
    """Neither a partial reading, nor a tick, nor a report raises."""
    home = started()
    home.wait(40)
    show(home, Charging(offer_a=6), house_a=(1, 1, 1), complete=False)
    home.draw(2, 5.9)

    assert offers_a(home) == [6]


def test_ramp() -> None:
    """Each raise waits for the one before to be read back, and 10 s."""
    loop = Loop(Post(2, max_ma=32_000, car_max_ma=32_000), limit_a=40)
    loop.live(70)

    assert loop.series(2) == [(0, 6), (10, 11), (20, 16), (30, 21), (40, 26), (50, 31), (60, 32)]


AFTER_A_CUT = [  # seconds since the cut to 13 A, house A on phase A -> offer
    pytest.param(29.9, 1, 13, id="29.9 s: no raise"),
    pytest.param(30, 1, 16, id="30 s: raised"),
    pytest.param(30, 8, 16, id="16 A and 1 A to spare"),
    pytest.param(30, 8.001, 15, id="a margin of 1 A stays unused"),
    pytest.param(299.9, 8.001, 15, id="for 299.9 s"),
    pytest.param(300, 8.001, 16, id="300 s: to the last step again"),
]


@pytest.mark.parametrize(("seconds", "house_a", "expected_a"), AFTER_A_CUT)
def test_after_a_cut(seconds: float, house_a: float, expected_a: float) -> None:
    """None for 30 s after a cut; then 1 A stays unused for 5 min (decision 0007)."""
    home = scene(Charging(on="A"))
    show(home, Charging(on="A"), house_a=(12, 0, 0))
    home.settle(2, draw_a=13)
    home.wait(3)
    show(home, Charging(offer_a=13, on="A"), house_a=(12, 0, 0))
    home.wait(seconds - 3)

    show(home, Charging(offer_a=13, on="A"), house_a=(house_a, 0, 0))

    assert offers_a(home) == [expected_a]


RESTARTS = [  # house A on phase A, seconds it lasts, then again for the rest until 120 s -> offer
    pytest.param([(18, 119.9)], 0, id="119.9 s"),
    pytest.param([(18, 120)], 6, id="120 s with 7 A to spare"),
    pytest.param([(18.001, 300)], 0, id="1 mA less than minimum + 1 A"),
    pytest.param([(18, 100), (18.001, 1), (18, 119.9)], 0, id="one violating reading begins anew"),
    pytest.param([(18, 100), (18.001, 1), (18, 120)], 6, id="and holds again"),
]


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "unmetered"])
@pytest.mark.parametrize(("house", "expected_a"), RESTARTS)
def test_restart(house: list[tuple[float, float]], expected_a: float, *, metered: bool) -> None:
    """After an overload stop: headroom >= minimum + 1 A for 120 s, in Normal too."""
    home = scene(Charging(on="A", metered=metered))
    show(home, Charging(on="A"), house_a=(30, 0, 0))
    home.settle(2, draw_a=0 if metered else None)
    assert offers_a(home) == [0]
    home.wait(20)
    for house_a, seconds in house:
        show(home, house_a=(house_a, 0, 0))
        home.wait(seconds)

    assert offers_a(home) == [expected_a]


def test_restart_waits_for_all_its_phases() -> None:
    """One phase without room keeps a three-phase charger waiting; the reason says so."""
    home = scene(Charging())
    show(home, Charging(), house_a=(30, 1, 1))
    home.settle(2, draw_a=0)
    home.wait(20)
    show(home, house_a=(1, 1, 18.001))
    home.wait(180)
    show(home, house_a=(1, 1, 18.001))

    assert home.line(2) == "off overload_protection/restart_waits"


def test_unplugging_ends_the_wait() -> None:
    """A new plug-in after an overload stop starts at once where there is room."""
    home = scene(Charging(on="A"))
    show(home, Charging(on="A"), house_a=(30, 0, 0))
    home.settle(2, draw_a=0)
    show(home, house_a=(1, 0, 0))
    home.unplug(2)
    home.settle(2)
    home.plug(2)

    assert offers_a(home) == [6]


TWO = [  # house A -> offers of two that draw 10 A of 10 each and want 16
    pytest.param(-7, [15, 15], id="room for both"),
    pytest.param(0, [10, 15], id="room for one: the higher priority"),
    pytest.param(3, [10, 12], id="what is left"),
    pytest.param(5, [10, 10], id="nothing left"),
]


@pytest.mark.parametrize(("house_a", "expected_a"), TWO)
def test_headroom_is_given_once(house_a: float, expected_a: list[float]) -> None:
    """What one charger is raised by is not given to the next."""
    low, high = Charging(2, 10, on="A"), Charging(3, 10, on="A", priority=1)
    home = scene(low, high, house_a=(5, 0, 0))
    home.info(2, max_ma=16_000)
    home.info(3, max_ma=16_000, priority=1)

    show(home, low, high, house_a=(house_a, 0, 0))

    assert offers_a(home) == expected_a


OWN_DRAW = [  # seconds since its draw rose from 4 to 10 A of the 10 A offered -> offer, at a reading without the rise
    pytest.param(9.9, 11, id="9.9 s: credited with the least of the last 10 s"),
    pytest.param(10, 15, id="10 s: credited with what it draws"),
]


@pytest.mark.parametrize(("seconds", "expected_a"), OWN_DRAW)
def test_own_draw_is_credited_late(seconds: float, expected_a: float) -> None:
    """Credited is the least of its own draw over 10 s: the meter may lag behind."""
    home = scene(Charging(2, 10, on="A"))
    home.draw(2, 4)
    home.wait(11)
    home.draw(2, 10)
    home.info(2, max_ma=16_000)
    home.wait(seconds)

    home.meter(a_ma=18_000, b_ma=0, c_ma=0)

    assert offers_a(home) == [expected_a]


def test_bounds_that_cross() -> None:
    """Effective minimum above the effective maximum means 0, with the reason."""
    home = Home()
    place(home, Charging(2, 0, plugged=False, min_a=10, top_a=8))
    home.amps(1)

    home.plug(2)
    home.wait(60)

    assert home.line(2) == "off unknown/bounds_cross"


def test_a_noisy_full_house() -> None:
    """Ten noisy minutes near the limit: no phase is above it longer than 10 s after a reading, nobody flaps."""
    noise = (0, 700, -400, 1_200, 300, -900, 2_000)
    loop = Loop(
        Post(2, rotation=123),
        Post(3, wiring=(1,), rotation=2, phases=1, priority=1),
        house=lambda at_s: (1_500, 1_000 + noise[at_s // 7 % 7], 500),
    )
    loop.live(600)

    assert max(loop.currents_ma()) <= 25_000
    assert loop.starts(2) <= 2
    assert loop.starts(3) <= 1
