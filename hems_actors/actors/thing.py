"""What all device actors share: states come in piece by piece, facts go out whole."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from hems_actors.actors.messages import Mark, Marked, StatesChanged, StateValue
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.core.facts import Fact

F = TypeVar("F", bound=Fact)


class Merge(Generic[F]):
    """All states of one thing; makes its fact once the *required* ones were seen."""

    def __init__(
        self, fact: Callable[..., F], source: int, absent: Mapping[str, StateValue], required: tuple[str, ...]
    ) -> None:
        """Make *fact* of *source*; *absent* = values of its fields that the thing may never report."""
        self._fact = fact
        self._values: dict[str, StateValue] = {"source": source, **absent}
        self._missing = set(required)

    def take(self, values: Mapping[str, StateValue]) -> bool:
        """Store *values*; return whether any of them is new."""
        mine = self._values
        if values.items() <= mine.items():
            return False
        mine.update(values)
        self._missing -= values.keys()
        return True

    def whole(self) -> F | None:
        """Return the fact, None while a required state was never seen.

        Raises:
            TypeError: the link sent a state that the fact has no field for.
        """
        return None if self._missing else self._fact(**self._values)


class ReportingThing(Behaviour, Generic[F]):
    """A thing that tells its fact whenever any state changed, or all were read back."""

    def __init__(self, place: Place, states: Merge[F]) -> None:
        super().__init__(place)
        self._states = states

    def on_receive(self, message: StatesChanged | Mark) -> None:
        """Merge the states and report."""
        if isinstance(message, Mark):
            message.reply_to.tell(Marked(message.number, self.place.source))
        elif self._states.take(message.values) or message.read_back:
            fact = self._states.whole()
            if fact is not None:
                self.coordinator.tell(fact)
