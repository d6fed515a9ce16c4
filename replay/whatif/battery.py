"""The home battery of a record as the plant has it: capacity and losses by how its level followed its power."""

from itertools import pairwise
from math import sqrt
from typing import Final, NamedTuple

from hems_actors.core.units import PHASES
from hems_actors.sim.plant.battery import DEADBAND_W, Battery
from hems_actors.sim.plant.house import shared_by
from replay.whatif.record import Record

HOUR_MS: Final = 3_600_000
_EFFICIENCY: Final = 0.95
_CAPACITY_WH: Final = 10_000.0
_STEPS_MIN: Final = 8
_SWING_PERCENT: Final = 15.0
"""The level has to move so far up, and so far down, to tell losses from capacity."""
_EFFICIENCY_MIN: Final = 0.7
_HALF: Final = 0.5
_FULL: Final = 100.0
_EMPTY_PERCENT: Final = 5.0
_EMPTY_MS: Final = 60_000


class Known(NamedTuple):
    """The true level (%) at an instant, and what was charged and discharged until then (Wh, at its terminals)."""

    percent: float
    charged_wh: float
    discharged_wh: float


def battery_phases(record: Record, phases: int) -> tuple[int, ...]:
    """Return the phases that the home battery feeds: as configured, else all."""
    if phases == 1:
        return (0,)
    mask = record.state.battery.phases_mask
    return tuple(phase for phase in PHASES if mask >> phase & 1) or PHASES


def battery_of(record: Record, phases: tuple[int, ...]) -> tuple[Battery | None, list[str]]:
    """Return the home battery of *record*, None without one, and what was assumed of it."""
    if not record.battery:
        return None, []
    assumed = []
    powers_w = [report.power_w for _, report in record.battery]
    known, swing_wh = _known(record)
    fitted = _fit(known)
    capacity_wh, efficiency = fitted if fitted is not None else (max(_CAPACITY_WH, swing_wh / 0.9), _EFFICIENCY)
    if fitted is None:
        assumed.append(f"the home battery holds {capacity_wh / 1_000:.1f} kWh: its level does not tell")
    level = _first_level(record, known, capacity_wh, efficiency)
    lowest = _lowest(record, level, capacity_wh, efficiency)
    battery = Battery(
        capacity_wh,
        capacity_wh * level / _FULL,
        float(max(0, *powers_w)),
        float(max(0, *(-power_w for power_w in powers_w))),
        shared_by(phases),
        efficiency,
        min_wh=capacity_wh * lowest / _FULL,
        shows_level=record.battery[-1][1].level_percent is not None,
        power_w=float(powers_w[0]),
    )
    assumed.append(
        f"the home battery: {capacity_wh / 1_000:.2f} kWh, {efficiency:.0%} each way, charges with at most "
        f"{battery.max_charge_w:.0f} W and gives at most {battery.max_discharge_w:.0f} W, down to {lowest:.0f} %"
    )
    return battery, assumed


def _known(record: Record) -> tuple[list[Known], float]:
    """Return each instant at which the true level is known, since the shown one stepped; and the energy's swing."""
    known: list[Known] = []
    charged_wh = discharged_wh = 0.0
    lowest_wh = highest_wh = 0.0
    for (at_ms, before), (next_ms, after) in pairwise(record.battery):
        energy_wh = before.power_w * (next_ms - at_ms) / HOUR_MS
        charged_wh += max(0.0, energy_wh)
        discharged_wh += max(0.0, -energy_wh)
        lowest_wh = min(lowest_wh, charged_wh - discharged_wh)
        highest_wh = max(highest_wh, charged_wh - discharged_wh)
        if before.level_percent is None or after.level_percent is None:
            continue
        step = after.level_percent - before.level_percent
        if abs(step) == 1:
            percent = float(after.level_percent if step > 0 else before.level_percent)
            known.append(Known(percent, charged_wh, discharged_wh))
    return known, highest_wh - lowest_wh


def _fit(known: list[Known]) -> tuple[float, float] | None:
    """Return the capacity (Wh) and efficiency by which the level moved as it did; None if it moved too little.

    Level in % = a x charged - b x discharged + c, with a = efficiency / capacity and b = 1 / (efficiency x capacity).
    """
    if len(known) < _STEPS_MIN:
        return None
    rises = sum(max(0.0, after.percent - before.percent) for before, after in pairwise(known))
    falls = sum(max(0.0, before.percent - after.percent) for before, after in pairwise(known))
    if rises >= _SWING_PERCENT and falls >= _SWING_PERCENT:
        both = _least_squares(known)
        if both is not None and both[0] > 0 and both[1] > 0:
            efficiency = sqrt(both[0] / both[1])
            if _EFFICIENCY_MIN <= efficiency <= 1:
                return _FULL / sqrt(both[0] * both[1]), efficiency
    one = [Known(item.percent, item.charged_wh * _EFFICIENCY - item.discharged_wh / _EFFICIENCY, 0.0) for item in known]
    slope = _slope(one)
    return (_FULL / slope, _EFFICIENCY) if slope > 0 else None


def _least_squares(known: list[Known]) -> tuple[float, float] | None:
    """Return a and b of `_fit`."""
    count = len(known)
    means = [sum(item[index] for item in known) / count for index in range(3)]
    rows = [(item[1] - means[1], -(item[2] - means[2]), item[0] - means[0]) for item in known]
    xx = sum(x * x for x, _, _ in rows)
    yy = sum(y * y for _, y, _ in rows)
    xy = sum(x * y for x, y, _ in rows)
    xz = sum(x * z for x, _, z in rows)
    yz = sum(y * z for _, y, z in rows)
    determinant = xx * yy - xy * xy
    if determinant <= 1e-6 * xx * yy:
        return None
    return (xz * yy - yz * xy) / determinant, (yz * xx - xz * xy) / determinant


def _slope(known: list[Known]) -> float:
    """Return a of `_fit` where nothing was discharged."""
    count = len(known)
    mean_wh = sum(item.charged_wh for item in known) / count
    mean = sum(item.percent for item in known) / count
    xx = sum((item.charged_wh - mean_wh) ** 2 for item in known)
    return sum((item.charged_wh - mean_wh) * (item.percent - mean) for item in known) / xx if xx else 0.0


def _first_level(record: Record, known: list[Known], capacity_wh: float, efficiency: float) -> float:
    """Return the level that the battery begins with, in %."""
    said = record.battery[0][1].level_percent
    if said is None:
        return 50.0
    if not known:
        return min(_FULL, said + _HALF)
    first = known[0]
    stored_wh = first.charged_wh * efficiency - first.discharged_wh / efficiency
    return min(max(first.percent - stored_wh * _FULL / capacity_wh, float(said)), said + 1.0, _FULL)


def _lowest(record: Record, first_percent: float, capacity_wh: float, efficiency: float) -> float:
    """Return the level below which the battery gives nothing: where it rested at its lowest, else 5 %."""
    levels = [report.level_percent for _, report in record.battery if report.level_percent is not None]
    if not levels:
        return 0.0
    lowest, level = min(levels), first_percent
    for (at_ms, before), (next_ms, _) in pairwise(record.battery):
        rests = -DEADBAND_W <= before.power_w <= 0 and next_ms - at_ms >= _EMPTY_MS
        if rests and before.level_percent == lowest:
            return min(max(level, float(lowest)), lowest + 1.0)
        energy_wh = before.power_w * (next_ms - at_ms) / HOUR_MS
        level += (energy_wh * efficiency if energy_wh > 0 else energy_wh / efficiency) * _FULL / capacity_wh
    return min(_EMPTY_PERCENT, float(lowest))
