"""The runtime port: what actors need to live, from real threads or from the run queue."""

from typing import Any, NamedTuple, Protocol

import pykka

from hems_actors.actors.directory import HOME, LINK, SUPERVISOR, Address, Directory
from hems_actors.actors.messages import Crashed, Recipient


class TimerHandle(Protocol):
    """A message that is to be told later."""

    def cancel(self) -> None:
        """Forget the message; harmless when it was told already."""


class Runtime(Protocol):
    """Starts actors, keeps timers, tells the time that timers and ages are measured in."""

    def spawn(self, behaviour: type["Behaviour"], place: "Place", *args: object) -> pykka.ActorRef[Any]:
        """Start an actor of *behaviour* at *place*, constructed with *place* and *args*."""

    def call_later(self, delay_ms: int, recipient: Recipient, message: object) -> TimerHandle:
        """Tell *message* to *recipient* in *delay_ms*."""

    def now_ms(self) -> int:
        """Return the instant in ms; never goes back; its zero means nothing."""

    def future(self) -> pykka.Future[Any]:
        """Return an unset future, such as a `Request` carries."""

    def stop(self) -> None:
        """Stop all actors, the last started first, then the timers.

        Raises:
            StopError: some did not stop in time; the others did.
        """


class Place(NamedTuple):
    """What every actor is given: where it lives and whom it can reach."""

    runtime: Runtime
    directory: Directory
    source: int

    @property
    def me(self) -> Address:
        """The actor's own address."""
        return self.directory[self.source]


class Behaviour:
    """What an actor does, whatever runs it: `embodied` joins it with a runtime's pykka actor.

    Subclasses take a `Place` first and call `super().__init__(place)`.
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.coordinator = place.directory[HOME]
        self.link = place.directory[LINK]

    def on_receive(self, message: Any) -> object:  # noqa: ANN401 - each behaviour names its own messages
        """Handle one message."""
        raise NotImplementedError

    def on_failure(self, _exception_type: object, exception: BaseException, _traceback: object) -> None:
        """Report the failure that just ended this actor; called by pykka in the actor's own thread."""
        self.place.directory[SUPERVISOR].tell(Crashed(self.place.source, exception))

    def ping(self) -> None:
        """Do nothing: whoever gets an answer knows that `on_start` went well."""


def embodied(behaviour: type[Behaviour], base: type[pykka.Actor]) -> type[pykka.Actor]:
    """Return the class of actors that do as *behaviour* says, run as *base* does, and are found at their place."""

    def construct(self: Any, place: Place, *args: object) -> None:  # noqa: ANN401 - an instance of the class made here
        behaviour.__init__(self, place, *args)
        place.me.ref = self.actor_ref

    return type(behaviour.__name__, (behaviour, base), {"__init__": construct})
