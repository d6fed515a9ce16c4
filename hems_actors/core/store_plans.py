"""How prices, plans and deadlines are stored in the state; called by `evolve` only."""

from typing import Final

from hems_actors.core import facts, outcomes
from hems_actors.core.enums import Ending
from hems_actors.core.need import delivered_ws, keep_energy
from hems_actors.core.rates import flat, forget_before, merged, unflat
from hems_actors.core.state import State
from hems_actors.core.store_facts import charger_of
from hems_actors.core.wall import now_s

KEPT_S: Final = 2 * 86_400
"""Prices are kept so long: of yesterday too, for who asks what they were."""
_WS_PER_WH: Final = 3_600


def planning_configured(state: State, event: facts.PlanningConfigured) -> None:
    """Keep what plans assume."""
    planning = state.planning
    planning.house_ma = event.house_ma
    planning.run_s_min = event.run_s_min
    planning.capacity_wh = event.capacity_wh
    planning.level_percent = event.level_percent
    planning.seq = state.seq


def spot_market_changed(state: State, event: facts.SpotMarketChanged) -> None:
    """Prices of another provider are others."""
    market = state.market
    if event.provider != market.provider:
        market.slots = ()
    market.enabled = event.enabled
    market.provider = event.provider
    market.seq = state.seq


def prices_known(state: State, event: facts.PricesKnown) -> None:
    """What a provider says goes before what is known; a provider that is no longer asked is not heard."""
    market = state.market
    if event.provider != market.provider:
        return
    before = unflat(market.slots)
    known = merged(before, unflat(event.slots))
    if known != before:  # an answer may say again what was known
        market.seq = state.seq
    market.slots = flat(forget_before(known, now_s(state) - KEPT_S))


def prices_failed(_state: State, _event: facts.PricesFailed) -> None:
    """Only the record: what is known stands."""


def deadline_judged(state: State, event: outcomes.DeadlineJudged) -> None:
    """A deadline is pursued, missed, or over; one that does not repeat is over for good."""
    charger = charger_of(state, event.source)
    deadline = charger.deadline
    deadline.missed = event.ending == Ending.MISSED
    deadline.at_s = event.deadline_s if event.ending in (Ending.SET, Ending.MISSED) else 0
    deadline.judged_seq = state.fact_seq
    over = (Ending.MET, Ending.EXPIRED, Ending.UNPLUGGED, Ending.PAST)
    if event.ending in over and not charger.info.repeat_mask:
        charger.info.end_s = 0


def plan_made(state: State, event: outcomes.PlanMade) -> None:
    """Keep the plan, and what was given when it was made."""
    charger = charger_of(state, event.source)
    plan = charger.plans[event.purpose]
    plan.seq = state.seq
    if event.until_s != plan.until_s:
        keep_energy(state, charger)
        plan.bought_ws = 0
    plan.until_s = event.until_s
    plan.need_ws = event.need_wh * _WS_PER_WH
    plan.energy_ws = delivered_ws(state, charger)
    plan.at_s = now_s(state)
    plan.runs = event.runs
    plan.phases_mask = event.phases_mask
    plan.phases = event.phases
    plan.current_ma = event.current_ma
    plan.base_w = event.base_w
