"""The deterministic runtime: one thread, one queue, a clock that jumps from timer to timer.

Messages run in the order they were told, timers by instant and then by the order they were set, so the
same script gives the same messages on every machine. Failures are treated as pykka's own loop does: an exception
under `tell` ends the actor, under `ask` it goes to the caller. `KeyboardInterrupt` and its like leave the queue.
"""

from collections import deque
from typing import TYPE_CHECKING, Any

import pykka

from hems_actors.actors.clock import VirtualTime
from hems_actors.actors.errors import ReentrantRunError
from hems_actors.actors.messages import Recipient
from hems_actors.actors.queued import QueuedActor, QueueFuture, actors_of
from hems_actors.actors.runtime import Behaviour, Place, embodied
from hems_actors.actors.timers import Timer, TimerHeap

if TYPE_CHECKING:
    from pykka._envelope import Envelope


class RunQueue:
    """The `Runtime` that a simulation runs on."""

    def __init__(self, start_ms: int) -> None:
        """Begin at the virtual instant *start_ms*, in ms since the Unix epoch."""
        self.time = VirtualTime(start_ms)
        self.ready: deque[tuple[QueuedActor, Envelope[Any]]] = deque()
        self._timers = TimerHeap()
        self._base = actors_of(self)
        self._bodies: dict[type[Behaviour], type[pykka.Actor]] = {}
        self._refs: list[pykka.ActorRef[Any]] = []
        self._running = False

    def spawn(self, behaviour: type[Behaviour], place: Place, *args: object) -> pykka.ActorRef[Any]:
        """Start an actor of *behaviour* at *place*; its `on_start` has run when this returns."""
        body = self._bodies.get(behaviour)
        if body is None:
            body = self._bodies[behaviour] = embodied(behaviour, self._base)
        ref = body.start(place, *args)
        self._refs.append(ref)
        return ref

    def call_later(self, delay_ms: int, recipient: Recipient, message: object) -> Timer:
        """Tell *message* to *recipient* in *delay_ms* of virtual time."""
        return self._timers.add(self.time.boot_ms() + delay_ms, recipient, message)

    def now_ms(self) -> int:
        """Return the virtual instant, in ms since the Unix epoch."""
        return self.time.boot_ms()

    def next_timer_ms(self) -> int | None:
        """Return the virtual instant of the next timer, None without any."""
        return self._timers.next_at_ms()

    def future(self) -> QueueFuture:
        """Return an unset future."""
        return QueueFuture(self)

    def run_until_idle(self) -> None:
        """Run all messages that can run without time passing.

        Raises:
            ReentrantRunError: called from inside an actor.
        """
        if self._running:
            raise ReentrantRunError("an actor waits for the queue it runs on: tell instead")
        self._running = True
        ready = self.ready
        try:
            while ready:
                actor, envelope = ready.popleft()
                actor.take(envelope)
        finally:
            self._running = False

    def run_until(self, at_ms: int) -> None:
        """Run all messages and timers up to and including *at_ms*; the clock then shows *at_ms*.

        Raises:
            ReentrantRunError: called from inside an actor.
        """
        self.run_until_idle()
        while self._fire_next(at_ms):
            self.run_until_idle()
        self.time.move_to(at_ms)

    def wait_for(self, future: QueueFuture, timeout_ms: int) -> None:
        """Run messages, and timers of the next *timeout_ms*, until *future* is set or nothing is left.

        Raises:
            ReentrantRunError: called from inside an actor, with *future* not set.
        """
        if future.is_set():
            return
        at_ms_max = self.time.boot_ms() + timeout_ms
        self.run_until_idle()
        while not future.is_set() and self._fire_next(at_ms_max):
            self.run_until_idle()

    def stop(self) -> None:
        """Stop all actors, the last started first, each after what was told to it before, if that is a start too."""
        while self._refs:
            self._refs.pop().stop()

    def kill(self) -> None:
        """End all actors as the end of their process does: nothing more is delivered, no `on_stop` runs."""
        for ref in self._refs:
            ref.actor_stopped.set()  # so that nobody can tell it anything
            pykka.ActorRegistry.unregister(ref)
        self._refs.clear()
        self.ready.clear()
        self._timers = TimerHeap()

    def _fire_next(self, at_ms_max: int) -> bool:
        timer = self._timers.pop_due(at_ms_max)
        if timer is None:
            return False
        self.time.move_to(timer.at_ms)
        timer.fire()
        return True
