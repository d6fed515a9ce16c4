"""Need: how much energy a car still has to take, and what of that is assumed (charging.md section 8).

Need = (target - level) x capacity / efficiency. Level = what the car last said + what it was given since; a car that
says nothing, or not whether it is there, is assumed to have come with the configured level.
"""

from typing import Final, NamedTuple

from hems_actors.core.electric import active_phases, draw_ma
from hems_actors.core.enums import CarPhase, Issuer, Purpose
from hems_actors.core.gate import target_reached
from hems_actors.core.state import Car, Charger, State
from hems_actors.core.units import CURRENT_MA_MAX, VOLTAGE_DV_PLAUSIBLE_MAX, power_w_of

EFFICIENCY_PERCENT: Final = 90
LEVEL_ASSUMED: Final = 1
CAPACITY_ASSUMED: Final = 2
PRICES_ASSUMED: Final = 4
NOT_PROVED: Final = 8
CAPACITY_WH_MAX: Final = 1_000_000
"""No car has more; who says so is not believed."""
POWER_W_MAX: Final = power_w_of(CURRENT_MA_MAX, 3, VOLTAGE_DV_PLAUSIBLE_MAX)
_WS_PER_WH: Final = 3_600
_PERCENT: Final = 100


class Need(NamedTuple):
    """What a car still needs at the charger, and what was assumed for that."""

    energy_ws: int
    """Drawn at the charger; 0 = none."""
    capacity_wh: int
    assumed: int


def need_of(state: State, charger: Charger) -> Need:
    """Return what *charger*'s car needs to reach its target."""
    car = assigned_car(state, charger)
    assumed = 0
    level = None if car is None else car.level_percent
    given_ws = delivered_ws(state, charger)
    if level is None:
        level, assumed = state.planning.level_percent, LEVEL_ASSUMED
    else:
        given_ws -= charger.session.level_energy_ws
    capacity_wh = 0 if car is None else car.capacity_wh or 0
    if not 0 < capacity_wh <= CAPACITY_WH_MAX:
        capacity_wh, assumed = state.planning.capacity_wh, assumed | CAPACITY_ASSUMED
    if target_reached(state, charger) is not None or (assumed & LEVEL_ASSUMED and _is_finished(charger)):
        return Need(0, capacity_wh, assumed)
    missing = max(0, min(charger.info.target_percent, _PERCENT) - max(0, level))
    whole_ws = missing * capacity_wh * _WS_PER_WH // EFFICIENCY_PERCENT
    return Need(max(0, whole_ws - given_ws), capacity_wh, assumed)


def _is_finished(charger: Charger) -> bool:
    """A car that takes no more has all it wants, whatever was assumed of it."""
    return charger.session.car_phase == CarPhase.FINISHED


def assigned_car(state: State, charger: Charger) -> Car | None:
    """Return the car assigned to *charger*, unless it says that it is plugged in nowhere."""
    car = state.cars.get(charger.info.car)
    return None if car is None or car.plugged_in is False else car


def drawn_w(state: State, charger: Charger) -> int:
    """Return what *charger* draws now, in W: measured, else estimated."""
    report = charger.report
    if report.draw_w is not None:
        return max(0, report.draw_w)
    currents = [current for current in (report.a_ma, report.b_ma, report.c_ma) if current is not None]
    if currents:
        return power_w_of(max(0, sum(currents)), 1)
    return power_w_of(draw_ma(charger), active_phases(state, charger))


def delivered_ws(state: State, charger: Charger) -> int:
    """Return what *charger* gave since the car was plugged in, in Ws."""
    session = charger.session
    given_ws = session.power_w * (state.at_ms - session.energy_at_ms) // 1_000
    return min(session.energy_ws + given_ws, CAPACITY_WH_MAX * _WS_PER_WH)


def bought_ws(state: State, charger: Charger) -> int:
    """Return what *charger* was given in slots bought for the day, since that began, in Ws."""
    since_ws = 0
    if charger.point.issuer == Issuer.SPOT_MARKET_CHARGING:
        since_ws = delivered_ws(state, charger) - charger.session.energy_ws
    return charger.plans[Purpose.DAY].bought_ws + since_ws


def keep_energy(state: State, charger: Charger) -> None:
    """Add up what was given until now; from here on *charger* draws what it does now. Called by `evolve` only."""
    session = charger.session
    charger.plans[Purpose.DAY].bought_ws = bought_ws(state, charger)
    session.energy_ws = delivered_ws(state, charger)
    session.energy_at_ms = state.at_ms
    session.power_w = min(drawn_w(state, charger), POWER_W_MAX)
