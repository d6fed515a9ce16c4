"""How a fact is concluded: judge, decide, act, each a pure function of the state.

Each stage's outcomes change the state before the next stage looks at it (docs/decisions/0001).
"""

from collections.abc import Callable
from typing import Final

from hems_actors.core.actions import act
from hems_actors.core.decide import decide
from hems_actors.core.evolve import evolve
from hems_actors.core.judge import judge
from hems_actors.core.outcomes import Outcome
from hems_actors.core.state import State
from hems_actors.core.timing import next_due_ms

Concluding = Callable[[State], list[Outcome]]

__all__ = ["STAGES", "conclude", "next_due_ms"]

STAGES: Final[tuple[Concluding, ...]] = (judge, decide, act)


def conclude(state: State) -> list[Outcome]:
    """Run all stages on *state*, evolving it by what they return, numbered on from `state.seq`.

    Returns the outcomes in order; the first is number `state.seq + 1` as *state* was before the call.
    """
    concluded: list[Outcome] = []
    for stage in STAGES:
        for outcome in stage(state):
            evolve(state, state.seq + 1, state.at_ms, outcome)
            concluded.append(outcome)
    return concluded
