"""Lines over real sockets on loopback: what arrives, who is believed, and every way in which they end."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from hems_actors.nymea.errors import AddressError
from hems_actors.nymea.line import Closed, Line, Opened, Received
from hems_actors.nymea.sockets import Limits, ThreadDialer
from tests.nymea.peers import FINGERPRINT, PATIENCE_S, Handler, Inbox, echo, listening, server_tls, upgraded, wait_until

HASTY: Final = Limits(connect_s=0.3, send_s=0.2, quiet_s=0.1)
CALL: Final = b'{"id":1,"method":"JSONRPC.Version"}\n'
SCHEMES: Final = ("nymea", "nymeas", "ws", "wss")


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    wait_until(
        lambda: not any(thread.name.startswith("nymea-line") for thread in threading.enumerate()), "threads left"
    )


def _dialed(url: str, *, fingerprint: str | None = None, limits: Limits | None = None) -> tuple[Line, Inbox]:
    inbox = Inbox()
    return ThreadDialer(url, fingerprint=fingerprint, clock=lambda: 77, limits=limits).dial(5, inbox), inbox


def _pin(scheme: str) -> str | None:
    return FINGERPRINT if scheme in ("nymeas", "wss") else None


@contextmanager
def _echoing(scheme: str) -> Iterator[int]:
    """Serve an echo for *scheme*; the value is the port."""
    if scheme.startswith("nymea"):
        with listening(echo, tls=scheme == "nymeas") as port:
            yield port
        return

    def each(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for message in connection:
                assert isinstance(message, str)
                connection.send(message)

    with serve(each, "127.0.0.1", 0, ssl=server_tls() if scheme == "wss" else None, max_size=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.socket.getsockname()[1]
        server.shutdown()
        thread.join(PATIENCE_S)


def _collected(inbox: Inbox, size: int) -> bytes:
    found = b""
    while len(found) < size:
        received = inbox.next(Received)
        assert (received.number, received.received_at_ms) == (5, 77)
        found += received.data
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_messages_go_both_ways(scheme: str) -> None:
    """What is sent arrives, what arrives is told with its time, also what is longer than any buffer."""
    long = b'"' + b"x" * 500_000 + b'"\n'
    with _echoing(scheme) as port:
        line, inbox = _dialed(f"{scheme}://127.0.0.1:{port}", fingerprint=_pin(scheme))
        assert inbox.next(Opened) == Opened(5)
        for message in (CALL, long):
            line.send(message)
            assert _collected(inbox, len(message)) == message
        line.close()
        line.close()

        assert inbox.next(Closed) == Closed(5, "closed here")
        line.send(CALL)
    assert inbox.empty


@pytest.mark.parametrize("scheme", ["nymeas", "wss"])
def test_fingerprint_decides(scheme: str) -> None:
    """Another certificate is not believed, and nothing is sent; case and colons do not matter."""
    other = "ab" * 32
    written = ":".join(FINGERPRINT[at : at + 2] for at in range(0, 64, 2)).upper()
    with _echoing(scheme) as port:
        _, refused = _dialed(f"{scheme}://127.0.0.1:{port}", fingerprint=other)
        line, believed = _dialed(f"{scheme}://127.0.0.1:{port}", fingerprint=written)
        assert believed.next(Opened)
        line.close()

        said = refused.next(Closed).reason
        assert "certificate is another" in said
        assert FINGERPRINT in said
        assert believed.next(Closed)


def test_unknown_certificate_is_not_believed() -> None:
    """Without fingerprint, authorities decide: none vouches for this one."""
    with listening(echo, tls=True) as port:
        _, inbox = _dialed(f"nymeas://127.0.0.1:{port}")
        assert "self-signed certificate: if it is the right one, configure its fingerprint" in inbox.next(Closed).reason


def test_server_without_tls() -> None:
    """A plain answer to a TLS greeting ends the line."""
    with listening(lambda client: client.sendall(b"hello, this is no TLS at all\n")) as port:
        _, inbox = _dialed(f"nymeas://127.0.0.1:{port}", fingerprint=FINGERPRINT)
        assert "SSL" in inbox.next(Closed).reason


@pytest.mark.parametrize("scheme", SCHEMES)
def test_refused_connection(scheme: str) -> None:
    """Nobody listens: told once, with address and reason."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    _, inbox = _dialed(f"{scheme}://127.0.0.1:{port}", fingerprint=_pin(scheme))

    assert inbox.next(Closed) == Closed(5, f"{scheme}://127.0.0.1:{port}: Connection refused")


def test_unknown_host() -> None:
    """A name nobody knows."""
    _, inbox = _dialed("nymea://nowhere.invalid:2222")
    assert inbox.next(Closed).reason.startswith("nymea://nowhere.invalid:2222: ")


