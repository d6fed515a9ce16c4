"""Plans in words: what they hold, why they were made, what charging at once would have cost instead."""

from typing import Final

from hems_actors.core.enums import PlanCause, Purpose
from hems_actors.core.outcomes import PlanMade
from hems_actors.core.planned import Run, steps_of
from hems_actors.core.rates import unflat
from hems_actors.core.state import Charger, Plan, State
from hems_actors.core.units import power_w_of
from hems_actors.core.wall import now_s
from replay.why.case import Case, Note
from replay.why.words import energy, listed, power, price

_CAUSES: Final[dict[int, str]] = {
    PlanCause.PLUGGED: "a car was plugged in",
    PlanCause.SETTINGS: "settings changed",
    PlanCause.PRICES: "prices changed",
    PlanCause.LIMIT: "what may be drawn changed",
    PlanCause.PHASES: "the phases changed",
    PlanCause.NEED: "the need is another than planned",
    PlanCause.SLOT_ENDED: "a run ended",
    PlanCause.DAY_BEGAN: "a new day began at noon",
    PlanCause.OTHERS: "another charger's plan changed",
    PlanCause.CLOCK: "the clock was put back",
    PlanCause.DEADLINE: "the deadline is over, or another one counts",
}
_WS_PER_WH = 3_600


def plan_note(case: Case, purpose: Purpose) -> Note | None:
    """Return what the plan for *purpose* holds; None if there is none."""
    plan = case.charger.plans[purpose]
    if not plan.until_s:
        return None
    what = "to be ready by" if purpose == Purpose.DEADLINE else "to buy for the day that ends at"
    until = case.teller.wall(case.state, plan.until_s)
    need = f"{energy(plan.need_ws // _WS_PER_WH)} needed"
    runs = runs_text(case, plan) or "nothing to do"
    return Note(f"Plan {what} {until}: {need}, {runs}", plan.seq)


def cause_text(made: PlanMade) -> str:
    """Return why a plan was made."""
    return _CAUSES.get(made.cause, "it was needed")


def runs_text(case: Case, plan: Plan) -> str:
    """Return the runs of *plan* that are not over."""
    at_s = now_s(case.state)
    return listed([_run_text(case, run) for run in steps_of(plan) if run[1] > at_s])


def next_run(state: State, plan: Plan) -> Run | None:
    """Return the run of *plan* that goes on now or comes next."""
    return next((run for run in steps_of(plan) if run[1] > now_s(state)), None)


def at_once_text(state: State, charger: Charger) -> str | None:
    """Return what charging at once would have cost, against what is planned; None where that cannot be told."""
    plan = next((plan for plan in charger.plans if plan.until_s and plan.runs and plan.need_ws), None)
    if plan is None or not state.market.enabled:
        return None
    watts = power_w_of(plan.current_ma, plan.phases)
    if not watts:
        return None
    begin_s = now_s(state)
    at_once = _mean_price(state, [(begin_s, begin_s + plan.need_ws // watts + 1, watts)])
    planned = _mean_price(state, [run for run in steps_of(plan) if run[1] > begin_s])
    if at_once is None or planned is None:
        return None
    if at_once <= planned:
        return f"Charging at once would cost as much, {price(at_once)}, but the plan keeps to the end of the cheap time"
    return f"Charging at once would cost {price(at_once)} on average, the planned hours {price(planned)}"


def _mean_price(state: State, runs: list[Run]) -> int | None:
    """Return the mean price over *runs*, None unless all of it is known."""
    cost = priced_s = whole_s = 0
    for from_s, to_s, watts in runs:
        whole_s += (to_s - from_s) * watts
        for slot in unflat(state.market.slots):
            seconds = max(0, min(slot.end_s, to_s) - max(slot.start_s, from_s))
            cost += slot.price_ueur_kwh * seconds * watts
            priced_s += seconds * watts
    return cost // priced_s if priced_s and priced_s == whole_s else None


def _run_text(case: Case, run: Run) -> str:
    from_s, to_s, watts = run
    teller, state = case.teller, case.state
    return f"{teller.wall(state, from_s)} to {teller.wall(state, to_s)} with {power(watts)}"
