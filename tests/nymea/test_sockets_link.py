"""The link over real sockets: TCP and WebSocket, with and without TLS; a server killed, another one, or gone dead."""

import threading
from pathlib import Path
from typing import Final

import pytest

from hems_actors.core.facts import ThingAdded
from hems_actors.nymea.link import BACK_OFF_MS_MIN
from tests.nymea.fake.nymead import LOCKDOWN_MS
from tests.nymea.fake.serving import Ports, Served, served
from tests.nymea.live import live, way_to
from tests.nymea.peers import FINGERPRINT, server_tls, wait_until

UP: Final = "connected to nymea-lab 1.15.2"
SCHEMES: Final = ("nymea", "nymeas", "ws", "wss")
ENCRYPTED: Final = ("nymeas", "wss")
FILES: Final = Path("/proc/self/fd")


def _pin(scheme: str) -> str | None:
    return FINGERPRINT if scheme in ENCRYPTED else None


def _port(ports: Ports, scheme: str) -> int:
    return ports.tcp if scheme.startswith("nymea") else ports.websocket


def _url(server: Served, scheme: str) -> str:
    return f"{scheme}://127.0.0.1:{_port(server.ports, scheme)}"


def _furnish(server: Served) -> None:
    server.fake.add("smartMeter", "meter")
    server.fake.add("wallbox", "wallbox", power=False, pluggedIn=True)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_from_dialling_to_an_action(tmp_path: Path, scheme: str) -> None:
    """All is read, the meter's first burst ends the doubt, and the charger is switched on, by its UUIDs."""
    with served(tls=server_tls() if scheme in ENCRYPTED else None) as server:
        _furnish(server)
        with live(tmp_path, _url(server, scheme), _pin(scheme)) as home:
            home.until_up()
            assert home.report.status.text == UP
            server.fake.set_meter((1_000, 1_000, 1_000))
            wait_until(lambda: bool(server.fake.executed), "no action")

            assert server.fake.executed[0] == ("wallbox", "power", True)
            assert sum(isinstance(event, ThingAdded) for event in home.events) == 2


@pytest.mark.parametrize("scheme", ENCRYPTED)
@pytest.mark.parametrize(
    ("fingerprint", "text"),
    [
        pytest.param("ab" * 32, "the server's certificate is another", id="pinned to another certificate"),
        pytest.param(None, "configure its fingerprint", id="signed by nobody, and not pinned"),
    ],
)
def test_a_server_that_is_not_believed(tmp_path: Path, scheme: str, fingerprint: str | None, text: str) -> None:
    """It is told nothing, not even Hello, and dialled again as one that is not there."""
    with served(tls=server_tls()) as server:
        with live(tmp_path, _url(server, scheme), fingerprint) as home:
            home.until_text(text)
            wait_until(lambda: len(home.runtime.waits_ms) >= 3, "not dialled again")

            assert home.runtime.waits_ms[:3] == [4_000, 8_000, 16_000]
            assert not home.report.status.up
        assert server.fake.calls == []


@pytest.mark.parametrize("scheme", ENCRYPTED)
def test_a_server_without_tls(tmp_path: Path, scheme: str) -> None:
    """A plain server cannot pass for an encrypted one."""
    with served() as server, live(tmp_path, _url(server, scheme), FINGERPRINT) as home:
        wait_until(lambda: len(home.runtime.waits_ms) >= 2, "not dialled again")

        assert not home.report.status.up
        assert server.fake.calls == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_killed_and_restarted(tmp_path: Path, scheme: str) -> None:
    """Its port is closed, and open again: each time all is read anew, and never dialled within a lockdown's 3 s."""
    with served(tls=server_tls() if scheme in ENCRYPTED else None) as server:
        _furnish(server)
        with live(tmp_path, _url(server, scheme), _pin(scheme)) as home:
            home.until_up()
            threads, files = threading.active_count(), len(list(FILES.iterdir()))
            for _ in range(2):
                server.kill()
                home.until_text("Connection refused")
                server.revive()
                home.until_up()

            assert home.report.status.text == UP
            wait_until(lambda: threading.active_count() <= threads, "threads left")
            wait_until(lambda: len(list(FILES.iterdir())) <= files, "descriptors left")
            expected = [True, *[False, True] * 2]
            wait_until(lambda: home.link_changes() == expected, f"not told: {expected}")
            assert sum(isinstance(event, ThingAdded) for event in home.events) == 2
            assert min(home.runtime.waits_ms) == BACK_OFF_MS_MIN > LOCKDOWN_MS


@pytest.mark.parametrize("scheme", ["nymea", "wss"])
def test_half_open(tmp_path: Path, scheme: str) -> None:
    """Connected, but nothing arrives any more: found out by asking, and a way that works is found again."""
    with served(tls=server_tls() if scheme in ENCRYPTED else None) as server:
        _furnish(server)
        with (
            way_to(_port(server.ports, scheme)) as way,
            live(tmp_path, f"{scheme}://127.0.0.1:{way.port}", _pin(scheme)) as home,
        ):
            home.until_up()
            way.is_dead = True
            wait_until(lambda: not home.report.status.up, "not found out")
            said = home.report.status.text
            way.is_dead = False
            home.until_up()

            assert said.endswith(
                "no answer to JSONRPC.KeepAlive within 20 s"
                if scheme.startswith("nymea")
                else "the server does not answer pings"
            )
            assert server.fake.calls[-1].method != "JSONRPC.Hello"


def test_dead_from_the_start(tmp_path: Path) -> None:
    """The port is open, and nobody ever answers: given up after 20 s, as every time."""
    with served() as server, way_to(server.ports.tcp) as way:
        way.is_dead = True
        with live(tmp_path, f"nymea://127.0.0.1:{way.port}") as home:
            home.until_text("no answer to JSONRPC.Hello within 20 s")
            wait_until(lambda: len(home.runtime.waits_ms) >= 2, "not dialled again")
            assert home.runtime.waits_ms[:2] == [4_000, 8_000]
