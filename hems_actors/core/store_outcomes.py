"""How each outcome is stored in the state; called by `evolve` only."""

from typing import Final

from hems_actors.core import outcomes
from hems_actors.core.electric import active_phases, measured_draw_ma, wired_phases
from hems_actors.core.enums import Alarm, CarPhase, Closing, Deviation, Issuer, Knowledge, Timer, What
from hems_actors.core.need import keep_energy
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, State, note_surplus
from hems_actors.core.store_facts import begin_session, charger_of, forget_phases
from hems_actors.core.units import CURRENT_MA_MIN, SECOND_MS, floor_to

BACK_OFF_MS_MIN: Final = SECOND_MS  # design.md section 4, action ledger
BACK_OFF_MS_MAX: Final = 60 * SECOND_MS
REDUCTION_BACK_OFF_MS_MAX: Final = 10 * SECOND_MS  # charging.md 5.3
LATE_EFFECT_MS: Final = 60 * SECOND_MS  # charging.md section 11
_RECENT_MAX: Final = 12  # four actions of three numbers


def timer_set(state: State, event: outcomes.TimerSet) -> None:
    """A timer begins or ends."""
    charger_of(state, event.source).timers[event.timer] = event.since_ms


def action_closed(state: State, event: outcomes.ActionClosed) -> None:
    """The open action is over; a failed one waits its back-off, one that may act late is remembered."""
    charger = charger_of(state, event.source)
    ledger = charger.ledger
    if event.closing == Closing.GAVE_UP:
        ledger.gave_up_at_ms = state.at_ms
        return
    if event.closing == Closing.VERIFIED:
        _know(charger, ledger.open_what, ledger.open_value)
        ledger.verified_at_ms = state.at_ms
        ledger.failures = 0
        ledger.refused_what = 0
        if ledger.open_what == What.PHASES:
            charger.session.switch_tries = 0  # it can
    else:
        remember(state, charger)
        ceiling_ms = REDUCTION_BACK_OFF_MS_MAX if ledger.open_reduces else BACK_OFF_MS_MAX
        ledger.retry_at_ms = state.at_ms + min(ceiling_ms, BACK_OFF_MS_MIN << min(ledger.failures, 6))
        ledger.failures += 1
        if ledger.open_what == What.PHASES:
            charger.session.switch_tries += 1
        if event.closing == Closing.REFUSED:
            ledger.refused_what = ledger.open_what
            ledger.refused_value = ledger.open_value
    ledger.open_seq = 0


def remember(state: State, charger: Charger) -> None:
    """Remember the open action: it may still take effect."""
    ledger = charger.ledger
    fresh = (ledger.open_what, ledger.open_value, state.at_ms + LATE_EFFECT_MS)
    ledger.recent = (*ledger.recent, *fresh)[-_RECENT_MAX:]


def deviation_seen(state: State, event: outcomes.DeviationSeen) -> None:
    """What the charger shows is taken as known; a user's value becomes a wish or ends one."""
    charger = charger_of(state, event.source)
    session, deviation = charger.session, event.deviation
    _know(charger, event.what, event.value)
    if deviation == Deviation.USER_LOWERED:
        off = event.what == What.POWER or event.value < CURRENT_MA_MIN
        session.wish_ma = 0 if off else event.value
    elif deviation == Deviation.USER_RAISED:
        session.wish_ma = None
    if deviation in (Deviation.USER_RAISED, Deviation.ADOPTED, Deviation.CLAMPED, Deviation.USER_LOWERED):
        _adopt(charger, event.what, event.value)
        note_surplus(state)
    charger.ledger.gave_up_at_ms = None
    charger.ledger.failures = 0


def _adopt(charger: Charger, what: int, value: int) -> None:
    """What the charger does is the set-point until the next decision; less than 6 A is none."""
    point = charger.point
    if what == What.PHASES:
        point.phases = value
        return
    known_ma = floor_to(charger.ledger.known_ma, charger.config.step_ma)
    on = bool(value) if what == What.POWER else point.on
    point.on = on and known_ma >= CURRENT_MA_MIN
    point.current_ma = known_ma if point.on else 0
    if not point.on:
        point.issuer = Issuer.UNKNOWN


def car_judged(state: State, event: outcomes.CarJudged) -> None:
    """The car draws, is finished, was nudged, refuses, or (IDLE) is taken to have gone."""
    charger = charger_of(state, event.source)
    if event.car_phase == CarPhase.IDLE:
        begin_session(state, charger, plugged=charger.session.plugged)
        return
    session = charger.session
    session.car_phase = event.car_phase
    if event.car_phase == CarPhase.DRAWING:
        session.drew = True
        session.finished_percent = None
    elif event.car_phase == CarPhase.FINISHED:
        car = state.cars.get(charger.info.car)
        session.finished_percent = car.level_percent if car is not None else None
    elif event.car_phase == CarPhase.NUDGED:
        session.nudges += 1
        session.nudged_at_ms = state.at_ms
    for timer in (Timer.FINISHED, Timer.RESUMED, Timer.ASLEEP):
        charger.timers[timer] = None


def step_seen(state: State, event: outcomes.StepSeen) -> None:
    """The step is no longer observed; its size is the unmeasured draw's change."""
    charger = charger_of(state, event.source)
    own = charger.map
    if own.spoiled:
        charger.draw.estimate_ma = None
    else:
        charger.draw.estimate_ma = event.draw_ma
    own.step_ma = 0
    own.spoiled = False


