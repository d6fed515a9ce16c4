"""Several chargers on one surplus: order, displacement, sharing (charging.md section 7). Tolerance 0, 6 A = 1380 W."""

import pytest

from hems_actors.core.enums import Alarm
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.rules import Rule
from tests.core.home import START_MS
from tests.core.sunny import Sunny


def pair(*priorities: int, plugged: tuple[int, ...] = ()) -> Sunny:
    """Return a home with one-phase Eco chargers 2, 3, ... of *priorities*; *plugged* in the dark."""
    home = Sunny(limit_a=63)
    home.settings(tolerance=0)
    for source, priority in enumerate(priorities, 2):
        home.eco(source, plugged=False, priority=priority)
    home.pass_time(60, -300)
    for source in plugged:
        home.plug(source)
    return home


def stand(home: Sunny) -> list[str]:
    """Return where all chargers stand."""
    return [home.stands(source).removesuffix(" 1p") for source in home.state.chargers]


SHARED = [  # priorities, surplus W -> after ten minutes
    pytest.param((0, 0), 1_400, ["6 A", "off"], id="enough for one"),
    pytest.param((0, 0), 2_760, ["6 A", "6 A"], id="enough for two"),
    pytest.param((0, 0), 2_759, ["11 A", "off"], id="1 W short for two: one has it all"),
    pytest.param((0, 0), 4_600, ["10 A", "10 A"], id="equal priority: equal shares"),
    pytest.param((0, 1), 4_600, ["6 A", "14 A"], id="the rest to the higher priority"),
    pytest.param((1, 0), 4_600, ["14 A", "6 A"], id="whichever it is"),
    pytest.param((0, 1), 6_000, ["10 A", "16 A"], id="what the higher cannot use is passed on"),
    pytest.param((0, 0, 0), 4_200, ["6 A", "6 A", "6 A"], id="three at the minimum"),
    pytest.param((0, 0, 0), 4_142, ["6 A", "6 A", "6 A"], id="three, and 2 W left: too little to share"),
    pytest.param((0, 1, 0), 5_980, ["6 A", "14 A", "6 A"], id="three: the rest to the higher"),
]


@pytest.mark.parametrize(("priorities", "surplus_w", "expected"), SHARED)
def test_shares(priorities: tuple[int, ...], surplus_w: int, expected: list[str]) -> None:
    """Minimum for all that qualify in priority order, then the rest to the higher priority, then equal shares."""
    home = pair(*priorities, plugged=tuple(range(2, 2 + len(priorities))))

    home.pass_time(900, surplus_w)

    assert stand(home) == expected


def test_one_surplus_starts_one_charger() -> None:
    """Two cars wait for the same 1400 W: one starts, the other never does."""
    home = pair(0, 0, plugged=(2, 3))

    home.pass_time(600, 1_400)

    offered = {noted.outcome for noted in home.noted if getattr(noted.outcome, "on", False)}
    assert {getattr(point, "source", None) for point in offered} == {2}


def test_the_next_waits_for_a_reading() -> None:
    """With sun for two the second starts with a complete reading 10 s or more after the first."""
    home = pair(0, 0, plugged=(2, 3))

    home.pass_time(300, 3_000)

    started_s = [
        (noted.at_ms - START_MS) / 1_000
        for noted in home.noted
        if getattr(noted.outcome, "what", 0) == 1 and getattr(noted.outcome, "value", 0) == 1
    ]
    assert len(started_s) == 2
    assert 10 <= started_s[1] - started_s[0] < 20


def test_a_reading_10_s_later_starts_the_next() -> None:
    """Exactly 10 s after the first one started is late enough."""
    home = pair(0, 0, plugged=(2, 3))
    home.pass_time(300, 3_000, every_s=10)

    points = [(noted.at_ms, noted.outcome) for noted in home.noted if isinstance(noted.outcome, SetPointDecided)]
    first_ms, second_ms = (
        next(at_ms for at_ms, point in points if point.source == source and point.on) for source in (2, 3)
    )
    assert second_ms - first_ms == 10_000


