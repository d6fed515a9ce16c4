"""The clip: what of a wish the limit, the health of readings and the ramp allow now (charging.md 5.5, 10)."""

from typing import Final, NamedTuple

from hems_actors.core.electric import bounds_ma, is_certain, is_in_doubt, mask_of, offer_ma, site_limit_ma
from hems_actors.core.enums import Health, Issuer, OnExit
from hems_actors.core.headroom import RESTART_MARGIN_MA, UNLIMITED_MA, balanced_ma, claim, headroom_ma, may_restart
from hems_actors.core.overload import Cuts
from hems_actors.core.phases import is_waiting_for_evidence
from hems_actors.core.point import Point, held, off
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, State
from hems_actors.core.units import SECOND_MS, floor_to
from hems_actors.core.wish import Wish

RAISE_EVERY_MS: Final = 10 * SECOND_MS  # 5 A per 10 s, and so >= 5 s apart
RAISE_MA_MAX: Final = 5_000
NO_RAISE_AFTER_CUT_MS: Final = 30 * SECOND_MS
MARGIN_MS: Final = 300 * SECOND_MS
MARGIN_MA: Final = 1_000


class Room(NamedTuple):
    """What is left to give while chargers are decided one after the other."""

    spare_ma: list[int]
    offers: dict[int, int]
    starters: list[int]


def clip(state: State, charger: Charger, wish: Wish, cuts: Cuts, room: Room) -> Point:
    """Return the set-point *wish* becomes: cut, lowered, held, started or raised."""
    if state.site.exiting:
        return _exit(state, charger)
    wish = wish._replace(target_ma=min(wish.target_ma, bounds_ma(state, charger)[1]))
    if charger.source in cuts.offers:
        return _cut(charger, wish, cuts)
    if state.site.health == Health.NO_METER:
        return _failsafe(state, charger, wish)
    if wish.target_ma == 0:
        unsure = state.site.health not in (Health.GOOD, Health.LOG_LOST) or is_in_doubt(charger)
        if unsure and charger.point.on:
            return held(charger, Rule.READINGS_NOT_FRESH, ())
        return off(charger, wish.issuer, wish.rule, wish.operands)
    return _follow(state, charger, wish, room)


def _follow(state: State, charger: Charger, wish: Wish, room: Room) -> Point:
    """Come nearer to a wish above 0: down at once, up only with fresh readings, room and no evidence to disturb."""
    point, offered = charger.point, offer_ma(charger)
    allowed_ma = min(wish.target_ma, _unbalanced_ma(state, charger, room))
    if allowed_ma < bounds_ma(state, charger)[0]:
        operands = (allowed_ma, state.fact_seq, state.config.unbalance_limit_ma, state.fact_seq)
        return off(charger, Issuer.OVERLOAD_PROTECTION, Rule.UNBALANCE, operands)
    phases = point.phases or wish.phases
    switches = offered != 0 and wish.phases != phases
    if allowed_ma <= offered and not switches:
        return _at(wish, allowed_ma, phases)
    if state.site.health != Health.GOOD or is_in_doubt(charger):
        lost = state.site.health == Health.LOG_LOST
        return held(charger, Rule.LOG_LOST if lost else Rule.READINGS_NOT_FRESH, ())
    if is_waiting_for_evidence(state, charger) or _is_evidence_beginning(state, room):
        return held(charger, Rule.WAITS_FOR_EVIDENCE, ())
    if offered == 0:
        return _start(state, charger, wish, room)
    if switches:
        return _switch(state, charger, wish, room)
    return _raise(state, charger, wish, allowed_ma, room)


def _at(wish: Wish, current_ma: int, phases: int) -> Point:
    return Point(
        on=True,
        current_ma=current_ma,
        phases=phases,
        target_ma=wish.target_ma,
        issuer=wish.issuer,
        rule=wish.rule,
        operands=wish.operands,
    )


