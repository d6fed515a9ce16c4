"""The supervisor: starts actors in order, starts crashed ones anew, ends everything when a vital one dies."""

import threading
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import pykka
from pykka.messages import ProxyCall

from hems_actors.actors.directory import HOME, LINK, SUPERVISOR, Directory
from hems_actors.actors.errors import ActorsError, StartError, VitalActorError
from hems_actors.actors.messages import Crashed, Dismiss, ReadBack
from hems_actors.actors.runtime import Behaviour, Place, Runtime
from hems_actors.core.facts import Fact, LinkChanged

PING_TIMEOUT_S: Final = 5.0
CHECK_MS: Final = 1_000
BACK_OFF_MS_MIN: Final = 1_000
BACK_OFF_MS_MAX: Final = 60_000


class Spec(NamedTuple):
    """One actor to start: `behaviour(Place, *args)` at the address `source`."""

    source: int
    behaviour: type[Behaviour]
    args: tuple[Any, ...] = ()


class Restart(NamedTuple):
    """Supervisor to itself: start the actor at `source` anew."""

    source: int


class Check(NamedTuple):
    """Supervisor to itself: look whether the actor at `source` came up."""

    source: int


class Ending:
    """How the home's actors ended: set once by the supervisor, waited for by the main thread."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._error: ActorsError | None = None

    def fail(self, error: ActorsError) -> None:
        """End with *error*; only the first one counts."""
        if self._error is None:
            self._error = error
            self._ended.set()

    def wait(self, timeout_s: float | None = None) -> None:
        """Return after *timeout_s*, or raise as soon as the home cannot go on.

        Raises:
            CoreFailedError: the core raised.
            VitalActorError: the coordinator died otherwise.
        """
        if self._ended.wait(timeout_s) and self._error is not None:
            raise self._error


class Supervisor(Behaviour):
    """Starts device actors and the link anew, at once and then with back-off; never the coordinator."""

    def __init__(self, place: Place, ending: Ending) -> None:
        super().__init__(place)
        self._ending = ending
        self._specs: dict[int, Spec] = {}
        self._crashed_at_ms: dict[int, int] = {}
        self._back_off_ms: dict[int, int] = {}
        self._down: set[int] = set()

    def on_receive(self, message: Spec | Dismiss | Crashed | Restart | Check) -> None:
        """Remember a new actor, start it if it is not there; deal with a crash."""
        directory = self.place.directory
        if isinstance(message, Spec):
            self._specs[message.source] = message
            if directory[message.source].ref is None:
                self._start(message)
        elif isinstance(message, Dismiss):
            self._dismiss(message.source)
        elif isinstance(message, Crashed):
            self._crashed(message)
        elif message.source not in self._specs:
            return  # it was dismissed meanwhile
        elif isinstance(message, Restart):
            self._down.discard(message.source)
            self._start(self._specs[message.source])
            if message.source > HOME:
                self.link.tell(ReadBack(message.source, directory[message.source]))
        else:
            ref = directory[message.source].ref
            if ref is None or not ref.is_alive():
                self._crashed(Crashed(message.source, StartError(f"actor {message.source} did not start")))

    def on_failure(self, _exception_type: object, exception: BaseException, _traceback: object) -> None:
        """End the home: without a supervisor the next crash would go unseen."""
        self._ending.fail(VitalActorError(_why(exception)))

    def _dismiss(self, source: int) -> None:
        ref = self.place.directory[source].ref
        if self._specs.pop(source, None) is not None and ref is not None:
            self.place.directory[source].ref = None
            ref.stop(block=False)

    def _start(self, spec: Spec) -> None:
        place = self.place._replace(source=spec.source)
        place.runtime.spawn(spec.behaviour, place, *spec.args)
        place.runtime.call_later(CHECK_MS, self.place.me, Check(spec.source))

    def _crashed(self, crash: Crashed) -> None:
        source, error = crash
        if source == HOME:
            self._ending.fail(error if isinstance(error, ActorsError) else VitalActorError(_why(error)))
        elif source in self._specs and source not in self._down:
            self._down.add(source)
            if source == LINK:
                self.coordinator.tell(LinkChanged(HOME, up=False))
            self.place.runtime.call_later(self._delay_ms(source), self.place.me, Restart(source))

    def _delay_ms(self, source: int) -> int:
        """Return 0 for a first crash, then 1 s doubling to 60 s while crashes are less than that apart."""
        now_ms = self.place.runtime.now_ms()
        last_ms = self._crashed_at_ms.get(source)
        self._crashed_at_ms[source] = now_ms
        if last_ms is None or now_ms - last_ms > 2 * BACK_OFF_MS_MAX:
            self._back_off_ms[source] = 0
        else:
            self._back_off_ms[source] = min(max(BACK_OFF_MS_MIN, 2 * self._back_off_ms[source]), BACK_OFF_MS_MAX)
        return self._back_off_ms[source]


class Home:
    """All actors of a home, from the first start to the last stop."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.directory = Directory()
        self.ending = Ending()

    def start(self, specs: Iterable[Spec], first_facts: Iterable[Fact] = ()) -> None:
        """Start the supervisor and then *specs* in order, each only when the one before answers.

        The coordinator has *first_facts*, what this start has to say, before anybody else can tell it anything.

        Raises:
            StartError: one did not come up; those before it still run and are to be stopped.
        """
        for spec in (Spec(SUPERVISOR, Supervisor, (self.ending,)), *specs):
            place = Place(self.runtime, self.directory, spec.source)
            ref = self.runtime.spawn(spec.behaviour, place, *spec.args)
            try:
                ref.ask(ProxyCall(("ping",), (), {}), timeout=PING_TIMEOUT_S)
            except (pykka.ActorDeadError, pykka.Timeout) as error:
                raise StartError(f"{spec.behaviour.__name__} {spec.source} did not start: {_why(error)}") from error
            self.directory[SUPERVISOR].tell(spec)
            if spec.source == HOME:
                for fact in first_facts:
                    self.directory[HOME].tell(fact)

    def stop(self) -> None:
        """Stop all actors, the last started first.

        Raises:
            StopError: some did not stop in time; the others did.
        """
        self.runtime.stop()


def _why(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
