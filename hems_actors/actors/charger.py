"""A charger's actor: merges its states, carries out actions, waits for their answers."""

from typing import Final, NamedTuple

from hems_actors.actors.messages import Answered, Call, Execute, Mark, ReadBack, StatesChanged, StateValue
from hems_actors.actors.runtime import Place, TimerHandle
from hems_actors.actors.thing import Merge, ReportingThing
from hems_actors.core.enums import Result
from hems_actors.core.facts import ActionAnswered, ActionSent, ChargerReported

ANSWER_MS_MAX: Final = 16_000
"""nymea itself gives up after 15 s (facts/nymea.md section 7)."""

_ABSENT: Final[dict[str, StateValue]] = {
    "connected": True,  # without that state, only the link can be lost
    **dict.fromkeys(
        ("plugged_in", "charging", "phase_count", "desired_phases", "draw_w", "a_ma", "b_ma", "c_ma"),
    ),
}
_REQUIRED: Final = ("power_on", "current_ma", "min_ma", "max_ma")


class Unanswered(NamedTuple):
    """Charger actor to itself: the time for an answer to `token` is up."""

    token: int


class Charger(ReportingThing[ChargerReported]):
    """One call per action, several may be open at once: a reduction does not wait for an older action."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, Merge(ChargerReported, place.source, _ABSENT, _REQUIRED))
        self._open: dict[int, TimerHandle] = {}

    def on_receive(self, message: StatesChanged | Mark | Execute | Answered | Unanswered) -> None:
        """Report states; send actions; report answers, or that there was none."""
        if isinstance(message, (StatesChanged, Mark)):
            super().on_receive(message)
        elif isinstance(message, Execute):
            self._execute(message)
        elif isinstance(message, Answered):
            self._answered(message.token, message.result)
        else:
            self._answered(message.token, Result.TIMEOUT)

    def _execute(self, action: Execute) -> None:
        place = self.place
        self.link.tell(Call(action.action_seq, place.source, action.what, action.value, place.me))
        self.coordinator.tell(ActionSent(place.source, action.action_seq))
        self._open[action.action_seq] = place.runtime.call_later(ANSWER_MS_MAX, place.me, Unanswered(action.action_seq))

    def _answered(self, token: int, result: int) -> None:
        """Report the first answer to *token* and read back; a later one shows in the states alone."""
        timer = self._open.pop(token, None)
        if timer is not None:
            timer.cancel()
            self.coordinator.tell(ActionAnswered(self.place.source, token, result))
            self.link.tell(ReadBack(self.place.source, self.place.me))
