"""What lost: who else was asked and wanted less or nothing, what the limit took, what else could have been planned."""

from collections.abc import Iterator
from typing import Final

from hems_actors.core.enums import Issuer, Mode, Purpose
from hems_actors.core.rules import Rule
from hems_actors.core.surplus import is_holder, takes_power
from hems_actors.core.wish import Wish
from replay.values import MODE_NAMES
from replay.why.case import Case, Note
from replay.why.plans import at_once_text, next_run
from replay.why.trace import Asked, Trace
from replay.why.words import ISSUER_NAMES, capitalised, current, listed, offer, power

_PLANNED: Final[dict[int, Purpose]] = {
    Issuer.SPOT_MARKET_CHARGING: Purpose.DAY,
    Issuer.TIME_REQUIREMENT: Purpose.DEADLINE,
}
_HUGE_MA: Final = 250_000
"""More than any connection has: no limit."""
_HELD_BACK: Final = (
    *(Rule.RESTART_WAITS, Rule.NO_HEADROOM, Rule.WAITS_FOR_EVIDENCE, Rule.START_WAITS, Rule.READINGS_NOT_FRESH),
    *(Rule.LOG_LOST, Rule.UNBALANCE, Rule.FAILSAFE, Rule.OVERLOAD_CUT, Rule.OVERLOAD_STOP),
)
_ON_SURPLUS: Final = (
    *(Rule.SURPLUS_MISSING, Rule.SURPLUS_STOP, Rule.DISPLACED, Rule.SURPLUS_CHARGING, Rule.SURPLUS_START),
)


def rejected(case: Case) -> Iterator[Note]:
    """Yield what was not done, and why not."""
    trace = case.trace
    if trace is None:
        return
    if tuple(trace.point) != tuple(case.event[1:]):
        yield Note(f"This version would decide otherwise ({_point_text(trace)}), so what lost then cannot be told")
        return
    if trace.wish is None:
        yield from _unasked(case, trace)
        return
    for asked in trace.asked:
        if asked.wish is None:
            yield _wanted_nothing(case, asked.issuer)
        elif not _is_chosen(asked, trace.wish):
            yield _wanted_less(asked.issuer, asked.wish, trace.wish)
    yield from _clipped(case, trace.wish)
    others = [MODE_NAMES[mode] for mode in Mode if mode != case.charger.info.mode]
    if trace.wish.issuer == Issuer.UNKNOWN and case.event.rule == Rule.SURPLUS_MISSING:
        yield Note(f"{_at_once_by_mode(case)} would only be done in another mode ({listed(others, 'or')})")
    instead = at_once_text(case.state, case.charger)
    if instead is not None:
        yield Note(instead)
    yield from _rivals(case)


def _is_chosen(asked: Asked, wish: Wish) -> bool:
    return asked.wish is not None and (asked.wish.issuer, asked.wish.rule) == (wish.issuer, wish.rule)


def _unasked(case: Case, trace: Trace) -> Iterator[Note]:
    """Nobody was asked: what would they have wanted?"""
    wanted = [asked for asked in trace.asked if asked.wish is not None and asked.wish.target_ma]
    for asked in wanted if trace.verdict is not None and case.charger.session.plugged else ():
        if asked.wish is not None:
            name = capitalised(ISSUER_NAMES[asked.issuer])
            yield Note(f"{name} would have given {current(asked.wish.target_ma)}, but was not asked")


