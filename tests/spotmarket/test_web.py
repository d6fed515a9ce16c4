"""One GET, against a real server on loopback: what arrives, and every way in which nothing does."""

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError

import pytest

from hems_actors.core.enums import Failure
from hems_actors.spotmarket import web
from hems_actors.spotmarket.errors import AddressError, ProviderError
from hems_actors.spotmarket.web import Limits, Web
from tests.spotmarket.server import PEM, Answer, Asked, document, serving

CALM = Limits(connect_s=10, read_s=10, total_s=20, answer_bytes=1_000)
HASTY = CALM._replace(connect_s=0.3, read_s=0.3)
HURRIED = CALM._replace(total_s=0.6)
HEAD = "HTTP/1.1 200 OK\r\n"


def _raw(text: str, then: str = "") -> Answer:
    def answer(asked: Asked) -> None:
        asked.send(text)
        asked.wfile.flush()
        if then == "stall":
            asked.stall()
        elif then:
            asked.trickle(then)

    return answer


def _fails(base: str, limits: Limits = CALM) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        Web(base, limits).get("/x")
    assert "\n" not in str(raised.value)
    return raised.value


def test_document_arrives_as_it_is() -> None:
    """The path is asked for below the address; who asks is named; nothing packed is asked for."""
    with serving(document('{"data": []}')) as server:
        body = Web(f"http://{server.authority}/at/").get("/v1?start=1&end=2")

    path, headers = server.gets[0]
    assert body == b'{"data": []}'
    assert path == "/at/v1?start=1&end=2"
    assert headers["host"] == server.authority
    assert headers["user-agent"].startswith("hems-actors/")
    assert headers["accept-encoding"] == "identity"


def test_not_installed_it_still_says_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source tree without metadata has no version."""

    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(web, "version", version)
    with serving(document("")) as server:
        Web(f"http://{server.authority}").get("/")

    assert server.gets[0][1]["user-agent"] == "hems-actors"


@pytest.mark.parametrize(
    ("answer", "failure", "said"),
    [
        pytest.param(document("", 404), Failure.STATUS, "answered 404 Not Found", id="404"),
        pytest.param(document("", 429), Failure.STATUS, "answered 429 Too Many Requests", id="429"),
        pytest.param(document("", 503), Failure.STATUS, "answered 503", id="503"),
        pytest.param(document("", 204), Failure.STATUS, "answered 204", id="no content"),
        pytest.param(
            document("", 302, Location="http://127.0.0.1:1/"), Failure.STATUS, "answered 302", id="redirect elsewhere"
        ),
        pytest.param(document("", 301, Location="/y"), Failure.STATUS, "answered 301", id="redirect on this host"),
        pytest.param(_raw("HTTP/1.1 500 \r\n\r\n"), Failure.STATUS, "answered 500", id="no reason given"),
        pytest.param(
            _raw("HTTP/1.1 500 a\x1b[2J\r\n\r\n"), Failure.STATUS, r"500 a\x1b[2J", id="reason made of controls"
        ),
        pytest.param(document("x" * 1_001), Failure.REFUSED, "more than 1000 bytes", id="a byte too large"),
        pytest.param(
            _raw(f"{HEAD}Content-Length: 99999999999999\r\n\r\n", "stall"),
            Failure.REFUSED,
            "more than 1000 bytes",
            id="too large by its own word, not waited for",
        ),
        pytest.param(
            _raw(f"{HEAD}Content-Length: {'9' * 5_000}\r\n\r\n"),
            Failure.REFUSED,
            "more than 1000 bytes",
            id="length of 5,000 digits",
        ),
        pytest.param(_raw(f"{HEAD}\r\n", "x" * 400), Failure.REFUSED, "more than 1000 bytes", id="endless"),
        pytest.param(
            _raw(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n", f"190\r\n{'x' * 400}\r\n"),
            Failure.REFUSED,
            "more than 1000 bytes",
            id="endless chunks",
        ),
        pytest.param(document("x", Content_Encoding="gzip"), Failure.REFUSED, "packed as gzip", id="packed"),
        pytest.param(_raw("", "stall"), Failure.TIMEOUT, "silent for 0.3 s", id="says nothing"),
        pytest.param(_raw(HEAD, "stall"), Failure.TIMEOUT, "silent for 0.3 s", id="status, then stalls"),
        pytest.param(
            _raw(f"{HEAD}Content-Length: 9\r\n\r\n", "stall"),
            Failure.TIMEOUT,
            "silent for 0.3 s",
            id="headers, then stalls",
        ),
        pytest.param(
            _raw(f"{HEAD}Content-Length: 9\r\n\r\n12", "stall"),
            Failure.TIMEOUT,
            "silent for 0.3 s",
            id="stalls half-way",
        ),
        pytest.param(_raw(HEAD, "X: y\r\n"), Failure.TIMEOUT, "not whole after 0.6 s", id="headers trickle"),
        pytest.param(
            _raw(f"{HEAD}Content-Length: 999\r\n\r\n", " "),
            Failure.TIMEOUT,
            "not whole after 0.6 s",
            id="body trickles",
        ),
        pytest.param(_raw(f"{HEAD}Content-Length: 9\r\n\r\n12"), Failure.DOWN, "connection broke", id="cut off"),
        pytest.param(
            _raw(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\n12"),
            Failure.DOWN,
            "connection broke",
            id="chunk cut off",
        ),
        pytest.param(_raw(""), Failure.DOWN, "connection broke", id="hangs up"),
        pytest.param(_raw("220 mail here\r\n"), Failure.MALFORMED, "no HTTP", id="another protocol"),
        pytest.param(
            _raw(f"{HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n12"),
            Failure.MALFORMED,
            "no HTTP",
            id="two lengths",
        ),
    ],
)
def test_bad_answer_is_named(answer: Answer, failure: Failure, said: str) -> None:
    """Each is one line that names the host, and is found without waiting longer than must be."""
    limits = HASTY if "0.3 s" in said else HURRIED if "0.6 s" in said else CALM
    with serving(answer) as server:
        begun_s = time.monotonic()
        error = _fails(f"http://{server.authority}", limits)
        took_s = time.monotonic() - begun_s

    assert error.failure == failure, str(error)
    assert str(error).startswith("127.0.0.1: ")
    assert said in str(error)
    assert took_s < 5


def test_largest_answer_is_taken() -> None:
    """The limit itself is allowed."""
    with serving(document("x" * 1_000)) as server:
        assert len(Web(f"http://{server.authority}", CALM).get("/")) == 1_000


def test_answer_that_ends_with_the_connection_is_taken() -> None:
    """HTTP/1.0 gives no length."""
    with serving(_raw(f"{HEAD}\r\n[1]")) as server:
        assert Web(f"http://{server.authority}", CALM).get("/") == b"[1]"


def test_bomb_is_not_unpacked() -> None:
    """A server that packs unasked is refused by its header, whatever is inside."""
    bomb = gzip.compress(b" " * 20_000_000)
    assert len(bomb) < 100_000

    def answer(asked: Asked) -> None:
        asked.send(f"{HEAD}Content-Encoding: gzip\r\n\r\n")
        asked.wfile.write(bomb)

    with serving(answer) as server:
        assert _fails(f"http://{server.authority}").failure == Failure.REFUSED


def test_redirect_is_not_followed() -> None:
    """Not even to a server that would answer."""
    with (
        serving(document("secret")) as other,
        serving(document("", 302, Location=f"http://{other.authority}/")) as server,
    ):
        _fails(f"http://{server.authority}")

    assert other.gets == []


@contextmanager
def _port(*, deaf: bool) -> Iterator[int]:
    """Yield a port that refuses connections, or that leaves them waiting."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        if not deaf:
            listening.close()
            yield port
            return
        waiting = []
        try:
            for _ in range(4):  # the queue holds one or two
                waiting.append(socket.socket())
                waiting[-1].setblocking(False)
                waiting[-1].connect_ex(("127.0.0.1", port))
            yield port
        finally:
            for one in waiting:
                one.close()


