"""The live runtime's own duties."""

import threading
from typing import TYPE_CHECKING, Any

import pytest

from hems_actors.actors.directory import Directory
from hems_actors.actors.errors import StopError
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.threads import ThreadRuntime

if TYPE_CHECKING:
    import pykka


class _Hangs(Behaviour):
    """Does not come back before it is released."""

    def __init__(self, place: Place, release: threading.Event) -> None:
        super().__init__(place)
        self._release = release

    def on_receive(self, _message: object) -> None:
        """Hang."""
        self._release.wait(10)


def test_an_actor_that_hangs_is_named_and_the_others_stop() -> None:
    """`stop` gives up on it after its time-out, but not on the rest."""
    runtime = ThreadRuntime(stop_timeout_s=0.01)
    directory, release = Directory(), threading.Event()
    other = runtime.spawn(Behaviour, Place(runtime, directory, 1))
    hung = runtime.spawn(_Hangs, Place(runtime, directory, 2), release)
    hung.tell("go")
    with pytest.raises(StopError, match="_Hangs"):
        runtime.stop()

    assert other.actor_stopped.wait(10)
    release.set()
    assert hung.actor_stopped.wait(10)


class _Starts(Behaviour):
    """Starts another when told to, as the supervisor does for a thing that appears."""

    def __init__(self, place: Place, started: "list[pykka.ActorRef[Any]]") -> None:
        super().__init__(place)
        self._started = started

    def on_receive(self, message: object) -> None:
        """Start it, once there is a stop to come after."""
        if isinstance(message, threading.Event):
            message.wait(10)
        self._started.append(self.place.runtime.spawn(Behaviour, self.place._replace(source=2)))


class _Releases(Behaviour):
    """Stops after that one was told to start another, and before it does."""

    def __init__(self, place: Place, release: threading.Event) -> None:
        super().__init__(place)
        self._release = release

    def on_stop(self) -> None:
        """Let it."""
        self._release.set()


def test_who_starts_while_all_stop_is_stopped_too() -> None:
    """A meter that appears at the last moment does not keep the process from ending."""
    runtime, release = ThreadRuntime(), threading.Event()
    directory, started = Directory(), list["pykka.ActorRef[Any]"]()
    runtime.spawn(_Starts, Place(runtime, directory, 1), started).tell(release)
    runtime.spawn(_Releases, Place(runtime, directory, 3), release)
    runtime.stop()

    (late,) = started
    assert late.actor_stopped.wait(10)


def test_who_starts_while_all_stop_in_a_simulation_is_stopped_too() -> None:
    """The same without threads."""
    runtime, started = RunQueue(0), list["pykka.ActorRef[Any]"]()
    runtime.spawn(_Starts, Place(runtime, Directory(), 1), started).tell("go")
    runtime.stop()

    (late,) = started
    assert not late.is_alive()


def test_time_goes_on() -> None:
    """The instant never goes back."""
    runtime = ThreadRuntime()
    instants = [runtime.now_ms() for _ in range(100)]
    runtime.stop()

    assert instants == sorted(instants)
