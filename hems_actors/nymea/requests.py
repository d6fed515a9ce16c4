"""The open requests of one line: each has an id, and somebody who waits for its answer."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hems_actors.actors.runtime import Place, TimerHandle
from hems_actors.nymea.errors import LineError
from hems_actors.nymea.line import Line
from hems_actors.nymea.protocol import Failure, Reply, Request, encode

ANSWER_MS_MAX: Final = 20_000
"""A server that takes longer to say what there is, is not there."""
TRIES_MAX: Final = 3
"""A busy server may say that a question took it too long: it is asked again."""
_TOO_LONG: Final = "Command timed out"
OPEN_MAX: Final = 1_000
"""Older ones are forgotten: who waits for them has a timer of his own."""

Answer = Reply | Failure
Then = Callable[[Answer], object]


class Late(NamedTuple):
    """Link to itself: the time for the answer to request `id` of line `number` is up."""

    number: int
    id: int
    method: str


class _Open(NamedTuple):
    then: Then
    timer: TimerHandle | None
    again: Callable[[], object] | None
    """Asks once more; None = it was asked often enough, or must not be."""


class Requests:
    """Sends requests over one line, one message a write, and hands each answer to who asked."""

    def __init__(self, place: Place, line: Line, number: int, token: str | None) -> None:
        self._place = place
        self._line = line
        self._number = number
        self._token = token
        self._id = 0
        self._open: dict[int, _Open] = {}

    def ask(self, method: str, params: Mapping[str, Any], then: Then, *, tries: int = TRIES_MAX) -> None:
        """Ask something; *then* gets the answer.

        None within 20 s: the line is worth nothing. A server that took too long is asked *tries* times in all.
        """
        again = None if tries <= 1 else lambda: self.ask(method, params, then, tries=tries - 1)
        late = Late(self._number, self._id + 1, method)
        timer = self._place.runtime.call_later(ANSWER_MS_MAX, self._place.me, late)
        self._send(method, params, _Open(then, timer, again))

    def order(self, method: str, params: Mapping[str, Any], then: Then) -> None:
        """Order something, once; *then* gets the answer, whenever it comes."""
        self._send(method, params, _Open(then, None, None))

    def _send(self, method: str, params: Mapping[str, Any], opened: _Open) -> None:
        self._id += 1
        if len(self._open) >= OPEN_MAX:
            self._close(next(iter(self._open)))
        self._open[self._id] = opened
        self._line.send(encode(Request(self._id, method, params, self._token)))

    def answered(self, answer: Answer) -> None:
        """Hand *answer* to who asked; one that nobody waits for is nobody's.

        Raises:
            LineError: whoever asked cannot go on with it.
        """
        waiting = self._close(answer.id)
        if waiting is None:
            return
        if waiting.again is not None and isinstance(answer, Failure) and answer.error.startswith(_TOO_LONG):
            waiting.again()
        else:
            waiting.then(answer)

    def late(self, late: Late) -> None:
        """Give up the line if *late* is still open.

        Raises:
            LineError: it is.
        """
        if late.id in self._open:
            raise LineError(f"no answer to {late.method} within {ANSWER_MS_MAX // 1_000} s")

    def forget(self) -> None:
        """Forget all open requests: the line is gone."""
        for number in tuple(self._open):
            self._close(number)

    def _close(self, number: int) -> _Open | None:
        waiting = self._open.pop(number, None)
        if waiting is not None and waiting.timer is not None:
            waiting.timer.cancel()
        return waiting
