"""One decision and all that is known around it: what the sentences are made from."""

from dataclasses import dataclass
from typing import NamedTuple

from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.rules import RULES
from hems_actors.core.state import Charger, State
from replay.survey import Survey
from replay.why.story import Decided, HomeStory, Story
from replay.why.trace import Trace
from replay.why.words import Teller


class Note(NamedTuple):
    """A sentence without its full stop, and the event that it goes by."""

    text: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A decision for a charger; `state` is as it was decided in."""

    found: Survey
    teller: Teller
    state: State
    charger: Charger
    decided: Decided
    trace: Trace | None
    """None where this version cannot decide it again, or nobody was asked."""
    story: Story
    home: HomeStory

    @property
    def event(self) -> SetPointDecided:
        """What was recorded."""
        return self.decided.event

    @property
    def operands(self) -> dict[str, tuple[int, int]]:
        """The recorded operands by name: value, and the event it came from."""
        return operands_of(self.event)


def operands_of(event: SetPointDecided) -> dict[str, tuple[int, int]]:
    """Return the operands of *event* by name: value, and the event it came from."""
    names = RULES[event.rule].operands if event.rule in RULES else ()
    pairs = zip(event.operands[::2], event.operands[1::2], strict=False)
    return dict(zip(names, pairs, strict=False))
