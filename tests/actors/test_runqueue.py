"""The run queue: same script, same messages; time moves only from timer to timer."""

import threading
from typing import Any

import pykka
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.actors.directory import Directory
from hems_actors.actors.errors import ReentrantRunError
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour, Place
from tests.actors.fakes import START_MS, Recorder


class _Asks(Behaviour):
    """Waits for itself, which nobody should."""

    def on_receive(self, message: object) -> object:
        """Ask itself."""
        return self.place.me.ref.ask("never") if message == "ask" and self.place.me.ref else None


class _Interrupts(Behaviour):
    """Is interrupted at the keyboard."""

    def on_receive(self, _message: object) -> None:
        """Be interrupted."""
        raise KeyboardInterrupt


class _AnswersLater(Behaviour):
    """Sets the future it is told of, 2 s later."""

    def on_receive(self, message: pykka.Future[str] | tuple[pykka.Future[str]]) -> None:
        """Wait, then answer."""
        if isinstance(message, tuple):
            message[0].set("done")
        else:
            self.place.runtime.call_later(2_000, self.place.me, (message,))


class _Instants(Behaviour):
    """Remembers when it was told what."""

    def __init__(self, place: Place, log: list[tuple[int, Any]]) -> None:
        super().__init__(place)
        self._log = log

    def on_receive(self, message: object) -> None:
        """Remember *message* and the instant."""
        self._log.append((self.place.runtime.now_ms() - START_MS, message))


@given(st.lists(st.integers(0, 20)))
def test_timers_fire_at_their_instant_ties_in_the_order_set(delays_ms: list[int]) -> None:
    """Any timers: sorted by instant, stably, and the clock shows each one's instant."""
    queue = RunQueue(START_MS)
    log: list[tuple[int, Any]] = []
    ref = queue.spawn(_Instants, Place(queue, Directory(), 1), log)
    for number, delay_ms in enumerate(delays_ms):
        queue.call_later(delay_ms, ref, number)
    queue.run_until(START_MS + 20)
    queue.stop()

    assert log == sorted(((delay_ms, number) for number, delay_ms in enumerate(delays_ms)))
    assert queue.now_ms() == START_MS + 20


def test_timers_after_the_end_wait() -> None:
    """`run_until` includes its instant and nothing later."""
    queue = RunQueue(START_MS)
    log: list[tuple[int, Any]] = []
    ref = queue.spawn(_Instants, Place(queue, Directory(), 1), log)
    queue.call_later(10, ref, "at the end")
    queue.call_later(11, ref, "after it")
    queue.run_until(START_MS + 10)
    queue.stop()

    assert log == [(10, "at the end")]


def test_future_runs_the_queue_for_its_virtual_time_out() -> None:
    """An answer that takes 2 s comes within a time-out of 2 s, and not within 1 s."""
    queue = RunQueue(START_MS)
    ref = queue.spawn(_AnswersLater, Place(queue, Directory(), 1))
    future = queue.future()
    ref.tell(future)
    with pytest.raises(pykka.Timeout):
        future.get(timeout=1)
    assert future.get(timeout=2) == "done"
    queue.stop()

    assert queue.now_ms() == START_MS + 2_000


def test_an_actor_that_waits_for_the_queue_is_told_so() -> None:
    """Waiting inside an actor would be for ever, so it is an error at once."""
    queue = RunQueue(START_MS)
    ref = queue.spawn(_Asks, Place(queue, Directory(), 1))
    with pytest.raises(ReentrantRunError):
        ref.ask("ask")
    queue.stop()


def test_keyboard_interrupt_leaves_the_queue() -> None:
    """Ctrl-C reaches the main program; the queue can still be stopped in order."""
    queue = RunQueue(START_MS)
    log: list[Any] = []
    directory = Directory()
    queue.spawn(_Interrupts, Place(queue, directory, 1)).tell("go")
    queue.spawn(Recorder, Place(queue, directory, 2), log, threading.Event()).tell("still there")
    with pytest.raises(KeyboardInterrupt):
        queue.run_until_idle()
    queue.stop()

    assert log == ["still there"]


class _SaysGoodbye(_Instants):
    """Remembers its orderly end too."""

    def on_stop(self) -> None:
        """Remember it."""
        self._log.append((0, "stopped"))


def test_killed_queue_delivers_nothing_more() -> None:
    """No message, no timer, no orderly end; nobody knows its actors any more."""
    queue, log = RunQueue(START_MS), list[tuple[int, Any]]()
    directory = Directory()
    queue.spawn(_SaysGoodbye, Place(queue, directory, 1), log)
    directory[1].tell("told before")
    queue.call_later(1_000, directory[1], "due later")
    queue.kill()
    assert not directory[1].tell("told after")
    queue.run_until_idle()
    queue.run_until(START_MS + 5_000)
    queue.stop()

    assert log == []
    assert pykka.ActorRegistry.get_all() == []
