"""When each charger is to charge, for its deadline and in the slots bought for the day (charging.md section 8).

Planned anew only when a fact changed what a plan was made from; the plan that follows names that fact. All chargers are
planned together, in the order of their latest starts, each on the headroom the earlier left; what changes nothing for a
charger leaves its plan as it is.
"""

from itertools import islice
from typing import Final

from hems_actors.core.causes import Cause, cause_of, has_ended
from hems_actors.core.deadlines import deadline_due_s, judge_deadline
from hems_actors.core.electric import bounds_ma, site_limit_ma
from hems_actors.core.enums import PlanCause, Purpose
from hems_actors.core.need import NOT_PROVED, PRICES_ASSUMED, need_of
from hems_actors.core.outcomes import Judgement, PlanMade
from hems_actors.core.planned import steps_of
from hems_actors.core.planning.several import Planned, Request, Site, plan_all
from hems_actors.core.rates import Rates, priced_s, unflat
from hems_actors.core.state import Charger, State
from hems_actors.core.wall import at_ms_of, now_s
from hems_actors.core.wants import (
    Want,
    beside_ws,
    day_want,
    deadline_want,
    is_rest,
    left_of,
    power_of,
    running_since_s,
    worth_ws,
)
from hems_actors.core.wish import capped

_WS_PER_WH: Final = 3_600
_OWN: Final = (PlanCause.NEED, PlanCause.SLOT_ENDED, PlanCause.PHASES, PlanCause.CLOCK)
"""What a charger does by itself: others go on with their plans where they still have room."""


def judge_plans(state: State) -> list[Judgement]:
    """Return what became of deadlines, and the plans made anew; without a link both wait."""
    found: list[Judgement] = []
    if not state.site.link_up:
        return found
    wants: list[Want] = []
    for charger in state.chargers.values():
        need = need_of(state, charger)
        pursuit = judge_deadline(state, charger, need)
        found += pursuit.judged
        wants += [deadline_want(state, charger, need, pursuit), day_want(state, charger, need, pursuit)]
    causes = [(want, cause_of(state, want)) for want in wants]
    if any(cause.kind for _want, cause in causes):
        found += _plans(state, causes)
    return found


def judge_plans_if_due(state: State) -> list[Judgement]:
    """Return the same if a car came or left, or a run has just ended; plans ask nothing else of a report or reading.

    A reading in the very instant in which a run ends must not find nothing planned after it.
    """
    at_s = now_s(state)
    chargers = state.chargers.values()
    if any(charger.session.seq == state.fact_seq for charger in chargers) or any(
        has_ended(plan, at_s) for charger in chargers for plan in charger.plans if plan.runs
    ):
        return judge_plans(state)
    return []


def plans_due_ms(state: State, charger: Charger) -> list[int]:
    """Return the instants at which a slot begins or ends, a deadline is reached or over, and a new day begins."""
    at_s = now_s(state)
    due_s = [plan.until_s for plan in charger.plans if plan.until_s > at_s]
    for plan in charger.plans:
        if plan.runs:
            edges = (edge_s for step in steps_of(plan) for edge_s in step[:2] if edge_s > at_s)
            due_s.extend(islice(edges, 1))
    deadline_s = deadline_due_s(charger)
    return [at_ms_of(state, edge_s) for edge_s in (due_s if deadline_s is None else [*due_s, deadline_s])]


def _plans(state: State, causes: list[tuple[Want, Cause]]) -> list[Judgement]:
    """Return a plan for each want that has a cause, or for which others leave other headroom than before."""
    at_s = now_s(state)
    rates: Rates = unflat(state.market.slots) if state.market.enabled else ()
    site = Site(site_limit_ma(state), state.planning.house_ma, state.planning.run_s_min)
    requests = [_request(state, want, cause) for want, cause in causes if want.until_s]
    planned = {made.source: made for made in plan_all(requests, rates, at_s, site)}
    found: list[Judgement] = []
    for want, cause in causes:
        made = planned.get(want.charger.source)
        if cause.kind and not want.until_s:
            found.append(PlanMade(want.charger.source, want.purpose, 0, 0, (), 0, 0, 0, 0, 0, 0, 0, *cause))
        elif want.until_s and made is not None and (cause.kind or made.steps != left_of(want.plan, at_s)):
            why = cause if cause.kind else Cause(PlanCause.OTHERS, state.fact_seq)
            found.append(_made(state, want, made, rates, why))
    return found


def _request(state: State, want: Want, cause: Cause) -> Request:
    charger, at_s = want.charger, now_s(state)
    phases_mask, phases, current_ma = power_of(state, charger)
    low_ma, _high_ma = bounds_ma(state, charger)
    return Request(
        charger.source,
        charger.info.priority,
        worth_ws(state, want, beside_ws(want, at_s)),
        want.until_s,
        phases_mask,
        phases,
        low_ma,
        capped(charger, low_ma, current_ma) if current_ma else 0,
        charger.config.step_ma,
        running_since_s(want, at_s),
        priced_only=want.purpose == Purpose.DAY,
        at_once=cause.kind == PlanCause.SLOT_ENDED and is_rest(want, at_s),
        base=want.base,
        before=left_of(want.plan, at_s),
        stands=not cause.kind,
        shakes=cause.kind not in _OWN,
    )


def _made(state: State, want: Want, made: Planned, rates: Rates, cause: Cause) -> PlanMade:
    at_s = now_s(state)
    since_s = running_since_s(want, at_s)
    steps = [*made.steps]
    if since_s is not None and steps and steps[0][0] == at_s:
        steps[0] = (since_s, *steps[0][1:])  # the run goes on: how long it lasted must not be forgotten
    assumed = want.assumed
    if want.purpose == Purpose.DEADLINE and state.market.enabled and want.need_ws:
        covered = priced_s(rates, at_s, made.finish_s) == made.finish_s - at_s
        assumed |= 0 if covered else PRICES_ASSUMED
    assumed |= 0 if made.plan.proved else NOT_PROVED
    priced_ws = made.plan.covered_ws - made.plan.unpriced_ws
    return PlanMade(
        want.charger.source,
        want.purpose,
        want.until_s,
        want.need_ws // _WS_PER_WH,
        tuple([number for step in steps for number in step]),
        made.plan.cost // priced_ws if priced_ws > 0 else 0,
        made.plan.unpriced_ws // _WS_PER_WH,
        *power_of(state, want.charger),
        want.base.power_w,
        assumed,
        *cause,
    )
