"""Quantities derived from the state: phase currents, limits, masks, what a charger draws.

Nothing here is stored; everything is a pure function of the state (charging.md sections 1, 5.6, 6).
"""

from typing import Final

from hems_actors.core.enums import Knowledge
from hems_actors.core.facts import ChargerReported, MeterReading
from hems_actors.core.state import Charger, Meter, State
from hems_actors.core.units import (
    CURRENT_MA_MAX,
    CURRENT_MA_MIN,
    MASK_ALL,
    SECOND_MS,
    VOLTAGE_DV_NOMINAL,
    current_ma_of,
    floor_to,
    phase_count,
    power_w_of,
    volts_dv,
)

Triple = tuple[int, int, int]

CERTAIN: Final = (
    Knowledge.CONFIGURED,
    Knowledge.MEASURED,
    Knowledge.COUNTED,
    Knowledge.CORRELATED,
    Knowledge.REMEMBERED,
)
_PROVISIONAL: Final = Knowledge.PROVISIONAL  # a plain name costs a tenth of the look-up in its class
_DRAW_SLACK_MA: Final = 500
_FOLLOWS_MS_MAX: Final = 10 * SECOND_MS
DRAWING_MA: Final = 1_000
"""Below this a car does not charge (charging.md section 11)."""


def is_in_doubt(charger: Charger) -> bool:
    """Return whether *charger* shows no car though its plug-in goes on: what is shown may be old (charging.md 10)."""
    return charger.session.plugged and charger.report.plugged_in is False


def phase_current_ma(power_w: int | None, current_ma: int | None, voltage_dv: int | None, *, signed: bool) -> int:
    """Return sign(P) x max(|I|, |P|/V) in mA; only I known: positive unless that meter is *signed*."""
    if power_w is None:
        if current_ma is None:
            return 0
        return current_ma if signed else abs(current_ma)
    from_power = current_ma_of(power_w, volts_dv(voltage_dv))
    if current_ma is None or abs(current_ma) <= abs(from_power):
        return from_power
    return abs(current_ma) if power_w >= 0 else -abs(current_ma)


def reading_currents_ma(reading: MeterReading, meter: Meter) -> Triple:
    """Return the current of phases A, B, C of *reading*, in mA, import positive."""
    signed = meter.signed
    a_w = reading.a_w
    if a_w is None and reading.a_ma is None:
        a_w = reading.power_w
    return (
        phase_current_ma(a_w, reading.a_ma, reading.a_dv, signed=signed),
        phase_current_ma(reading.b_w, reading.b_ma, reading.b_dv, signed=signed),
        phase_current_ma(reading.c_w, reading.c_ma, reading.c_dv, signed=signed),
    )


def reading_power_w(reading: MeterReading, meter: Meter) -> int:
    """Return the total power of *reading*: the meter's own total, else the sum of what the phases show."""
    if reading.power_w is not None:
        return reading.power_w
    phases = (
        (reading.a_w, reading.a_ma, reading.a_dv),
        (reading.b_w, reading.b_ma, reading.b_dv),
        (reading.c_w, reading.c_ma, reading.c_dv),
    )
    total_w = 0
    for power_w, current_ma, voltage_dv in phases:
        if power_w is not None:
            total_w += power_w
        elif current_ma is not None:
            total_w += power_w_of(current_ma if meter.signed else abs(current_ma), 1, volts_dv(voltage_dv))
    return total_w


def site_mask(state: State) -> int:
    """Return the phases the home has: as configured, else as the meter shows."""
    if state.config.grid_phases == 1:
        return 0b001
    if state.config.grid_phases == 3 or state.meter.full_seq == 0:  # noqa: PLR2004 - a number of phases
        return MASK_ALL
    return MASK_ALL if shows_three_phases(state.meter.full) else 0b001


def shows_three_phases(reading: MeterReading) -> bool:
    """Return whether the meter reports phase B or C at all."""
    return not (reading.b_w is None and reading.b_ma is None and reading.c_w is None and reading.c_ma is None)


def site_limit_ma(state: State) -> int:
    """Return the limit per phase, in mA; 0 = none. No setting exceeds the configured ceiling."""
    ceiling, setting = state.config.phase_limit_max_ma, state.settings.phase_limit_ma
    if ceiling and setting:
        return min(ceiling, setting)
    return ceiling or setting


def mask_of(state: State, charger: Charger) -> int:
    """Return the grid phases *charger* may load: the known ones, else all the home has."""
    mask = charger.map.phases_mask & site_mask(state)
    return mask or site_mask(state)


def mask_for(state: State, charger: Charger, phases: int) -> int:
    """Return the grid phases *charger* may load on *phases*: as known, or what another offer will load."""
    if phases == offered_phases(state, charger):
        return mask_of(state, charger)
    rotation = charger.config.rotation
    if phases == 1 and rotation and not charger.map.disproved:
        return 1 << (int(str(rotation)[0]) - 1) & site_mask(state) or site_mask(state)
    return site_mask(state)


def is_certain(charger: Charger) -> bool:
    """Return whether the phases *charger* loads are known beyond a single observation."""
    return charger.map.knowledge in CERTAIN


def active_phases(state: State, charger: Charger) -> int:
    """Return on how many phases *charger* charges: as known of this plug-in, else as offered."""
    offered = offered_phases(state, charger)
    if charger.map.phases_mask and charger.map.knowledge != _PROVISIONAL:
        return min(offered, phase_count(charger.map.phases_mask))
    if charger.report.phase_count:
        return min(offered, charger.report.phase_count)
    car = state.cars.get(charger.info.car)
    if car is not None and car.phase_count:
        return min(offered, car.phase_count)
    return offered


