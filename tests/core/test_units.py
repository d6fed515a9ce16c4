"""Integer conversions: what is rounded, and to which side."""

import pytest

from hems_actors.core import units


@pytest.mark.parametrize(
    ("measured_dv", "used_dv"),
    [
        pytest.param(None, 2_300, id="not measured: 230 V"),
        pytest.param(1_799, 2_300, id="just under 180 V is not believed"),
        pytest.param(1_800, 1_800, id="180 V is"),
        pytest.param(2_600, 2_600, id="260 V is"),
        pytest.param(2_601, 2_300, id="just over 260 V is not"),
        pytest.param(0, 2_300, id="0 V is a broken sensor"),
    ],
)
def test_only_plausible_voltages_count(measured_dv: int | None, used_dv: int) -> None:
    """A voltage outside 180..260 V is replaced by 230 V."""
    assert units.volts_dv(measured_dv) == used_dv


@pytest.mark.parametrize(
    ("power_w", "voltage_dv", "current_ma"),
    [
        pytest.param(1_380, 2_300, 6_000, id="1380 W are 6 A"),
        pytest.param(1_381, 2_300, 6_005, id="a watt more is rounded up, never down"),
        pytest.param(-1_381, 2_300, -6_005, id="export: the magnitude is rounded up"),
        pytest.param(-1, 2_300, -5, id="1 W of export too"),
        pytest.param(0, 2_300, 0, id="nothing"),
        pytest.param(3_680, 2_000, 18_400, id="at 200 V it is more current"),
    ],
)
def test_current_of_power(power_w: int, voltage_dv: int, current_ma: int) -> None:
    """A fuse feels at least the current that is reckoned."""
    assert units.current_ma_of(power_w, voltage_dv) == current_ma


@pytest.mark.parametrize(
    ("current_ma", "phases", "power_w"),
    [
        pytest.param(6_000, 1, 1_380, id="1p 6 A"),
        pytest.param(6_000, 3, 4_140, id="3p 6 A"),
        pytest.param(16_000, 1, 3_680, id="1p 16 A"),
        pytest.param(16_000, 3, 11_040, id="3p 16 A"),
        pytest.param(32_000, 1, 7_360, id="1p 32 A"),
        pytest.param(1, 1, 0, id="rounded down"),
    ],
)
def test_power_of_current(current_ma: int, phases: int, power_w: int) -> None:
    """The powers every electrician knows (charging.md section 1)."""
    assert units.power_w_of(current_ma, phases) == power_w


@pytest.mark.parametrize(
    ("value", "step", "floor"),
    [
        pytest.param(6_999, 1_000, 6_000, id="6.999 A on whole amps"),
        pytest.param(7_000, 1_000, 7_000, id="just 7 A"),
        pytest.param(6_999, 100, 6_900, id="tenths"),
        pytest.param(6_999, 1, 6_999, id="thousandths"),
        pytest.param(-1, 1_000, -1_000, id="below 0, still downwards"),
    ],
)
def test_floor(value: int, step: int, floor: int) -> None:
    """Chargers refuse values off their grid: round down."""
    assert units.floor_to(value, step) == floor


@pytest.mark.parametrize(
    ("mask", "phases"),
    [
        pytest.param(0b000, (), id="none"),
        pytest.param(0b010, (1,), id="B"),
        pytest.param(0b101, (0, 2), id="A and C"),
        pytest.param(0b111, (0, 1, 2), id="all"),
    ],
)
def test_mask(mask: int, phases: tuple[int, ...]) -> None:
    """A mask's phases come in the order A, B, C."""
    assert units.mask_phases(mask) == phases
    assert units.phase_count(mask) == len(phases)
