"""How what the optimizer says is stored in the state; called by `evolve` only."""

from hems_actors.core import facts
from hems_actors.core.optimizer import Answer
from hems_actors.core.state import State
from hems_actors.core.units import SECOND_MS


def optimizer_changed(state: State, event: facts.OptimizerChanged) -> None:
    """Without an optimizer nothing it said counts any more; one that is back has to answer anew."""
    optimizer = state.optimizer
    optimizer.available = event.available
    optimizer.trouble = event.trouble
    optimizer.seq = state.seq
    if not event.available:
        optimizer.answers = {}


def optimizer_answered(state: State, event: facts.OptimizerAnswered) -> None:
    """Keep the answer, unless it comes too late: for a charger that has gone, or of an optimizer that has."""
    if not state.optimizer.available or event.source not in state.chargers:
        return
    until_ms = state.at_ms + event.valid_s * SECOND_MS
    answer = Answer(state.seq, event.target_ma, event.phases, until_ms)
    state.optimizer.answers = dict(sorted({**state.optimizer.answers, event.source: answer}.items()))