def _stalls(client: socket.socket) -> None:
    """Say nothing and read nothing until the client has gone."""
    wait_until(lambda: _gone(client), "client stays")


def _gone(client: socket.socket) -> bool:
    """Whether TCP knows that the client left: state of tcp_info is no longer ESTABLISHED."""
    return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != b"\x01"


@pytest.mark.parametrize("scheme", ["nymeas", "ws", "wss"])
@pytest.mark.parametrize("hurry", [True, False])
def test_server_that_says_nothing(scheme: str, hurry: bool) -> None:
    """A handshake without answer ends in time, and sooner when the line is closed."""
    with listening(_stalls) as port:
        line, inbox = _dialed(f"{scheme}://127.0.0.1:{port}", fingerprint=_pin(scheme), limits=None if hurry else HASTY)
        if hurry:
            line.close()
        said = inbox.next(Closed).reason
    assert said == "closed here" if hurry else said.endswith("connecting took longer than 0.3 s")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_server_that_never_reads(scheme: str) -> None:
    """What cannot be sent in time closes the line; whoever sends is not held up for longer."""
    over = threading.Event()

    def handler(_client: socket.socket) -> None:
        over.wait(PATIENCE_S)

    with listening(
        handler if scheme.startswith("nymea") else upgraded(handler), tls=scheme in ("nymeas", "wss")
    ) as port:
        line, inbox = _dialed(
            f"{scheme}://127.0.0.1:{port}", fingerprint=_pin(scheme), limits=Limits(connect_s=10, send_s=0.2)
        )
        assert inbox.next(Opened)
        for _ in range(1_000):
            line.send(b"x" * 65_536)
            if not inbox.empty:
                break
        assert inbox.next(Closed).reason.endswith("sending took longer than 0.2 s")
        over.set()


@pytest.mark.parametrize("tls", [True, False])
def test_server_that_closes_in_the_middle(tls: bool) -> None:
    """What came before the end is told, then the end."""
    with listening(lambda client: client.sendall(CALL[:10]), tls=tls) as port:
        scheme = "nymeas" if tls else "nymea"
        _, inbox = _dialed(f"{scheme}://127.0.0.1:{port}", fingerprint=_pin(scheme))
        assert inbox.next(Opened)
        assert inbox.next(Received).data == CALL[:10]
        assert inbox.next(Closed).reason.endswith("the server closed the connection")


def test_server_that_resets() -> None:
    """A reset is an end like any other."""

    def handler(client: socket.socket) -> None:
        client.recv(1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with listening(handler) as port:
        line, inbox = _dialed(f"nymea://127.0.0.1:{port}")
        assert inbox.next(Opened)
        line.send(CALL)
        assert inbox.next(Closed).reason.endswith("Connection reset by peer")


def _sends(*data: bytes) -> Handler:
    def then(client: socket.socket) -> None:
        for part in data:
            client.sendall(part)
        client.shutdown(socket.SHUT_WR)
        while client.recv(65_536):
            pass

    return then


@pytest.mark.parametrize(
    ("handler", "received", "said"),
    [
        pytest.param(upgraded(_sends(b"\x81\x02{}")), [b"{}\n"], "the server closed the connection", id="one frame"),
        pytest.param(
            upgraded(_sends(b"\x01\x01{", b"\x00\x00\x80\x01}")), [b"{}\n"], "closed the connection", id="fragments"
        ),
        pytest.param(
            upgraded(_sends(b"\x82\x03{}\n\x88\x04\x03\xe9by")),
            [b"{}\n"],
            "the server closed the WebSocket: 1001 (going away) by",
            id="goodbye",
        ),
        pytest.param(upgraded(_sends(b"\x81\x7f\0\0\0\0\0\x40\0\x01")), [], "bad WebSocket data: 1009", id="too long"),
        pytest.param(upgraded(_sends(b"\xff\x00")), [], "bad WebSocket data: 1002", id="no frame"),
        pytest.param(upgraded(_sends(b"\x81\x05{}")), [], "the server closed the connection", id="half a frame"),
    ],
)
def test_websocket_data(handler: Handler, received: list[bytes], said: str) -> None:
    """Frames become messages that end in a newline; what is no WebSocket ends the line."""
    with listening(handler) as port:
        _, inbox = _dialed(f"ws://127.0.0.1:{port}")
        told = inbox.all_until(Closed)
        assert [message.data for message in told if isinstance(message, Received)] == received
        assert said in str(told[-1])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP 404", id="another path"),
        pytest.param(b'{"id":-1,"status":"error"}\n', "the server refused the WebSocket", id="nymea's TCP port"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "refused the WebSocket", id="no upgrade"),
        pytest.param(b"", "the server", id="nothing"),
    ],
)
def test_server_that_is_no_websocket(answer: bytes, said: str) -> None:
    """It never opens, and the reason says what is wrong."""

    def handler(client: socket.socket) -> None:
        client.recv(4_096)
        client.sendall(answer)

    with listening(handler) as port:
        _, inbox = _dialed(f"ws://127.0.0.1:{port}")
        assert said in inbox.next(Closed).reason


