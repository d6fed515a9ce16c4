"""After a cut: when a reading cuts again, who counts as deaf, and that it is never given up (charging.md 5.2, 5.3).

One charger at 16 A on phase A beside a house of 12 A under a limit of 25 A: cut to 13 A at 0 s.
"""

import pytest

from hems_actors.core.enums import Alarm, Result
from hems_actors.core.outcomes import PhaseCut
from tests.core.closed_loop import Loop, Post, steady
from tests.core.home import Home, of_kind, writes
from tests.core.scenes import Charging, offers_a, scene, show

Moment = tuple[float, float, float, float]
"""Seconds since the cut, what the car draws, what the house takes, what is offered then: all A."""


def cut_home(*, read_back_s: float | None = None, metered: bool = True) -> Home:
    """Return the home just after its cut at 0 s, with the cut read back after *read_back_s*."""
    home = scene(Charging(on="A", metered=metered))
    show(home, Charging(on="A"), house_a=(12, 0, 0))
    assert offers_a(home) == [13]
    if read_back_s is not None:
        home.sent(2)
        home.wait(read_back_s)
        home.answer(2)
        home.follow(2)
    return home


HELD = [  # read back after, moments
    pytest.param(None, [(9.9, 14, 12, 13)], id="9.9 s, not read back: held"),
    pytest.param(None, [(10, 14, 12, 12)], id="10 s: any excess is cut again in full"),
    pytest.param(1, [(5.9, 14, 12, 13)], id="4.9 s after read-back: held"),
    pytest.param(1, [(6, 14, 12, 12)], id="5 s after read-back: cut again in full"),
    pytest.param(7, [(10, 14, 12, 12)], id="read back late: 10 s after sending is enough"),
    pytest.param(None, [(1, 16, 12.5, 13)], id="0.5 A more than at the cut: held"),
    pytest.param(None, [(1, 16, 12.501, 12)], id="0.501 A more: cut by what is more"),
    pytest.param(None, [(1, 16, 13, 12), (2, 16, 13.5, 12), (3, 16, 14, 11)], id="each rise is cut once"),
    pytest.param(None, [(1, 14, 12, 13), (2, 14, 14.6, 12)], id="a fall between does not hide a rise"),
    pytest.param(None, [(1, 16, 9, 13), (2, 16, 12, 13)], id="under the limit for one reading: still the same cut"),
    pytest.param(None, [(1, 16, 9, 13), (10, 13, 13, 12)], id="under the limit, over again 10 s later: a new cut"),
    pytest.param(None, [(5, 13, 12, 13), (60, 13, 12, 13)], id="obeyed: nothing more"),
    pytest.param(None, [(9, 16, 22, 0)], id="a rise that needs a stop"),
]


@pytest.mark.parametrize("complete", [True, False], ids=["complete", "partial"])
@pytest.mark.parametrize(("read_back_s", "moments"), HELD)
def test_hold(read_back_s: float | None, moments: list[Moment], *, complete: bool) -> None:
    """For 10 s after sending, or 5 s after read-back, only what exceeds the last cut's reading is cut."""
    home = cut_home(read_back_s=read_back_s)
    now_s = read_back_s or 0
    for at_s, draw_a, house_a, expected_a in moments:
        home.wait(at_s - now_s)
        now_s = at_s
        home.draw(2, draw_a)
        show(home, Charging(offer_a=draw_a, on="A"), house_a=(house_a, 0, 0), complete=complete)
        assert offers_a(home) == [expected_a], f"at {at_s} s"


DEAF = [  # draw 10 s after a cut to 13 A -> offer
    pytest.param(14.85, 11, id="(13 A + 0.5 A) x 1.10: imprecise, cut by the excess"),
    pytest.param(14.851, 0, id="1 mA more: does not obey, switched off"),
    pytest.param(16, 0, id="draws as before: switched off"),
]


@pytest.mark.parametrize(("draw_a", "expected_a"), DEAF)
def test_deaf(draw_a: float, expected_a: float) -> None:
    """Still over 10 s later: who draws more than (I + 0.5 A) x 1.10 is switched off."""
    home = cut_home(read_back_s=0)
    home.wait(10)
    home.draw(2, draw_a)

    show(home, Charging(offer_a=draw_a, on="A"), house_a=(12, 0, 0))

    assert offers_a(home) == [expected_a]


