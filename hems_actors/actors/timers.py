"""Timers of both runtimes: a heap by instant, ties in the order they were set."""

import heapq

import pykka

from hems_actors.actors.messages import Recipient


class Timer:
    """One message to be told at `at_ms`, unless cancelled before."""

    __slots__ = ("_message", "_recipient", "at_ms")

    def __init__(self, at_ms: int, recipient: Recipient, message: object) -> None:
        self.at_ms = at_ms
        self._recipient: Recipient | None = recipient
        self._message = message

    def cancel(self) -> None:
        """Forget the message; harmless when it was told already."""
        self._recipient = None

    @property
    def cancelled(self) -> bool:
        """Whether nothing is to be told any more."""
        return self._recipient is None

    def fire(self) -> None:
        """Tell the message now; a dead recipient needs none."""
        recipient, self._recipient = self._recipient, None
        if recipient is not None:
            try:  # noqa: SIM105 - `suppress` costs as much as the telling
                recipient.tell(self._message)
            except pykka.ActorDeadError:
                pass


class TimerHeap:
    """Timers by instant; not thread-safe, but a timer may be cancelled from any thread."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._count = 0

    def add(self, at_ms: int, recipient: Recipient, message: object) -> Timer:
        """Add and return a timer that tells *message* to *recipient* at *at_ms*."""
        timer = Timer(at_ms, recipient, message)
        self._count += 1
        heapq.heappush(self._heap, (at_ms, self._count, timer))
        return timer

    def next_at_ms(self) -> int | None:
        """Return the instant of the earliest timer not cancelled, None without any."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now_ms: int) -> Timer | None:
        """Remove and return the earliest timer if it is due at *now_ms*."""
        at_ms = self.next_at_ms()
        if at_ms is None or at_ms > now_ms:
            return None
        return heapq.heappop(self._heap)[2]
