"""The thresholds that a decision was near: which one, and how far it was."""

from collections.abc import Iterator
from typing import NamedTuple

from hems_actors.core.cars import RESUME_PERCENT
from hems_actors.core.electric import active_phases, bounds_ma, mask_of, reading_currents_ma, site_limit_ma
from hems_actors.core.enums import Issuer, Purpose, Timer
from hems_actors.core.headroom import UNLIMITED_MA
from hems_actors.core.modes import is_eco
from hems_actors.core.rules import Rule
from hems_actors.core.surplus import (
    START_MS,
    STOP_MS,
    all_phases_w,
    can_go_down,
    is_holder,
    one_phase_max_w,
    start_threshold_w,
    stop_threshold_w,
)
from hems_actors.core.units import mask_phases, power_w_of
from hems_actors.core.wall import now_s
from replay.why.case import Case
from replay.why.plans import next_run
from replay.why.words import current, duration, power

_PHASES = "ABC"
_THREE = 3


class Threshold(NamedTuple):
    """A threshold; `off_permille` is how far the value was from it, in parts of the threshold."""

    text: str
    off_permille: int


def thresholds(case: Case) -> list[Threshold]:
    """Return the thresholds that bear on the decision, the nearest first."""
    if not case.charger.session.plugged:
        return []
    found = [*_surplus(case), *_limit(case), *_level(case), *_plan(case)]
    return sorted(found, key=lambda threshold: threshold.off_permille)


def _surplus(case: Case) -> Iterator[Threshold]:
    state, charger, trace = case.state, case.charger, case.trace
    if trace is None or not is_eco(charger.info.mode):
        return
    available_w = trace.shares.available_w.get(charger.source)
    if available_w is None:
        return
    if not is_holder(charger):
        if case.event.rule not in (Rule.BOUGHT_SLOT, Rule.PLANNED_SLOT, Rule.DEADLINE_MISSED):
            lasts = _lasts(case, Timer.SURPLUS_START, START_MS)
            yield _watts("the start threshold", available_w, start_threshold_w(state, charger), lasts)
        return
    lasts = _lasts(case, Timer.SURPLUS_STOP, STOP_MS)
    yield _watts("the stop threshold", available_w, stop_threshold_w(state, charger), lasts)
    if case.event.on and case.event.issuer == Issuer.SURPLUS_CHARGING:
        phases, step_ma = active_phases(state, charger), charger.config.step_ma
        next_ma = case.event.target_ma + step_ma
        if next_ma <= bounds_ma(state, charger)[1]:
            share_w = min(available_w, trace.shares.granted_w.get(charger.source, 0))
            yield _watts(f"the next step, {current(next_ma)}", share_w, power_w_of(next_ma, phases), "")
    if can_go_down(state, charger):
        if charger.point.phases == _THREE:
            lasts = _lasts(case, Timer.PHASES_DOWN, STOP_MS)
            yield _watts("the switch to 1 phase", available_w, all_phases_w(state, charger), lasts)
        else:
            lasts = _lasts(case, Timer.PHASES_UP, START_MS)
            up_w = max(all_phases_w(state, charger), one_phase_max_w(state, charger))
            yield _watts("the switch to 3 phases", available_w, up_w, lasts)


def _watts(name: str, value_w: int, threshold_w: int, lasts: str) -> Threshold:
    off_w = value_w - threshold_w
    how = f"the surplus was {power(abs(off_w))} {'above' if off_w >= 0 else 'below'} it{lasts}"
    return Threshold(f"{name}, {power(threshold_w)}: {how}", _permille(off_w, threshold_w))


def _lasts(case: Case, timer: Timer, delay_ms: int) -> str:
    """Return for how long a timer has run, of how long it must."""
    since_ms = case.charger.timers[timer]
    if since_ms is None:
        return ""
    return f" for {duration(case.decided.at_ms - since_ms)} of the {duration(delay_ms)} that count"


def _limit(case: Case) -> Iterator[Threshold]:
    """How far the fullest phase that the charger loads was from its limit."""
    state, limit_ma = case.state, site_limit_ma(case.state)
    if not limit_ma or not state.meter.latest_seq or limit_ma >= UNLIMITED_MA:
        return
    currents = reading_currents_ma(state.meter.latest, state.meter)
    phase = max(mask_phases(mask_of(state, case.charger)), key=lambda each: currents[each])
    off_ma = limit_ma - currents[phase]
    side = "below" if off_ma >= 0 else "above"
    yield Threshold(
        f"the limit of phase {_PHASES[phase]}, {current(limit_ma)}: the meter was {current(abs(off_ma))} {side} it",
        _permille(off_ma, limit_ma),
    )


def _level(case: Case) -> Iterator[Threshold]:
    charger = case.charger
    car = case.state.cars.get(charger.info.car)
    if car is None or car.level_percent is None or not is_eco(charger.info.mode):
        return
    target = charger.info.target_percent
    if case.event.rule == Rule.TARGET_REACHED:
        bound = target - RESUME_PERCENT
        text = f"{bound} %, where it resumes: the car is {max(0, car.level_percent - bound)} points above it"
        yield Threshold(text, _permille(car.level_percent - bound, max(1, bound)))
    elif car.level_percent < target:
        off = target - car.level_percent
        yield Threshold(f"the target, {target} %: the car was {off} points below it", _permille(off, target))


def _plan(case: Case) -> Iterator[Threshold]:
    """How long until, or since, a planned run."""
    state = case.state
    for purpose in Purpose:
        run = next_run(state, case.charger.plans[purpose])
        if run is None:
            continue
        at_s = now_s(state)
        begins = run[0] > at_s
        edge_s = run[0] if begins else run[1]
        what = "the planned start" if begins else "the planned end"
        text = f"{what} at {case.teller.wall(state, edge_s)}: {duration((edge_s - at_s) * 1000)} later"
        yield Threshold(text, _permille(edge_s - at_s, 3_600))


def _permille(off: int, threshold: int) -> int:
    return abs(off) * 1_000 // max(1, abs(threshold))
