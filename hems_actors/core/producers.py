"""Producers of set-points: what Normal and surplus charging want of a charger, before the gate and the clip.

A producer returns a `Wish` or None. Other modes, tariffs and plans become further rows of `PRODUCERS`.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from hems_actors.core.cars import is_nudging
from hems_actors.core.electric import active_phases, bounds_ma, wired_phases
from hems_actors.core.enums import CarPhase, Health, Issuer, Mode, Timer
from hems_actors.core.headroom import UNLIMITED_MA
from hems_actors.core.rules import Rule
from hems_actors.core.shares import Shares
from hems_actors.core.state import Charger, State
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
)
from hems_actors.core.timers import has_elapsed
from hems_actors.core.units import CURRENT_MA_MIN

_THREE: Final = 3


class Wish(NamedTuple):
    """What a producer wants: a current per phase (0 = off), on how many phases, by which rule."""

    target_ma: int
    phases: int
    issuer: Issuer
    rule: Rule
    operands: tuple[int, ...]


class Site(NamedTuple):
    """What producers ask about the home, computed once per decision."""

    shares: Shares
    spare_ma: list[int]
    cycle: bool


Producer = Callable[[State, Charger, Site], Wish | None]


def normal(state: State, charger: Charger, site: Site) -> Wish | None:
    """Charge now, at the most that limits allow."""
    if charger.info.mode != Mode.NORMAL:
        return None
    low_ma, high_ma = bounds_ma(state, charger)
    target_ma = low_ma if charger.session.car_phase in (CarPhase.FINISHED, CarPhase.REFUSES) else high_ma
    rule = Rule.FINISHED if charger.session.car_phase == CarPhase.FINISHED else Rule.NORMAL
    return Wish(
        _capped(charger, low_ma, target_ma),
        _phases_by_headroom(state, charger, site.spare_ma),
        Issuer.NORMAL,
        rule,
        (target_ma, charger.report_seq),
    )


def surplus(state: State, charger: Charger, site: Site) -> Wish | None:
    """Charge on surplus: start, go on, or stop by its timers (charging.md section 7)."""
    if charger.info.mode != Mode.ECO:
        return None
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


PRODUCERS: Final[tuple[Producer, ...]] = (normal, surplus)


def wish_of(state: State, charger: Charger, site: Site) -> Wish:
    """Return the wish that sets *charger*'s current: the highest of its producers'."""
    wishes = [wish for producer in PRODUCERS if (wish := producer(state, charger, site)) is not None]
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

    What a user switched on by hand stays until the next cycle (charging.md section 11).
    """
    seq, point = state.meter.full_seq, charger.point
    operands = (available_w, seq, start_w, seq)
    if meets(state, available_w, start_w):
        return _share(state, charger, site, Rule.SURPLUS_START, operands)
    if point.issuer == Issuer.UNKNOWN and not site.cycle:
        return Wish(
            point.current_ma, point.phases, Issuer.UNKNOWN, Rule.ADOPTED, (point.current_ma, charger.report_seq)
        )
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
    return Wish(_capped(charger, low_ma, target_ma), phases, Issuer.SURPLUS_CHARGING, rule, operands)


def _capped(charger: Charger, low_ma: int, target_ma: int) -> int:
    cap_ma = charger.session.cap_ma
    return max(low_ma, min(target_ma, cap_ma)) if cap_ma else target_ma


def _goes_to_one_phase(state: State, charger: Charger) -> bool:
    """3p -> 1p goes before a stop (charging.md section 7)."""
    return can_go_down(state, charger) and charger.point.phases == _THREE and may_switch(state, charger)


def _phases_by_surplus(state: State, charger: Charger, site: Site) -> int:
    """Return 1 or 3 phases for surplus charging; chargers that cannot switch keep the wired ones."""
    point = charger.point
    if not can_go_down(state, charger):
        return _settled_phases(state, charger)
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


def _settled_phases(state: State, charger: Charger) -> int:
    """Return the phases of a charger that is not to switch: after two failed tries, what it shows."""
    if charger.session.switch_tries and charger.ledger.known_phases:
        return charger.ledger.known_phases
    return charger.point.phases or wired_phases(state, charger)


def _phases_by_headroom(state: State, charger: Charger, spare: list[int]) -> int:
    """Return 3 phases, but 1 when a phase cannot give 6 A and the remaining one can (charging.md section 7)."""
    point, wired = charger.point, wired_phases(state, charger)
    if not can_go_down(state, charger):
        return _settled_phases(state, charger)
    if not charger.config.rotation:
        return wired if not point.phases or may_switch(state, charger) else point.phases
    if spare[0] >= UNLIMITED_MA:
        return wired
    if point.phases and not may_switch(state, charger):
        return point.phases
    first = int(str(charger.config.rotation)[0]) - 1
    offered = point.current_ma if point.on else 0
    room = [
        phase_ma + (offered if point.phases == _THREE or phase == first else 0) for phase, phase_ma in enumerate(spare)
    ]
    if point.phases == 1:
        margin_ma = CURRENT_MA_MIN + 1_000
        return _THREE if min(room) >= margin_ma else 1
    if min(room) < CURRENT_MA_MIN <= room[first] and (not point.on or charger.point.stopped_by_overload):
        return 1
    return point.phases or wired
