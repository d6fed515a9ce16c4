"""Is the car finished, asleep, gone, or taking less than offered (charging.md sections 7 and 11)?"""

from typing import Any

import pytest

from hems_actors.core.enums import Alarm, CarPhase, Mode
from hems_actors.core.facts import LinkChanged, Tick
from hems_actors.core.outcomes import CarJudged
from tests.core.home import Home, of_kind, writes
from tests.core.obedient import Obedient

CAR = 5


def charging_home(takes_ma: int = 16_000, **fields: Any) -> Home:  # noqa: ANN401  of the charger
    """Return a home whose car has charged for 200 s, at most *takes_ma*."""
    home = Home()
    home.car(CAR, level_percent=70)
    home.charger(2, car=CAR, target_percent=100, obeys=Obedient(takes_ma=takes_ma), **fields)
    home.read()
    home.plug(2)
    home.run(200)
    return home


def takes(home: Home, takes_ma: int) -> None:
    """Let the car take *takes_ma* at most from now on."""
    home.obedient[2].takes_ma = takes_ma
    home.report(2)


def phase_of(home: Home) -> CarPhase:
    """Return where the car stands."""
    return CarPhase(home.state.chargers[2].session.car_phase)


@pytest.mark.parametrize(
    ("takes_ma", "seconds", "phase"),
    [
        pytest.param(999, 299.9, CarPhase.DRAWING, id="0.999 A for 4:59.9"),
        pytest.param(999, 300, CarPhase.FINISHED, id="0.999 A for 5:00: finished"),
        pytest.param(1_000, 900, CarPhase.DRAWING, id="1 A for ever: charges"),
    ],
)
def test_finished(takes_ma: int, seconds: float, phase: CarPhase) -> None:
    """Under 1 A for 5 min after having drawn is finished."""
    home = charging_home()
    takes(home, takes_ma)
    home.wait(seconds)

    assert phase_of(home) is phase


def test_one_gulp_starts_the_five_minutes_anew() -> None:
    """A car that draws in between is not finished."""
    home = charging_home()
    takes(home, 0)
    home.wait(290)
    takes(home, 2_000)
    takes(home, 0)
    home.wait(299)

    assert phase_of(home) is CarPhase.DRAWING


def finished_home() -> Home:
    """Return a home whose car is finished in Normal: its offer is held at the minimum."""
    home = charging_home()
    takes(home, 0)
    home.run(330)
    assert phase_of(home) is CarPhase.FINISHED
    assert home.line(2) == "6 A 3p normal/finished"
    return home


@pytest.mark.parametrize(
    ("takes_ma", "seconds", "phase"),
    [
        pytest.param(999, 300, CarPhase.FINISHED, id="0.999 A: still finished"),
        pytest.param(2_000, 59.9, CarPhase.FINISHED, id="2 A for 59.9 s"),
        pytest.param(2_000, 60, CarPhase.DRAWING, id="2 A for 60 s: charges again"),
    ],
)
def test_a_finished_car_that_draws_again(takes_ma: int, seconds: float, phase: CarPhase) -> None:
    """Left when it draws for 60 s: preheating is no charging."""
    home = finished_home()
    takes(home, takes_ma)
    home.wait(seconds)

    assert phase_of(home) is phase


@pytest.mark.parametrize(
    ("level_percent", "phase"),
    [
        pytest.param(None, CarPhase.FINISHED, id="level unknown"),
        pytest.param(68, CarPhase.FINISHED, id="two points less"),
        pytest.param(67, CarPhase.DRAWING, id="three points less"),
    ],
)
def test_a_finished_car_that_lost_charge(level_percent: int | None, phase: CarPhase) -> None:
    """Left at the level it finished at - 3."""
    home = finished_home()
    home.car(CAR, level_percent=level_percent)

    assert phase_of(home) is phase


def test_a_finished_car_of_unknown_level() -> None:
    """Without a level at the finish no level can end it."""
    home = charging_home()
    home.car(CAR)
    takes(home, 0)
    home.run(330)
    home.car(CAR, level_percent=10)

    assert phase_of(home) is CarPhase.FINISHED


