"""The live runtime: one thread per actor (pykka's), and one for all timers."""

import threading
from typing import Any, Final

import pykka

from hems_actors.actors.clock import SystemTime, TimeSource
from hems_actors.actors.errors import StopError
from hems_actors.actors.messages import Recipient
from hems_actors.actors.runtime import Behaviour, Place, embodied
from hems_actors.actors.timers import Timer, TimerHeap

STOP_TIMEOUT_S: Final = 5.0


class ThreadRuntime:
    """The `Runtime` the daemon runs on; `stop` it, or the process does not end."""

    def __init__(self, time: TimeSource | None = None, *, stop_timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Measure timers by *time* (default the machine's clocks); give each actor *stop_timeout_s* to stop."""
        self._time = time or SystemTime()
        self._stop_timeout_s = stop_timeout_s
        self._refs: list[pykka.ActorRef[Any]] = []
        self._timers = TimerHeap()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run_timers, name="timers")
        self._thread.start()

    def spawn(self, behaviour: type[Behaviour], place: Place, *args: object) -> pykka.ActorRef[Any]:
        """Start an actor of *behaviour* at *place*; its `on_start` runs in its own thread."""
        ref = embodied(behaviour, pykka.ThreadingActor).start(place, *args)
        with self._changed:
            self._refs = [known for known in self._refs if known.is_alive()]
            self._refs.append(ref)
        return ref

    def call_later(self, delay_ms: int, recipient: Recipient, message: object) -> Timer:
        """Tell *message* to *recipient* in *delay_ms*, from the timers' thread."""
        with self._changed:
            timer = self._timers.add(self.now_ms() + delay_ms, recipient, message)
            self._changed.notify()
        return timer

    def now_ms(self) -> int:
        """Return ms since boot."""
        return self._time.boot_ms()

    def future(self) -> pykka.Future[Any]:
        """Return an unset future."""
        return pykka.ThreadingFuture()

    def stop(self) -> None:
        """Stop all actors, the last started first, each after what was told to it before; then the timers.

        That may be to start another actor, which is stopped too.

        Raises:
            StopError: some did not stop in time; the others did.
        """
        late = []
        while (ref := self._last_started()) is not None:
            try:
                ref.stop(timeout=self._stop_timeout_s)
            except pykka.Timeout:
                late.append(ref)
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()
        hung = [ref.actor_class.__name__ for ref in late if ref.is_alive()]  # one that died meanwhile never answers
        if hung:
            raise StopError(f"did not stop within {self._stop_timeout_s:g} s: {', '.join(hung)}")

    def _last_started(self) -> "pykka.ActorRef[Any] | None":
        """Return who is to stop next, and forget it."""
        with self._changed:
            return self._refs.pop() if self._refs else None

    def _run_timers(self) -> None:
        while (timer := self._next_timer()) is not None:
            timer.fire()

    def _next_timer(self) -> Timer | None:
        """Wait for and return the next timer that is due; None when stopping."""
        with self._changed:
            while not self._stopping:
                timer = self._timers.pop_due(self.now_ms())
                if timer is not None:
                    return timer
                at_ms = self._timers.next_at_ms()
                self._changed.wait(None if at_ms is None else (at_ms - self.now_ms()) / 1_000)
        return None
