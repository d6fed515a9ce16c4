"""Hostile and broken clients over real sockets: each costs bounded memory, none keeps the others from their answers."""

import json
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Final

import pytest
from websockets.exceptions import WebSocketException

from hems_actors.api.client import Limits
from hems_actors.api.handler import MESSAGE_BYTES_MAX
from hems_actors.api.server import CLIENTS_MAX
from hems_actors.core import facts
from tests.api.home import GARAGE_ID
from tests.api.serving import HELLO, PATIENCE_S, Place, ask, is_closed, line_of, served
from tests.daemon.lab import wait_for

HASTY: Final = Limits(hello_s=0.3, quiet_s=0.3, unread_s=0.3, unread_bytes=1 << 20, goodbye_s=0.2)
GARBAGE: Final = b"\xff\x00{" * (1 << 20)
DEEP: Final = b"[" * 60_000
MEMORY_MAX: Final = 8 << 20


@pytest.fixture
def place() -> Iterator[Place]:
    """A home that is served to hasty limits."""
    with served(limits=HASTY) as found:
        yield found


def _serves(place: Place) -> None:
    """Assert that another client is answered."""
    with place.client() as client:
        ask(client, "JSONRPC.Hello")
        assert ask(client, "EnergyPlugin.GetStatus")["status"] == "success"


def _greet(sock: socket.socket) -> None:
    sock.sendall(HELLO.encode() + b"\n")
    assert b'"success"' in line_of(sock)


def _send(sock: socket.socket, data: bytes) -> None:
    with suppress(OSError):  # it may be closed in the middle
        sock.sendall(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(GARBAGE, id="3 MB garbage"),
        pytest.param(DEEP, id="deep brackets"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="HTTP"),
        pytest.param(b'{"id":1,"method":"EnergyPlugin.GetStatus"}\n', id="no Hello first"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"id":1,"meth', id="half a message"),
    ],
)
def test_who_does_not_greet_is_closed(place: Place, data: bytes) -> None:
    """Whatever it says instead, within the time for a Hello."""
    with place.raw() as sock:
        _send(sock, data)
        assert is_closed(sock)
    _serves(place)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"id":2,"method":"EnergyPlugin.GetStatus","params":{', id="half a message, for ever"),
        pytest.param(b'{"x":"' + b"y" * (MESSAGE_BYTES_MAX + 1), id="a message too long"),
        pytest.param(GARBAGE, id="3 MB garbage"),
    ],
)
def test_who_greets_and_then_talks_nonsense_is_closed(place: Place, data: bytes) -> None:
    """It has had its time, or has sent more than any call takes."""
    with place.raw() as sock:
        _greet(sock)
        _send(sock, data)
        assert is_closed(sock)
    _serves(place)


def test_nonsense_of_a_line_costs_an_error_each() -> None:
    """What is no call is answered, and the next call too."""
    with served() as place, place.raw() as sock:
        _greet(sock)
        sock.sendall(b"nonsense}\n" + HELLO.encode() + b"\n")
        first, second = json.loads(line_of(sock)), json.loads(line_of(sock))

    assert (first["status"], first["id"]) == ("error", -1)
    assert second["status"] == "success"


def test_a_reader_that_never_reads_is_thrown_out(place: Place) -> None:
    """Its answers pile up to a bound; everybody else is served, and memory stays what it was."""
    call = b'{"id":1,"method":"JSONRPC.Introspect"}\n'
    tracemalloc.start()
    with place.raw() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        _greet(sock)
        sock.settimeout(PATIENCE_S)
        with suppress(OSError):
            for _ in range(5_000):
                sock.sendall(call)
        _serves(place)
        assert is_closed(sock)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEMORY_MAX


def test_a_subscriber_that_never_reads_delays_no_change(place: Place) -> None:
    """Notifications for it are dropped with it; who sets something is answered."""
    with place.raw() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        _greet(sock)
        sock.sendall(b'{"id":1,"method":"JSONRPC.SetNotificationStatus","params":{"enabled":true}}\n')
        with place.client() as client:
            ask(client, "JSONRPC.Hello")
            for limit in (10, 11):
                done = ask(client, "EnergyPlugin.SetPhasePowerLimit", phasePowerLimit=limit)
                assert done["params"] == {"energyError": "EnergyErrorNoError"}
    assert place.home.submitted[-1] == facts.SiteSettingsChanged(0, 11_000, 500, 900)


def test_a_thousand_connections(place: Place) -> None:
    """Those beyond the bound are closed at once; when some leave there is room again."""
    with ExitStack() as stack:
        socks = [stack.enter_context(place.raw()) for _ in range(CLIENTS_MAX)]
        for sock in socks:
            _greet(sock)
        for _ in range(1_000):
            with place.raw() as sock:
                assert is_closed(sock)
        socks[0].sendall(HELLO.encode() + b"\n")
        assert b'"success"' in line_of(socks[0])
    wait_for(lambda: _has_room(place), "room")


def _has_room(place: Place) -> bool:
    """Return whether one more client is served: the server has seen the others leave."""
    try:
        _serves(place)
    except (OSError, EOFError, WebSocketException):
        return False
    return True


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", id="a frame of 2^63 bytes"),
        pytest.param(b"\x81\x05hello", id="unmasked"),
        pytest.param(b"\xf3\x80\x00\x00\x00\x00", id="reserved bits"),
        pytest.param(b"\x00\x80\x00\x00\x00\x00" * 100, id="continuation of nothing"),
        pytest.param(b"\x01\x80\x00\x00\x00\x00" + b"\x00\x80\x00\x00\x00\x00" * 10_000, id="endless fragments"),
        pytest.param(b"\x81\x81\x00\x00\x00\x00\xff", id="no UTF-8"),
    ],
)
def test_broken_frames(place: Place, frame: bytes) -> None:
    """A WebSocket that breaks its rules, or never ends a message, is closed."""
    handshake = (
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", place.websocket), timeout=PATIENCE_S) as sock:
        _send(sock, handshake + frame)
        assert is_closed(sock)
    _serves(place)


def test_a_flood_of_changes_is_slowed_down(place: Place) -> None:
    """Each is answered or refused in its turn, other clients in between."""
    with place.raw() as sock:
        _greet(sock)
        for priority in range(15):
            info = {"evChargerId": GARAGE_ID, "priority": priority}
            call = {"id": priority, "method": "EnergyPlugin.SetChargingInfo", "params": {"chargingInfo": info}}
            sock.sendall(json.dumps(call).encode() + b"\n")
        _serves(place)
        answers = [json.loads(line_of(sock)) for _ in range(15)]

    assert [answer["id"] for answer in answers] == list(range(15))
