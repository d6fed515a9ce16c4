"""What is to be planned for a charger: how much, until when, and what it can take (charging.md sections 4 and 8)."""

from typing import Final, NamedTuple

from hems_actors.core.deadlines import MET_WS, Pursuit
from hems_actors.core.electric import active_phases, bounds_ma, mask_for, wired_phases
from hems_actors.core.enums import Purpose
from hems_actors.core.localtime import night_of, night_start_s
from hems_actors.core.modes import has_minimum, is_eco
from hems_actors.core.need import EFFICIENCY_PERCENT, Need, bought_ws
from hems_actors.core.planned import steps_of
from hems_actors.core.planning.several import Base, Steps
from hems_actors.core.state import Charger, Plan, State
from hems_actors.core.surplus import can_go_down, takes_power
from hems_actors.core.wall import now_s

REST_WS: Final = 500 * 3_600
"""A need that leaves its plan by no more than this, or by 5 %, is as planned (charging.md section 8)."""
REST_PERCENT: Final = 5
_WS_PER_WH: Final = 3_600
_LEAST_WS: Final = 10 * _WS_PER_WH


class Want(NamedTuple):
    """What is to be planned for a charger and a purpose; `until_s` 0 = nothing."""

    charger: Charger
    purpose: Purpose
    until_s: int = 0
    need_ws: int = 0
    assumed: int = 0
    base: Base = Base()
    """What it takes all the time until then."""

    @property
    def plan(self) -> Plan:
        """The plan that stands."""
        return self.charger.plans[self.purpose]


def deadline_want(state: State, charger: Charger, need: Need, pursuit: Pursuit) -> Want:
    """Return what *charger* needs for its deadline; once that is missed there is nothing to choose."""
    want = Want(charger, Purpose.DEADLINE)
    if pursuit.missed or not pursuit.at_s:
        return want
    need_ws = worth_ws(state, want, need.energy_ws)
    base = base_of(state, charger) if need_ws else want.base
    return want._replace(until_s=pursuit.at_s, need_ws=need_ws, assumed=need.assumed, base=base)


def day_want(state: State, charger: Charger, need: Need, pursuit: Pursuit) -> Want:
    """Return the share of the capacity that may be bought from noon to noon, less what was, never beyond the target.

    While a deadline is pursued its plan buys the whole need; there is nothing to add to that.
    """
    info, transitions_s, want = charger.info, state.site.transitions_s, Want(charger, Purpose.DAY)
    buys = state.market.enabled and info.spot and info.daily_percent and is_eco(info.mode)
    if not buys or not charger.session.plugged or pursuit.at_s:
        return want
    until_s = night_start_s(transitions_s, night_of(transitions_s, now_s(state)) + 1)
    share_ws = need.capacity_wh * _WS_PER_WH * info.daily_percent // EFFICIENCY_PERCENT
    if charger.plans[Purpose.DAY].until_s == until_s:
        share_ws -= bought_ws(state, charger)
    need_ws = worth_ws(state, want, min(share_ws, need.energy_ws))
    return want._replace(until_s=until_s, need_ws=need_ws, assumed=need.assumed)


def power_of(state: State, charger: Charger) -> tuple[int, int, int]:
    """Return which grid phases *charger* will load, on how many it will charge, and with what current (mA) at most.

    One that can switch charges on all phases, unless its car takes but one. 0 mA = it cannot charge.
    """
    phases = wired_phases(state, charger) if can_go_down(state, charger) else active_phases(state, charger)
    low_ma, high_ma = bounds_ma(state, charger)
    return mask_for(state, charger, phases), phases, high_ma if low_ma <= high_ma else 0


def base_of(state: State, charger: Charger) -> Base:
    """Return the minimum current that *charger* takes all the time, if its mode keeps that."""
    low_ma, high_ma = bounds_ma(state, charger)
    if not has_minimum(charger.info.mode) or low_ma > high_ma:
        return Base()
    phases = 1 if can_go_down(state, charger) else active_phases(state, charger)
    return Base(mask_for(state, charger, phases), phases, low_ma)


def beside_ws(want: Want, at_s: int) -> int:
    """Return what is needed beside the base."""
    return want.need_ws - want.base.power_w * (want.until_s - at_s)


def left_of(plan: Plan, at_s: int) -> Steps:
    """Return what *plan* holds after *at_s*."""
    return tuple((max(from_s, at_s), to_s, power_w) for from_s, to_s, power_w in steps_of(plan) if to_s > at_s)


def running_since_s(want: Want, at_s: int) -> int | None:
    """Return when the run began that *want*'s charger is in, or that ends just now; None = it does not charge."""
    if not want.charger.point.on:
        return None
    steps = steps_of(want.plan)
    since_s: int | None = None
    for at, (from_s, to_s, _power_w) in enumerate(steps):
        if not at or steps[at - 1][1] < from_s:
            since_s = from_s
        if from_s <= at_s <= to_s:
            return since_s
    return None


def is_rest(want: Want, at_s: int) -> bool:
    """Return whether what a deadline still needs at the end of the last run is too little for a start of its own."""
    plan = want.plan
    ends = want.purpose == Purpose.DEADLINE and not left_of(plan, at_s) and running_since_s(want, at_s) is not None
    rest_ws = beside_ws(want, at_s)
    return ends and (rest_ws <= REST_WS or rest_ws * 100 <= plan.need_ws * REST_PERCENT)


def worth_ws(state: State, want: Want, need_ws: int) -> int:
    """Return *need_ws*, or 0 where it is not worth another start, or the car takes no more."""
    goes_on = want.purpose == Purpose.DEADLINE and running_since_s(want, now_s(state)) is not None
    least_ws = _LEAST_WS if goes_on else MET_WS
    return need_ws if need_ws >= least_ws and takes_power(want.charger) else 0
