"""Surplus: when a charge starts, stops and how much it takes (charging.md sections 4 and 7).

A row is a short day: stretches of (seconds, surplus in W without the car), then where the charger stands.
One-phase minimum at 6 A: 1380 W; tolerance 0 unless said: start at 1380, stop under 1242.
"""

import pytest

from hems_actors.core.enums import Timer
from tests.core.sunny import Sunny, Weather

DARK, START, STOP = -300, 1_380, 1_242

STARTS = [
    pytest.param([(600, START - 1)], False, id="1 W short: never"),
    pytest.param([(600, START)], True, id="exactly the threshold"),
    pytest.param([(59.9, 3_000)], False, id="59.9 s"),
    pytest.param([(90, 3_000)], True, id="held 60 s"),
    pytest.param([(50, 3_000), (5, -20_000), (60, 3_000)], False, id="one violating sample resets"),
]


@pytest.mark.parametrize(("weather", "expected"), STARTS)
def test_start(weather: Weather, *, expected: bool) -> None:
    """It starts at the minimum when the start threshold held for 60 s."""
    home = Sunny()
    home.settings(tolerance=0)
    home.eco()
    home.pass_time(40, DARK)

    home.live_through(weather)

    assert (home.stands() != "off") == expected


EXACTLY = [
    pytest.param(59.9, "off", id="59.9 s"),
    pytest.param(60, "6 A 1p", id="60 s"),
]


@pytest.mark.parametrize(("seconds", "expected"), EXACTLY)
def test_start_delay(seconds: float, expected: str) -> None:
    """The delay counts from the first sample that meets the threshold; exactly over counts."""
    home = Sunny()
    home.settings(tolerance=0)
    home.eco()
    home.pass_time(40, DARK)
    home.pass_time(40, START)
    since_ms = home.state.chargers[2].timers[Timer.SURPLUS_START]
    assert since_ms is not None
    home.pass_time(10, START)

    home.wait((since_ms - home.now_ms) / 1_000 + seconds)

    assert home.stands() == expected


PLUG_IN = [
    pytest.param(START, "6 A 1p", id="enough at plug-in: the delay counts as elapsed"),
    pytest.param(START - 1, "off", id="1 W short"),
]


@pytest.mark.parametrize(("surplus_w", "expected"), PLUG_IN)
def test_plug_in(surplus_w: int, expected: str) -> None:
    """At plug-in the start delay counts as elapsed."""
    home = Sunny()
    home.settings(tolerance=0)
    home.eco(plugged=False)
    home.pass_time(60, surplus_w)

    home.plug(2)

    assert home.stands() == expected


def running(**settings: float) -> Sunny:
    """Return a home whose car charges at 6 A on exactly the surplus it needs."""
    home = Sunny()
    home.settings(**({"tolerance": 0.0} | settings))
    home.eco(plugged=False)
    home.pass_time(60, START)
    home.plug(2)
    home.pass_time(60, START)
    assert home.stands() == "6 A 1p"
    return home


STOPS = [
    pytest.param([(600, STOP)], "6 A 1p", id="exactly the stop threshold: goes on"),
    pytest.param([(600, STOP - 1)], "off", id="1 W under it, long enough"),
    pytest.param([(170, 0)], "6 A 1p", id="170 s without sun"),
    pytest.param([(215, 0)], "off", id="without sun for 180 s"),
    pytest.param([(150, 0), (40, START), (150, 0)], "6 A 1p", id="sun between resets"),
    pytest.param([(150, 0), (10, 20_000), (170, 0)], "6 A 1p", id="one good mean resets"),
]


@pytest.mark.parametrize(("weather", "expected"), STOPS)
def test_stop(weather: Weather, expected: str) -> None:
    """It stops after the stop threshold was missed for 180 s."""
    home = running()

    home.live_through(weather)

    assert home.stands() == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [pytest.param(179.9, "6 A 1p", id="179.9 s"), pytest.param(180, "off", id="180 s")]
)
def test_stop_delay(seconds: float, expected: str) -> None:
    """The delay counts from the first sample that misses the threshold; exactly over counts."""
    home = running()
    home.pass_time(40, 0)
    since_ms = home.state.chargers[2].timers[Timer.SURPLUS_STOP]
    assert since_ms is not None
    home.pass_time(100, 0)

    home.wait((since_ms - home.now_ms) / 1_000 + seconds)

    assert home.stands() == expected


