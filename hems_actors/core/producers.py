"""Producers of set-points: what Normal and surplus charging want of a charger, before the gate and the clip.

A producer returns a `Wish` or None; which ones a mode asks says the table in `modes`. Those by plans: `planned`.
"""

from collections.abc import Callable
from typing import Final

from hems_actors.core.cars import is_nudging
from hems_actors.core.electric import active_phases, bounds_ma
from hems_actors.core.enums import CarPhase, Health, Issuer, Timer
from hems_actors.core.modes import ISSUERS
from hems_actors.core.need import drawn_w
from hems_actors.core.optimized import optimized
from hems_actors.core.planned import bought_slot, min_current, time_requirement
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, State
from hems_actors.core.steps import patience_ms
from hems_actors.core.store_reading import SAMPLE_WINDOW_MS
from hems_actors.core.surplus import (
    START_MS,
    STOP_MS,
    can_go_down,
    has_released,
    is_holder,
    may_switch,
    meets,
    start_threshold_w,
    stop_threshold_w,
    takes_power,
)
from hems_actors.core.timers import has_elapsed
from hems_actors.core.wish import Site, Wish, capped, phases_by_headroom, settled_phases

_THREE: Final = 3
_CREDITED: Final = (Issuer.SPOT_MARKET_CHARGING, Issuer.TIME_REQUIREMENT, Issuer.MIN_CURRENT, Issuer.OPTIMIZER)
"""At the end of a slot, or of the optimizer's answer, a charge goes on if there is surplus for it, its own draw
credited (charging.md section 8), once the mean holds that draw for its whole window: earlier it would count twice.
"""


Producer = Callable[[State, Charger, Site], Wish | None]


def normal(state: State, charger: Charger, site: Site) -> Wish | None:
    """Charge now, at the most that limits allow."""
    low_ma, high_ma = bounds_ma(state, charger)
    target_ma = low_ma if charger.session.car_phase in (CarPhase.FINISHED, CarPhase.REFUSES) else high_ma
    rule = Rule.FINISHED if charger.session.car_phase == CarPhase.FINISHED else Rule.NORMAL
    return Wish(
        capped(charger, low_ma, target_ma),
        phases_by_headroom(state, charger, site.spare_ma),
        Issuer.NORMAL,
        rule,
        (target_ma, charger.report_seq),
    )


def surplus(state: State, charger: Charger, site: Site) -> Wish | None:
    """Charge on surplus: start, go on, or stop by its timers (charging.md section 7)."""
    available_w = site.shares.available_w.get(charger.source)
    if available_w is None:
        return _without_sample(state, charger)
    seq, start_w = state.meter.full_seq, start_threshold_w(state, charger)
    if is_holder(charger):
        return _held(state, charger, site, available_w)
    if charger.point.on:
        return _taken_over(state, charger, site, available_w, start_w)
    if not has_elapsed(state, charger, Timer.SURPLUS_START, START_MS):
        return _off(charger, Rule.SURPLUS_MISSING, (available_w, seq, start_w, seq))
    return _share(state, charger, site, Rule.SURPLUS_START, (available_w, seq, start_w, seq))


def _held(state: State, charger: Charger, site: Site, available_w: int) -> Wish:
    """A surplus charge goes on, stops after the delay, or makes way for a higher priority at once."""
    seq, stop_w = state.meter.full_seq, stop_threshold_w(state, charger)
    operands = (available_w, seq, stop_w, seq)
    if has_elapsed(state, charger, Timer.SURPLUS_STOP, STOP_MS) and not _goes_to_one_phase(state, charger):
        if has_released(charger):
            return _off(charger, Rule.FINISHED, (0, charger.report_seq))
        return _off(charger, Rule.SURPLUS_STOP, operands)
    if not meets(state, available_w, stop_w) and meets(state, site.shares.undisplaced_w(charger.source), stop_w):
        return _off(charger, Rule.DISPLACED, operands)
    return _share(state, charger, site, Rule.SURPLUS_CHARGING, operands)


PRODUCERS: Final[dict[Issuer, Producer]] = {
    Issuer.NORMAL: normal,
    Issuer.SURPLUS_CHARGING: surplus,
    Issuer.SPOT_MARKET_CHARGING: bought_slot,
    Issuer.TIME_REQUIREMENT: time_requirement,
    Issuer.MIN_CURRENT: min_current,
}