@pytest.mark.parametrize(
    ("result", "expected_a"),
    [
        pytest.param(Result.OK, 12, id="it said yes: the tolerance holds"),
        pytest.param(Result.HARDWARE, 0, id="the cut failed, and it shows the old current: no tolerance"),
    ],
)
def test_deaf_within_the_tolerance(result: Result, expected_a: float) -> None:
    """A cut that surely failed is no imprecise charger: it would be cut by a little again and again."""
    home = cut_home(read_back_s=None)
    home.answer(2, result)
    home.wait(10)
    home.draw(2, 14)

    show(home, Charging(offer_a=14, on="A"), house_a=(12, 0, 0))

    assert offers_a(home) == [expected_a]


LOWERED = [  # seconds since the cut to 13 A, what the car draws, the new limit -> offer
    pytest.param(2, 16, 25, 13, id="the same limit: the cut is on its way"),
    pytest.param(2, 16, 23, 11, id="2 A less: 2 A more"),
    pytest.param(2, 16, 17, 0, id="8 A less: less than 6 A would be left"),
]


@pytest.mark.parametrize(("at_s", "draw_a", "limit_a", "expected_a"), LOWERED)
def test_limit_is_lowered_while_a_cut_is_held(at_s: float, draw_a: float, limit_a: float, expected_a: float) -> None:
    """It counts at once, less what the cut takes that no reading shows yet."""
    home = cut_home(read_back_s=None)
    home.wait(at_s)
    home.draw(2, draw_a)

    home.settings(limit_a=limit_a)

    assert offers_a(home) == [expected_a]


def test_limit_is_lowered_after_a_reading_in_the_hold() -> None:
    """The newest reading counts as it is."""
    home = cut_home(read_back_s=None)
    home.wait(2)
    home.draw(2, 13)
    show(home, Charging(offer_a=13, on="A"), house_a=(12, 0, 0))

    home.settings(limit_a=23)

    assert offers_a(home) == [11]


UNMETERED = [  # what the meter fell by of the 3 A taken -> offer (10 s later, still over by 1 A)
    pytest.param(2.1, True, 12, id="70 %: it followed"),
    pytest.param(2.099, True, 0, id="less than 70 %: it did not"),
    pytest.param(2.1, False, 0, id="the write was never verified"),
]


@pytest.mark.parametrize(("fell_a", "verified", "expected_a"), UNMETERED)
def test_deaf_without_own_meter(fell_a: float, expected_a: float, *, verified: bool) -> None:
    """Without a meter of its own a charger obeys if the root meter falls by 70 % of what was taken."""
    home = scene(Charging(on="A", metered=False))
    show(home, Charging(on="A"), house_a=(12, 0, 0))
    home.sent(2)
    if verified:
        home.follow(2)
    home.wait(10)

    home.meter(a_ma=28_000 - round(fell_a * 1_000), b_ma=0, c_ma=0)

    assert offers_a(home) == [expected_a]


def test_others_make_room() -> None:
    """Who does not obey is switched off, and all others on its phase go to the minimum at once, then further."""
    deaf, other = Charging(2, on="A"), Charging(3, 10, on="A", priority=1)
    far = Charging(4, 10, on="B", priority=-1)
    home = scene(deaf, other, far, house_a=(-5, 0, 0), limit_a=24)
    show(home, deaf, other, far, house_a=(0, 0, 0))
    assert offers_a(home) == [14, 10, 10]
    home.wait(10)

    show(home, deaf, other, far, house_a=(0, 0, 0))
    assert offers_a(home) == [0, 6, 10]

    home.draw(3, 6)
    home.wait(10)
    show(home, deaf, Charging(3, 6, on="A"), far, house_a=(3, 0, 0))
    assert offers_a(home) == [0, 0, 10]


EQUAL = [pytest.param("A", "B", id="A, B"), pytest.param("B", "C", id="B, C"), pytest.param("A", "C", id="A, C")]


