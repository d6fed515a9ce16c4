"""Actors without threads: pykka's extension points, joined to a run queue."""

import sys
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol

import pykka
from pykka import messages

if TYPE_CHECKING:
    from pykka._envelope import Envelope


_PYKKAS_OWN: Final = frozenset(
    (messages._ActorStop, messages.ProxyCall, messages.ProxyGetAttr, messages.ProxySetAttr)  # noqa: SLF001
)


class Queue(Protocol):
    """The run queue as its actors and futures see it."""

    ready: "deque[tuple[QueuedActor, Envelope[Any]]]"

    def wait_for(self, future: "QueueFuture", timeout_ms: int) -> None:
        """Run until *future* is set, for *timeout_ms* of virtual time at most."""


class Inbox:
    """One actor's mailbox: what is put goes into the common queue; only what came too late is kept here."""

    __slots__ = ("_append", "_late", "actor")

    def __init__(self, queue: Queue) -> None:
        self._append = queue.ready.append
        self._late: deque[Envelope[Any]] = deque()
        self.actor: QueuedActor

    def put(self, envelope: "Envelope[Any]", /) -> None:
        """Queue *envelope* behind everything told so far."""
        self._append((self.actor, envelope))

    def keep(self, envelope: "Envelope[Any]") -> None:
        """Keep *envelope*, that came after the actor's end, for pykka to answer."""
        self._late.append(envelope)

    def get(self) -> "Envelope[Any]":
        """Return the next envelope that came too late."""
        return self._late.popleft()

    def empty(self) -> bool:
        """Return whether nothing came too late."""
        return not self._late


class QueueFuture(pykka.ThreadingFuture[Any]):
    """A future whose `get` runs the queue until it is set; its time-out is in virtual seconds."""

    def __init__(self, queue: Queue | None = None) -> None:
        super().__init__()
        self._queue = queue

    def get(self, *, timeout: float | None = None) -> Any:  # noqa: ANN401 - as pykka has it
        """Return the value; without *timeout*, only what can be had without time passing.

        Raises:
            pykka.Timeout: the queue ran dry or *timeout* passed.
            ReentrantRunError: an actor waits for itself.
        """
        if self._queue is None:
            return super().get(timeout=timeout)
        self._queue.wait_for(self, int((timeout or 0) * 1_000))
        return super().get(timeout=0)

    def is_set(self) -> bool:
        """Whether `get` returns at once."""
        return self._result is not None


class QueuedActor(pykka.Actor):
    """A pykka actor without a thread: the queue hands it one envelope at a time."""

    actor_inbox: Inbox

    def __init__(self) -> None:
        super().__init__()
        self.actor_inbox.actor = self

    def _start_actor_loop(self) -> None:
        self._actor_loop_setup()

    def _handle_receive(self, message: Any) -> Any:  # noqa: ANN401 - as pykka has it
        """Handle *message* as pykka does, which first looks for four kinds of its own."""
        return super()._handle_receive(message) if type(message) in _PYKKAS_OWN else self.on_receive(message)

    def take(self, envelope: "Envelope[Any]") -> None:
        """Handle *envelope* as one turn of pykka's own loop does."""
        if self.actor_stopped.is_set():
            self.actor_inbox.keep(envelope)
            self._actor_loop_teardown()
            return
        reply_to = envelope.reply_to
        try:
            response = self._handle_receive(envelope.message)
            if reply_to is not None:
                reply_to.set(response)
        except Exception:  # noqa: BLE001 - pykka's policy: it is the actor's or its caller's, never the queue's
            if reply_to is not None:
                reply_to.set_exception()
            else:
                self._fail()

    def _fail(self) -> None:
        self._handle_failure(*sys.exc_info())
        try:
            self.on_failure(*sys.exc_info())
        except Exception:  # noqa: BLE001 - as above
            self._handle_failure(*sys.exc_info())


def actors_of(queue: Queue) -> type[QueuedActor]:
    """Return the class of actors that live on *queue*: pykka's extension points are static."""

    class QueueActor(QueuedActor):
        @staticmethod
        def _create_actor_inbox() -> Inbox:
            return Inbox(queue)

        @staticmethod
        def _create_future() -> QueueFuture:
            return QueueFuture(queue)

    return QueueActor
