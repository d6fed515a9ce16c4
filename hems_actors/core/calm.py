"""Calm: readings that can change nothing are passed over for the price of a few comparisons (design.md section 7).

Worked out once after a reading that led to nothing, and dropped by any event but a reading of meter or battery, or a
charger's report of another draw. That a reading passed over would have led to nothing is a property test's business
(tests/core/test_calm_weather.py).
"""

from typing import Final

from hems_actors.core.answers import answer_for
from hems_actors.core.electric import (
    has_meter,
    is_certain,
    mask_of,
    offer_ma,
    reading_currents_ma,
    site_limit_ma,
    will_load_more_phases,
)
from hems_actors.core.enums import Health, Issuer, Timer
from hems_actors.core.modes import is_eco
from hems_actors.core.planned import run_at
from hems_actors.core.quiet import ENDLESS, NEVER, Quiet
from hems_actors.core.state import Charger, Meter, State
from hems_actors.core.steps import SETTLE_MS
from hems_actors.core.surplus import (
    DELAYS_MS,
    SWITCH_LOCK_MS,
    all_phases_w,
    available_w,
    can_go_down,
    is_holder,
    may_switch,
    one_phase_max_w,
    start_threshold_w,
    stop_threshold_w,
    surplus_w,
)
from hems_actors.core.timing import has_rival
from hems_actors.core.units import PHASES, VOLTAGE_DV_PLAUSIBLE_MIN, mask_phases
from hems_actors.core.wall import now_s

_THREE: Final = 3
_ENDLESS_MA: Final = 1_000_000
_GOOD: Final = Health.GOOD  # a plain name costs a tenth of the look-up in its class
_RESTART: Final = Timer.RESTART
_SURPLUS_START: Final = Timer.SURPLUS_START
_SURPLUS_STOP: Final = Timer.SURPLUS_STOP
_PHASES_UP: Final = Timer.PHASES_UP
_PHASES_DOWN: Final = Timer.PHASES_DOWN
_SURPLUS_CHARGING: Final = Issuer.SURPLUS_CHARGING
_NORMAL: Final = Issuer.NORMAL
DRAW_SLACK_MA: Final = 500
"""How much less a charger may draw than when the bounds were worked out; a bound that is too low costs time only."""


def is_calm(state: State) -> bool:
    """Return whether the newest reading can be passed over, and remember it for the stages that follow."""
    calm, meter = state.calm, state.meter
    if calm is None:
        state.calm = _work_out(state) if meter.full_seq == state.seq else None
        return False
    if (calm.holds(meter.latest) or _holds_exactly(calm, meter)) and (
        calm.until_ms == ENDLESS or _keeps_timers(calm, state)
    ):
        state.passed_seq = state.fact_seq
        return True
    return False


def _holds_exactly(calm: Quiet, meter: Meter) -> bool:
    """Return whether the newest reading, of all three phases, is within the bounds at its own voltage."""
    reading = meter.latest
    if calm.single or not reading.complete or None in (reading.a_w, reading.b_w, reading.c_w):
        return False
    a_ma, b_ma, c_ma = reading_currents_ma(reading, meter)
    return a_ma <= calm.a_ma and b_ma <= calm.b_ma and c_ma <= calm.c_ma


def _keeps_timers(calm: Quiet, state: State) -> bool:
    """Return whether all timers of surplus charging stay as they are."""
    if state.at_ms >= calm.until_ms:
        return False
    available_w = surplus_w(state)
    return available_w is not None and calm.surplus_from_w <= available_w < calm.surplus_below_w


def leaves_room(state: State) -> bool:
    """Return whether no offer exceeds what the newest reading leaves, as far as the bounds tell."""
    return state.calm is not None and state.calm.holds(state.meter.latest)


