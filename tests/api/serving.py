"""A real server of a fake home, and a client that speaks in lines."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

from hems_actors.api.client import Limits
from hems_actors.api.server import Access, ApiServer
from tests.api.home import SERVER, FakeHome

PATIENCE_S: Final = 10.0
HELLO: Final = '{"id":0,"method":"JSONRPC.Hello"}'
HOST: Final = "127.0.0.1"


class Place:
    """A fake home that is served."""

    def __init__(self, home: FakeHome, server: ApiServer, ports: list[int]) -> None:
        self.home = home
        self.server = server
        self.websocket, self.tcp = ports

    @contextmanager
    def client(self) -> Iterator[ClientConnection]:
        """Connect as any WebSocket client does."""
        with connect(f"ws://{HOST}:{self.websocket}", open_timeout=PATIENCE_S, close_timeout=PATIENCE_S) as client:
            yield client

    def raw(self) -> socket.socket:
        """Connect over TCP, and say nothing yet."""
        return socket.create_connection((HOST, self.tcp), timeout=PATIENCE_S)


@contextmanager
def served(home: FakeHome | None = None, limits: Limits | None = None) -> Iterator[Place]:
    """Serve *home* on free ports."""
    home = home or FakeHome()
    access = Access((f"ws://{HOST}:0", f"nymea://{HOST}:0"))
    server = ApiServer(home, SERVER, access, limits)
    ports = server.start()
    home.listener = server.looked
    try:
        yield Place(home, server, ports)
    finally:
        server.stop()


def ask(client: ClientConnection, method: str, **params: object) -> dict[str, Any]:
    """Return what is answered, notifications left out."""
    client.send(json.dumps({"id": 1, "method": method, "params": params}))
    while True:
        found: dict[str, Any] = json.loads(client.recv(PATIENCE_S))
        if "notification" not in found:
            return found


def line_of(sock: socket.socket) -> bytes:
    """Return the next line; what there was of it if the connection ends."""
    data = b""
    while not data.endswith(b"\n"):
        byte = sock.recv(1)
        if not byte:
            break
        data += byte
    return data


def is_closed(sock: socket.socket) -> bool:
    """Read until the other end closes; return whether it did before patience ends."""
    try:
        while sock.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True
