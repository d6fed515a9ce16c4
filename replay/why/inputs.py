"""What a decision went by: each input with its value, and the event it came from."""

from collections.abc import Iterator
from typing import Final

from hems_actors.core.answers import answer_for
from hems_actors.core.clip import MARGIN_MS
from hems_actors.core.electric import active_phases, bounds_ma, reading_currents_ma, reading_power_w, site_limit_ma
from hems_actors.core.enums import CarPhase, Health, Knowledge, Purpose, Timer
from hems_actors.core.facts import ChargingInfoChanged
from hems_actors.core.modes import has_target_time, is_eco
from hems_actors.core.rates import unflat
from hems_actors.core.state import State
from hems_actors.core.store_reading import draw_w
from hems_actors.core.surplus import LEFT_TO_BATTERY_W, minimum_w, start_threshold_w, stop_threshold_w, surplus_w
from hems_actors.core.units import phase_count
from hems_actors.core.wall import now_s
from replay.text import counted
from replay.why.case import Case, Note
from replay.why.changes import changes_of
from replay.why.plans import plan_note
from replay.why.words import current, duration, mode_text, power, price

_LETTERS: Final = "ABC"
_KNOWN: Final[dict[int, str]] = {
    Knowledge.CONFIGURED: "as configured",
    Knowledge.MEASURED: "as it measures",
    Knowledge.COUNTED: "as it says",
    Knowledge.PROVISIONAL: "as one step at the meter showed",
    Knowledge.CORRELATED: "as steps at the meter showed",
    Knowledge.CONTRADICTED: "its configuration is wrong",
    Knowledge.REMEMBERED: "as in an earlier plug-in",
}
_PHASES: Final[dict[int, str]] = {
    CarPhase.DRAWING: "draws",
    CarPhase.FINISHED: "has stopped drawing",
    CarPhase.NUDGED: "was switched off and on to wake it",
    CarPhase.REFUSES: "takes no power although woken twice",
}
_HEALTHS: Final[dict[int, str]] = {
    Health.CACHED: "not yet proved to be fresh",
    Health.HOLD: "the meter is lost: everything is held",
    Health.NO_METER: "no usable meter",
    Health.NO_CONTROL: "no link to the devices",
    Health.LOG_LOST: "the log cannot be written",
}


def inputs(case: Case) -> Iterator[Note]:
    """Yield what the decision went by."""
    state, charger = case.state, case.charger
    if state.meter.full_seq:
        yield _grid(state)
    if state.site.health != Health.GOOD:
        yield Note(f"Readings: {_HEALTHS.get(state.site.health, 'unknown')}")
    if is_eco(charger.info.mode) and charger.session.plugged:
        yield from _surplus(case)
    if state.battery.source and is_eco(charger.info.mode):
        yield _battery(state)
    yield _limit(case)
    yield from _car(case)
    yield from _charger(case)
    yield from _settings(case)
    yield from _prices(case)
    answer = answer_for(state, charger)
    if answer is not None:
        until = case.teller.time(answer.until_ms)
        yield Note(f"Optimizer: asks for {current(answer.target_ma)}, valid until {until}", answer.seq)


def _grid(state: State) -> Note:
    meter = state.meter
    total_w = reading_power_w(meter.full, meter)
    phases = reading_currents_ma(meter.full, meter)
    shown = ", ".join(f"{_LETTERS[phase]} {current(value)}" for phase, value in enumerate(phases))
    what = f"{power(total_w)} drawn from it" if total_w >= 0 else f"{power(-total_w)} given to it"
    return Note(f"Grid: {what} (phases: {shown}; minus = given)", meter.full_seq)


def _surplus(case: Case) -> Iterator[Note]:
    state, charger = case.state, case.charger
    total_w = surplus_w(state)
    if total_w is None:
        yield Note("Surplus: unknown, no complete reading for 90 s", state.meter.full_seq)
    else:
        credited = [(case.found.name(c.source), draw_w(state, c)) for c in state.on_surplus]
        own = "".join(f", with the {power(own_w)} that {name} draws on surplus" for name, own_w in credited if own_w)
        mine = case.trace.shares.available_w.get(charger.source) if case.trace is not None else None
        rest = "" if mine in (None, total_w) else f"; {power(mine or 0)} of it for this charger, others come first"
        yield Note(f"Surplus: {power(total_w)}, the mean of 30 s{own}{rest}", state.meter.full_seq)
    phases, tolerance = active_phases(state, charger), state.settings.tolerance_permille / 10
    least_w = minimum_w(state, charger, phases)
    low_ma, _high_ma = bounds_ma(state, charger)
    least = f"the least it can take is {current(low_ma)} on {counted(phases, 'phase')}, {power(least_w)}"
    start, stop = power(start_threshold_w(state, charger)), power(stop_threshold_w(state, charger))
    settings_seq = None if case.home.settings is None else case.home.settings.seq
    yield Note(
        f"Thresholds: starts from {start}, stops below {stop} ({least}; {tolerance:g} % of that may be bought)",
        settings_seq,
    )


