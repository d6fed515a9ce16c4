"""The fake nymead behind lines: in memory and on real sockets, as a link meets it."""

import threading
from typing import Any

import pytest

from hems_actors.actors.runqueue import RunQueue
from hems_actors.nymea.line import Closed, Opened, Received
from hems_actors.nymea.protocol import Connection, Message, Notification, Reply, Request, Role, encode
from hems_actors.nymea.sockets import ThreadDialer
from tests.nymea.fake.client import START_MS
from tests.nymea.fake.memory import MemoryDialer, fake_on
from tests.nymea.fake.serving import Served, served, wall_ms
from tests.nymea.peers import FINGERPRINT, Inbox, server_tls

HELLO = encode(Request(1, "JSONRPC.Hello", {}))
SUBSCRIBE = encode(Request(2, "JSONRPC.SetNotificationStatus", {"namespaces": ["Integrations", "Energy"]}))


class _Reader:
    """Reads messages from an inbox of what a line told."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._connection = Connection(Role.CLIENT)

    def next(self) -> Message:
        """Return the next message."""
        while (message := self._connection.next_message()) is None:
            self._connection.receive_data(self._inbox.next(Received).data)
        return message


def test_in_memory() -> None:
    """A line on the run queue: opens, answers, is refused, is dropped, is closed."""
    queue = RunQueue(START_MS)
    fake = fake_on(queue)
    dialer, inbox = MemoryDialer(fake, queue), Inbox()
    line = dialer.dial(1, inbox)
    assert inbox.empty
    queue.run_until(START_MS + 1)
    assert inbox.next(Opened) == Opened(1)
    line.send(HELLO)
    assert inbox.next(Received).received_at_ms == START_MS + 1
    fake.drop_all()
    assert inbox.next(Closed).reason == "the server closed the connection"
    line.send(HELLO)
    line.close()

    dialer.is_reachable = False
    dialer.dial(2, inbox)
    queue.run_until(START_MS + 2)
    assert inbox.next(Closed) == Closed(2, "fake nymead: Connection refused")

    dialer.is_reachable = True
    early, late = dialer.dial(3, inbox), dialer.dial(4, inbox)
    early.close()
    assert inbox.next(Closed) == Closed(3, "closed here")
    queue.run_until(START_MS + 3)
    assert inbox.next(Opened) == Opened(4)
    late.close()
    late.close()
    assert inbox.next(Closed) == Closed(4, "closed here")
    assert fake.sessions == []
    dialer.dial(5, inbox).send(HELLO)
    assert inbox.next(Closed).number == 5
    queue.run_until(START_MS + 4)
    assert inbox.empty


def _url(server: Served, scheme: str) -> str:
    return server.ports.nymea_url if scheme.startswith("nymea") else server.ports.websocket_url


@pytest.mark.parametrize("scheme", ["nymea", "nymeas", "ws", "wss"])
def test_on_sockets(scheme: str) -> None:
    """Hello, subscription, a change while subscribed, a command; then the server drops the line."""
    tls = server_tls() if scheme in ("nymeas", "wss") else None
    with served(tls=tls) as server:
        wallbox = server.fake.add("wallbox", "A")
        inbox = Inbox()
        pin = FINGERPRINT if tls else None
        line = ThreadDialer(_url(server, scheme), fingerprint=pin, clock=wall_ms).dial(1, inbox)
        reader = _Reader(inbox)
        assert inbox.next(Opened)
        line.send(HELLO)
        line.send(SUBSCRIBE)
        assert [type(reader.next()) for _ in range(2)] == [Reply, Reply]

        server.fake.set_state(wallbox, "pluggedIn", True)
        change = reader.next()
        assert isinstance(change, Notification)
        assert (change.id, change.name, change.params["value"]) == (1, "Integrations.StateChanged", True)

        state = wallbox.kind.state_id("power")
        params: dict[str, Any] = {"thingId": wallbox.id, "actionTypeId": state}
        line.send(
            encode(
                Request(3, "Integrations.ExecuteAction", params | {"params": [{"paramTypeId": state, "value": False}]})
            )
        )
        assert [type(reader.next()) for _ in range(2)] == [Notification, Reply]
        assert wallbox.values["power"] is False

        server.fake.drop_all()
        assert inbox.next(Closed)


def test_restart_on_sockets() -> None:
    """While it is down connections end at once; then it is there again, in real time."""
    with served() as server:
        dialer, inbox = ThreadDialer(server.ports.nymea_url, fingerprint=None, clock=wall_ms), Inbox()
        server.fake.restart(down_ms=20)
        answer: object = None
        for number in range(1_000):
            line = dialer.dial(number, inbox)
            inbox.next(Opened)
            line.send(HELLO)
            answer = inbox.next(object)
            line.close()
            if isinstance(answer, Received):
                break
            assert isinstance(answer, Closed)
        assert isinstance(answer, Received)
        assert [request.method for request in server.fake.calls] == ["JSONRPC.Hello"]
        assert inbox.next(Closed)


def test_nothing_is_left_of_serving() -> None:
    """Its thread ends, with clients still there."""
    with served() as server:
        inbox = Inbox()
        line = ThreadDialer(server.ports.websocket_url, fingerprint=None, clock=wall_ms).dial(1, inbox)
        inbox.next(Opened)
    assert inbox.next(Closed)
    line.close()
    assert not any(thread.name == "fake-nymead" for thread in threading.enumerate())
