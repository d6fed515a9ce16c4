"""Sockets at which nobody answers the optimizer's client, and what it makes of each."""

import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Final

import pytest

from etm.errors import AbsentError, EtmError, PowerSyncError, RefusedError, SlowError
from etm.powersync_client import PATH_BYTES_MAX, PowerSyncClient
from etm.powersync_models import Meter, PriceSlot, SiteState
from etm.powersync_transport import Limits
from tests.etm.optimizer_server import Answer, document, raw, serving

HASTY: Final = Limits(connect_s=0.3, read_s=0.3, total_s=20)
NOTHING: Final = (None, None, None)
LARGE: Final = SiteState(
    id=1,
    at_s=0,
    phase_limit_ma=0,
    meter=Meter(power_w=None, phase_power_w=NOTHING, phase_current_ma=NOTHING),
    battery=None,
    prices=(PriceSlot(start_s=0, end_s=1, price_ueur_kwh=0),) * 40_000,
    chargers=(),
)


def _fails(path: Path, call: Callable[[PowerSyncClient], object] = PowerSyncClient.check_health) -> PowerSyncError:
    client = PowerSyncClient(str(path), HASTY)
    assert not client.is_available()
    with pytest.raises(PowerSyncError) as raised:
        call(client)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)
    return raised.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket is, or not."""
    return tmp_path / "optimizer.sock"


def test_server_that_does_not_read_is_slow(path: Path) -> None:
    """A question larger than the socket's buffers."""
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen()
        error = _fails(path, lambda client: client.request_optimization(LARGE))

    assert type(error) is SlowError


def test_server_with_a_full_queue_is_slow(path: Path) -> None:
    """It accepts nobody."""
    with closing(socket.socket(socket.AF_UNIX)) as listener, closing(socket.socket(socket.AF_UNIX)) as first:
        listener.bind(str(path))
        listener.listen(0)
        first.connect(str(path))
        error = _fails(path)

    assert type(error) is SlowError
    assert "no connection" in str(error)


def _file(path: Path) -> AbstractContextManager[object]:
    path.write_text("")
    return nullcontext()


def _datagrams(path: Path) -> AbstractContextManager[object]:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(str(path))
    return closing(sock)


def _left_behind(path: Path) -> AbstractContextManager[object]:
    with _listening(path):
        return nullcontext()


def _listening(path: Path) -> AbstractContextManager[object]:
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(path))
    sock.listen()
    return closing(sock)


def _forbidden(path: Path) -> AbstractContextManager[object]:
    listening = _listening(path)
    path.chmod(0)
    return listening


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        pytest.param(lambda _path: nullcontext(), AbsentError, id="missing"),
        pytest.param(_file, RefusedError, id="not a socket"),
        pytest.param(_datagrams, RefusedError, id="another kind of socket"),
        pytest.param(_left_behind, RefusedError, id="left behind by a killed server"),
        pytest.param(
            _forbidden,
            RefusedError,
            id="forbidden",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root"),
        ),
    ],
)
def test_no_connection_is_told_apart(
    path: Path, make: Callable[[Path], AbstractContextManager[object]], kind: type[PowerSyncError]
) -> None:
    """Nothing there, or nobody who listens, or nobody who may."""
    with make(path):
        assert type(_fails(path)) is kind


def test_directory_in_the_way_is_absent(path: Path) -> None:
    """A file where a directory should be."""
    path.write_text("")

    assert type(_fails(path / "optimizer.sock")) is AbsentError


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("/run/a\0b", id="null byte"),
        pytest.param("/" + "x" * PATH_BYTES_MAX, id="a byte too long"),
        pytest.param("/" + "ü" * 54, id="too long in bytes"),
    ],
)
def test_impossible_path_is_refused(text: str) -> None:
    """At once, not at the first question."""
    with pytest.raises(EtmError, match="no socket's path"):
        PowerSyncClient(text)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(document({"status": "ok"}), id="healthy"),
        pytest.param(document("", "500 Oh"), id="500"),
        pytest.param(raw(""), id="hangs up"),
        pytest.param(raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), id="closed half-way"),
        pytest.param(raw("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"), id="too large"),
        pytest.param(raw("220 mail here\r\n"), id="another protocol"),
    ],
)
def test_no_descriptor_is_left(path: Path, answer: Answer) -> None:
    """However the call ended."""
    client = PowerSyncClient(str(path))
    with serving(path, answer):
        client.is_available()
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            client.is_available()
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1  # the server may still have the last one
