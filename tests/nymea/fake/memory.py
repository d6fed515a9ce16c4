"""Lines to a fake nymead without any network: for a link on the run queue, or in one thread."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from hems_actors.actors.messages import Recipient
from hems_actors.actors.runtime import Runtime
from hems_actors.nymea.line import Closed, Line, Opened, Received
from tests.nymea.fake.nymead import CallLater, FakeNymead, Options

if TYPE_CHECKING:
    from tests.nymea.fake.session import Session


def through(runtime: Runtime) -> CallLater:
    """Return what calls back through the timers of *runtime*, so in virtual time on the run queue."""
    return lambda delay_ms, callback: runtime.call_later(delay_ms, _Caller(), callback)


class _Caller:
    def tell(self, message: object, /) -> None:
        """Call *message*."""
        if callable(message):
            message()


def fake_on(runtime: Runtime, options: Options | None = None, tokens: tuple[str, ...] = ()) -> FakeNymead:
    """Return a fake nymead that lives in the time of *runtime*."""
    return FakeNymead(through(runtime), runtime.now_ms, options, tokens)


class MemoryDialer:
    """Dials a fake nymead in memory; what goes over a line takes no time, but connecting takes `delay_ms`."""

    def __init__(self, fake: FakeNymead, runtime: Runtime, delay_ms: int = 1) -> None:
        self._fake = fake
        self._runtime = runtime
        self._delay_ms = delay_ms
        self.is_reachable = True
        """Else connections are refused."""
        self.lines: list[MemoryLine] = []
        """All that were ever dialled."""

    def dial(self, number: int, to: Recipient) -> Line:
        """Begin to connect and return at once; the line tells *to* what becomes of it. Never raises."""
        line = MemoryLine(number, to, self._runtime.now_ms)
        self.lines.append(line)
        through(self._runtime)(self._delay_ms, lambda: line.begin(self._fake if self.is_reachable else None))
        return line


class MemoryLine:
    """One line in memory."""

    def __init__(self, number: int, to: Recipient, now_ms: Callable[[], int]) -> None:
        self._number = number
        self._to = to
        self._now_ms = now_ms
        self._session: Session | None = None
        self._is_over = False
        self.sent: list[bytes] = []

    def begin(self, fake: FakeNymead | None) -> None:
        """Connect, or be refused."""
        with suppress(ConnectionRefusedError):
            if fake is not None and not self._is_over:
                self._session = fake.connect(self._received, lambda: self._end("the server closed the connection"))
                self._to.tell(Opened(self._number))
                return
        self._end("fake nymead: Connection refused")

    def send(self, data: bytes) -> None:
        """Write *data*, one message."""
        if self._session is None:
            self._end("something was sent before the line was open")
        elif not self._is_over:
            self.sent.append(data)
            self._session.receive(data)

    def close(self) -> None:
        """End the line; harmless twice."""
        if self._session is not None and not self._is_over:
            self._session.gone()
        self._end("closed here")

    def _received(self, data: bytes) -> None:
        if not self._is_over:
            self._to.tell(Received(self._number, data, self._now_ms()))

    def _end(self, reason: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._to.tell(Closed(self._number, reason))
