"""One or three phases where the charger can switch (charging.md section 7).

Tolerance 0: minimum 1380 W on one, 4140 W on three phases; at most 3680 W on one.
"""

import itertools
from typing import Any

import pytest

from hems_actors.core.enums import Issuer, Mode, Timer, What
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.producers import normal
from hems_actors.core.rules import Rule
from hems_actors.core.shares import NO_SHARES
from hems_actors.core.wish import Site
from tests.core.closed_loop import Loop, Post, steady
from tests.core.home import Home, writes
from tests.core.sunny import Sunny, Weather


def switcher(surplus_w: int | None = None, **fields: Any) -> Sunny:  # noqa: ANN401
    """Return a home with a three-phase Eco charger that can switch, plugged in under *surplus_w*."""
    home = Sunny(limit_a=63)
    home.settings(tolerance=0)
    asked: dict[str, Any] = {"can_switch": True, "desired_phases": 3} | fields
    home.eco(one_phase=False, plugged=False, **asked)
    if surplus_w is not None:
        home.pass_time(60, surplus_w)
        home.plug(2)
        home.pass_time(60, surplus_w)
    return home


STARTS = [  # surplus W -> where it starts
    pytest.param(1_379, "off", id="less than the 1p minimum"),
    pytest.param(1_380, "6 A 1p", id="the 1p minimum"),
    pytest.param(4_139, "6 A 1p", id="1 W short of the 3p minimum: one phase"),
    pytest.param(4_140, "6 A 3p", id="the 3p minimum"),
]


@pytest.mark.parametrize(("surplus_w", "expected"), STARTS)
def test_start(surplus_w: int, expected: str) -> None:
    """It starts on one phase if the surplus is below the three-phase minimum, else on three."""
    home = switcher()
    home.pass_time(60, surplus_w)
    home.plug(2)
    home.wait(5)

    assert home.stands() == expected


DAYS = [  # surplus W at the start, stretches after it -> where it stands
    pytest.param(3_000, [(440, 4_139)], "16 A 1p", id="up: 1 W short of the 3p minimum"),
    pytest.param(3_000, [(300, 4_140)], "16 A 1p", id="up: 7 min lock since the start"),
    pytest.param(3_000, [(600, 4_140)], "6 A 3p", id="up: the 3p minimum for the start delay"),
    pytest.param(6_000, [(160, 4_139)], "6 A 3p", id="down: 160 s under the 3p minimum"),
    pytest.param(6_000, [(700, 4_140)], "6 A 3p", id="down: exactly the 3p minimum"),
    pytest.param(6_000, [(700, 2_300)], "10 A 1p", id="down after the stop delay and the lock"),
    pytest.param(6_000, [(600, 5_000), (215, 0)], "6 A 1p", id="down goes before a stop"),
    pytest.param(6_000, [(600, 5_000), (215, 0), (150, 0)], "6 A 1p", id="and the stop delay begins anew"),
    pytest.param(6_000, [(600, 5_000), (215, 0), (215, 0)], "off", id="then it stops"),
]


@pytest.mark.parametrize(("begin_w", "weather", "expected"), DAYS)
def test_day(begin_w: int, weather: Weather, expected: str) -> None:
    """Up when three phases have enough, down when they have not, each with its delay."""
    home = switcher(begin_w)

    home.live_through(weather)

    assert home.stands() == expected


def test_lock() -> None:
    """Between two switches lie at least 7 minutes, whatever the weather."""
    home = switcher(3_000)
    for _ in range(12):
        home.live_through([(280, 6_000), (280, 2_000)])

    switched_ms = [
        noted.at_ms
        for noted in home.noted
        if getattr(noted.outcome, "what", None) == What.PHASES and hasattr(noted.outcome, "attempt")
    ]
    assert len(switched_ms) > 3
    assert min(later - before for before, later in itertools.pairwise(switched_ms)) >= 7 * 60_000


def test_order_of_writes() -> None:
    """Off, phases at 0 A, current, on; its own off and on need no start delay."""
    home = switcher(3_000)
    home.pass_time(450, 3_000)
    before = len(home.noted)

    home.pass_time(150, 6_000)

    outcomes = [noted.outcome for noted in home.noted[before:]]
    assert writes(outcomes, 2)[-6:-1] == ["power off", "phases 3", "current 6 A", "power on", "current 8 A"]


