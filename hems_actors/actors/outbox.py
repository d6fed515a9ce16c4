"""What leaves the process: reductions once written, everything else once it would survive a power cut."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import pykka

from hems_actors.core.outcomes import ActionIntended

Send = Callable[[int, ActionIntended], object]


class Answer(NamedTuple):
    """A request's future, to be set to the number of its fact."""

    future: pykka.Future[int]


Waiting = tuple[int, ActionIntended | Answer]
"""What leaves once the event of that number is durable."""


class Outbox:
    """Keeps what may not leave yet, in the order of the events it came from."""

    def __init__(self, send: Send) -> None:
        """Hand out actions through *send*, given their number."""
        self._send = send
        self._written: list[tuple[int, ActionIntended]] = []
        self._durable: deque[Waiting] = deque()

    def put(self, seq: int, action: ActionIntended) -> None:
        """Take *action*, event *seq*."""
        if action.reduces:
            self._written.append((seq, action))
        else:
            self._durable.append((seq, action))

    def put_answer(self, seq: int, future: pykka.Future[int]) -> None:
        """Take the answer to a request whose fact is event *seq*."""
        self._durable.append((seq, Answer(future)))

    @property
    def waits_for_disk(self) -> bool:
        """Whether anything leaves only once it is durable."""
        return bool(self._durable)

    def hand_out_written(self) -> None:
        """Hand out reductions: their frame is written, or there is no log to write to."""
        ready, self._written = self._written, []
        for seq, action in ready:
            self._send(seq, action)

    def hand_out_durable(self, durable_seq: int) -> None:
        """Hand out all that waited for events up to *durable_seq*."""
        while self._durable and self._durable[0][0] <= durable_seq:
            seq, item = self._durable.popleft()
            if isinstance(item, Answer):
                item.future.set(seq)
            else:
                self._send(seq, item)

    def refuse(self, error: BaseException) -> None:
        """Drop what waits for a disk that failed: no load is added, and who waits for an answer gets *error*."""
        waiting, self._durable = self._durable, deque()
        for _, item in waiting:
            if isinstance(item, Answer):
                item.future.set_exception((type(error), error, None))
