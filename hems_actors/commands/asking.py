"""A client of the API for commands on the same machine: one call after the other."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from hems_actors.nymea.address import address_of

ANSWER_S: Final = 10.0
_BYTES_MAX: Final = 4 << 20
_CHUNK: Final = 65_536


class AskError(Exception):
    """The daemon cannot be asked, or refuses; the text is one line for a reader."""


class _Line(Protocol):
    def send(self, text: str) -> None:
        """Send one message."""

    def receive(self) -> str:
        """Return the next one."""


class Client:
    """A conversation with a daemon."""

    def __init__(self, url: str, line: _Line) -> None:
        self._url = url
        self._line = line
        self._number = 0

    def ask(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
        """Return what *method* answers to *params*.

        Raises:
            AskError: it refuses, or does not answer.
        """
        self._number += 1
        try:
            self._line.send(json.dumps({"id": self._number, "method": method, "params": params}))
            while True:
                message = json.loads(self._line.receive())
                if message.get("id") == self._number and "status" in message:
                    break
        except (OSError, ValueError, WebSocketException) as error:
            raise AskError(f"{self._url}: no answer: {str(error) or type(error).__name__}") from error
        if message["status"] != "success":
            raise AskError(f"{self._url}: {method}: {message.get('error', message['status'])}")
        answer: dict[str, Any] = message["params"]
        return answer


class _WebSocket:
    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - a `ClientConnection`
        self._connection = connection

    def send(self, text: str) -> None:
        self._connection.send(text)

    def receive(self) -> str:
        data = self._connection.recv(timeout=ANSWER_S)
        return data if isinstance(data, str) else bytes(data).decode()


class _Tcp:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._unread = b""

    def send(self, text: str) -> None:
        self._sock.sendall(text.encode() + b"\n")

    def receive(self) -> str:
        while b"\n" not in self._unread:
            data = self._sock.recv(_CHUNK)
            if not data or len(self._unread) > _BYTES_MAX:
                raise OSError("the connection was closed")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode()


@contextmanager
def asking(url: str) -> Iterator[Client]:
    """Give a client of the daemon at *url*, `ws://` or `nymea://`.

    Raises:
        AskError: nobody is there, or it does not answer.
    """
    address = address_of(url)
    try:
        if url.startswith("ws"):
            with connect(url, open_timeout=ANSWER_S, max_size=_BYTES_MAX, proxy=None) as connection:
                yield _greeted(Client(url, _WebSocket(connection)))
        else:
            with socket.create_connection((address.host, address.port), timeout=ANSWER_S) as sock:
                yield _greeted(Client(url, _Tcp(sock)))
    except (OSError, WebSocketException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise AskError(f"{url}: {reason or type(error).__name__}: is the daemon running?") from error


def _greeted(client: Client) -> Client:
    client.ask("JSONRPC.Hello")
    return client
