"""A real HTTP server on loopback that answers as a test says, faults included."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

PEM: Final = Path(__file__).with_name("loopback.pem")
"""A certificate for 127.0.0.1 that nobody signed but itself, and its key: of no use anywhere else."""
PATIENCE_S: Final = 10.0


class Server(ThreadingHTTPServer):
    """Serves until left; `gets` are the requests so far: path, and headers by lower-case name."""

    daemon_threads = True
    block_on_close = True

    def __init__(self, answer: "Answer") -> None:
        self.gets: list[tuple[str, dict[str, str]]] = []
        self.answer = answer
        self.released = threading.Event()
        """Set when the test is over, for whatever stalls."""
        super().__init__(("127.0.0.1", 0), Asked)

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Say nothing of clients that hung up."""


class Asked(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_GET(self) -> None:
        """Answer as the test says."""
        self.server.gets.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.server.answer(self)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def send(self, text: str) -> None:
        """Send *text* as it is."""
        self.wfile.write(text.encode())

    def stall(self) -> None:
        """Say nothing more before the test is over."""
        self.server.released.wait(PATIENCE_S)

    def trickle(self, text: str) -> None:
        """Send *text* over and over, a little every 10 ms, before the test is over or nobody listens."""
        while not self.server.released.wait(0.01):
            self.send(text)
            self.wfile.flush()


Answer = Callable[[Asked], None]


def document(body: str, status: int = 200, **headers: str) -> Answer:
    """Return an answer of *status* with *body*; underscores in names of *headers* stand for hyphens."""

    def answer(asked: Asked) -> None:
        data = body.encode()
        asked.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(data)

    return answer


@contextmanager
def serving(answer: Answer, *, tls: bool = False) -> Iterator[Server]:
    """Serve *answer* on loopback."""
    server = Server(answer)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
