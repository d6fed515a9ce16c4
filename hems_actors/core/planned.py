"""Producers that go by plans: bought slots, a deadline, and the minimum current (charging.md sections 3 and 8)."""

from typing import Final

from hems_actors.core.electric import bounds_ma
from hems_actors.core.enums import CarPhase, Issuer, Purpose
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, Plan, State
from hems_actors.core.surplus import can_go_down, takes_power
from hems_actors.core.wall import now_s
from hems_actors.core.wish import Site, Wish, phases_by_headroom, settled_phases

_ISSUERS: Final[dict[int, Issuer]] = {
    Rule.BOUGHT_SLOT: Issuer.SPOT_MARKET_CHARGING,
    Rule.PLANNED_SLOT: Issuer.TIME_REQUIREMENT,
    Rule.DEADLINE_MISSED: Issuer.TIME_REQUIREMENT,
}
Run = tuple[int, int, int]
"""Start and end (UTC, s), and the power it was planned with (W)."""


def steps_of(plan: Plan) -> list[Run]:
    """Return the steps of *plan*'s runs, in time order: cut where the power changes."""
    return [plan.runs[begin : begin + 3] for begin in range(0, len(plan.runs), 3)]  # type: ignore[misc]


def run_at(plan: Plan, at_s: int) -> Run | None:
    """Return the step of *plan* that covers the instant *at_s*, or None."""
    for from_s, to_s, power_w in steps_of(plan):
        if from_s <= at_s < to_s:
            return from_s, to_s, power_w
    return None


def bought_slot(state: State, charger: Charger, site: Site) -> Wish | None:
    """Charge at full current in the slots bought for the day."""
    plan = charger.plans[Purpose.DAY]
    run = run_at(plan, now_s(state))
    if run is None or not takes_power(charger):
        return None
    return _full(state, charger, site, Rule.BOUGHT_SLOT, (run[1], plan.seq))


def time_requirement(state: State, charger: Charger, site: Site) -> Wish | None:
    """Charge at full current in the planned slots, and without a break once the deadline is missed."""
    if not takes_power(charger):
        return None
    plan = charger.plans[Purpose.DEADLINE]
    if charger.deadline.missed:
        operands = (charger.deadline.at_s, charger.deadline.judged_seq)
        return _full(state, charger, site, Rule.DEADLINE_MISSED, operands)
    run = run_at(plan, now_s(state))
    if run is None:
        return None
    return _full(state, charger, site, Rule.PLANNED_SLOT, (run[1], plan.seq))


def min_current(state: State, charger: Charger, _site: Site) -> Wish | None:
    """Never less than the minimum current while a car is plugged in; on the phases that surplus uses."""
    low_ma, _high_ma = bounds_ma(state, charger)
    phases = charger.point.phases or (1 if can_go_down(state, charger) else settled_phases(state, charger))
    rule = Rule.FINISHED if charger.session.car_phase == CarPhase.FINISHED else Rule.MIN_CURRENT
    return Wish(low_ma, phases, Issuer.MIN_CURRENT, rule, (low_ma, charger.report_seq))


def _full(state: State, charger: Charger, site: Site, rule: Rule, operands: tuple[int, ...]) -> Wish:
    """Plans run at full available current (charging.md section 8)."""
    _low_ma, high_ma = bounds_ma(state, charger)
    return Wish(high_ma, phases_by_headroom(state, charger, site.spare_ma), _ISSUERS[rule], rule, operands)
