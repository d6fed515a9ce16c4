"""How much current surplus becomes (charging.md sections 4 and 7)."""

import pytest

from hems_actors.core.outcomes import ActionIntended
from tests.core.test_surplus import running

CURRENTS = [  # surplus W -> A, after the ramp
    pytest.param(1_380, "6 A 1p", id="the minimum"),
    pytest.param(1_609, "6 A 1p", id="1 W short of 7 A: rounded down"),
    pytest.param(1_610, "7 A 1p", id="exactly 7 A"),
    pytest.param(2_300, "10 A 1p", id="10 A"),
    pytest.param(9_000, "16 A 1p", id="the charger's maximum"),
]


@pytest.mark.parametrize("tolerance", [0.0, 0.5])
@pytest.mark.parametrize(("surplus_w", "expected"), CURRENTS)
def test_current(surplus_w: int, expected: str, tolerance: float) -> None:
    """Above the minimum: surplus / voltage, whole steps rounded down; tolerance works only at the minimum."""
    home = running(tolerance=tolerance)

    home.pass_time(300, surplus_w)

    assert home.stands() == expected


def test_changes_once_a_cycle() -> None:
    """Clouds within a minute move the set-point once a minute at most, beside the ramp."""
    home = running()
    home.pass_time(200, 2_300)
    before = len(home.noted)
    for _ in range(40):
        home.live_through([(10, 2_300), (5, 1_800)])

    changes = [noted for noted in home.noted[before:] if isinstance(noted.outcome, ActionIntended)]
    assert len(changes) <= 10


VOLTAGES = [  # measured dV on phase A -> current from 2400 W
    pytest.param(None, "10 A 1p", id="not measured: 230 V"),
    pytest.param(2_450, "9 A 1p", id="245 V"),
    pytest.param(0, "10 A 1p", id="implausible: 230 V"),
]


@pytest.mark.parametrize(("voltage_dv", "expected"), VOLTAGES)
def test_voltage(voltage_dv: int | None, expected: str) -> None:
    """Surplus becomes a current at the measured voltage, if it is plausible."""
    home = running()
    home.voltage_dv = voltage_dv

    home.pass_time(200, 2_400)

    assert home.stands() == expected