def _battery(state: State) -> Note:
    battery = state.battery
    does = f"charges with {power(battery.power_w)}" if battery.power_w > 0 else "rests"
    does = f"gives {power(-battery.power_w)}" if battery.power_w < 0 else does
    level = "its level is unknown" if battery.level_percent is None else f"is at {battery.level_percent} %"
    bound = f"{state.settings.battery_level_permille / 10:g} %"
    if battery.above:
        counts = f"at or above {bound}, so the car may have what charges it"
    else:
        counts = f"below {bound}, so what charges it is not for the car, and {LEFT_TO_BATTERY_W} W more are left to it"
    return Note(f"Home battery: {does}, {level}: {counts}", battery.seq)


def _limit(case: Case) -> Note:
    state = case.state
    limit_ma = site_limit_ma(state)
    if not limit_ma:
        return Note("Limit per phase: none")
    by = "configured" if limit_ma == state.config.phase_limit_max_ma else "as set"
    return Note(f"Limit: {current(limit_ma)} per phase, {by}", state.config.limit_seq)


def _car(case: Case) -> Iterator[Note]:
    state, session = case.state, case.charger.session
    if not session.plugged:
        yield Note("Car: none is plugged in", session.seq or None)
        return
    does = _PHASES.get(session.car_phase)
    yield Note(f"Car: plugged in since {case.teller.time(session.at_ms)}{f', {does}' if does else ''}", session.seq)
    car = state.cars.get(case.charger.info.car)
    if car is not None and car.level_percent is not None:
        name = case.found.name(case.charger.info.car)
        yield Note(f"Level: {name} is at {car.level_percent} % of {case.charger.info.target_percent} % wanted", car.seq)


def _charger(case: Case) -> Iterator[Note]:
    state, charger = case.state, case.charger
    report = charger.report
    if not report.connected:
        yield Note("Charger: not reached", charger.report_seq or None)
        return
    shows = f"on, set to {current(report.current_ma)}" if report.power_on else "off"
    yield Note(f"Charger: shows {shows}, draws {power(draw_w(state, charger))}", charger.report_seq)
    mask = charger.map.phases_mask
    known = _KNOWN.get(charger.map.knowledge)
    if charger.session.plugged and known and phase_count(mask):
        loads = "".join(letter for bit, letter in enumerate(_LETTERS) if mask >> bit & 1)
        yield Note(f"Phases: the charger loads {loads}, {known}")
    cut_at_ms = charger.point.cut_at_ms
    since_ms = MARGIN_MS if cut_at_ms is None else case.decided.at_ms - cut_at_ms
    if since_ms < MARGIN_MS and not charger.point.stopped_by_overload:
        yield Note(f"Last overload cut: {duration(since_ms)} before; no raise for 30 s, 1 A is left unused for 5 min")
    restart_ms = charger.timers[Timer.RESTART]
    if charger.point.stopped_by_overload and restart_ms is not None:
        yield Note(f"Room to start again: since {case.teller.time(restart_ms)}")


def _settings(case: Case) -> Iterator[Note]:
    info = case.charger.info
    more = [f"priority {info.priority}"] if info.priority else []
    more += [f"at most {current(info.max_ma)}"] if info.max_ma else []
    if info.spot:
        more.append(f"cheap hours may give {info.daily_percent} % of the capacity a day")
    yield Note(f"Settings: {'; '.join([mode_text(info.mode), *more])}", info.seq or None)
    told = [each for each in case.story.infos if isinstance(each.event, ChargingInfoChanged)]
    changed = changes_of(case, [each.event for each in told if isinstance(each.event, ChargingInfoChanged)])
    if changed and told:
        yield Note(f"They were changed then: {changed}", told[-1].seq)


def _prices(case: Case) -> Iterator[Note]:
    state, charger = case.state, case.charger
    if state.market.enabled and (charger.info.spot or has_target_time(charger.info.mode)):
        at_s = now_s(state)
        slot = next((slot for slot in unflat(state.market.slots) if slot.start_s <= at_s < slot.end_s), None)
        if slot is None:
            yield Note("Price: none is known for now", state.market.seq or None)
        else:
            until = case.teller.wall(state, slot.end_s)
            yield Note(f"Price: {price(slot.price_ueur_kwh)} until {until}", state.market.seq or None)
    for purpose in Purpose:
        note = plan_note(case, purpose)
        if note is not None:
            yield note
