"""How each fact is stored in the state; called by `evolve` only."""

from typing import Final

from hems_actors.core import facts
from hems_actors.core.electric import active_phases, draw_ma, has_meter, is_in_doubt, measured_draw_ma
from hems_actors.core.enums import Knowledge, What
from hems_actors.core.errors import UnknownThingError
from hems_actors.core.localtime import second_of_day
from hems_actors.core.need import delivered_ws, keep_energy
from hems_actors.core.quiet import ENDLESS
from hems_actors.core.state import NO_TIMERS, Car, Charger, Meter, Session, State
from hems_actors.core.steps import begin_step
from hems_actors.core.units import CACHED_MS, MINUTE_MS, SECOND_MS

CYCLE_MS: Final = MINUTE_MS  # charging.md section 5
BATTERY_HYSTERESIS_PERMILLE: Final = 50  # charging.md section 4
_SETTINGS_END: Final = 7  # connected .. plugged_in: what the device is set to, not what it measures
_LOW_DRAW_MS: Final = 10 * SECOND_MS
_PERMILLE_PER_PERCENT: Final = 10


def charger_of(state: State, source: int) -> Charger:
    """Return the charger *source*; raises UnknownThingError."""
    charger = state.chargers.get(source)
    if charger is None:
        raise UnknownThingError(source)
    return charger


def tick(state: State, _event: facts.Tick) -> None:
    """A tick at or after the end of the cycle begins the next one."""
    state.site.tick_at_ms = state.at_ms
    due = cycle_due_ms(state)
    if due is None or state.at_ms >= due:
        state.site.cycle_at_ms = state.at_ms
        state.site.cycle_seq = state.seq
    end_doubts(state)


def cycle_due_ms(state: State) -> int | None:
    """Return when the timer begins the next cycle: late where the server's minute is to begin it; None = now."""
    begun_at_ms = state.site.cycle_at_ms
    return None if begun_at_ms is None else begun_at_ms + CYCLE_MS * (2 if state.minute_signal else 1)


def restarted(state: State, _event: facts.Restarted) -> None:
    """Nothing is known to be fresh; the link is down, and the optimizer gone, until they say otherwise."""
    site = state.site
    site.link_up = state.minute_signal = False
    site.exiting = False
    state.optimizer.available = False
    state.optimizer.answers = {}
    state.meter.changed_at_ms = None
    state.samples.clear()


def exit_requested(state: State, _event: facts.ExitRequested) -> None:
    """From now on `on_exit` decides."""
    state.site.exiting = True


def clock_offset(state: State, event: facts.ClockOffset) -> None:
    """Keep the offset of the wall clock."""
    state.site.clock_offset_ms = event.offset_ms


def zone_known(state: State, event: facts.ZoneKnown) -> None:
    """Keep the home's UTC offsets."""
    state.site.transitions_s = event.transitions_s


def core_failed(_state: State, _event: facts.CoreFailed) -> None:
    """Only the record: the process that wrote it ended."""


def quarantined(_state: State, _event: facts.Quarantined) -> None:
    """Only the record: the event it names was never stored."""


def recovered_with_loss(state: State, _event: facts.RecoveredWithLoss) -> None:
    """What was in flight is unknown: nothing counts as sent until the charger shows it."""
    for charger in state.chargers.values():
        charger.ledger.sent = False
        charger.map.step_ma = 0


def log_lost(state: State, _event: facts.LogLost) -> None:
    """Nothing may add load from here."""
    state.site.log_lost = True


def log_resumed(state: State, _event: facts.LogResumed) -> None:
    """What is decided is on disk again."""
    state.site.log_lost = False


def fail_safe_ordered(state: State, event: facts.FailSafeOrdered) -> None:
    """Only the safe current until then; who orders it has just started, and the link is down."""
    state.site.link_up = False
    state.site.fail_safe_until_ms = event.until_ms


def site_configured(state: State, event: facts.SiteConfigured) -> None:
    """Keep the home's configuration."""
    config = state.config
    if event.phase_limit_max_ma != config.phase_limit_max_ma:
        config.limit_seq = state.seq
    config.phase_limit_max_ma = event.phase_limit_max_ma
    config.grid_phases = event.grid_phases
    config.unbalance_limit_ma = event.unbalance_limit_ma
    config.on_exit = event.on_exit
    if event.meter != config.meter:
        state.meter = Meter()
        state.samples.clear()
    config.meter = event.meter


