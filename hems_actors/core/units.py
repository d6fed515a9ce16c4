"""Units, constants with their source, and integer conversions.

Sign, said once: positive = into the thing, or from the grid. Integers only; currents in mA, voltages
in dV (0.1 V), power in W, energy in Wh, instants in ms since the Unix epoch.
"""

from typing import Final

PHASES: Final = (0, 1, 2)  # grid phases A, B, C
MASK_ALL: Final = 0b111  # bit 0 = phase A, bit 1 = B, bit 2 = C

CURRENT_MA_MIN: Final = 6_000  # IEC 61851-1 signals no current below 6 A
CURRENT_MA_MAX: Final = 80_000  # IEC 61851-1
VOLTAGE_DV_NOMINAL: Final = 2_300
VOLTAGE_DV_PLAUSIBLE_MIN: Final = 1_800  # charging.md section 1
VOLTAGE_DV_PLAUSIBLE_MAX: Final = 2_600

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60_000
CACHED_MS: Final = 90 * SECOND_MS
"""After so long with the link up, what a server shows is no longer what it remembered (charging.md section 10)."""


def volts_dv(measured_dv: int | None) -> int:
    """Return the phase voltage to reckon with, in dV: the measured one if plausible, else 230 V."""
    if measured_dv is None or not VOLTAGE_DV_PLAUSIBLE_MIN <= measured_dv <= VOLTAGE_DV_PLAUSIBLE_MAX:
        return VOLTAGE_DV_NOMINAL
    return measured_dv


def current_ma_of(power_w: int, voltage_dv: int) -> int:
    """Return the signed current of *power_w* at *voltage_dv*, in mA, magnitude rounded up."""
    return -(-power_w * 10_000 // voltage_dv) if power_w >= 0 else power_w * 10_000 // voltage_dv


def power_w_of(current_ma: int, phases: int = 1, voltage_dv: int = VOLTAGE_DV_NOMINAL) -> int:
    """Return the power of *current_ma* on each of *phases*, in W, rounded down."""
    return current_ma * phases * voltage_dv // 10_000


def floor_to(value: int, step: int) -> int:
    """Return the largest multiple of *step* not above *value* (chargers refuse values off their grid)."""
    return value - value % step


def mask_phases(mask: int) -> tuple[int, ...]:
    """Return the phases of *mask* in the order A, B, C."""
    return tuple(phase for phase in PHASES if mask >> phase & 1)


def phase_count(mask: int) -> int:
    """Return how many phases *mask* holds."""
    return mask.bit_count()