DISPLACED = [  # priority of the newcomer, surplus W -> old one, newcomer two minutes after it is plugged in
    pytest.param(1, 1_400, ["off", "6 A"], id="a higher priority displaces without the stop delay"),
    pytest.param(0, 1_400, ["6 A", "off"], id="equal: who holds keeps"),
    pytest.param(-1, 1_400, ["6 A", "off"], id="a lower one waits"),
    pytest.param(1, 3_000, ["6 A", "7 A"], id="enough for both"),
]


@pytest.mark.parametrize(("priority", "surplus_w", "expected"), DISPLACED)
def test_displacement(priority: int, surplus_w: int, expected: list[str]) -> None:
    """A higher priority counts lower ones' use as available; the displaced one stops at once."""
    home = pair(0, priority, plugged=(2,))
    home.pass_time(600, surplus_w)

    home.plug(3)
    home.pass_time(120, surplus_w)

    assert stand(home) == expected


def test_displaced_says_so() -> None:
    """The reason of the stop is the higher priority."""
    home = pair(0, 1, plugged=(2,))
    home.pass_time(300, 1_400)
    home.plug(3)
    home.pass_time(120, 1_400)

    assert Rule.DISPLACED in [point.rule for point in home.all_of(SetPointDecided, 2)]


def test_a_higher_priority_displaces_within_the_cycle() -> None:
    """After a dark minute the sun is enough for the lower one alone: it makes way with the next reading."""
    home = pair(0, plugged=(2,))
    home.eco(3, one_phase=False, priority=1)
    home.pass_time(600, 7_000, every_s=30)
    assert stand(home) == ["6 A", "8 A 3p"]
    home.pass_time(60, 500, every_s=30)
    assert stand(home) == ["6 A", "6 A 3p"]
    home.wait(1)

    home.pass_time(30, 2_000, every_s=30)

    assert home.line(2).startswith("off unknown/displaced")


def test_unused_share_is_passed_on() -> None:
    """A car that takes 7 A of more for a minute keeps 8 A; the other has the rest."""
    home = pair(1, 0, plugged=(2, 3))
    home.obedient[2].takes_ma = 7_000

    home.pass_time(900, 5_000)

    assert stand(home) == ["8 A", "13 A"]
    assert (Alarm.METER_SUSPECT, 0) not in home.state.alarms


def test_a_finished_car_releases_its_share() -> None:
    """A car that stopped drawing for 5 min is off after the stop delay; the other one has it all."""
    home = pair(1, 0, plugged=(2, 3))
    home.pass_time(600, 4_600)
    assert stand(home) == ["14 A", "6 A"]
    home.obedient[2].takes_ma = 0
    home.report(2)

    home.pass_time(360, 4_600)
    assert stand(home) == ["6 A", "16 A"]
    home.pass_time(200, 4_600)

    assert stand(home) == ["off", "16 A"]


UNDERUSED = [  # what the car takes of 16 A in Normal -> offer two minutes later
    pytest.param(14_000, "16 A", id="2 A less: as offered"),
    pytest.param(13_999, "15 A", id="more than 2 A less: draw + 1 step"),
    pytest.param(8_000, "9 A", id="half: draw + 1 step"),
    pytest.param(3_000, "6 A", id="not below the minimum"),
]


@pytest.mark.parametrize(("takes_ma", "expected"), UNDERUSED)
def test_underuse(takes_ma: int, expected: str) -> None:
    """An offer more than 2 A above the draw for 60 s is lowered to the draw, rounded up, and a step."""
    home = pair(0, plugged=(2,))
    home.pass_time(300, 9_000)
    assert stand(home) == ["16 A"]
    home.obedient[2].takes_ma = takes_ma
    home.report(2)

    home.pass_time(120, 9_000)

    assert stand(home) == [expected]


def test_mode_change_without_off() -> None:
    """From Normal to Eco with enough sun for its draw: it goes on without an off."""
    home = pair(0, plugged=())
    home.info(2, max_ma=6_000)
    home.plug(2)
    home.pass_time(120, 3_000)
    assert home.line(2).startswith("6 A 1p normal")
    before = len(home.noted)

    home.info(2, mode=1)
    home.pass_time(300, 3_000)

    assert all(getattr(noted.outcome, "on", True) for noted in home.noted[before:])
    assert stand(home) == ["13 A"]