TOLERANCE = [  # tolerance, three phases, surplus W -> whether it starts, at which it stops
    pytest.param(0, True, 1_380, True, id="0: 1380 W on one phase"),
    pytest.param(0, True, 1_379, False, id="0: 1379 W"),
    pytest.param(0.5, True, 690, True, id="0.5: half of it"),
    pytest.param(0.5, True, 689, False, id="0.5: 1 W less"),
    pytest.param(1, True, -20_000, True, id="1: regardless"),
    pytest.param(0.999, True, 1, True, id="0.999: 1 W"),
    pytest.param(0, False, 4_140, True, id="0: 4140 W on three phases"),
    pytest.param(0, False, 4_139, False, id="0: 4139 W"),
    pytest.param(0.5, False, 2_070, True, id="0.5: half of it on three"),
    pytest.param(0.5, False, 2_069, False, id="0.5: 1 W less on three"),
]


@pytest.mark.parametrize(("tolerance", "one_phase", "surplus_w", "expected"), TOLERANCE)
def test_tolerance(tolerance: float, surplus_w: int, *, one_phase: bool, expected: bool) -> None:
    """Start threshold = (1 - tolerance) x the minimum power of the phases offered."""
    home = Sunny(limit_a=0)
    home.settings(tolerance=tolerance)
    home.eco(one_phase=one_phase, plugged=False)
    home.pass_time(60, surplus_w)

    home.plug(2)

    assert (home.stands() != "off") == expected


KEEPS = [  # tolerance, surplus W -> whether it goes on for 10 min
    pytest.param(0.5, 552, True, id="0.5: (0.5 - 0.1) x 1380 W"),
    pytest.param(0.5, 551, False, id="0.5: 1 W less"),
    pytest.param(1, -3_000, True, id="1: regardless"),
]


@pytest.mark.parametrize(("tolerance", "surplus_w", "expected"), KEEPS)
def test_stop_threshold(tolerance: float, surplus_w: int, *, expected: bool) -> None:
    """Stop threshold = start threshold - 0.1 x the minimum power."""
    home = running()
    home.settings(tolerance=tolerance)

    home.pass_time(600, surplus_w)

    assert (home.stands() != "off") == expected


WITHOUT_SAMPLES = [  # seconds without a reading between two dark stretches -> where it stands at the end
    pytest.param(85, "off", id="90 s since the last reading: the delay goes on"),
    pytest.param(86, "6 A 1p", id="91 s: it begins anew"),
]


@pytest.mark.parametrize(("seconds", "expected"), WITHOUT_SAMPLES)
def test_no_sample(seconds: float, expected: str) -> None:
    """No sample for more than 90 s resets the timers."""
    home = running()
    home.pass_time(60, 0)
    assert home.state.chargers[2].timers[Timer.SURPLUS_STOP] is not None

    home.wait(seconds)
    home.pass_time(100, 0)

    assert home.stands() == expected


def test_silence_keeps_a_charge() -> None:
    """Without a sample a running charge goes on; a lower maximum still counts."""
    home = running()
    home.pass_time(200, 3_000)
    assert home.stands() == "13 A 1p"
    home.wait(200)
    assert home.stands() == "13 A 1p"

    home.info(2, mode=1, max_ma=8_000)

    assert home.stands() == "8 A 1p"


def test_no_sample_no_start() -> None:
    """A car plugged in while nothing was read for 90 s waits."""
    home = Sunny()
    home.settings(tolerance=0)
    home.eco(plugged=False)
    home.pass_time(60, 5_000)
    home.wait(95)

    home.plug(2)

    assert home.stands() == "off"


def test_dark() -> None:
    """Eco without surplus stays off, however long."""
    home = Sunny()
    home.eco()

    home.pass_time(3_600, DARK, every_s=30)

    assert home.stands() == "off"