def _cut(charger: Charger, wish: Wish, cuts: Cuts) -> Point:
    """An overload takes it down at once; the producer stays the issuer unless nothing is left."""
    current_ma = min(cuts.offers[charger.source], wish.target_ma)
    operands = cuts.causes.get(charger.source, ())
    if current_ma == 0:
        return off(charger, Issuer.OVERLOAD_PROTECTION, Rule.OVERLOAD_STOP, operands)
    return Point(
        on=True,
        current_ma=current_ma,
        phases=charger.point.phases,
        target_ma=wish.target_ma,
        issuer=wish.issuer,
        rule=Rule.OVERLOAD_CUT,
        operands=operands,
    )


def _failsafe(state: State, charger: Charger, wish: Wish) -> Point:
    """At most the safe current; chargers that are off stay off while the root meter is lost."""
    low_ma, high_ma = bounds_ma(state, charger)
    safe_ma = min(charger.config.safe_ma, high_ma)
    operands = (safe_ma, state.fact_seq)
    offered = offer_ma(charger)
    if wish.target_ma == 0 and wish.rule in (Rule.SURPLUS_MISSING, Rule.OPTIMIZER_PAUSES):
        return off(charger, wish.issuer, wish.rule, wish.operands)
    stays_off = state.config.meter or state.site.log_lost or not may_restart(state, charger)
    if safe_ma < low_ma or (not offered and stays_off):
        return off(charger, Issuer.FAILSAFE, Rule.FAILSAFE, operands)
    current_ma = floor_to(min(safe_ma, offered or safe_ma), charger.config.step_ma)
    return Point(
        on=True,
        current_ma=max(low_ma, current_ma),
        phases=charger.point.phases or wish.phases,
        target_ma=wish.target_ma,
        issuer=Issuer.FAILSAFE,
        rule=Rule.FAILSAFE,
        operands=operands,
    )


def _exit(state: State, charger: Charger) -> Point:
    """The daemon ends: keep, at most the safe current, or stop; never switches a charger on."""
    point, policy = charger.point, state.config.on_exit
    low_ma, _high_ma = bounds_ma(state, charger)
    safe_ma = floor_to(charger.config.safe_ma, charger.config.step_ma)
    if policy == OnExit.KEEP or not point.on:
        return held(charger, Rule.EXIT, (point.current_ma, state.fact_seq))
    if policy == OnExit.STOP or safe_ma < low_ma:
        return off(charger, Issuer.FAILSAFE, Rule.EXIT, (0, state.fact_seq))
    return held(charger, Rule.EXIT, (safe_ma, state.fact_seq))._replace(current_ma=min(point.current_ma, safe_ma))


def _start(state: State, charger: Charger, wish: Wish, room: Room) -> Point:
    """From 0 to the effective minimum in one step, if all its phases have room for it."""
    low_ma, _high_ma = bounds_ma(state, charger)
    seq = state.meter.full_seq
    room_ma = min(headroom_ma(state, charger, room.spare_ma, wish.phases), _unbalanced_ma(state, charger, room))
    if wish.issuer == Issuer.SURPLUS_CHARGING and _is_surplus_taken(state, room):
        return _waiting(charger, wish, Rule.START_WAITS, ())
    if not may_restart(state, charger):
        return _waiting(charger, wish, Rule.RESTART_WAITS, (room_ma, seq, low_ma + RESTART_MARGIN_MA, seq))
    if room_ma < low_ma:
        return _waiting(charger, wish, Rule.NO_HEADROOM, (room_ma, seq, low_ma, seq))
    claim(state, charger, room.spare_ma, low_ma, wish.phases)
    room.starters.append(charger.source)
    return _at(wish, low_ma, wish.phases)


def _is_evidence_beginning(state: State, room: Room) -> bool:
    """Return whether a charger of unknown phases was started in this decision: its step must stand alone."""
    return any(not is_certain(state.chargers[source]) for source in room.starters)


def _is_surplus_taken(state: State, room: Room) -> bool:
    """The same surplus starts one charger only: the next waits one complete reading >= 10 s later (charging.md 7)."""
    started_at_ms = state.site.surplus_start_at_ms
    return bool(room.starters) or (
        started_at_ms is not None and state.meter.full_at_ms < started_at_ms + RAISE_EVERY_MS
    )