def test_no_start_on_three_with_sun_for_one() -> None:
    """Stopped on three phases within the lock, it does not start on three with surplus for one."""
    home = switcher(3_000)
    home.live_through([(450, 3_000), (100, 6_000)])
    assert home.stands().endswith("3p")
    home.pass_time(230, -500)
    assert home.stands() == "off"

    home.pass_time(100, 2_000)

    assert home.stands() == "off"


def test_start_on_three_within_the_lock() -> None:
    """Stopped on three phases within the lock, it starts on three again once there is enough for them."""
    home = switcher(3_000)
    home.live_through([(450, 3_000), (100, 6_000), (230, -500)])
    assert home.stands() == "off"

    home.pass_time(100, 8_000)

    assert home.stands().endswith("3p")


def test_two_failed_tries() -> None:
    """A charger that refuses to switch twice is left alone until unplug."""
    loop = Loop(Post(2, mode=Mode.ECO, can_switch=True, rotation=123), house=steady(-3_000))
    loop.settings(tolerance=0)
    loop.post(2).desired = 1
    loop.tell(loop.post(2).report())
    loop.posts[0].refuses_phases = True
    loop.house = steady(-2_000)
    loop.live(100)
    loop.house = steady(-7_000)
    loop.live(3_600)

    tried = [write for write in writes((noted.outcome for noted in loop.noted), 2) if write.startswith("phases")]
    assert 1 <= len(tried) <= 2
    assert loop.offer_a(2) > 0


def test_one_phase_car() -> None:
    """A car measured on one phase of a three-phase offer is left on it: no more switching."""
    home = Sunny(limit_a=63)
    home.settings(tolerance=0)
    home.eco(one_phase=False, plugged=False, can_switch=True, desired_phases=3)
    home.obedient[2].wiring = (0,)
    home.pass_time(60, 6_000)
    home.plug(2)
    home.pass_time(1_800, 6_000)

    switches = [write for write in writes((noted.outcome for noted in home.noted), 2) if write.startswith("phases")]
    assert len(switches) <= 1
    assert home.line(2).startswith("16 A")


NORMAL = [  # rotation, house W per phase -> offer and phases after 20 minutes
    pytest.param(123, (500, 500, 500), (16, 3), id="room on all: three"),
    pytest.param(123, (500, 5_500, 500), (16, 1), id="B full: one phase on A"),
    pytest.param(231, (500, 5_500, 500), (0, 3), id="its first terminal is the full one: waits"),
    pytest.param(0, (500, 500, 500), (16, 3), id="wiring unknown: three"),
]


@pytest.mark.parametrize(("rotation", "house_w", "expected"), NORMAL)
def test_normal(rotation: int, house_w: tuple[int, int, int], expected: tuple[float, int]) -> None:
    """Normal charges on three phases, on one when a phase cannot give 6 A and the first can."""
    wiring = (1, 2, 0) if rotation == 231 else (0, 1, 2)
    loop = Loop(Post(2, can_switch=True, rotation=rotation, wiring=wiring), house=steady(*house_w))

    loop.live(1_200)

    assert loop.offer_a(2) == expected[0]
    if expected[0]:
        assert loop.state.chargers[2].point.phases == expected[1]


BACK = [  # spare mA per phase beside 6 A on phase A -> phases
    pytest.param([1_000, 7_000, 7_000], 3, id="7 A on each, its own 6 A included: three"),
    pytest.param([999, 7_000, 7_000], 1, id="1 mA less on its own phase"),
    pytest.param([1_000, 6_999, 7_000], 1, id="1 mA less on another"),
]


@pytest.mark.parametrize(("spare_ma", "phases"), BACK)
def test_normal_returns_to_three_with_1_a_to_spare(spare_ma: list[int], phases: int) -> None:
    """From one phase to three only where all of them have room for 6 A + 1 A."""
    home = Home()
    charger = home.charger(2, can_switch=True, plugged_in=True, power_on=True, desired_phases=1)
    home.store(SetPointDecided(2, True, 6_000, 1, 6_000, Issuer.NORMAL, Rule.NORMAL, ()))

    wish = normal(home.state, charger, Site(NO_SHARES, spare_ma, cycle=False))
    assert wish is not None
    assert wish.phases == phases


