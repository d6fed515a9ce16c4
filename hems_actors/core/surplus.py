"""Surplus charging: how much there is, for whom, and when it starts, stops and changes phases (charging.md section 7).

A surplus charge starts after the start threshold held 60 s and stops after the stop threshold was missed
180 s; one violating sample resets the timer. Both compare the same surplus.
"""

from typing import Final

from hems_actors.core.electric import active_phases, bounds_ma, wired_phases
from hems_actors.core.enums import CarPhase, Issuer, Timer
from hems_actors.core.facts import ChargerReported
from hems_actors.core.gate import is_barred
from hems_actors.core.modes import is_eco
from hems_actors.core.outcomes import Judgement
from hems_actors.core.state import Charger, State
from hems_actors.core.store_reading import SAMPLE_WINDOW_MS
from hems_actors.core.timers import run_timer
from hems_actors.core.units import MINUTE_MS, SECOND_MS, power_w_of, volts_dv

_SURPLUS_CHARGING: Final = Issuer.SURPLUS_CHARGING  # a plain name costs a tenth of the look-up in its class
_FAILSAFE: Final = Issuer.FAILSAFE
_FINISHED: Final = CarPhase.FINISHED
_REFUSES: Final = CarPhase.REFUSES
_SURPLUS_START: Final = Timer.SURPLUS_START
_SURPLUS_STOP: Final = Timer.SURPLUS_STOP
_PHASES_UP: Final = Timer.PHASES_UP
_PHASES_DOWN: Final = Timer.PHASES_DOWN
START_MS: Final = 60 * SECOND_MS
STOP_MS: Final = 180 * SECOND_MS
SAMPLE_AGE_MS_MAX: Final = 90 * SECOND_MS
LEFT_TO_BATTERY_W: Final = 100
SWITCH_LOCK_MS: Final = 7 * MINUTE_MS
PERMILLE: Final = 1_000
DELAYS_MS: Final = (
    (_SURPLUS_START, START_MS),
    (_SURPLUS_STOP, STOP_MS),
    (_PHASES_UP, START_MS),
    (_PHASES_DOWN, STOP_MS),
)
"""Each timer of surplus charging, and how long it runs."""
_THREE: Final = 3


def surplus_w(state: State) -> int | None:
    """Return export - import, time-weighted over the last 30 s, with what surplus chargers draw credited back.

    A reading holds until the next; the newest stands alone if the one before it is 30 s old or more.

    The home battery: discharge counts as import; charging counts as surplus at or above the considered
    level, below it 100 W are left to the battery (charging.md section 4). None = no sample for 90 s.
    """
    samples, now_ms = state.samples, state.at_ms
    if not samples or now_ms - samples[-1][0] > SAMPLE_AGE_MS_MAX:
        return None
    last_ms, mean_w, last_w_ms = samples[-1]
    first_ms, first_w, first_w_ms = samples[0]
    begin_ms = max(first_ms, now_ms - SAMPLE_WINDOW_MS)
    if begin_ms < last_ms and last_ms - samples[-2][0] < SAMPLE_WINDOW_MS:
        before_w_ms = first_w_ms + first_w * (begin_ms - first_ms)
        mean_w = (last_w_ms + mean_w * (now_ms - last_ms) - before_w_ms) // (now_ms - begin_ms)
    if state.battery.source and not state.battery.above:
        mean_w -= LEFT_TO_BATTERY_W
    return mean_w


def minimum_w(state: State, charger: Charger, phases: int) -> int:
    """Return the least power *charger* can charge with on *phases*, in W."""
    low_ma, _high_ma = bounds_ma(state, charger)
    return power_w_of(low_ma, phases)


def all_phases_w(state: State, charger: Charger) -> int:
    """Return the least power *charger* can charge with on all its phases, in W."""
    return minimum_w(state, charger, wired_phases(state, charger))


def one_phase_max_w(state: State, charger: Charger) -> int:
    """Return the most power *charger* can charge with on one phase, in W."""
    _low_ma, high_ma = bounds_ma(state, charger)
    return power_w_of(high_ma, 1)


def start_threshold_w(state: State, charger: Charger) -> int:
    """Return (1 - tolerance) x the minimum power on the fewest phases that can be offered, in W."""
    free = charger.point.phases != _THREE or may_switch(state, charger)
    phases = 1 if free and can_go_down(state, charger) else active_phases(state, charger)
    return minimum_w(state, charger, phases) * (PERMILLE - state.settings.tolerance_permille) // PERMILLE


def stop_threshold_w(state: State, charger: Charger) -> int:
    """Return the start threshold of the phases in use - 0.1 x their minimum power, in W."""
    least_w = minimum_w(state, charger, active_phases(state, charger))
    return least_w * (PERMILLE - state.settings.tolerance_permille) // PERMILLE - least_w // 10


def meets(state: State, available_w: int, threshold_w: int) -> bool:
    """Return whether *available_w* is enough; a tolerance of 1 means regardless."""
    return state.settings.tolerance_permille >= PERMILLE or available_w >= threshold_w


def site_voltage_dv(state: State) -> int:
    """Return the voltage surplus is converted with: phase A's if plausible."""
    return volts_dv(state.meter.full.a_dv)


def is_holder(charger: Charger) -> bool:
    """Return whether *charger* charges on surplus, or did before a fail-safe."""
    return charger.point.on and charger.point.issuer in (_SURPLUS_CHARGING, _FAILSAFE)