def wish_of(state: State, charger: Charger, site: Site) -> Wish:
    """Return the wish that sets *charger*'s current.

    The optimizer's while its answer counts; else the highest of those its mode allows, of equal ones the first.
    """
    wish = optimized(state, charger, site)
    if wish is not None:
        return wish
    wishes = [
        wish for issuer in ISSUERS[charger.info.mode] if (wish := PRODUCERS[issuer](state, charger, site)) is not None
    ]
    return max(wishes, key=lambda wish: wish.target_ma)


def _off(charger: Charger, rule: Rule, operands: tuple[int, ...]) -> Wish:
    return Wish(0, charger.point.phases, Issuer.UNKNOWN, rule, operands)


def _without_sample(state: State, charger: Charger) -> Wish:
    """No sample: a running charge goes on until its timers say otherwise; fail-safe is the gate's matter."""
    point = charger.point
    if point.on and (is_holder(charger) or state.site.health != Health.GOOD):
        return Wish(
            point.target_ma or point.current_ma, point.phases, Issuer.SURPLUS_CHARGING, Rule.SURPLUS_CHARGING, ()
        )
    return _off(charger, Rule.SURPLUS_MISSING, ())


def _taken_over(state: State, charger: Charger, site: Site, available_w: int, start_w: int) -> Wish:
    """Charging for another reason: on surplus without off/on if there is enough, else off.

    What a user switched on by hand stays until the next cycle (charging.md section 11); what the optimizer switched on,
    or took over from the sun, until the meter shows what is left beside it.
    """
    seq, point = state.meter.full_seq, charger.point
    is_shown = state.at_ms - point.uncredited_at_ms >= SAMPLE_WINDOW_MS + patience_ms(state)
    if point.issuer in _CREDITED and is_shown:
        available_w += drawn_w(state, charger)
    operands = (available_w, seq, start_w, seq)
    if meets(state, available_w, start_w):
        return _share(state, charger, site, Rule.SURPLUS_START, operands)
    if point.issuer == Issuer.UNKNOWN and not site.cycle:
        return Wish(
            point.current_ma, point.phases, Issuer.UNKNOWN, Rule.ADOPTED, (point.current_ma, charger.report_seq)
        )
    if point.issuer == Issuer.OPTIMIZER and not is_shown and takes_power(charger):
        kept_ma = max(bounds_ma(state, charger)[0], point.current_ma)
        return Wish(kept_ma, point.phases, Issuer.OPTIMIZER, Rule.OPTIMIZER_ENDED, ())
    return _off(charger, Rule.SURPLUS_MISSING, operands)


def _share(state: State, charger: Charger, site: Site, rule: Rule, operands: tuple[int, ...]) -> Wish:
    """The charger's share as a current; it changes once a cycle, at a start and at a phase switch."""
    point = charger.point
    phases = _phases_by_surplus(state, charger, site)
    keeps = point.on and point.issuer == Issuer.SURPLUS_CHARGING and phases == point.phases and not site.cycle
    low_ma, high_ma = bounds_ma(state, charger)
    if keeps:
        target_ma = min(high_ma, max(low_ma, point.target_ma))
    else:
        used = phases if phases != point.phases else active_phases(state, charger)
        target_ma = site.shares.current_ma(state, charger, used)
    return Wish(capped(charger, low_ma, target_ma), phases, Issuer.SURPLUS_CHARGING, rule, operands)


def _goes_to_one_phase(state: State, charger: Charger) -> bool:
    """3p -> 1p goes before a stop (charging.md section 7)."""
    return can_go_down(state, charger) and charger.point.phases == _THREE and may_switch(state, charger)


def _phases_by_surplus(state: State, charger: Charger, site: Site) -> int:
    """Return 1 or 3 phases for surplus charging; chargers that cannot switch keep the wired ones."""
    point = charger.point
    if not can_go_down(state, charger):
        return settled_phases(state, charger)
    if not point.on:
        if point.phases and not may_switch(state, charger):
            return point.phases
        return _THREE if site.shares.is_enough_for(state, charger, _THREE) else 1
    if is_nudging(state, charger) or not may_switch(state, charger):
        return point.phases
    if point.phases == _THREE and (
        has_elapsed(state, charger, Timer.PHASES_DOWN, STOP_MS)
        or has_elapsed(state, charger, Timer.SURPLUS_STOP, STOP_MS)
    ):
        return 1
    if point.phases == 1 and has_elapsed(state, charger, Timer.PHASES_UP, START_MS):
        return _THREE
    return point.phases
