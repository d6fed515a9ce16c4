"""What of a wish lost readings, a lost link, a person and the end of the daemon leave (charging.md 5, 10, 11)."""

from typing import Any

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Mode, OnExit
from hems_actors.core.outcomes import SetPointDecided
from tests.core.closed_loop import Loop, Post, steady
from tests.core.home import METER, Home, writes
from tests.core.scenes import Charging, offers_a, place, scene, show
from tests.core.sunny import Sunny


def lose_meter(home: Home) -> None:
    """The root meter is no longer reached."""
    home.tell(facts.ThingConnected(METER, connected=False))


LOST = [  # charging, seconds since the meter was lost -> where it stands
    pytest.param(Charging(), 89.9, "16 A 3p normal", id="89.9 s: hold"),
    pytest.param(Charging(), 90, "6 A 3p failsafe", id="90 s: the safe current"),
    pytest.param(Charging(safe_a=8), 90, "8 A 3p failsafe", id="a safe current of 8 A"),
    pytest.param(Charging(safe_a=8.5), 90, "8 A 3p failsafe", id="off the step grid: rounded down"),
    pytest.param(Charging(safe_a=20), 90, "16 A 3p failsafe", id="never more than it had"),
    pytest.param(Charging(min_a=8), 90, "off failsafe", id="safe current under the effective minimum: 0"),
    pytest.param(Charging(offer_a=0, draw_a=0, top_a=16, plugged=False), 90, "off unknown", id="off stays off"),
]


@pytest.mark.parametrize(("charging", "seconds", "expected"), LOST)
def test_meter_lost(charging: Charging, seconds: float, expected: str) -> None:
    """A lost meter: 90 s hold, then the safe current."""
    home = scene(charging)
    lose_meter(home)

    home.wait(seconds)

    assert home.line(2).startswith(expected)


def test_nothing_is_raised_or_started_while_held() -> None:
    """In the 90 s nobody starts and nobody is raised, and reductions still happen."""
    home = scene(Charging(2, 10), Charging(3, 0, draw_a=0, plugged=False, top_a=16))
    lose_meter(home)
    home.info(2, max_ma=16_000)
    home.plug(3)
    show(home, Charging(2, 10), house_a=(1, 1, 1))
    home.wait(30)
    assert offers_a(home) == [10, 0]

    home.info(2, max_ma=8_000)

    assert offers_a(home) == [8, 0]


def test_eco_is_held_then_safe_then_goes_on() -> None:
    """A surplus charge is neither stopped nor restarted by a lost meter."""
    home = Sunny()
    home.settings(tolerance=0)
    home.eco(plugged=False)
    home.pass_time(60, 3_000)
    home.plug(2)
    home.pass_time(200, 3_000)
    assert home.stands() == "13 A 1p"
    before = len(home.noted)
    lose_meter(home)
    home.wait(60)
    assert home.stands() == "13 A 1p"
    home.wait(300)
    assert home.line(2) == "6 A 1p failsafe/failsafe"

    home.tell(facts.ThingConnected(METER, connected=True))
    home.pass_time(300, 3_000)

    assert home.stands() == "13 A 1p"
    assert not {"power off", "power on"} & set(writes((noted.outcome for noted in home.noted[before:]), 2))


NO_METER = [  # mode, limit A, setting -> where it stands at a plug-in, a minute later
    pytest.param(Mode.NORMAL, 25, "6 A 3p failsafe", id="a limit: at most the safe current"),
    pytest.param(Mode.NORMAL, 0, "16 A 3p normal", id="no limit: Normal works"),
    pytest.param(Mode.NORMAL, 5, "off", id="a limit under 6 A: 0"),
    pytest.param(Mode.ECO, 0, "off", id="no surplus without a meter"),
    pytest.param(Mode.ECO, 25, "off", id="no surplus without a meter, with a limit"),
]


@pytest.mark.parametrize(("mode", "limit_a", "expected"), NO_METER)
def test_home_without_meter(mode: Mode, limit_a: int, expected: str) -> None:
    """No root meter: surplus never, Normal in full without a limit, else at the safe current."""
    home = Home(limit_a=limit_a, meter=0)
    home.charger(2, mode=mode, max_ma=16_000, phase_count=3)
    home.plug(2)
    home.wait(61)
    home.settle(2)
    home.wait(61)

    assert home.line(2).startswith(expected)
    assert home.report_of(2).power_on is not expected.startswith("off")


CACHED = [  # seconds since the link came back, meter changed -> started
    pytest.param(89.9, False, False, id="89.9 s"),
    pytest.param(90, False, True, id="90 s"),
    pytest.param(1, True, True, id="the meter changed"),
]


@pytest.mark.parametrize(("seconds", "changed", "expected"), CACHED)
def test_readings_are_cached_after_reconnect(seconds: float, *, changed: bool, expected: bool) -> None:
    """After a reconnection nothing starts until the meter changed once or 90 s passed."""
    home = scene(Charging(2, 0, draw_a=0, plugged=False, top_a=16))
    home.tell(facts.LinkChanged(0, up=False), facts.LinkChanged(0, up=True))
    show(home, house_a=(1, 1, 1))
    home.plug(2)
    assert offers_a(home) == [0]

    home.wait(seconds)
    if changed:
        show(home, house_a=(1.1, 1, 1))

    assert (offers_a(home) == [6]) == expected