def takes_power(charger: Charger) -> bool:
    """Return whether *charger*'s car takes what it is offered; else its share is released."""
    return charger.session.car_phase not in (_FINISHED, _REFUSES)


def has_released(charger: Charger) -> bool:
    """Return whether the car is finished: off after the stop delay, unless only power on can tell that it left."""
    return charger.session.car_phase == _FINISHED and charger.report.plugged_in is not None


def takes_surplus(state: State, charger: Charger) -> bool:
    """Return whether *charger* may have surplus: Eco, plugged in, and not barred."""
    return is_eco(charger.info.mode) and charger.session.plugged and not is_barred(state, charger)


def in_order(state: State) -> list[Charger]:
    """Return the chargers that may have surplus: higher priority first, then who holds, plugged in earlier, id."""
    takers = [charger for charger in state.chargers.values() if takes_surplus(state, charger)]
    takers.sort(key=lambda c: (-c.info.priority, not is_holder(c), c.session.at_ms, c.source))
    return takers


def available_w(state: State) -> dict[int, int] | None:
    """Return what each charger may count as surplus: all of it, less the minimum of those before it that hold.

    A higher priority so counts the use of lower ones as available. None = no sample.
    """
    total_w = surplus_w(state)
    if total_w is None:
        return None
    available: dict[int, int] = {}
    for charger in in_order(state):
        available[charger.source] = total_w
        if is_holder(charger) and takes_power(charger):
            total_w -= minimum_w(state, charger, active_phases(state, charger))
    return available


def judge_surplus(state: State) -> list[Judgement]:
    """Return the timers that begin or end with the newest sample."""
    eco = [charger for charger in state.chargers.values() if is_eco(charger.info.mode)]
    if not eco or (state.fact_type is ChargerReported and all(c.session.seq != state.fact_seq for c in eco)):
        return []
    available = available_w(state) or {}
    found: list[Judgement] = []
    for charger in eco:
        if charger.source in available:
            found.extend(_judge_charger(state, charger, available[charger.source]))
        else:
            for timer in (_SURPLUS_START, _SURPLUS_STOP, _PHASES_UP, _PHASES_DOWN):
                found.extend(run_timer(state, charger, timer, holds=False))
    return found


def _judge_charger(state: State, charger: Charger, surplus: int) -> list[Judgement]:
    holding, timers = is_holder(charger), charger.timers
    found: list[Judgement] = []
    if not holding or timers[_SURPLUS_START] is not None:
        start_w = start_threshold_w(state, charger)
        at_plug_in = charger.session.seq == state.fact_seq
        found += run_timer(
            state,
            charger,
            _SURPLUS_START,
            holds=not holding and meets(state, surplus, start_w) and not has_released(charger),
            value=surplus,
            threshold=start_w,
            elapsed_ms=START_MS if at_plug_in else 0,
        )
    if holding or timers[_SURPLUS_STOP] is not None:
        stop_w = stop_threshold_w(state, charger)
        found += run_timer(
            state,
            charger,
            _SURPLUS_STOP,
            holds=holding and (not meets(state, surplus, stop_w) or has_released(charger)),
            value=surplus,
            threshold=stop_w,
        )
    return found + _judge_phases(state, charger, surplus, holding=holding)


def _judge_phases(state: State, charger: Charger, surplus: int, *, holding: bool) -> list[Judgement]:
    """3p -> 1p when surplus stays under the 3p minimum; 1p -> 3p when the 1p maximum is not enough for it."""
    switches = holding and can_go_down(state, charger)
    if not switches and charger.timers[_PHASES_DOWN] is None and charger.timers[_PHASES_UP] is None:
        return []
    three_w, one_max_w = all_phases_w(state, charger), one_phase_max_w(state, charger)
    on_three = charger.point.phases == _THREE
    return [
        *run_timer(
            state,
            charger,
            _PHASES_DOWN,
            holds=switches and on_three and surplus < three_w,
            value=surplus,
            threshold=three_w,
        ),
        *run_timer(
            state,
            charger,
            _PHASES_UP,
            holds=switches and not on_three and surplus >= three_w and surplus > one_max_w,
            value=surplus,
            threshold=max(three_w, one_max_w),
        ),
    ]


def can_go_down(state: State, charger: Charger) -> bool:
    """Return whether *charger* may change its phases in this plug-in."""
    return (
        charger.config.can_switch
        and wired_phases(state, charger) == _THREE
        and charger.session.switch_tries < 2  # noqa: PLR2004 - failed tries, charging.md section 7
        and not charger.session.one_phase
    )


def may_switch(state: State, charger: Charger) -> bool:
    """Return whether 7 minutes passed since the last phase switch."""
    switched_at_ms = charger.point.switched_at_ms
    return switched_at_ms is None or state.at_ms - switched_at_ms >= SWITCH_LOCK_MS


def surplus_due_ms(state: State, charger: Charger) -> list[int]:
    """Return the instants at which surplus rules fall due by time alone."""
    due = [since_ms + delay for timer, delay in DELAYS_MS if (since_ms := charger.timers[timer]) is not None]
    if due and state.samples:
        due.append(state.samples[-1][0] + SAMPLE_AGE_MS_MAX + 1)
    return due
