"""What the devices show of the home: values rounded once, here, into the integer fields of the facts."""

from enum import IntEnum
from typing import Final

from hems_actors.core.units import PHASES
from hems_actors.sim.plant.battery import Battery
from hems_actors.sim.plant.cars import Car
from hems_actors.sim.plant.chargers import Charger
from hems_actors.sim.plant.home import Home

Shown = dict[str, int | bool | None]
POWERS: Final = ("a_w", "b_w", "c_w")
CURRENTS: Final = ("a_ma", "b_ma", "c_ma")
VOLTAGES: Final = ("a_dv", "b_dv", "c_dv")


class MeterKind(IntEnum):
    """Which states the root meter has, and whether its currents carry a sign."""

    FULL = 1
    """Power, current and voltage of each phase, signed."""
    POWER = 2
    """Power of each phase only."""
    CURRENT = 3
    """Signed current and voltage of each phase; power in total only."""
    UNSIGNED = 4
    """As CURRENT, but the currents carry no sign."""


def meter_shows(home: Home, kind: MeterKind, phases: int = 3) -> Shown:
    """Return what a root meter of *kind* on 1 or 3 *phases* shows now."""
    shown: Shown = {"power_w": round(home.total_w())}
    volts = home.voltage_dv / 10
    for phase in PHASES[:phases]:
        power_w = home.grid_w[phase]
        if kind in (MeterKind.FULL, MeterKind.POWER):
            shown[POWERS[phase]] = round(power_w)
        if kind in (MeterKind.FULL, MeterKind.CURRENT, MeterKind.UNSIGNED):
            current_ma = round(power_w * 1_000 / volts)
            shown[CURRENTS[phase]] = abs(current_ma) if kind == MeterKind.UNSIGNED else current_ma
            shown[VOLTAGES[phase]] = home.voltage_dv
    return shown


def charger_shows(home: Home, charger: Charger) -> Shown:
    """Return all states of *charger*; those it does not have are None."""
    shows = charger.shows
    in_use = len(charger.active) or charger.offered_phases()
    by_terminal: list[int | None] = [None, None, None]
    if shows.currents:
        by_terminal = [charger.draw_ma if terminal < len(charger.active) else 0 for terminal in PHASES]
    return {
        "connected": charger.connected,
        "power_on": charger.power_on,
        "current_ma": charger.current_ma,
        "min_ma": charger.min_ma,
        "max_ma": charger.max_ma,
        "plugged_in": charger.car is not None if shows.plugged_in else None,
        "charging": charger.draw_ma > 0 if shows.charging else None,
        "phase_count": in_use if shows.phase_count else None,
        "desired_phases": charger.desired_phases if charger.can_switch else None,
        "draw_w": round(home.draw_w(charger)) if shows.power else None,
        "a_ma": by_terminal[0],
        "b_ma": by_terminal[1],
        "c_ma": by_terminal[2],
    }


def battery_shows(battery: Battery) -> Shown:
    """Return what the home battery says."""
    level_percent = int(battery.level_percent) if battery.shows_level else None
    return {"power_w": round(battery.power_w), "level_percent": level_percent}


def car_shows(car: Car, *, plugged_in: bool) -> Shown:
    """Return what a car says of itself."""
    return {
        "level_percent": int(car.level_percent),
        "capacity_wh": round(car.capacity_wh),
        "min_ma": car.min_ma if car.shows_limits else None,
        "max_ma": car.max_ma if car.shows_limits else None,
        "phase_count": car.phases,
        "plugged_in": plugged_in,
    }
