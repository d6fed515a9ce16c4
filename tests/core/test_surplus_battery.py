"""Surplus beside a home battery: who has the sun first (charging.md section 4).

One-phase minimum 1380 W, tolerance 0.
"""

import pytest

from hems_actors.core import facts
from tests.core.sunny import Sunny

BATTERY = 9


def home_at(level_percent: int | None, *, considered: float = 0.9) -> Sunny:
    """Return a home with a battery at *level_percent* and an Eco charger without a car."""
    home = Sunny()
    home.tell(facts.BatteryConfigured(BATTERY, 0))
    home.settings(tolerance=0, battery_level=considered)
    home.eco(plugged=False)
    report(home, 0, level_percent)
    return home


def report(home: Sunny, power_w: int, level_percent: int | None) -> None:
    """Let the battery say what it does (+ charging)."""
    home.tell(facts.BatteryReported(BATTERY, power_w, level_percent))


STARTS = [  # level, considered, export W, battery W -> starts at plug-in
    pytest.param(90, 0.9, 0, 1_380, True, id="at the level: what charges it is surplus"),
    pytest.param(90, 0.9, 0, 1_379, False, id="at the level: 1 W short"),
    pytest.param(89, 0.9, 0, 5_000, False, id="below the level: what charges it is its own"),
    pytest.param(89, 0.9, 1_480, 5_000, True, id="below the level: export, less 100 W"),
    pytest.param(89, 0.9, 1_479, 5_000, False, id="below the level: 1 W less"),
    pytest.param(95, 0.9, 2_380, -1_000, True, id="above: discharge counts as import"),
    pytest.param(95, 0.9, 2_379, -1_000, False, id="above: 1 W less"),
    pytest.param(50, 0.9, 2_480, -1_000, True, id="below: discharge counts as import, less 100 W"),
    pytest.param(50, 0.9, 2_479, -1_000, False, id="below: 1 W less"),
    pytest.param(None, 0.9, 0, 5_000, False, id="level unknown: as below"),
    pytest.param(None, 0.9, 1_480, 5_000, True, id="level unknown: export, less 100 W"),
    pytest.param(0, 0, 0, 1_380, True, id="considered 0: the car always first"),
    pytest.param(None, 0, 0, 1_380, True, id="considered 0, level unknown"),
    pytest.param(99, 1, 0, 5_000, False, id="considered 1: the battery first up to 100 %"),
    pytest.param(100, 1, 0, 1_380, True, id="considered 1, full"),
]


@pytest.mark.parametrize(("level_percent", "considered", "export_w", "battery_w", "expected"), STARTS)
def test_start(level_percent: int | None, considered: float, export_w: int, battery_w: int, *, expected: bool) -> None:
    """What the battery takes is surplus at or above the considered level; what it gives never is."""
    home = home_at(level_percent, considered=considered)
    for _ in range(8):
        report(home, battery_w, level_percent)
        home.shine(export_w)
        home.wait(5)

    home.plug(2)

    assert (home.stands() != "off") == expected


HYSTERESIS = [  # levels one after the other -> whether what charges it is surplus
    pytest.param([90, 86], True, id="4 points below: still"),
    pytest.param([90, 85], True, id="5 points below: still"),
    pytest.param([90, 84], False, id="6 points below: no more"),
    pytest.param([90, 84, 86], False, id="once below, 4 points below is not enough"),
    pytest.param([90, 84, 90], True, id="and at the level again"),
    pytest.param([90, None], False, id="level lost"),
]


@pytest.mark.parametrize(("levels", "expected"), HYSTERESIS)
def test_hysteresis(levels: list[int | None], *, expected: bool) -> None:
    """Charging power is surplus at or above the level and stays so until 5 points below it."""
    home = home_at(50)
    for level_percent in levels:
        report(home, 2_000, level_percent)
    for _ in range(8):
        home.shine(0)
        home.wait(5)

    home.plug(2)

    assert (home.stands() != "off") == expected


def test_evening() -> None:
    """A battery at 95 % in the evening: the car does not drain it."""
    home = home_at(95)
    home.eco()
    home.pass_time(60, 3_000)
    home.plug(2)
    home.pass_time(300, 3_000)
    assert home.stands() == "13 A 1p"

    for _ in range(60):
        report(home, -2_990, 95)
        home.shine(2_990)
        home.wait(5)

    assert home.stands() == "off"


def test_settings_move_the_level() -> None:
    """A level lowered by the user counts at once."""
    home = home_at(60)
    report(home, 2_000, 60)
    home.settings(tolerance=0, battery_level=0.6)
    for _ in range(8):
        home.shine(0)
        home.wait(5)

    home.plug(2)

    assert home.stands() == "6 A 1p"