def _waiting(charger: Charger, wish: Wish, rule: Rule, operands: tuple[int, ...]) -> Point:
    return off(charger, charger.point.issuer, rule, operands)._replace(target_ma=0, phases=wish.phases)


def _switch(state: State, charger: Charger, wish: Wish, room: Room) -> Point:
    """Another number of phases begins at the minimum; phases it did not load before need room for it."""
    low_ma, _high_ma = bounds_ma(state, charger)
    own_mask = mask_of(state, charger) if is_certain(charger) else 0
    offered, seq = offer_ma(charger), state.meter.full_seq
    room_ma = min(spare + offered * (own_mask >> phase & 1) for phase, spare in enumerate(room.spare_ma))
    if wish.phases > charger.point.phases and room_ma < low_ma:
        return held(charger, Rule.NO_HEADROOM, (room_ma, seq, low_ma, seq))
    for phase, spare in enumerate(room.spare_ma):
        room.spare_ma[phase] = spare - low_ma
    return _at(wish, low_ma, wish.phases)._replace(rule=Rule.PHASE_SWITCH, operands=(wish.phases, state.fact_seq))


def _raise(state: State, charger: Charger, wish: Wish, allowed_ma: int, room: Room) -> Point:
    """Towards the target at a complete reading: >= 10 s apart, <= 5 A, none for 30 s after an overload cut."""
    point, offered = charger.point, offer_ma(charger)
    current_ma = offered
    if not raise_waits(state, charger):
        room_ma = headroom_ma(state, charger, room.spare_ma) - _margin_ma(state, charger)
        step_ma = allowed_ma if room_ma >= UNLIMITED_MA else min(allowed_ma, offered + RAISE_MA_MAX, room_ma)
        current_ma = max(offered, floor_to(step_ma, charger.config.step_ma))
        claim(state, charger, room.spare_ma, current_ma - offered)
    return _at(wish, current_ma, point.phases or wish.phases)


def raise_waits(state: State, charger: Charger) -> bool:
    """Return whether *charger* may not be raised yet, however much room there is."""
    point, now_ms = charger.point, state.at_ms
    return (
        not _is_reading_news(state, charger)
        or now_ms - point.changed_at_ms < RAISE_EVERY_MS
        or (point.cut_at_ms is not None and now_ms - point.cut_at_ms < NO_RAISE_AFTER_CUT_MS)
        or not _has_followed(charger)
        or charger.map.step_ma != 0  # the last step is not yet seen at the root meter
    )


def _is_reading_news(state: State, charger: Charger) -> bool:
    """Return whether a raise can go by the newest complete reading: it just came, or it still stands at a cycle.

    A meter says nothing while its value stays, so a steady house must not keep a car at its minimum.
    """
    if state.meter.full_seq == state.fact_seq or not site_limit_ma(state):
        return True
    meter = state.meter
    stands = meter.full_seq == meter.latest_seq and meter.full_at_ms > charger.point.changed_at_ms
    return stands and state.site.cycle_seq == state.fact_seq


def _has_followed(charger: Charger) -> bool:
    """Return whether the charger shows its set-point, so that the next step begins where it stands."""
    ledger, point = charger.ledger, charger.point
    return ledger.open_seq == 0 and ledger.known_on and ledger.known_ma == point.current_ma


def _margin_ma(state: State, charger: Charger) -> int:
    """Return what a raise leaves unused: for 5 min after a cut, so that a noisy phase is not cut every 30 s."""
    cut_at_ms = charger.point.cut_at_ms
    recent = cut_at_ms is not None and state.at_ms - cut_at_ms < MARGIN_MS
    return MARGIN_MA if recent else 0


def _unbalanced_ma(state: State, charger: Charger, room: Room) -> int:
    return floor_to(balanced_ma(state, charger, room.offers), charger.config.step_ma)