def test_nothing_is_stopped_on_cached_readings() -> None:
    """What an Eco charger is found doing in the dark is stopped only once the meter is proved fresh."""
    home = Sunny()
    home.eco()
    home.pass_time(30, -300)
    home.tell(facts.LinkChanged(0, up=False))
    home.report(2, power_on=True)
    home.tell(facts.LinkChanged(0, up=True))
    home.wait(61)
    assert home.stands() != "off"

    home.pass_time(130, -300)

    assert home.stands() == "off"


def test_reductions_first_after_reconnect() -> None:
    """A cached reading over the limit cuts at once."""
    home = scene(Charging())
    home.tell(facts.LinkChanged(0, up=False), facts.LinkChanged(0, up=True))

    show(home, Charging(), house_a=(12, 1, 1))

    assert offers_a(home) == [13]


def test_no_control_decides_nothing() -> None:
    """Without a link nothing is decided; a reading over the limit cannot be acted on."""
    home = scene(Charging())
    home.tell(facts.LinkChanged(0, up=False))

    show(home, Charging(), house_a=(40, 1, 1))

    assert offers_a(home) == [16]


EXITS = [  # on_exit, charging -> where it stands
    pytest.param(OnExit.KEEP, Charging(), "16 A 3p", id="keep"),
    pytest.param(OnExit.SAFE, Charging(), "6 A 3p", id="safe"),
    pytest.param(OnExit.SAFE, Charging(safe_a=6.5), "6 A 3p", id="safe, off the step grid: rounded down"),
    pytest.param(OnExit.SAFE, Charging(offer_a=6, safe_a=8), "6 A 3p", id="safe: never more than it had"),
    pytest.param(OnExit.SAFE, Charging(min_a=8), "off", id="safe, under the effective minimum"),
    pytest.param(OnExit.STOP, Charging(), "off", id="stop"),
    pytest.param(OnExit.SAFE, Charging(offer_a=0, draw_a=0, plugged=False), "off", id="never switches on"),
]


@pytest.mark.parametrize(("on_exit", "charging", "expected"), EXITS)
def test_exit(on_exit: OnExit, charging: Charging, expected: str) -> None:
    """The end of the daemon leaves what `on_exit` says, and never switches a charger on."""
    home = scene(charging, on_exit=on_exit)

    home.tell(facts.ExitRequested(0))
    home.plug(2)

    assert home.line(2).startswith(expected)


@pytest.mark.parametrize(
    ("on_exit", "left_ma"), [pytest.param(OnExit.SAFE, 6_000, id="safe"), pytest.param(OnExit.STOP, 0, id="stop")]
)
def test_exit_says_what_it_leaves(on_exit: OnExit, left_ma: int) -> None:
    """The operand is the current the charger is left at."""
    home = scene(Charging(), on_exit=on_exit)

    home.tell(facts.ExitRequested(0))

    assert home.all_of(SetPointDecided, 2)[-1].operands[0] == left_ma


ADOPTED: list[Any] = [  # mode, surplus W, what the person did -> where it stands at once, and after the next cycle
    pytest.param(Mode.ECO, -300, {"power_on": True, "current_ma": 10_000}, "10 A", "off", id="on in Eco, no sun"),
    pytest.param(Mode.ECO, 3_000, {"power_on": True, "current_ma": 10_000}, "6 A", "13 A", id="on in Eco, sun"),
]


@pytest.mark.parametrize(("mode", "surplus_w", "done", "at_once", "later"), ADOPTED)
def test_adopted(mode: Mode, surplus_w: int, done: dict[str, Any], at_once: str, later: str) -> None:
    """What a person switches on is adopted, and returned to the computed value at the next cycle in Eco."""
    home = Sunny()
    home.settings(tolerance=0)
    home.eco(mode=mode)
    home.pass_time(30, surplus_w)
    home.report(2, **done)
    assert home.stands().startswith(at_once)

    home.pass_time(160, surplus_w)

    assert home.stands().startswith(later)


def test_adopted_within_the_limit() -> None:
    """What a person switches on beside a full house is cut back to what fits, at once."""
    home = scene(Charging(2, 6, top_a=6), house_a=(10, 1, 1))
    home.info(2, max_ma=6_000)
    home.report(2, power_on=False)
    home.draw(2, 0)
    show(home, house_a=(10, 1, 1))
    home.info(2, max_ma=32_000)

    home.report(2, power_on=True, current_ma=32_000)

    assert offers_a(home)[0] <= 15


def test_adopted_under_its_minimum() -> None:
    """A charger found at less than its effective minimum is off, not at something between."""
    home = Home()
    place(home, Charging(2, 7, min_a=8, top_a=16))
    show(home, Charging(2, 7), house_a=(1, 1, 1))
    assert not 0 < offers_a(home)[0] < 8
    home.wait(61)
    show(home, Charging(2, 7), house_a=(1, 1, 1))

    assert not 0 < offers_a(home)[0] < 8


def test_disconnected_is_left_as_it_is() -> None:
    """A charger that is not reachable keeps its set-point; nothing is written to it."""
    home = scene(Charging())
    home.report(2, connected=False)
    before = len(home.noted)
    home.info(2, max_ma=8_000)
    home.wait(130)

    assert offers_a(home) == [16]
    assert writes(noted.outcome for noted in home.noted[before:]) == []


def test_limit_of_five_amps() -> None:
    """A limit under 6 A means 0, never 6."""
    loop = Loop(Post(2), house=steady(0), limit_a=5)
    loop.live(120)

    assert loop.offer_a(2) == 0
