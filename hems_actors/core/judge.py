"""The first stage: what the newest fact means. Each judgement is recorded before anything is decided.

Which judges look at a fact is a table: a meter reading tells nothing about a car's sleep.
"""

from collections.abc import Callable
from typing import Final

from hems_actors.core import facts
from hems_actors.core.alarms import judge_alarms
from hems_actors.core.calm import is_calm
from hems_actors.core.cars import judge_cars
from hems_actors.core.facts import MeterReading
from hems_actors.core.failsafe import is_fail_safe, judge_fail_safe, leaves_fail_safe
from hems_actors.core.headroom import judge_restart
from hems_actors.core.health import judge_health
from hems_actors.core.ledger import judge_ledger
from hems_actors.core.outcomes import Judgement, Outcome
from hems_actors.core.phases import judge_phases
from hems_actors.core.plans import judge_plans, judge_plans_if_due
from hems_actors.core.state import State
from hems_actors.core.surplus import judge_surplus

Judging = Callable[[State], list[Judgement]]

ALL: Final[tuple[Judging, ...]] = (
    judge_health,
    judge_ledger,
    judge_phases,
    judge_cars,
    judge_restart,
    judge_surplus,
    judge_plans,
    judge_alarms,
)
CONCERNED: Final[dict[type, tuple[Judging, ...]]] = {
    MeterReading: (judge_health, judge_phases, judge_restart, judge_surplus, judge_plans_if_due, judge_alarms),
    facts.ChargerReported: (judge_ledger, judge_phases, judge_cars, judge_surplus, judge_plans_if_due),
    facts.BatteryReported: (),
    facts.ActionSent: (),
    facts.ActionAnswered: (judge_ledger, judge_cars),
}
"""Who looks at a fact, where that is not everybody."""


def judge(state: State) -> list[Outcome]:
    """Return all judgements that follow from *state* as the newest fact left it."""
    if is_fail_safe(state):
        return judge_fail_safe(state)
    fact = state.fact_type
    if fact is MeterReading and is_calm(state):
        return []
    found: list[Outcome] = []
    for look in ALL if fact is None or leaves_fail_safe(state) else CONCERNED.get(fact, ALL):
        found.extend(look(state))
    return found