def test_silent_websocket_is_pinged() -> None:
    """Who answers pings may be silent for long; who does not is dead."""
    answered = threading.Event()

    def pongs(client: socket.socket) -> None:
        for _ in range(3):
            head = client.recv(2, socket.MSG_WAITALL)
            assert head == b"\x89\x80"
            client.recv(4, socket.MSG_WAITALL)
            client.sendall(b"\x8a\x00")
        answered.set()
        _stalls(client)

    with listening(upgraded(pongs)) as port:
        _, inbox = _dialed(f"ws://127.0.0.1:{port}", limits=HASTY._replace(connect_s=10))
        assert inbox.next(Opened)
        assert "does not answer pings" in inbox.next(Closed).reason
    assert answered.is_set()


def test_pings_are_answered() -> None:
    """The server's own liveness check."""
    pongs: list[bytes] = []

    def pings(client: socket.socket) -> None:
        client.sendall(b"\x89\x01x")
        pongs.append(client.recv(2, socket.MSG_WAITALL))

    with listening(upgraded(pings)) as port:
        _, inbox = _dialed(f"ws://127.0.0.1:{port}")
        assert inbox.next(Opened)
        assert inbox.next(Closed)
    assert pongs == [b"\x8a\x81"]


def test_sending_before_it_is_open() -> None:
    """It is the sender's fault, and ends the line."""
    with listening(_stalls) as port:
        line, inbox = _dialed(f"ws://127.0.0.1:{port}")
        line.send(CALL)
        assert inbox.next(Closed).reason == "something was sent before the line was open"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_is_left_of_lines(scheme: str) -> None:
    """Many lines, closed by either end or at any moment, leave neither thread nor descriptor."""
    with _echoing(scheme) as port:
        for turn in range(20):
            line, inbox = _dialed(f"{scheme}://127.0.0.1:{port}", fingerprint=_pin(scheme))
            if turn % 2 == 0:
                assert inbox.next(Opened)
            if turn == 0:
                most = _descriptors()
            line.close()
            assert inbox.all_until(Closed)[:-1] in ([], [Opened(5)])
        wait_until(lambda: _descriptors() < most, "descriptors left")


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_closing_from_many_threads() -> None:
    """Whoever closes, it is told once."""
    with listening(echo) as port:
        line, inbox = _dialed(f"nymea://127.0.0.1:{port}")
        assert inbox.next(Opened)
        threads = [threading.Thread(target=job, args=arguments) for job, arguments in _jobs(line)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
        received = [message for message in inbox.all_until(Closed) if isinstance(message, Received)]
        assert b"".join(message.data for message in received) in CALL * 10
        assert inbox.empty


def _jobs(line: Line) -> list[tuple[Callable[..., None], tuple[bytes, ...]]]:
    return [job for _ in range(10) for job in ((line.send, (CALL,)), (line.close, ()))]


def test_without_descriptors_nothing_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that cannot even begin is told closed."""

    def nothing_left() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(socket, "socketpair", nothing_left)
    line, inbox = _dialed("nymea://127.0.0.1:2222")
    line.send(CALL)
    line.close()
    assert "Too many open files" in inbox.next(Closed).reason
    assert inbox.empty


@pytest.mark.parametrize(
    ("url", "fingerprint", "said"),
    [
        pytest.param("127.0.0.1:2222", None, "no address", id="no scheme"),
        pytest.param("http://127.0.0.1", None, "no address", id="another scheme"),
        pytest.param("nymea://", None, "no address", id="no host"),
        pytest.param("nymea://127.0.0.1:99999", None, "no address", id="no port"),
        pytest.param("nymea://[::1", None, "no address", id="half an IPv6 address"),
        pytest.param("nymea://127.0.0.1/x", None, "has no path", id="path"),
        pytest.param("nymea://user@127.0.0.1", None, "no address", id="user"),
        pytest.param("nymea://" + "a" * 64, None, "no address", id="name too long"),
        pytest.param("nymeas://.a", None, "no address", id="name begins with a dot"),
        pytest.param("ws://127.0.0.1/#x", None, "no address", id="fragment"),
        pytest.param("nymeas://127.0.0.1", "abc", "no SHA-256 fingerprint", id="fingerprint too short"),
        pytest.param("nymea://127.0.0.1", "ab" * 32, "is without TLS", id="fingerprint without TLS"),
    ],
)
def test_address_is_none(url: str, fingerprint: str | None, said: str) -> None:
    """A wrong address is found when it is configured, not when it is dialled."""
    with pytest.raises(AddressError, match=said):
        ThreadDialer(url, fingerprint=fingerprint, clock=lambda: 0)
