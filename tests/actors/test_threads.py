"""The live runtime's own duties."""

import threading

import pytest

from hems_actors.actors.directory import Directory
from hems_actors.actors.errors import StopError
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.threads import ThreadRuntime


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


def test_time_goes_on() -> None:
    """The instant never goes back."""
    runtime = ThreadRuntime()
    instants = [runtime.now_ms() for _ in range(100)]
    runtime.stop()

    assert instants == sorted(instants)
