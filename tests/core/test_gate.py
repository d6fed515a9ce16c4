"""The gate: why a charger may not charge at all, whoever asks (charging.md sections 5, 8, 11)."""

import pytest

from hems_actors.core.enums import Mode
from hems_actors.core.gate import barred, is_barred
from hems_actors.core.rules import Rule
from tests.core.home import Home

CAR = 5


def eco_home(level_percent: int | None = None, *, plugged_in: bool | None = None) -> Home:
    """Return a home with a car plugged in to an Eco charger, and a lot of surplus."""
    home = Home()
    home.car(CAR, level_percent=level_percent, plugged_in=plugged_in)
    home.charger(2, mode=Mode.ECO, car=CAR)
    home.amps(-20, -20, -20)
    home.plug(2)
    return home


def rule_of(home: Home) -> Rule | None:
    """Return the rule that bars charger 2."""
    verdict = barred(home.state, home.state.chargers[2])
    return None if verdict is None else verdict[0]


@pytest.mark.parametrize(
    ("level_percent", "plugged_in", "rule"),
    [
        pytest.param(79, None, None, id="79 of 80 %: charges"),
        pytest.param(80, None, Rule.TARGET_REACHED, id="80 %: stops"),
        pytest.param(None, None, None, id="level unknown: never stops a car"),
        pytest.param(80, True, Rule.TARGET_REACHED, id="80 %, the car says plugged in"),
        pytest.param(80, False, None, id="80 %, but the assigned car is not here"),
    ],
)
def test_target(level_percent: int | None, plugged_in: bool | None, rule: Rule | None) -> None:
    """A known level at the target stops every mode but Normal."""
    home = eco_home(level_percent, plugged_in=plugged_in)

    assert rule_of(home) == rule
    assert is_barred(home.state, home.state.chargers[2]) == (rule is not None)
    home.info(2, mode=Mode.NORMAL, car=CAR)
    assert rule_of(home) is None


@pytest.mark.parametrize(
    ("level_percent", "rule"),
    [
        pytest.param(78, Rule.TARGET_REACHED, id="78 %: still full"),
        pytest.param(77, None, id="77 %: resumes"),
    ],
)
def test_a_full_car_resumes_three_points_below(level_percent: int, rule: Rule | None) -> None:
    """Hysteresis: target - 3."""
    home = eco_home(79)
    home.car(CAR, level_percent=80)
    home.car(CAR, level_percent=level_percent)

    assert rule_of(home) == rule


def test_unplugged_before_all_else() -> None:
    """Without a car nothing else is asked."""
    home = eco_home(80)
    home.unplug(2)

    assert rule_of(home) is Rule.UNPLUGGED
    assert not is_barred(home.state, home.state.chargers[2])


def test_switched_off_by_hand() -> None:
    """What the user switched off stays off, in Normal too, until new settings."""
    home = Home()
    home.charger(2, plugged_in=True, power_on=True)
    home.report(2, power_on=False)
    assert rule_of(home) is Rule.USER_WISH

    home.info(2)
    assert rule_of(home) is None


@pytest.mark.parametrize(
    ("max_ma", "rule"),
    [pytest.param(6_000, None, id="6 A left"), pytest.param(5_999, Rule.BOUNDS_CROSS, id="5.999 A: not possible")],
)
def test_crossed_bounds(max_ma: int, rule: Rule | None) -> None:
    """Effective minimum > effective maximum = 0."""
    home = Home()
    home.charger(2, plugged_in=True, max_ma=max_ma)

    assert rule_of(home) == rule