def test_unplugging_ends_it() -> None:
    """The next car is another car."""
    home = finished_home()
    home.unplug(2)
    home.plug(2)

    assert phase_of(home) is CarPhase.IDLE


def sleeping_home(**fields: Any) -> Home:  # noqa: ANN401  of the charger
    """Return a home whose car was just offered power for the first time and draws nothing."""
    home = Home()
    home.charger(2, obeys=Obedient(takes_ma=0), **fields)
    home.read()
    home.plug(2)
    home.wait(1)
    home.tell(Tick(0))
    return home


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        pytest.param(119.9, [], id="119.9 s: patience"),
        pytest.param(120, ["power off"], id="120 s: off"),
        pytest.param(129.9, ["power off"], id="9.9 s later: still off"),
        pytest.param(130.1, ["power off", "power on"], id="10 s later: on again"),
    ],
)
def test_a_sleeper_is_nudged(seconds: float, found: list[str]) -> None:
    """Enabled for 120 s and never drew: off, and on again after 10 s."""
    assert writes(sleeping_home().wait(seconds)) == found


def test_two_nudges_then_an_alarm() -> None:
    """At most twice a plug-in, then the event `car does not take power`; it ends when it does, or leaves."""
    home = sleeping_home()
    found = home.run(600, 10)

    assert [CarPhase(judged.car_phase) for judged in of_kind(found, CarJudged)] == [
        CarPhase.NUDGED,
        CarPhase.NUDGED,
        CarPhase.REFUSES,
    ]
    assert (Alarm.CAR_TAKES_NO_POWER, 2) in home.state.alarms
    assert home.line(2).startswith("6 A")

    takes(home, 6_000)
    assert phase_of(home) is CarPhase.DRAWING
    home.tell(Tick(0))
    assert home.state.alarms == {}


def test_a_refuser_that_leaves_takes_its_alarm_along() -> None:
    """Unplugged, there is nothing to tell any more."""
    home = sleeping_home()
    home.run(600, 10)
    home.unplug(2)

    assert home.state.alarms == {}


def test_a_charger_that_tells_nothing_is_left_in_peace() -> None:
    """Neither meter nor `charging`: nobody can say that the car does not draw."""
    home = sleeping_home()
    home.obedient[2].measures = False
    home.report(2, a_ma=None, b_ma=None, c_ma=None)

    assert of_kind(home.wait(3_600), CarJudged) == []


@pytest.mark.parametrize(
    ("seconds", "gone"), [pytest.param(599.9, False, id="9:59.9"), pytest.param(600, True, id="10:00: a new plug-in")]
)
def test_a_charger_that_does_not_know_plugs(seconds: float, gone: bool) -> None:
    """`pluggedIn` absent: the plug-in ends after 10 min under 1 A with power on."""
    home = Home()
    home.charger(2, plugged_in=None, a_ma=0, b_ma=0, c_ma=0)
    home.amps(1)
    home.settle(2, draw_a=6)
    home.wait(30)
    home.draw(2, 0)
    found = home.wait(seconds)

    assert (CarPhase.IDLE in [judged.car_phase for judged in of_kind(found, CarJudged)]) is gone
    assert home.state.chargers[2].session.drew is not gone


def test_no_car_is_judged_without_a_link() -> None:
    """While the link is lost a car that never drew is neither nudged nor called a refuser."""
    home = Home()
    home.charger(2, a_ma=0, b_ma=0, c_ma=0)
    home.amps(1)
    home.plug(2)
    home.settle(2, draw_a=0)
    home.tell(LinkChanged(0, up=False))

    assert of_kind(home.wait(600), CarJudged) == []
    assert (Alarm.CAR_TAKES_NO_POWER, 2) not in home.state.alarms


def test_eco_switches_a_finished_car_off() -> None:
    """A car that finished on surplus is off after 5 min and the stop delay."""
    home = Home()
    home.charger(2, mode=Mode.ECO, obeys=Obedient())
    home.house_ma = (-20_000, -20_000, -20_000)
    home.read()
    home.plug(2)
    home.run(100)
    home.obedient[2].takes_ma = 0
    home.report(2)
    home.run(5 * 60 + 3 * 60 + 60)

    assert home.line(2).startswith("off")
