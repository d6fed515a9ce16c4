"""Which answer of the optimizer counts now, and when that ends (charging.md section 12)."""

from hems_actors.core.modes import is_eco
from hems_actors.core.optimizer import Answer
from hems_actors.core.state import Charger, State


def answer_for(state: State, charger: Charger) -> Answer | None:
    """Return the answer that sets *charger*'s current now; None = local rules do."""
    answer = state.optimizer.answers.get(charger.source)
    if answer is None or not is_eco(charger.info.mode) or state.at_ms >= answer.until_ms:
        return None
    return answer


def answers_due_ms(state: State) -> list[int]:
    """Return the instants at which answers end: local rules take over then, without waiting for the cycle."""
    return [answer.until_ms for answer in state.optimizer.answers.values()]
