"""When something is due by time alone, and what a stage may pass over."""

from typing import Final

from hems_actors.core import facts
from hems_actors.core.answers import answer_for, answers_due_ms
from hems_actors.core.cars import cars_due_ms, nudge_due_ms
from hems_actors.core.clip import raise_waits
from hems_actors.core.electric import offer_ma
from hems_actors.core.enums import Health, Issuer, Timer
from hems_actors.core.failsafe import fail_safe_due_ms, is_fail_safe
from hems_actors.core.headroom import RESTART_MS
from hems_actors.core.health import health_due_ms
from hems_actors.core.ledger import ledger_due_ms
from hems_actors.core.modes import is_eco
from hems_actors.core.overload import silence_due_ms
from hems_actors.core.phases import suspect_due_ms
from hems_actors.core.plans import plans_due_ms
from hems_actors.core.state import NO_TIMERS, Charger, State
from hems_actors.core.store_facts import cycle_due_ms
from hems_actors.core.surplus import DELAYS_MS, surplus_due_ms
from hems_actors.core.timers import has_elapsed
from hems_actors.core.units import PHASES

_GOOD: Final = Health.GOOD  # a plain name costs a tenth of the look-up in its class
_SURPLUS_CHARGING: Final = Issuer.SURPLUS_CHARGING
_RESTART: Final = Timer.RESTART
_SWITCH_RECHECK_MS: Final = 10_000
TELLS_NOTHING: Final = (facts.BatteryReported, facts.ActionSent, facts.ActionAnswered)


def has_nothing_to_decide(state: State) -> bool:
    """Return whether the newest fact, as judged, leaves every set-point as it is.

    A cut for a reading is looked for apart from this.
    """
    if state.seq != state.fact_seq or state.fact_type is None:
        return False
    if state.fact_type is facts.ChargerReported:
        return all(
            state.fact_seq not in (charger.session.seq, charger.session.reached_seq)
            for charger in state.chargers.values()
        )
    if state.fact_type is not facts.MeterReading or state.site.health != _GOOD:
        return False
    return not any(_is_awake(state, charger) for charger in state.chargers.values())


def _is_awake(state: State, charger: Charger) -> bool:
    """Return whether a reading alone can change *charger*'s set-point."""
    point = charger.point
    if not charger.session.plugged:
        return point.on
    if state.config.unbalance_limit_ma and point.on:
        return True
    if is_eco(charger.info.mode):
        if any(has_elapsed(state, charger, timer, delay_ms) for timer, delay_ms in DELAYS_MS):
            return True
        if point.on and (point.issuer != _SURPLUS_CHARGING or has_rival(state, charger) or answer_for(state, charger)):
            return True
    elif not point.on or charger.config.can_switch:
        return True
    return point.on and point.current_ma < point.target_ma and not raise_waits(state, charger)


def has_rival(state: State, charger: Charger) -> bool:
    """Return whether another charger can displace *charger*."""
    return any(other is not charger and is_eco(other.info.mode) for other in state.chargers.values())


def next_due_ms(state: State) -> int:
    """Return when the next `Tick` is wanted: the end of the cycle, or the first timer before it; after `at_ms`."""
    if is_fail_safe(state):
        return fail_safe_due_ms(state)
    now_ms = state.at_ms
    cycle_ms = cycle_due_ms(state)
    first_ms = now_ms if cycle_ms is None else cycle_ms
    due: list[int] = []
    health_ms = health_due_ms(state)
    if health_ms is not None:
        due.append(health_ms)
    due.extend(silence_due_ms(state, phase) for phase in PHASES if state.guards[phase].began_at_ms is not None)
    due.extend(answers_due_ms(state))
    for charger in state.chargers.values():
        due.extend(nudge_due_ms(state, charger))
        due.extend(plans_due_ms(state, charger))
        if charger.timers != NO_TIMERS:
            due.extend(cars_due_ms(charger))
            due.extend(surplus_due_ms(state, charger))
            restart_ms = charger.timers[_RESTART]
            if restart_ms is not None:
                due.append(restart_ms + RESTART_MS)
        single = (ledger_due_ms(state, charger), suspect_due_ms(state, charger))
        due.extend(instant_ms for instant_ms in single if instant_ms is not None)
        if offer_ma(charger) and charger.ledger.off_at_ms is not None and not charger.report.power_on:
            due.append(charger.ledger.off_at_ms + _SWITCH_RECHECK_MS)
    unticked = [instant_ms for instant_ms in due if instant_ms > state.site.tick_at_ms]
    return max(now_ms + 1, min([first_ms, *unticked]))
