"""Servers on loopback that do to one client what a test says, and an inbox for what a line tells."""

import hashlib
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

from websockets.utils import accept_key

from tests.spotmarket.server import PEM

PATIENCE_S: Final = 10.0
FINGERPRINT: Final = hashlib.sha256(
    ssl.PEM_cert_to_DER_cert(PEM.read_text().partition("-----BEGIN PRIVATE")[0])
).hexdigest()
Handler = Callable[[socket.socket], object]
Told = TypeVar("Told")


class Inbox:
    """A recipient that keeps what it is told."""

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[object] = queue.SimpleQueue()

    def tell(self, message: object, /) -> None:
        """Keep *message*."""
        self._told.put(message)

    def next(self, kind: type[Told]) -> Told:
        """Return what is told next, which must be a *kind*."""
        message = self._told.get(timeout=PATIENCE_S)
        assert isinstance(message, kind), message
        return message

    def all_until(self, kind: type) -> list[object]:
        """Return what is told, up to and with the first *kind*."""
        found = [self._told.get(timeout=PATIENCE_S)]
        while not isinstance(found[-1], kind):
            found.append(self._told.get(timeout=PATIENCE_S))
        return found

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._told.empty()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as *condition* holds; fail with *what* if it does not come to that."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, what
        threading.Event().wait(0.005)


def server_tls() -> ssl.SSLContext:
    """Return TLS with the certificate of loopback, which nobody signed but itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


@contextmanager
def listening(handler: Handler, *, tls: bool = False) -> Iterator[int]:
    """Serve each client by *handler* in one thread, one after another; the value is the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, handler, server_tls() if tls else None))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def _serve(server: socket.socket, handler: Handler, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            client.settimeout(PATIENCE_S)
            with client, suppress(OSError):
                if tls is None:
                    handler(client)
                else:
                    with tls.wrap_socket(client, server_side=True) as encrypted:
                        handler(encrypted)


def echo(client: socket.socket) -> None:
    """Send back what arrives."""
    while data := client.recv(65_536):
        client.sendall(data)


def upgraded(then: Handler) -> Handler:
    """Return a handler that accepts a WebSocket and goes on with *then*."""

    def handler(client: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(4_096)
        key = next(
            line.split(":")[1].strip()
            for line in head.decode().splitlines()
            if line.lower().startswith("sec-websocket-key")
        )
        client.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n"
        )
        then(client)

    return handler