def site_settings_changed(state: State, event: facts.SiteSettingsChanged) -> None:
    """Keep the home's settings."""
    settings = state.settings
    if event.phase_limit_ma != settings.phase_limit_ma:
        state.config.limit_seq = state.seq
    settings.phase_limit_ma = event.phase_limit_ma
    settings.tolerance_permille = event.tolerance_permille
    settings.battery_level_permille = event.battery_level_permille
    _judge_battery(state)


def charger_configured(state: State, event: facts.ChargerConfigured) -> None:
    """A charger appears, or its configuration changed."""
    charger = state.chargers.get(event.source)
    if charger is None:
        charger = Charger(event.source)
        state.chargers[event.source] = charger
        state.chargers = dict(sorted(state.chargers.items()))
    config = charger.config
    config.phases = event.phases
    if event.rotation != config.rotation:
        charger.map.disproved = False
    config.rotation = event.rotation
    config.safe_ma = event.safe_ma
    config.step_ma = event.step_ma
    config.can_switch = event.can_switch


def charging_info_changed(state: State, event: facts.ChargingInfoChanged) -> None:
    """New settings end a manual wish and let an abandoned action be tried again (charging.md section 11)."""
    charger = charger_of(state, event.source)
    info = charger.info
    info.mode = event.mode
    info.car = event.car
    info.priority = event.priority
    info.target_percent = event.target_percent
    info.max_ma = event.max_ma
    info.min_ma = event.min_ma
    info.end_s = event.end_s
    info.end_second = second_of_day(state.site.transitions_s, event.end_s)
    info.repeat_mask = event.repeat_mask
    info.spot = event.spot
    info.daily_percent = event.daily_percent
    info.seq = state.seq
    charger.session.wish_ma = None
    charger.ledger.gave_up_at_ms = None
    charger.ledger.failures = 0


def battery_configured(state: State, event: facts.BatteryConfigured) -> None:
    """A home battery appears."""
    state.battery.source = event.source
    state.battery.phases_mask = event.phases_mask


def link_changed(state: State, event: facts.LinkChanged) -> None:
    """After a reconnection nothing is fresh, and what was given up may be tried again."""
    state.site.link_up = event.up
    if not event.up:
        state.minute_signal = False
        return
    state.site.linked_at_ms = state.at_ms
    state.meter.changed_at_ms = None
    for charger in state.chargers.values():
        charger.ledger.gave_up_at_ms = None
        charger.ledger.failures = 0
        clear_timers(charger)


def thing_connected(state: State, event: facts.ThingConnected) -> None:
    """The root meter is reached or not; on return its readings are cached until one changed."""
    if event.source != state.config.meter:
        return
    site = state.site
    if event.connected and not site.meter_connected:
        state.meter.changed_at_ms = None
        site.linked_at_ms = state.at_ms
    if not event.connected and site.meter_connected and site.meter_lost_at_ms is None:
        site.meter_lost_at_ms = state.at_ms
    site.meter_connected = event.connected


def battery_reported(state: State, event: facts.BatteryReported) -> None:
    """Keep the battery's power and level."""
    battery = state.battery
    battery.power_w = event.power_w
    battery.level_percent = event.level_percent
    battery.seq = state.seq
    _judge_battery(state)


def charger_reported(state: State, event: facts.ChargerReported) -> None:
    """Keep the report; begin or end the plug-in; keep what was drawn before."""
    charger = charger_of(state, event.source)
    before = charger.report
    shown = (event.power_on, event.current_ma, event.charging)
    was_shown = (before.power_on, before.current_ma, before.charging)
    if charger.report_seq and before.connected and shown != was_shown and not has_meter(charger):
        _keep_before(state, charger, draw_ma(charger))
    charger.report = event
    charger.report_seq = state.seq
    plugged = event.plugged_in is not False
    if plugged != charger.session.plugged and (plugged or not _may_be_cached(state, before)):
        begin_session(state, charger, plugged=plugged)
    if event.connected and not before.connected:
        charger.session.reached_seq = state.seq
    ledger = charger.ledger
    if before.power_on and not event.power_on:
        ledger.off_at_ms = state.at_ms
    set_anew = event[:_SETTINGS_END] != before[:_SETTINGS_END]
    if set_anew:
        ledger.gave_up_at_ms = None
    measured = measured_draw_ma(active_phases(state, charger), event)
    if measured is not None and measured != charger.draw.seen_ma:
        _keep_draw(state, charger, measured)
    keep_energy(state, charger)
    if set_anew or _disturbs(state, charger, before):
        state.calm = None


def _may_be_cached(state: State, before: facts.ChargerReported) -> bool:
    """Return whether an absent car, there as *before*, may be what a server shows before it asked the charger."""
    site = state.site
    return not site.link_up or (before.plugged_in is False and state.at_ms - site.linked_at_ms < CACHED_MS)


