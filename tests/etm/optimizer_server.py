"""A real server on a real Unix socket that answers as a test says, faults included."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

PATIENCE_S: Final = 10.0
_REQUEST_BYTES_MAX: Final = 1 << 20


class Request(NamedTuple):
    """What was asked."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


class Conversation:
    """One connection, from the server's side."""

    def __init__(self, sock: socket.socket, released: threading.Event) -> None:
        self.sock = sock
        self._released = released

    def send(self, data: bytes) -> None:
        """Send *data* as it is."""
        self.sock.sendall(data)

    def stall(self) -> None:
        """Say nothing more before the test is over."""
        self._released.wait(PATIENCE_S)

    def trickle(self, data: bytes, pause_s: float = 0.01) -> None:
        """Send *data* over and over, before the test is over or nobody listens."""
        while not self._released.wait(pause_s):
            self.send(data)


Answer = Callable[[Conversation, Request], None]


class Server:
    """Serves one conversation after the other until left."""

    def __init__(self, path: Path, answer: Answer) -> None:
        self.path = path
        self.answer = answer
        self.requests: list[Request] = []
        self.released = threading.Event()
        """Set when the test is over, for whatever stalls."""
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sock.bind(str(path))
        self._sock.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; the socket's file stays, as that of a killed server does."""
        self.released.set()
        self._sock.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._sock.close()

    def _serve(self) -> None:
        while not self.released.is_set():
            try:
                sock, _address = self._sock.accept()
            except OSError:
                return
            with sock, suppress(OSError):  # a client that hung up
                sock.settimeout(PATIENCE_S)
                request = _request(sock)
                if request is not None:
                    self.requests.append(request)
                    self.answer(Conversation(sock, self.released), request)


def _request(sock: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        part = sock.recv(65_536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _version = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    length = int(headers.get("content-length", "0"))
    assert length <= _REQUEST_BYTES_MAX
    while len(body) < length:
        body += sock.recv(65_536)
    return Request(method, path, headers, body)


def raw(data: str, then: str = "") -> Answer:
    """Return an answer of *data* as it is; *then* is "stall" or what trickles."""

    def answer(conversation: Conversation, _request: Request) -> None:
        conversation.send(data.encode())
        if then == "stall":
            conversation.stall()
        elif then:
            conversation.trickle(then.encode())

    return answer


def document(body: object, status: str = "200 OK", **headers: str) -> Answer:
    """Return an answer of *status* with *body*, which is made JSON if it is no text."""
    text = body if isinstance(body, str) else json.dumps(body)
    head = {"Content-Length": str(len(text.encode())), "Content-Type": "application/json"}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return raw(f"HTTP/1.1 {status}\r\n{lines}\r\n{text}")


def optimizer(set_points: Callable[[dict[str, Any]], list[dict[str, Any]]]) -> Answer:
    """Return the answers of a healthy optimizer that wants *set_points* of the site state it is shown."""

    def answer(conversation: Conversation, request: Request) -> None:
        if request.path == "/health":
            document({"status": "ok"})(conversation, request)
            return
        asked = json.loads(request.body)
        document({"id": asked["id"], "setPoints": set_points(asked)})(conversation, request)

    return answer


@contextmanager
def serving(path: Path, answer: Answer) -> Iterator[Server]:
    """Serve *answer* at *path*."""
    server = Server(path, answer)
    try:
        yield server
    finally:
        server.stop()