def wired_phases(state: State, charger: Charger) -> int:
    """Return how many phases *charger* can offer at most in this home."""
    return min(charger.config.phases, phase_count(site_mask(state)))


def offered_phases(state: State, charger: Charger) -> int:
    """Return the phases offered now: the set-point's where the charger switches, else the wired ones."""
    wired = wired_phases(state, charger)
    if charger.config.can_switch and charger.point.phases:
        return min(wired, charger.point.phases)
    return wired


def will_load_more_phases(charger: Charger) -> bool:
    """Return whether *charger* was decided to charge on more phases than it is set to: the switch takes its time."""
    return charger.config.can_switch and charger.point.on and charger.point.phases > charger.ledger.known_phases > 0


def loaded_before_switch(state: State, charger: Charger) -> int:
    """Return the grid phases that surely carry what *charger* draws until its switch is done; 0 = unknown."""
    if is_certain(charger):
        return mask_of(state, charger)
    if charger.ledger.known_phases != 1:
        return 0
    if charger.config.rotation and not charger.map.disproved:
        return 1 << (int(str(charger.config.rotation)[0]) - 1)
    return 1 << (charger.map.wiring - 1) if charger.map.wiring else 0


def measured_draw_ma(phases: int, report: ChargerReported) -> int | None:
    """Return what the charger itself measures per active phase, in mA, or None without a meter of its own.

    Currents by terminal go before total power; the power is spread over *phases*.
    """
    currents = [current for current in (report.a_ma, report.b_ma, report.c_ma) if current is not None]
    if currents:
        return max(0, *currents)
    if report.draw_w is None:
        return None
    return max(0, report.draw_w * 10_000 // (VOLTAGE_DV_NOMINAL * phases))


def offer_ma(charger: Charger) -> int:
    """Return what *charger* may draw per phase as far as this process knows: commanded or shown, in mA."""
    return charger.point.current_ma if charger.point.on else 0


def draw_ma(charger: Charger) -> int:
    """Return what *charger* draws per active phase: measured, else estimated, in mA."""
    if has_meter(charger):
        return charger.draw.seen_ma
    if charger.report.charging is False:
        return 0
    shown_ma = charger.report.current_ma if charger.report.power_on else 0
    estimate, most_ma = charger.draw.estimate_ma, min(offer_ma(charger), shown_ma)
    return most_ma if estimate is None else min(estimate, most_ma)


def draw_at_reading_ma(state: State, charger: Charger) -> int:
    """Return the draw that the newest meter reading contains, in mA: the most it can be on one phase."""
    draw = charger.draw
    is_older = draw.before_reading == state.meter.latest_seq
    if not has_meter(charger):
        return min(draw.before_ma, draw_ma(charger)) if is_older else draw_ma(charger)
    seen_ma = draw.before_ma if is_older else draw.seen_ma
    if charger.report.a_ma is None and not charger.map.phases_mask and not charger.report.phase_count:
        total_ma = seen_ma * active_phases(state, charger)
        fewest = max(1, phase_count(charger.map.evidence_mask), _phases_needed(state, charger, total_ma))
        seen_ma = min(offer_ma(charger), total_ma // fewest)
    return seen_ma


def tolerated_ma(offered_ma: int) -> int:
    """Return what a car may draw of *offered_ma* and still obeys (charging.md section 1)."""
    return (offered_ma + _DRAW_SLACK_MA) * 11 // 10


def _phases_needed(state: State, charger: Charger, total_ma: int) -> int:
    """Return how many phases *total_ma* needs at least if the car obeys; 1 while it may yet follow a lower offer."""
    if state.at_ms - charger.point.lowered_at_ms < _FOLLOWS_MS_MAX:
        return 1
    return -(-total_ma // tolerated_ma(max(offer_ma(charger), charger.report.current_ma)))


def draw_floor_ma(state: State, charger: Charger) -> int:
    """Return the least of the draw over the last 10 s: what may safely be credited before a raise, in mA."""
    if not has_meter(charger):
        return min(draw_ma(charger), charger.draw.estimate_ma or 0)
    draw = charger.draw
    now_ma = min(draw.seen_ma, draw_at_reading_ma(state, charger))
    return min(now_ma, draw.low_ma) if state.at_ms < draw.low_until_ms else now_ma


def has_meter(charger: Charger) -> bool:
    """Return whether *charger* measures its own draw."""
    report = charger.report
    return report.draw_w is not None or report.a_ma is not None


def is_drawing(charger: Charger) -> bool | None:
    """Return whether the car takes power, None if nothing tells (charging.md section 11, missing states)."""
    if has_meter(charger):
        return charger.draw.seen_ma >= DRAWING_MA
    return charger.report.charging


def bounds_ma(state: State, charger: Charger) -> tuple[int, int]:
    """Return the effective minimum and maximum of *charger*, in mA, on its step grid; min > max = not possible.

    max = min(charger, car, user, manual wish, limit); min = max(charger, car, user, 6 A) (charging.md section 7).
    """
    report, info, wish_ma, step_ma = charger.report, charger.info, charger.session.wish_ma, charger.config.step_ma
    high = min(report.max_ma, info.max_ma or CURRENT_MA_MAX, site_limit_ma(state) or CURRENT_MA_MAX, CURRENT_MA_MAX)
    low = max(report.min_ma, info.min_ma, CURRENT_MA_MIN)
    car = state.cars.get(info.car)
    if car is not None:
        if car.max_ma is not None:
            high = min(high, car.max_ma)
        if car.min_ma is not None:
            low = max(low, car.min_ma)
    if wish_ma is not None:
        high = min(high, wish_ma)
    return -floor_to(-low, step_ma), floor_to(high, step_ma)