def end_doubts(state: State) -> None:
    """Take it that cars are gone which the server has not shown for long since it is there again."""
    if state.site.link_up and state.at_ms - state.site.linked_at_ms >= CACHED_MS:
        for charger in state.chargers.values():
            if is_in_doubt(charger):
                begin_session(state, charger, plugged=False)


def _disturbs(state: State, charger: Charger, before: facts.ChargerReported) -> bool:
    """Return whether the new report, its settings as *before*, makes another difference to `calm` than more draw."""
    calm, report = state.calm, charger.report
    if calm is None or report.phase_count != before.phase_count:
        return True
    if (report.draw_w is None) != (before.draw_w is None) or (report.a_ma is None) != (before.a_ma is None):
        return True
    return charger.draw.seen_ma < calm.draws_ma.get(report.source, ENDLESS)


def begin_session(state: State, charger: Charger, *, plugged: bool) -> None:
    """Forget the last plug-in: wish, fullness, phases in use, timers (charging.md sections 6 and 11)."""
    charger.session = Session(plugged=plugged, at_ms=state.at_ms, seq=state.seq, energy_at_ms=state.at_ms)
    forget_phases(charger)
    charger.point.stopped_by_overload = False
    clear_timers(charger)


def clear_timers(charger: Charger) -> None:
    """Reset all timers of *charger*."""
    charger.timers[:] = NO_TIMERS


def forget_phases(charger: Charger) -> None:
    """Forget which terminals carry current; the wiring stays known."""
    charger.map.phases_mask = 0
    charger.map.knowledge = Knowledge.UNKNOWN
    charger.map.evidence_mask = 0
    charger.map.step_ma = 0


def car_reported(state: State, event: facts.CarReported) -> None:
    """Keep what the car says."""
    car = state.cars.get(event.source)
    if car is None:
        car = state.cars[event.source] = Car()
        state.cars = dict(sorted(state.cars.items()))
    car.level_percent = event.level_percent
    car.capacity_wh = event.capacity_wh
    car.min_ma = event.min_ma
    car.max_ma = event.max_ma
    car.phase_count = event.phase_count
    car.plugged_in = event.plugged_in
    car.seq = state.seq
    if event.level_percent is not None:
        for charger in state.chargers.values():
            if charger.info.car == event.source:
                charger.session.level_energy_ws = delivered_ws(state, charger)


def action_sent(state: State, event: facts.ActionSent) -> None:
    """The action is on its way: its step may be seen at the root meter from here on."""
    charger = charger_of(state, event.source)
    ledger = charger.ledger
    ledger.sent_at_ms = state.at_ms
    if event.action_seq != ledger.open_seq:
        return
    ledger.sent = True
    ledger.open_at_ms = state.at_ms
    if ledger.open_what != What.PHASES:
        begin_step(state, charger)


def action_answered(state: State, event: facts.ActionAnswered) -> None:
    """Keep the answer to the open action; answers to others say nothing."""
    ledger = charger_of(state, event.source).ledger
    if event.action_seq == ledger.open_seq:
        ledger.result = event.result
        ledger.result_seq = state.seq


def _judge_battery(state: State) -> None:
    """At or above the level, and so until 5 points below it; unknown = below."""
    battery, level = state.battery, state.battery.level_percent
    bound = state.settings.battery_level_permille
    if bound == 0:
        battery.above = True
    elif level is None:
        battery.above = False
    elif level * _PERMILLE_PER_PERCENT >= bound:
        battery.above = True
    elif level * _PERMILLE_PER_PERCENT < bound - BATTERY_HYSTERESIS_PERMILLE:
        battery.above = False


def _keep_before(state: State, charger: Charger, drawn_ma: int) -> None:
    """Remember what the newest reading of the root meter contains, while the charger already shows another draw."""
    draw = charger.draw
    if draw.before_reading != state.meter.latest_seq:
        draw.before_reading = state.meter.latest_seq
        draw.before_ma = drawn_ma


def _keep_draw(state: State, charger: Charger, measured_ma: int) -> None:
    draw, at_ms = charger.draw, state.at_ms
    _keep_before(state, charger, draw.seen_ma)
    if measured_ma > draw.seen_ma:
        draw.low_ma = min(draw.low_ma, draw.seen_ma) if at_ms < draw.low_until_ms else draw.seen_ma
        draw.low_until_ms = at_ms + _LOW_DRAW_MS
    draw.seen_ma = measured_ma
