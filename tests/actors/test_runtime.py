"""What actors may rely on, in both runtimes alike."""

import threading
from typing import Any

import pykka
import pytest

from hems_actors.actors.directory import SUPERVISOR, Directory
from hems_actors.actors.messages import Crashed
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.timers import Timer
from tests.actors.fakes import BoomError, Driver, NotingAddress, Recorder


class _Ends(Behaviour):
    """Remembers its own end."""

    def __init__(self, place: Place, log: list[Any]) -> None:
        super().__init__(place)
        self._log = log

    def on_receive(self, message: object) -> None:
        """Remember *message*."""
        self._log.append((self.place.source, message))

    def on_stop(self) -> None:
        """Remember the end."""
        self._log.append((self.place.source, "stopped"))


class _FailsToStart(Behaviour):
    """Never comes up."""

    def on_start(self) -> None:
        """Fail."""
        raise BoomError


class _AsksAndFails(Behaviour):
    """Asks itself, and is dead before it could answer."""

    def __init__(self, place: Place, futures: list[pykka.Future[Any]]) -> None:
        super().__init__(place)
        self._futures = futures

    def on_receive(self, message: Exception) -> None:
        """Ask, then fail."""
        assert self.place.me.ref is not None
        self._futures.append(self.place.me.ref.ask("too late", block=False))
        raise message


def _recorder(driver: Driver, awaited: int) -> tuple[pykka.ActorRef[Any], list[Any], threading.Event]:
    log: list[Any] = []
    reached = threading.Event()
    return driver.runtime.spawn(Recorder, Place(driver.runtime, Directory(), 1), log, reached, awaited), log, reached


def test_messages_arrive_in_the_order_told(driver: Driver) -> None:
    """One sender's messages never overtake each other."""
    ref, log, reached = _recorder(driver, 100)
    for number in range(100):
        ref.tell(number)
    driver.until(reached)

    assert log == list(range(100))


def test_timers_fire_by_instant_and_not_once_cancelled(driver: Driver) -> None:
    """A cancelled timer tells nothing; the others in the order of their instants."""
    ref, log, reached = _recorder(driver, 2)
    driver.runtime.call_later(60, ref, "later")
    driver.runtime.call_later(5, ref, "cancelled").cancel()
    driver.runtime.call_later(20, ref, "sooner")
    driver.until(reached, within_ms=60)

    assert log == ["sooner", "later"]


def test_timer_of_a_dead_actor_is_harmless(driver: Driver) -> None:
    """Timers go on after one of them found nobody."""
    dead, _, _ = _recorder(driver, 1)
    ref, log, reached = _recorder(driver, 1)
    dead.stop()
    driver.runtime.call_later(1, dead, "nobody")
    driver.runtime.call_later(2, ref, "somebody")
    driver.until(reached, within_ms=2)

    assert log == ["somebody"]


def test_timer_cancelled_on_its_way_tells_nothing() -> None:
    """Cancelled between leaving the heap and firing, as a thread may."""
    trace: list[Any] = []
    timer = Timer(0, NotingAddress(1, trace), "message")
    timer.cancel()
    timer.fire()

    assert trace == []


def test_behaviour_without_messages_fails_on_the_first(driver: Driver) -> None:
    """Nothing is dropped silently."""
    ref = driver.runtime.spawn(Behaviour, Place(driver.runtime, Directory(), 1))

    with pytest.raises(NotImplementedError):
        ref.ask("anything", timeout=5)


def test_answer_to_ask(driver: Driver) -> None:
    """`ask` gives what `on_receive` returns."""
    ref, _, _ = _recorder(driver, 1)

    assert ref.ask("question", timeout=5) == "question"


def test_failure_under_ask_is_the_callers(driver: Driver) -> None:
    """The actor lives on."""
    ref, _, _ = _recorder(driver, 1)
    with pytest.raises(BoomError):
        ref.ask(BoomError(), timeout=5)

    assert ref.ask("alive", timeout=5) == "alive"


def test_failure_under_tell_ends_the_actor_and_is_reported(driver: Driver) -> None:
    """The supervisor's address gets the error; what was still told to the dead is answered by ActorDeadError."""
    directory = Directory()
    log: list[Any] = []
    reached = threading.Event()
    driver.runtime.spawn(Recorder, Place(driver.runtime, directory, SUPERVISOR), log, reached)
    futures: list[pykka.Future[Any]] = []
    ref = driver.runtime.spawn(_AsksAndFails, Place(driver.runtime, directory, 7), futures)
    error = BoomError()
    ref.tell(error)
    driver.until(reached)

    assert log == [Crashed(7, error)]
    assert not ref.is_alive()
    assert not directory[7].tell("dropped")
    with pytest.raises(pykka.ActorDeadError):
        futures[0].get(timeout=5)


def test_failed_start_is_seen_by_who_asks(driver: Driver) -> None:
    """A ping after a failed `on_start` gets ActorDeadError."""
    ref = driver.runtime.spawn(_FailsToStart, Place(driver.runtime, Directory(), 1))

    with pytest.raises(pykka.ActorDeadError):
        ref.ask("ping", timeout=5)


def test_stop_goes_backwards_and_loses_no_message(driver: Driver) -> None:
    """Each actor handles what it was told before it stops, the last started first."""
    log: list[Any] = []
    directory = Directory()
    for source in (1, 2, 3):
        driver.runtime.spawn(_Ends, Place(driver.runtime, directory, source), log)
    directory[2].tell("last words")
    driver.runtime.stop()

    assert [entry for entry in log if entry[1] == "stopped"] == [(3, "stopped"), (2, "stopped"), (1, "stopped")]
    assert log.index((2, "last words")) < log.index((2, "stopped"))


def test_future_is_set_by_an_actor(driver: Driver) -> None:
    """A future made by the runtime gives its value to whoever waits."""
    future = driver.runtime.future()
    future.set(5)

    assert future.get(timeout=5) == 5


def test_address_outlives_its_actor(driver: Driver) -> None:
    """After a new actor moved in, the same address reaches it."""
    directory = Directory()
    place = Place(driver.runtime, directory, 1)
    address = directory[1]
    driver.runtime.spawn(Recorder, place, [], threading.Event()).stop()
    log: list[Any] = []
    reached = threading.Event()
    driver.runtime.spawn(Recorder, place, log, reached)

    assert address.tell("hello")
    driver.until(reached)
    assert log == ["hello"]
