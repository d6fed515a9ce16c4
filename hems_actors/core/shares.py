"""Sharing the surplus between chargers (charging.md section 7, several chargers)."""

from typing import NamedTuple

from hems_actors.core.answers import answer_for
from hems_actors.core.electric import active_phases, bounds_ma
from hems_actors.core.enums import Timer
from hems_actors.core.state import Charger, State
from hems_actors.core.surplus import START_MS, in_order, is_holder, minimum_w, site_voltage_dv, surplus_w, takes_power
from hems_actors.core.timers import has_elapsed
from hems_actors.core.units import VOLTAGE_DV_NOMINAL, floor_to, power_w_of


class Shares(NamedTuple):
    """The surplus each charger may count as its own, and the part of it that it gets, in W by source."""

    total_w: int | None
    available_w: dict[int, int]
    before_equals_w: dict[int, int]
    granted_w: dict[int, int]

    def undisplaced_w(self, source: int) -> int:
        """Return what *source* could count on if no higher priority took any, in W."""
        return self.before_equals_w.get(source, 0)

    def is_enough_for(self, state: State, charger: Charger, phases: int) -> bool:
        """Return whether *charger* could start on *phases*."""
        return self.available_w.get(charger.source, 0) >= minimum_w(state, charger, phases)

    def current_ma(self, state: State, charger: Charger, phases: int) -> int:
        """Return *charger*'s share as a current on *phases*: whole steps rounded down, within its bounds."""
        low_ma, high_ma = bounds_ma(state, charger)
        granted_w = min(self.granted_w.get(charger.source, 0), self.available_w.get(charger.source, 0))
        current_ma = floor_to(max(0, granted_w * 10_000 // (site_voltage_dv(state) * phases)), charger.config.step_ma)
        return min(high_ma, max(low_ma, current_ma))


NO_SHARES = Shares(None, {}, {}, {})


def share_out(state: State) -> Shares:
    """Return the shares: the minimum for all that qualify in order, the rest to the higher priority, then equally."""
    takers = in_order(state)
    total_w = surplus_w(state) if takers else None
    if total_w is None:
        return NO_SHARES
    available: dict[int, int] = {}
    undisplaced: dict[int, int] = {}
    granted: dict[int, int] = {}
    rest_w = total_w
    for charger in takers:
        available[charger.source] = rest_w
        undisplaced[charger.source] = rest_w + sum(
            granted[other.source]
            for other in takers
            if other.info.priority > charger.info.priority and other.source in granted
        )
        waits = has_elapsed(state, charger, Timer.SURPLUS_START, START_MS) and not answer_for(state, charger)
        if is_holder(charger) or waits:
            granted[charger.source] = minimum_w(state, charger, active_phases(state, charger))
            if is_holder(charger) and takes_power(charger):
                rest_w -= granted[charger.source]
    rest_w = total_w - sum(granted[c.source] for c in takers if c.source in granted and takes_power(c))
    for priority in dict.fromkeys(c.info.priority for c in takers):
        equals = [c for c in takers if c.info.priority == priority and c.source in granted]
        rest_w = _spread(state, equals, granted, rest_w)
    return Shares(total_w, available, undisplaced, granted)


def _spread(state: State, equals: list[Charger], granted: dict[int, int], rest_w: int) -> int:
    """Add equal parts of *rest_w* to those of equal priority up to what each can use; return what is left."""
    hungry = list(equals)
    while hungry and rest_w > 0:
        part_w = rest_w // len(hungry)
        if part_w == 0:
            break
        still: list[Charger] = []
        for charger in hungry:
            room_w = _usable_w(state, charger) - granted[charger.source]
            given_w = min(part_w, max(0, room_w))
            granted[charger.source] += given_w
            rest_w -= given_w
            if given_w == part_w:
                still.append(charger)
        if len(still) == len(hungry):
            break
        hungry = still
    return rest_w


def _usable_w(state: State, charger: Charger) -> int:
    """Return the most *charger* can use: its maximum, or what an underusing car was held at."""
    low_ma, high_ma = bounds_ma(state, charger)
    if not takes_power(charger):
        high_ma = low_ma
    if charger.session.cap_ma:
        high_ma = min(high_ma, charger.session.cap_ma)
    phases = active_phases(state, charger)
    if charger.config.can_switch and phases == 1 and not charger.session.one_phase:
        phases = charger.config.phases
    return power_w_of(high_ma, phases, VOLTAGE_DV_NOMINAL)
