"""Where the API may be served, who needs a token, and that tokens are kept as hashes only their owner can read."""

import json
import ssl
import stat
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.sync.client import connect

from hems_actors.api.errors import ListenError, TokenError
from hems_actors.api.listen import Certificate, listen
from hems_actors.api.server import Access, ApiServer
from hems_actors.api.tokens import TOKENS_MAX, FileKeys, add_token, remove_token, token_names
from tests.api.home import SERVER, FakeHome
from tests.spotmarket.server import PEM

OURS: Final = Certificate(PEM, PEM)

REFUSED: Final = [
    pytest.param("ws://0.0.0.0:0", None, False, "open to the network", id="open"),
    pytest.param("nymea://[::]:0", None, True, "open to the network", id="open over IPv6"),
    pytest.param("wss://127.0.0.1:0", None, True, "needs a certificate", id="no certificate"),
    pytest.param("wss://127.0.0.1:0", OURS, False, "needs tokens: make one", id="no tokens"),
    pytest.param("wss://127.0.0.1:0", Certificate(Path("/dev/null"), PEM), True, "no certificate with its", id="empty"),
    pytest.param("wss://127.0.0.1:0", Certificate(Path("/nowhere"), PEM), True, "No such file", id="not there"),
    pytest.param("http://127.0.0.1:0", None, True, "API: ", id="another protocol"),
]


@pytest.mark.parametrize(("url", "certificate", "has_tokens", "words"), REFUSED)
def test_what_may_not_be_served(url: str, certificate: Certificate | None, has_tokens: bool, words: str) -> None:
    """In one line; nothing listens then, not even what is allowed."""
    with pytest.raises(ListenError, match=words) as refused:
        listen(["ws://127.0.0.1:0", url], certificate, has_tokens=has_tokens)

    assert "\n" not in str(refused.value)


def test_an_address_that_is_taken() -> None:
    """It says which."""
    (first,) = listen(["ws://127.0.0.1:0"], None, has_tokens=False)
    with closing(first.socket), pytest.raises(ListenError, match="Address already in use"):
        listen([f"ws://127.0.0.1:{first.port}"], None, has_tokens=False)


def _call(token: str | None, method: str) -> str:
    call: dict[str, Any] = {"id": 1, "method": method}
    return json.dumps(call if token is None else call | {"token": token})


def _said(url: str, tls: ssl.SSLContext, token: str | None, methods: list[str]) -> list[object]:
    """Return whether Hello found *token* good, and how the calls after it ended; the server then closes."""
    with connect(url, ssl=tls) as client:
        for method in methods:
            client.send(_call(token, method))
        answers = [json.loads(answer) for answer in client]
    return [answers[0]["params"].get("authenticated"), *(answer["status"] for answer in answers[1:])]


def test_with_tls_every_call_needs_the_token(tmp_path: Path) -> None:
    """Hello tells whether it is good; a call without it, or after it was removed, is unauthorized and the end."""
    path = tmp_path / "tokens.json"
    token = add_token(path, "phone")
    server = ApiServer(FakeHome(), SERVER, Access(("wss://127.0.0.1:0",), OURS, FileKeys(path)))
    (port,) = server.start()
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    url = f"wss://127.0.0.1:{port}"
    status = "EnergyPlugin.GetStatus"
    try:
        assert _said(url, trusting, None, ["JSONRPC.Hello", status]) == [None, "unauthorized"]
        assert _said(url, trusting, "x", ["JSONRPC.Hello", status]) == [False, "unauthorized"]
        with connect(url, ssl=trusting) as client:
            client.send(_call(token, "JSONRPC.Hello"))
            assert json.loads(client.recv(10))["params"]["username"] == "phone"
            client.send(_call(token, status))
            assert json.loads(client.recv(10))["status"] == "success"
            remove_token(path, "phone")
            client.send(_call(token, status))
            assert json.loads(client.recv(10))["status"] == "unauthorized"
    finally:
        server.stop()


def test_tokens_are_kept_as_hashes(tmp_path: Path) -> None:
    """What is on the disk is no token; the file is its owner's alone; each name once."""
    path = tmp_path / "tokens.json"
    token = add_token(path, "phone")

    assert token not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FileKeys(path).name_of(token) == "phone"
    assert FileKeys(path).name_of(token[:-1]) is None
    with pytest.raises(TokenError, match="there is a token called 'phone' already"):
        add_token(path, "phone")
    assert token_names(path) == ["phone"]


def test_a_change_of_the_file_counts_at_once(tmp_path: Path) -> None:
    """One more, one less, and a file that cannot be read: then none counts."""
    path = tmp_path / "tokens.json"
    first = add_token(path, "first")
    keys = FileKeys(path)
    second = add_token(path, "second")
    assert keys.name_of(second) == "second"
    remove_token(path, "first")
    assert keys.name_of(first) is None
    path.chmod(0o644)
    path.write_text(path.read_text() + " ")
    assert keys.name_of(second) is None


@pytest.mark.parametrize("name", ["", "a b", "../x", "é", "x" * 41])
def test_names(tmp_path: Path, name: str) -> None:
    """What is none is refused, and nothing is written."""
    with pytest.raises(TokenError, match="no name for a token"):
        add_token(tmp_path / "tokens.json", name)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[]", "is no file of tokens", id="no map"),
        pytest.param('{"a": "b"}', "is no file of tokens", id="no hashes"),
        pytest.param("{", "is no file of tokens", id="no JSON"),
        pytest.param("[" * 70_000, "is no file of tokens", id="too long"),
    ],
)
def test_a_broken_file(tmp_path: Path, text: str, words: str) -> None:
    """It is never taken for an empty one."""
    path = tmp_path / "tokens.json"
    path.touch(0o600)
    path.write_text(text)

    with pytest.raises(TokenError, match=words):
        add_token(path, "phone")
    assert path.read_text() == text


def test_not_too_many(tmp_path: Path) -> None:
    """There is an end."""
    path = tmp_path / "tokens.json"
    path.touch(0o600)
    path.write_text(json.dumps({str(number): "0" * 64 for number in range(TOKENS_MAX)}))

    with pytest.raises(TokenError, match=f"there are {TOKENS_MAX} tokens already"):
        add_token(path, "one-more")
