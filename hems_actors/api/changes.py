"""Changes that clients ask for, one after the other: each is made from the view that shows the one before.

So two clients cannot undo each other's change by accident, and however many ask, at most one change waits in the
coordinator's mailbox. Who asks for many waits: each costs the coordinator work and the log space.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple, Protocol

from hems_actors.api.fields import Wire
from hems_actors.api.models import EnergyError
from hems_actors.api.port import HomePort
from hems_actors.api.settings import UnacceptableError, fact_of

TIMEOUT_S: Final = 45.0
TIMED_OUT: Final = "Command timed out"
BURST: Final = 20
"""So many changes are made at once; then one each `GAP_S`."""
GAP_S: Final = 0.5

Outcome = EnergyError | str
"""How a change went; text = it could not be recorded, and why."""


class Handle(Protocol):
    """Something that is to be done later."""

    def cancel(self) -> None:
        """Do not do it."""


class Clockwork(Protocol):
    """The thread that serves; an asyncio loop fits."""

    def time(self) -> float:
        """Return the instant in s; never goes back."""

    def call_soon_threadsafe(self, callback: Callable[[], object], /) -> object:
        """Do *callback* in that thread, soon; may be called from any."""

    def call_later(self, delay_s: float, callback: Callable[[], object], /) -> Handle:
        """Do *callback* in *delay_s*; called in that thread."""


class _Change(NamedTuple):
    asked: Wire
    answered: Callable[[Outcome], object]


class Changes:
    """The queue; used in the thread that serves only."""

    def __init__(self, port: HomePort, clockwork: Clockwork) -> None:
        self._port = port
        self._clockwork = clockwork
        self._waiting: deque[_Change] = deque()
        self._open: _Change | None = None
        self._number = 0
        self._seq: int | None = None
        """Of the open change's fact, once it is on disk."""
        self._timer: Handle | None = None
        self._pause: Handle | None = None
        self._even_at_s = 0.0
        """When the changes so far will have had their gaps."""

    def put(self, asked: Wire, answered: Callable[[Outcome], object]) -> None:
        """Make what *asked* wants so when its turn comes; *answered* is told when it shows."""
        self._waiting.append(_Change(asked, answered))
        self._go_on()

    def looked(self) -> None:
        """There is a newer view."""
        if self._seq is not None and self._port.view().seq >= self._seq:
            self._end(EnergyError.NO_ERROR)
            self._go_on()

    def _go_on(self) -> None:
        while self._open is None and self._waiting and self._pause is None:
            wait_s = self._even_at_s - self._clockwork.time() - BURST * GAP_S
            if wait_s > 0:
                self._pause = self._clockwork.call_later(wait_s, self._pause_is_over)
                return
            change = self._waiting.popleft()
            try:
                fact = fact_of(self._port, change.asked)
            except UnacceptableError as error:
                change.answered(error.error)
                continue
            self._open = change
            self._number += 1
            self._even_at_s = max(self._even_at_s, self._clockwork.time()) + GAP_S
            self._timer = self._clockwork.call_later(TIMEOUT_S, partial(self._told, self._number, TIMED_OUT))
            self._port.submit(fact, partial(self._answered, self._number))

    def _pause_is_over(self) -> None:
        self._pause = None
        self._go_on()

    def _answered(self, number: int, outcome: int | str) -> None:
        """Pass on what the home said, from whatever thread."""
        self._clockwork.call_soon_threadsafe(partial(self._told, number, outcome))

    def _told(self, number: int, outcome: int | str) -> None:
        if number != self._number or self._open is None:
            return  # it comes too late
        if isinstance(outcome, str):
            self._end(outcome)
            self._go_on()
        else:
            self._seq = outcome
            self.looked()

    def _end(self, outcome: Outcome) -> None:
        change, self._open, self._seq = self._open, None, None
        if self._timer is not None:
            self._timer.cancel()
        if change is not None:
            change.answered(outcome)
