"""Which fact asks for another plan; without one a plan stands (charging.md section 8)."""

from typing import NamedTuple

from hems_actors.core.enums import PlanCause, Purpose
from hems_actors.core.planned import steps_of
from hems_actors.core.state import Plan, State
from hems_actors.core.wall import now_s
from hems_actors.core.wants import REST_PERCENT, REST_WS, Want, power_of


class Cause(NamedTuple):
    """Why a plan is made anew: the kind of fact, and the event; `NONE` = it stands."""

    kind: PlanCause = PlanCause.NONE
    seq: int = 0


def cause_of(state: State, want: Want) -> Cause:
    """Return which fact asks for another plan for *want*."""
    plan = want.plan
    if not want.until_s and not plan.until_s:
        return Cause()
    cause = _cause_of_user(state, want)
    if cause.kind or not (want.need_ws or plan.need_ws):
        return cause
    if state.market.seq > plan.seq:
        return Cause(PlanCause.PRICES, state.market.seq)
    if state.config.limit_seq > plan.seq:
        return Cause(PlanCause.LIMIT, state.config.limit_seq)
    phases_mask, phases, current_ma = power_of(state, want.charger)
    if (phases_mask, phases) != (plan.phases_mask, plan.phases):
        return Cause(PlanCause.PHASES, state.fact_seq)
    return Cause(PlanCause.LIMIT if current_ma != plan.current_ma else _cause_by_time(state, want), state.fact_seq)


def has_ended(plan: Plan, at_s: int) -> bool:
    """Return whether a run of *plan* has ended since it was made; where only the power changes a run goes on."""
    steps = steps_of(plan)
    return any(
        plan.at_s < to_s <= at_s
        for at, (_from_s, to_s, _power_w) in enumerate(steps)
        if at + 1 == len(steps) or steps[at + 1][0] > to_s
    )


def _cause_of_user(state: State, want: Want) -> Cause:
    """Return whether it is another plug-in, other settings, or another deadline or day."""
    charger, plan = want.charger, want.plan
    settings_seq = max(charger.info.seq, state.planning.seq)
    if charger.session.seq > max(plan.seq, settings_seq):
        return Cause(PlanCause.PLUGGED, charger.session.seq)
    if settings_seq > plan.seq:
        return Cause(PlanCause.SETTINGS, settings_seq)
    if want.until_s != plan.until_s:
        return Cause(PlanCause.DAY_BEGAN if want.purpose == Purpose.DAY else PlanCause.DEADLINE, state.fact_seq)
    return Cause()


def _cause_by_time(state: State, want: Want) -> PlanCause:
    at_s, plan = now_s(state), want.plan
    if at_s < plan.at_s:
        return PlanCause.CLOCK
    if has_ended(plan, at_s):
        return PlanCause.SLOT_ENDED
    off_ws = abs(want.need_ws - _expected_ws(plan, at_s))
    return PlanCause.NEED if off_ws > REST_WS and off_ws * 100 > plan.need_ws * REST_PERCENT else PlanCause.NONE


def _expected_ws(plan: Plan, at_s: int) -> int:
    """Return what would be needed at *at_s* if all went as *plan* says."""
    given_ws = plan.base_w * max(0, at_s - plan.at_s)
    for from_s, to_s, power_w in steps_of(plan):
        given_ws += max(0, min(to_s, at_s) - max(from_s, plan.at_s)) * (power_w - plan.base_w)
    return max(0, plan.need_ws - given_ws)
