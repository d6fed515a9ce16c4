"""A client of the fake nymead for tests of the fake itself: in memory, in virtual time, one message at a time."""

import json
from typing import Any

from hems_actors.actors.runqueue import RunQueue
from hems_actors.nymea.protocol import Request, encode
from tests.nymea.fake.memory import fake_on
from tests.nymea.fake.nymead import FakeNymead, Options

START_MS = 1_795_359_546_000


class World:
    """A fake nymead in virtual time."""

    def __init__(self, options: Options | None = None, tokens: tuple[str, ...] = ()) -> None:
        self.queue = RunQueue(START_MS)
        self.fake: FakeNymead = fake_on(self.queue, options, tokens)

    def wait(self, delay_ms: int) -> None:
        """Let *delay_ms* pass."""
        self.queue.run_until(self.queue.now_ms() + delay_ms)


class Client:
    """Speaks to the fake; keeps what it was sent."""

    def __init__(self, fake: FakeNymead) -> None:
        self.raw = b""
        """All bytes that were ever sent here."""
        self.is_closed = False
        self._read = 0
        self._ids = 0
        self._session = fake.connect(self._take, self._close)

    def send(self, data: bytes) -> None:
        """Send *data* in one segment."""
        self._session.receive(data)

    def hello(self, token: str | None = None) -> dict[str, Any]:
        """Greet, and return the reply's params."""
        return self.call("JSONRPC.Hello", token=token)["params"]  # type: ignore[no-any-return]

    def subscribe(self, *namespaces: str) -> None:
        """Ask for notifications."""
        self.call("JSONRPC.SetNotificationStatus", namespaces=list(namespaces or ("Integrations", "Energy")))

    def call(self, method: str, /, token: str | None = None, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Call *method* and return the whole answer, which must come at once."""
        found = [message for message in self.begin(method, token=token, **params) if "status" in message]
        assert len(found) == 1, found
        return found[0]

    def begin(self, method: str, /, token: str | None = None, **params: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Call *method* and return all that was sent here since the last call."""
        self._ids += 1
        self.send(encode(Request(self._ids, method, params, token)))
        return self.news()

    def news(self) -> list[dict[str, Any]]:
        """Return what was sent here and not read yet."""
        lines, self._read = self.raw[self._read :].splitlines(), len(self.raw)
        return [json.loads(line) for line in lines]

    def _take(self, data: bytes) -> None:
        self.raw += data

    def _close(self) -> None:
        self.is_closed = True