FROM_OFF = [  # spare mA per phase of a charger that was stopped on three -> phases
    pytest.param([6_000, 6_000, 6_000], 3, id="6 A on each: three"),
    pytest.param([6_000, 5_999, 6_000], 1, id="1 mA less on B, 6 A on its first: one"),
    pytest.param([5_999, 5_999, 6_000], 3, id="1 mA less on its first too: waits for three"),
]


@pytest.mark.parametrize(("spare_ma", "phases"), FROM_OFF)
def test_normal_starts_on_one_where_three_have_no_room(spare_ma: list[int], phases: int) -> None:
    """One phase if another cannot give 6 A and the first terminal's can; what is off gives no room back."""
    home = Home()
    charger = home.charger(2, can_switch=True, plugged_in=True, desired_phases=3)
    home.store(SetPointDecided(2, False, 0, 3, 0, Issuer.NORMAL, Rule.NORMAL, ()))

    wish = normal(home.state, charger, Site(NO_SHARES, spare_ma, cycle=False))
    assert wish is not None
    assert wish.phases == phases


def test_normal_without_limit() -> None:
    """Without a limit there is no full phase: three."""
    loop = Loop(Post(2, can_switch=True, rotation=123), house=steady(500, 9_000, 500), limit_a=0)

    loop.live(120)

    assert (loop.offer_a(2), loop.state.chargers[2].point.phases) == (16, 3)


def test_normal_after_a_full_phase() -> None:
    """When the phase is free again Normal returns to three, 7 minutes after the switch at the earliest."""
    loop = Loop(
        Post(2, can_switch=True, rotation=123, power_on=True, current_ma=16_000),
        house=lambda at_s: (500, 5_500 if 10 < at_s < 300 else 500, 500),
    )
    loop.live(300)
    assert loop.state.chargers[2].point.phases == 1
    loop.live(600)

    assert (loop.offer_a(2), loop.state.chargers[2].point.phases) == (16, 3)


@pytest.mark.parametrize("rotation", [pytest.param(123, id="wiring known"), pytest.param(0, id="wiring unknown")])
def test_normal_after_eco(rotation: int) -> None:
    """Eco on one phase, then Normal: three phases."""
    loop = Loop(Post(2, mode=Mode.ECO, can_switch=True, rotation=rotation), house=steady(-2_000))
    loop.live(300)
    assert loop.state.chargers[2].point.phases == 1

    loop.post(2).mode = Mode.NORMAL
    loop.change(2)
    loop.live(900)

    assert (loop.offer_a(2), loop.state.chargers[2].point.phases) == (16, 3)


def test_up_with_its_own_draw_on_the_phase() -> None:
    """What it draws on its one phase is room for its share of three."""
    loop = Loop(
        Post(2, mode=Mode.ECO, can_switch=True, rotation=123),
        house=lambda at_s: (900, 900, -4_800) if at_s < 60 else (900, 900, -9_000),
        limit_a=20,
    )
    loop.live(1_200)

    assert loop.state.chargers[2].point.phases == 3


def test_up_needs_room_on_all_phases() -> None:
    """A phase without 6 A to spare keeps it on one."""
    loop = Loop(
        Post(2, mode=Mode.ECO, can_switch=True, rotation=123),
        house=lambda at_s: (0, 0, -3_000) if at_s < 60 else (-9_000, 4_400, -4_000),
    )
    loop.live(1_200)

    assert (loop.offer_a(2), loop.state.chargers[2].point.phases) == (16, 1)


def test_no_room_no_writes() -> None:
    """A start that finds no room writes nothing at all, whatever it would like."""
    loop = Loop(Post(2, mode=Mode.ECO, can_switch=True, rotation=123), house=steady(5_700, 0, -20_000))
    loop.live(300)

    assert writes(noted.outcome for noted in loop.noted) == []
    assert not any(point.on for point in loop.all_of(SetPointDecided))


def test_timers_of_a_switch_end_with_the_charge() -> None:
    """A charge that ended for another reason begins the next one without time left over."""
    home = switcher(6_000)
    home.pass_time(60, 4_000)
    charger = home.state.chargers[2]
    assert charger.timers[Timer.PHASES_DOWN] is not None

    charger.point.on = False
    home.pass_time(10, 4_000)

    assert charger.timers[Timer.PHASES_DOWN] is None
