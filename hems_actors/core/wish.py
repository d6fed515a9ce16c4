"""What producers of set-points want of a charger, and what all of them go by."""

from typing import Final, NamedTuple

from hems_actors.core.electric import wired_phases
from hems_actors.core.enums import Issuer
from hems_actors.core.headroom import UNLIMITED_MA
from hems_actors.core.rules import Rule
from hems_actors.core.shares import Shares
from hems_actors.core.state import Charger, State
from hems_actors.core.surplus import can_go_down, may_switch
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


def capped(charger: Charger, low_ma: int, target_ma: int) -> int:
    """Return *target_ma*, or less where an underusing car is held near its draw."""
    cap_ma = charger.session.cap_ma
    return max(low_ma, min(target_ma, cap_ma)) if cap_ma else target_ma


def settled_phases(state: State, charger: Charger) -> int:
    """Return the phases of a charger that is not to switch: after two failed tries, what it shows."""
    if charger.session.switch_tries and charger.ledger.known_phases:
        return charger.ledger.known_phases
    return charger.point.phases or wired_phases(state, charger)


def phases_by_headroom(state: State, charger: Charger, spare: list[int]) -> int:
    """Return 3 phases, but 1 when a phase cannot give 6 A and the remaining one can (charging.md section 7)."""
    point, wired = charger.point, wired_phases(state, charger)
    if not can_go_down(state, charger):
        return settled_phases(state, charger)
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