def phases_judged(state: State, event: outcomes.PhasesJudged) -> None:
    """The phases a charger loads are known, suspected or doubted."""
    charger = charger_of(state, event.source)
    own = charger.map
    own.knowledge = event.knowledge
    own.phases_mask = 0 if event.knowledge == Knowledge.PROVISIONAL else event.phases_mask
    if event.knowledge in (Knowledge.PROVISIONAL, Knowledge.CORRELATED):
        own.evidence_mask = event.phases_mask
    else:
        own.evidence_mask = 0
    if event.knowledge == Knowledge.CORRELATED and event.phases_mask.bit_count() == 1:
        own.wiring = event.phases_mask.bit_length()
    elif event.knowledge == Knowledge.CONTRADICTED:
        own.wiring = 0
        own.disproved = True
    measured_ma = measured_draw_ma(active_phases(state, charger), charger.report)
    if measured_ma is not None:
        charger.draw.seen_ma = measured_ma
    if own.phases_mask.bit_count() == 1 and charger.point.phases > 1:
        charger.session.one_phase = True


def underuse_capped(state: State, event: outcomes.UnderuseCapped) -> None:
    """An offer is held near an underused draw, or no longer."""
    charger = charger_of(state, event.source)
    charger.session.cap_ma = event.cap_ma
    charger.timers[Timer.UNDERUSED] = None


def health_judged(state: State, event: outcomes.HealthJudged) -> None:
    """The site's readings are trusted differently from here on."""
    state.site.health = event.health
    state.site.health_at_ms = state.at_ms


def alarm_changed(state: State, event: outcomes.AlarmChanged) -> None:
    """Keep the alarms that are active."""
    key = (event.alarm, event.source)
    if event.active:
        state.alarms[key] = event.value
        state.alarms = dict(sorted(state.alarms.items()))
    else:
        state.alarms.pop(key, None)
    if event.alarm == Alarm.METER_SUSPECT and event.active:
        state.site.meter_lost_at_ms = state.at_ms


def phase_cut(state: State, event: outcomes.PhaseCut) -> None:
    """A phase's overload begins, is cut for again, or ends."""
    guard = state.guards[event.phase]
    if event.over_ma <= 0:
        guard.began_at_ms = None
        guard.taken_ma = 0
        return
    if guard.began_at_ms is None:
        guard.began_at_ms = state.at_ms
    guard.cut_at_ms = state.at_ms
    guard.reading_ma = event.reading_ma
    guard.taken_ma = event.taken_ma


def set_point_decided(state: State, event: outcomes.SetPointDecided) -> None:
    """The new set-point, with what later decisions ask about it: when it changed, was cut, switched phases."""
    charger = charger_of(state, event.source)
    point, at_ms = charger.point, state.at_ms
    _note_issuer(state, charger, event)
    was_ma = point.current_ma if point.on else 0
    now_ma = event.current_ma if event.on else 0
    if now_ma != was_ma:
        point.changed_at_ms = at_ms
    if now_ma < was_ma:
        point.lowered_at_ms = at_ms
        if event.rule in (Rule.OVERLOAD_CUT, Rule.OVERLOAD_STOP):
            point.cut_at_ms = at_ms
            point.stopped_by_overload = now_ma == 0
    if was_ma == 0 and now_ma:
        point.stopped_by_overload = False
        charger.timers[Timer.RESTART] = None
        if event.issuer == Issuer.SURPLUS_CHARGING:
            state.site.surplus_start_at_ms = at_ms
    charger.session.full = event.rule == Rule.TARGET_REACHED
    if event.on != point.on:
        charger.timers[Timer.SURPLUS_START] = None
        charger.timers[Timer.SURPLUS_STOP] = None
    if event.phases and event.phases != (point.phases or wired_phases(state, charger)):
        point.switched_at_ms = point.changed_at_ms = at_ms
        forget_phases(charger)
        for timer in (Timer.SURPLUS_STOP, Timer.PHASES_UP, Timer.PHASES_DOWN):
            charger.timers[timer] = None
    point.seq = state.seq
    point.on = event.on
    point.current_ma = event.current_ma
    point.phases = event.phases
    point.target_ma = event.target_ma
    point.issuer = event.issuer
    point.rule = event.rule
    note_surplus(state)


def _note_issuer(state: State, charger: Charger, event: outcomes.SetPointDecided) -> None:
    """What was given until now was given by the issuer before; from now on it may be house load to the surplus."""
    point = charger.point
    if event.issuer != point.issuer:
        keep_energy(state, charger)
    if (event.on and not point.on) or Issuer.SURPLUS_CHARGING in (event.issuer, point.issuer):
        point.uncredited_at_ms = state.at_ms


def action_intended(state: State, event: outcomes.ActionIntended) -> None:
    """The action is in flight; one it overtook is remembered for its late effect."""
    charger = charger_of(state, event.source)
    ledger = charger.ledger
    if ledger.open_seq:
        remember(state, charger)
    ledger.open_seq = state.seq
    ledger.open_what = event.what
    ledger.open_value = event.value
    ledger.open_reduces = event.reduces
    ledger.open_attempt = event.attempt
    ledger.open_at_ms = state.at_ms
    ledger.sent = False
    ledger.result = None


def _know(charger: Charger, what: int, value: int) -> None:
    ledger = charger.ledger
    if what == What.POWER:
        ledger.known_on = bool(value)
    elif what == What.CURRENT:
        ledger.known_ma = value
    else:
        ledger.known_phases = value
