"""The producer that goes by the optimizer: while its answer counts, no other is asked (charging.md section 12).

Its target passes the same gate, bounds and clip as any other. Timers and plans are judged underneath all the time.
"""

from typing import Final

from hems_actors.core.answers import answer_for
from hems_actors.core.electric import bounds_ma, wired_phases
from hems_actors.core.enums import Issuer
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, State
from hems_actors.core.surplus import can_go_down, may_switch, takes_power
from hems_actors.core.units import floor_to
from hems_actors.core.wish import Site, Wish, settled_phases

_SWITCHABLE: Final = (1, 3)


def optimized(state: State, charger: Charger, site: Site) -> Wish | None:
    """Charge as the optimizer says: at most the maximum; off below the minimum. None = local rules decide.

    They do for a car that takes no more, and, until the next cycle, for what a user has switched on by hand.
    """
    answer = answer_for(state, charger)
    if answer is None:
        return None
    low_ma, high_ma = bounds_ma(state, charger)
    target_ma = floor_to(min(answer.target_ma, high_ma), charger.config.step_ma)
    if target_ma >= low_ma:
        if not takes_power(charger):
            return None
        phases = _phases(state, charger, answer.phases)
        return Wish(target_ma, phases, Issuer.OPTIMIZER, Rule.OPTIMIZED, (answer.target_ma, answer.seq))
    if charger.point.on and charger.point.issuer == Issuer.UNKNOWN and not site.cycle:
        return None
    operands = (answer.target_ma, answer.seq, low_ma, charger.report_seq)
    return Wish(0, charger.point.phases, Issuer.UNKNOWN, Rule.OPTIMIZER_PAUSES, operands)


def _phases(state: State, charger: Charger, wanted: int) -> int:
    """Return *wanted* where the charger may switch now; else what it has."""
    if not can_go_down(state, charger):
        return settled_phases(state, charger)
    locked = charger.point.phases and not may_switch(state, charger)
    if locked or wanted not in _SWITCHABLE:
        return charger.point.phases or wired_phases(state, charger)
    return wanted