def test_nobody_listens() -> None:
    """Refused at once."""
    with _port(deaf=False) as port:
        error = _fails(f"http://127.0.0.1:{port}")

    assert error.failure == Failure.DOWN
    assert "no connection" in str(error)


def test_nobody_answers_the_knock() -> None:
    """A host that drops what is sent to it is left after the time allowed."""
    with _port(deaf=True) as port:
        error = _fails(f"http://127.0.0.1:{port}", HASTY)

    assert error.failure == Failure.TIMEOUT
    assert "no connection within 0.3 s" in str(error)


def test_name_that_there_is_not() -> None:
    """RFC 6761: `.invalid` never resolves."""
    error = _fails("http://prices.invalid")

    assert error.failure == Failure.DOWN
    assert str(error).startswith("prices.invalid: no connection: ")


def test_tls_that_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that the machine trusts, for the host asked for."""
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    with serving(document("safe"), tls=True) as server:
        assert Web(f"https://{server.authority}").get("/") == b"safe"


def test_tls_that_nobody_vouches_for() -> None:
    """Nothing is asked of a server that cannot prove who it is."""
    with serving(document("fake"), tls=True) as server:
        error = _fails(f"https://{server.authority}")

    assert error.failure == Failure.UNTRUSTED
    assert "self-signed" in str(error).replace("self signed", "self-signed")
    assert server.gets == []


def test_tls_of_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A good certificate of somebody else's proves nothing."""
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    with serving(document("fake"), tls=True) as server:
        error = _fails(f"https://localhost:{server.server_port}")

    assert error.failure == Failure.UNTRUSTED
    assert server.gets == []


def test_tls_that_trickles_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The total time holds under TLS too."""
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    with serving(_raw(HEAD, "X: y\r\n"), tls=True) as server:
        error = _fails(f"https://{server.authority}", HURRIED)

    assert error.failure == Failure.TIMEOUT
    assert "not whole after 0.6 s" in str(error)


def test_plain_server_where_tls_was_meant() -> None:
    """No handshake, no question."""
    with serving(document("plain")) as server:
        assert _fails(f"https://{server.authority}").failure == Failure.DOWN
    assert server.gets == []


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="nothing"),
        pytest.param("api.awattar.at", id="no scheme"),
        pytest.param("ftp://api.awattar.at", id="another scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://api.awattar.at:x", id="port that is no number"),
        pytest.param("https://api.awattar.at?a=1", id="query"),
        pytest.param("https://[::1", id="half an IPv6 address"),
    ],
)
def test_address_that_is_none(address: str) -> None:
    """A configuration's mistake is found before anything is asked."""
    with pytest.raises(AddressError, match="is no address"):
        Web(address)