def _wanted_nothing(case: Case, issuer: Issuer) -> Note:
    """Return why a producer by plans wants nothing now."""
    state, charger = case.state, case.charger
    name, purpose = capitalised(ISSUER_NAMES[issuer]), _PLANNED[issuer]
    plan = charger.plans[purpose]
    if not takes_power(charger):
        return Note(f"{name} wanted nothing: the car takes no power")
    run = next_run(state, plan)
    if run is not None:
        begins, ends = (case.teller.wall(state, wall_s) for wall_s in run[:2])
        return Note(f"{name} wanted nothing yet: planned is {begins} to {ends}", plan.seq)
    if purpose == Purpose.DEADLINE:
        reason = "no deadline counts now" if not charger.deadline.at_s else "nothing is needed for it any more"
        return Note(f"{name} wanted nothing: {reason}", plan.seq or None)
    if not state.market.enabled:
        return Note(f"{name} wanted nothing: prices are not used in this home", state.market.seq or None)
    if not charger.info.spot or not charger.info.daily_percent:
        return Note(f"{name} wanted nothing: the charger's settings do not allow to buy any", charger.info.seq or None)
    if charger.deadline.at_s:
        return Note(f"{name} wanted nothing: the plan for the deadline buys all that is needed")
    return Note(f"{name} wanted nothing: nothing more is to be bought for this day", plan.seq or None)


def _wanted_less(issuer: Issuer, wish: Wish, chosen: Wish) -> Note:
    """Return what a producer wanted that another one outbid."""
    name = capitalised(ISSUER_NAMES[issuer])
    by = ISSUER_NAMES[chosen.issuer] if chosen.issuer else "what was decided"
    reason = f" ({_operands_text(wish)})" if _operands_text(wish) else ""
    if chosen.issuer == Issuer.OPTIMIZER or chosen.rule == Rule.OPTIMIZER_PAUSES:
        wanted = f"{current(wish.target_ma)}" if wish.target_ma else "nothing"
        return Note(f"{name} wanted {wanted}{reason}, but while the optimizer's answer counts nobody else does")
    if not wish.target_ma:
        return Note(f"{name} wanted nothing{reason}")
    if wish.target_ma == chosen.target_ma:
        return Note(f"{name} wanted {current(wish.target_ma)}{reason}, too: of equal wishes {by} comes first")
    highest = f"{by} wanted {current(chosen.target_ma)}, and the highest counts"
    return Note(f"{name} wanted {current(wish.target_ma)}{reason}, but {highest}")


def _operands_text(wish: Wish) -> str:
    if wish.rule in _ON_SURPLUS:
        if not wish.operands:
            return "no surplus is known"
        available_w, _seq, threshold_w, _threshold_seq = wish.operands
        return f"surplus {power(available_w)}, threshold {power(threshold_w)}"
    return ""


def _clipped(case: Case, wish: Wish) -> Iterator[Note]:
    """What was asked for and not given."""
    event = case.event
    given_ma = event.current_ma if event.on else 0
    if given_ma >= wish.target_ma:
        return
    name = capitalised(ISSUER_NAMES[wish.issuer])
    if event.rule in _HELD_BACK or case.trace is None or case.trace.is_cut:
        yield Note(f"{name} wanted {offer(wish.target_ma, wish.phases)}; that was not given, see above")
    else:
        spare_ma = min(case.trace.spare_ma)
        room = f"; the limit leaves {current(spare_ma)} more on the fullest phase" if abs(spare_ma) < _HUGE_MA else ""
        yield Note(f"{name} wanted {current(wish.target_ma)} at once; it is raised step by step{room}")


def _at_once_by_mode(case: Case) -> str:
    return f"Charging at once, with up to {current(case.charger.report.max_ma)},"


def _rivals(case: Case) -> Iterator[Note]:
    """Who else has surplus that this charger does not get."""
    trace = case.trace
    if trace is None or case.event.issuer not in (Issuer.UNKNOWN, Issuer.SURPLUS_CHARGING):
        return
    for source, granted_w in trace.shares.granted_w.items():
        other = case.state.chargers[source]
        if source != case.charger.source and is_holder(other) and granted_w:
            rank = "of higher priority" if other.info.priority > case.charger.info.priority else "already charging"
            yield Note(f"{case.found.name(source)}, {rank}, was granted {power(granted_w)} of the surplus")


def _point_text(trace: Trace) -> str:
    point = trace.point
    return offer(point.current_ma, point.phases) if point.on else "off"