def _work_out(state: State) -> Quiet:
    """Return the bounds for the readings after this one, as long as nothing else happens."""
    site, meter = state.site, state.meter
    if (
        site.health != _GOOD
        or meter.changed_at_ms is None
        or state.alarms
        or state.config.meter == 0
        or state.config.unbalance_limit_ma
    ):
        return NEVER
    if any(guard.began_at_ms is not None for guard in state.guards):
        return NEVER
    if not all(_is_settled(state, charger) for charger in state.chargers.values()):
        return NEVER
    limit_ma = site_limit_ma(state) or _ENDLESS_MA
    room = [limit_ma] * len(PHASES)
    draws_ma = {source: max(0, charger.draw.seen_ma - DRAW_SLACK_MA) for source, charger in state.chargers.items()}
    for source, charger in state.chargers.items():
        growth_ma = offer_ma(charger) - draws_ma[source]
        if growth_ma > 0 or not is_certain(charger):
            for phase in mask_phases(mask_of(state, charger)):
                room[phase] -= max(growth_ma, 0)
    a_w, b_w, c_w = (room_ma * VOLTAGE_DV_PLAUSIBLE_MIN // 10_000 for room_ma in room)
    a_ma, b_ma, c_ma = room
    return Quiet(a_w, b_w, c_w, a_ma, b_ma, c_ma, meter.full.b_w is None, draws_ma, *_timer_bounds(state))


def _timer_bounds(state: State) -> tuple[int, int, int]:
    """Return from and below which surplus, and before which instant, surplus charging's timers stay as they are.

    Goes by their being right for the newest reading: if they are not, what they lead to drops the bounds. Without a
    charger that may have surplus, nothing ends.
    """
    from_w, below_w, until_ms = -ENDLESS, ENDLESS, ENDLESS
    total_w, available = surplus_w(state) or 0, available_w(state) or {}
    for source, own_w in available.items():
        charger = state.chargers[source]
        for timer, threshold_w, from_there_on in _thresholds(state, charger):
            bound_w = threshold_w + total_w - own_w
            if from_there_on == (charger.timers[timer] is not None):
                from_w = max(from_w, bound_w)
            else:
                below_w = min(below_w, bound_w)
        ends = [since_ms + delay_ms for each, delay_ms in DELAYS_MS if (since_ms := charger.timers[each]) is not None]
        if not may_switch(state, charger):
            ends.append((charger.point.switched_at_ms or 0) + SWITCH_LOCK_MS)
        until_ms = min(until_ms, ENDLESS - 1, *ends)
    return from_w, below_w, until_ms


def _thresholds(state: State, charger: Charger) -> list[tuple[Timer, int, bool]]:
    """Return the timers a surplus can begin or end, from which surplus (W), and whether they run from there on.

    The others run below it.
    """
    if not is_holder(charger):
        return [(_SURPLUS_START, start_threshold_w(state, charger), True)]
    found = [(_SURPLUS_STOP, stop_threshold_w(state, charger), False)]
    if can_go_down(state, charger):
        three_w = all_phases_w(state, charger)
        if charger.point.phases == _THREE:
            found.append((_PHASES_DOWN, three_w, False))
        else:
            found.append((_PHASES_UP, max(three_w, one_phase_max_w(state, charger) + 1), True))
    return found


def _is_settled(state: State, charger: Charger) -> bool:
    """Return whether no reading alone, within the limit, can lead to anything for *charger*."""
    point = charger.point
    if (
        charger.map.step_ma
        or will_load_more_phases(charger)
        or point.stopped_by_overload
        or charger.timers[_RESTART] is not None
    ):
        return False
    if not charger.session.plugged:
        return not point.on
    if not has_meter(charger) or (charger.config.can_switch and not is_eco(charger.info.mode)):
        return False
    last_ms = max(point.changed_at_ms, charger.ledger.sent_at_ms)
    if state.at_ms - last_ms < SETTLE_MS or (point.on and point.current_ma < point.target_ma):
        return False
    if is_eco(charger.info.mode):
        if answer_for(state, charger) or any(run_at(plan, now_s(state)) for plan in charger.plans if plan.runs):
            return False
        return not point.on or (point.issuer == _SURPLUS_CHARGING and not has_rival(state, charger))
    return point.on and point.issuer == _NORMAL