@pytest.mark.parametrize(("obeys", "deaf"), EQUAL)
def test_equal_overloads_are_told_apart(obeys: str, deaf: str) -> None:
    """Two phases over by the same, at the same instant: only the charger that does not follow is switched off."""
    home = scene(Charging(2, on=obeys, metered=False), Charging(3, on=deaf, metered=False))
    show(home, Charging(2, on=obeys), Charging(3, on=deaf), house_a=(12, 12, 12))
    for source in (2, 3):
        home.sent(source)
        home.follow(source)
    home.wait(10)

    show(home, Charging(2, 13, on=obeys), Charging(3, on=deaf), house_a=(12.5, 12, 12))

    assert offers_a(home)[0] > 0
    assert offers_a(home)[1] == 0


def test_never_given_up() -> None:
    """A charger that shows nothing of its stop is told again and again, every 10 s at most, while it lasts."""
    loop = Loop(
        Post(2, wiring=(0,), rotation=1, phases=1, power_on=True, current_ma=16_000, mute=True),
        house=lambda at_s: (0 if at_s < 30 else 2_760, 0, 0),
    )
    loop.live(60)
    before = len(loop.noted)
    loop.live(300)

    tried = writes((noted.outcome for noted in loop.noted[before:]), 2)
    assert len(tried) >= 28
    assert set(tried) == {"power off"}
    assert (Alarm.OVERLOAD_PERSISTS, 0) in loop.state.alarms
    assert (Alarm.NOT_OBEYING, 2) in loop.state.alarms


def test_silent_meter_and_a_deaf_charger() -> None:
    """A meter whose value does not change says nothing: the overload is judged again all the same."""
    loop = Loop(Post(2, rotation=123, power_on=True, current_ma=16_000, deaf=True), house=steady(1_000))
    loop.live(20)
    loop.house = steady(3_000)
    loop.measure()
    loop.interval_s = 1_000_000
    loop.live(60)

    assert loop.offer_a(2) == 0


def test_deaf_beside_a_rising_house() -> None:
    """A house that keeps rising does not hide a charger that does not obey: it is off within 30 s."""
    loop = Loop(
        Post(2, wiring=(0,), rotation=1, phases=1, power_on=True, current_ma=16_000, deaf=True),
        house=lambda at_s: (0 if at_s < 30 else 2_300 + (at_s - 30) * 30, 0, 0),
    )
    loop.live(60)

    assert loop.offer_a(2) == 0


PHASES = [  # readings of A after an overload at 0 s -> events of the phase
    pytest.param([(1, 25.001, True)], [], id="held: no event"),
    pytest.param([(1, 25, True)], [0], id="exactly the limit ends it"),
    pytest.param([(1, 20, False)], [], id="a partial reading does not end it"),
    pytest.param([(1, 29, True)], [4_000], id="a rise is an event"),
    pytest.param([(10, 28, True)], [3_000], id="still over 10 s later"),
]


@pytest.mark.parametrize(("readings", "expected_ma"), PHASES)
def test_events_of_a_phase(readings: list[tuple[float, float, bool]], expected_ma: list[int]) -> None:
    """An overload's begin, further cuts and end are events, what is merely held is none."""
    home = cut_home()
    found: list[PhaseCut] = []
    for at_s, reading_a, complete in readings:
        home.wait(at_s)
        found += of_kind(home.meter(complete=complete, a_ma=round(reading_a * 1_000), b_ma=0, c_ma=0), PhaseCut)

    assert [event.over_ma for event in found] == expected_ma


def test_nobody_is_called_deaf_while_a_cut_needs_its_time() -> None:
    """Over again 2 s after a cut: by what it rose, and no more, although one draws more than it may."""
    home = scene(Charging(2, 10, on="A"), Charging(3, 10, on="A", priority=1))
    home.info(3, priority=1, max_ma=8_000)
    home.settle(3, 8)
    home.wait(20)
    show(home, Charging(2, 10, on="A"), Charging(3, 8, on="A"), house_a=(9, 1, 1))
    home.settle(2, 8)
    home.wait(10)
    show(home, Charging(2, 8, on="A"), Charging(3, 8, on="A"), house_a=(11, 1, 1))
    assert offers_a(home) == [6, 8]

    home.wait(2)
    home.draw(3, 10)
    show(home, Charging(2, 6, on="A"), Charging(3, 10, on="A"), house_a=(12, 1, 1))

    assert offers_a(home) == [6, 7]
