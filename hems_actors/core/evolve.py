"""`evolve`: store one event in the state, in place; no judgement is made here."""

from collections.abc import Callable
from typing import Any, Final

from hems_actors.core import facts, outcomes, store_facts, store_optimizer, store_outcomes, store_plans, store_things
from hems_actors.core.errors import UnknownEventError
from hems_actors.core.facts import BatteryReported, ChargerReported, MeterReading
from hems_actors.core.registry import Event
from hems_actors.core.restore import restore_part
from hems_actors.core.restored import Restored
from hems_actors.core.state import State
from hems_actors.core.store_reading import meter_reading

_FACTS: Final[dict[type, Callable[[State, Any], None]]] = {
    facts.Tick: store_facts.tick,
    facts.Restarted: store_facts.restarted,
    facts.ExitRequested: store_facts.exit_requested,
    facts.ClockOffset: store_facts.clock_offset,
    facts.ZoneKnown: store_facts.zone_known,
    facts.CoreFailed: store_facts.core_failed,
    facts.Quarantined: store_facts.quarantined,
    facts.RecoveredWithLoss: store_facts.recovered_with_loss,
    facts.LogLost: store_facts.log_lost,
    facts.LogResumed: store_facts.log_resumed,
    facts.FailSafeOrdered: store_facts.fail_safe_ordered,
    facts.SiteConfigured: store_facts.site_configured,
    facts.SiteSettingsChanged: store_facts.site_settings_changed,
    facts.ChargerConfigured: store_facts.charger_configured,
    facts.ChargingInfoChanged: store_facts.charging_info_changed,
    facts.PlanningConfigured: store_plans.planning_configured,
    facts.SpotMarketChanged: store_plans.spot_market_changed,
    facts.PricesKnown: store_plans.prices_known,
    facts.PricesFailed: store_plans.prices_failed,
    facts.OptimizerChanged: store_optimizer.optimizer_changed,
    facts.OptimizerAnswered: store_optimizer.optimizer_answered,
    facts.BatteryConfigured: store_facts.battery_configured,
    facts.ThingAdded: store_things.thing_added,
    facts.ThingRemoved: store_things.thing_removed,
    facts.MinuteSignal: store_things.minute_signal,
    facts.MinuteSignalLost: store_things.minute_signal_lost,
    facts.LinkChanged: store_facts.link_changed,
    facts.ThingConnected: store_facts.thing_connected,
    MeterReading: meter_reading,
    BatteryReported: store_facts.battery_reported,
    ChargerReported: store_facts.charger_reported,
    facts.CarReported: store_facts.car_reported,
    facts.ActionSent: store_facts.action_sent,
    facts.ActionAnswered: store_facts.action_answered,
}
_OUTCOMES: Final[dict[type, Callable[[State, Any], None]]] = {
    outcomes.TimerSet: store_outcomes.timer_set,
    outcomes.ActionClosed: store_outcomes.action_closed,
    outcomes.DeviationSeen: store_outcomes.deviation_seen,
    outcomes.CarJudged: store_outcomes.car_judged,
    outcomes.StepSeen: store_outcomes.step_seen,
    outcomes.PhasesJudged: store_outcomes.phases_judged,
    outcomes.UnderuseCapped: store_outcomes.underuse_capped,
    outcomes.HealthJudged: store_outcomes.health_judged,
    outcomes.AlarmChanged: store_outcomes.alarm_changed,
    outcomes.DeadlineJudged: store_plans.deadline_judged,
    outcomes.PlanMade: store_plans.plan_made,
    outcomes.PhaseCut: store_outcomes.phase_cut,
    outcomes.SetPointDecided: store_outcomes.set_point_decided,
    outcomes.ActionIntended: store_outcomes.action_intended,
    Restored: restore_part,
}

_KEEP_CALM: Final = (MeterReading, BatteryReported, ChargerReported)
"""Facts whose handlers drop the calm themselves where they disturb it."""


def evolve(state: State, seq: int, at_ms: int, event: Event) -> None:
    """Apply *event*, number *seq* at *at_ms*, to *state* in place.

    Raises:
        UnknownEventError: its class is not in the registry.
        UnknownThingError: it speaks of a charger that was never configured.
    """
    state.seq = seq
    state.at_ms = at_ms
    kind = type(event)
    handler = _FACTS.get(kind)
    if handler is not None:
        state.fact_seq = seq
        state.fact_type = kind
        if kind not in _KEEP_CALM:
            state.calm = None
        if state.gone and event.source in state.gone and kind is not facts.ThingAdded:
            return  # it was on its way when the thing was removed
        handler(state, event)
        return
    handler = _OUTCOMES.get(kind)
    if handler is None:
        raise UnknownEventError(kind.__name__)
    state.calm = None
    handler(state, event)
