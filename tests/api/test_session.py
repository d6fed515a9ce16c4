"""One conversation: Hello first, the token in every call, answers in order, notifications as asked for."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.api.handler import MESSAGE_BYTES_MAX, Session
from hems_actors.api.methods import METHODS
from hems_actors.core.facts import SiteSettingsChanged
from tests.api.home import SERVER, Bench, FakePeer

HELLO: Final = b'{"id":1,"method":"JSONRPC.Hello","params":{"locale":"de_DE"}}'
VERSION: Final = b'{"id":2,"method":"JSONRPC.Version"}'
LIMIT: Final = b'{"id":%d,"method":"EnergyPlugin.SetPhasePowerLimit","params":{"phasePowerLimit":%d}}'
FORBIDDEN: Final = {"error": "Forbidden: Invalid token.", "id": 2, "status": "unauthorized"}
ANSWER: Final = {
    "server": "nymea",
    "name": "lab",
    "version": "0.1.0",
    "uuid": f"{{{SERVER.uuid}}}",
    "language": "de_DE",
    "locale": "de_DE",
    "protocol version": "9.0",
    "initialSetupRequired": False,
    "authenticationRequired": False,
    "pushButtonAuthAvailable": False,
    "experiences": [{"name": "EnergyPlugin", "version": "1.0"}, {"name": "NymeaEnergy", "version": "1.0"}],
}


class FakeKeys:
    """Knows one token; not any more after `remove`."""

    def __init__(self) -> None:
        self.good: str | None = "secret"

    def name_of(self, token: str) -> str | None:
        """Return what it is called."""
        return "phone" if token == self.good else None

    def remove(self) -> None:
        """Forget it."""
        self.good = None


def _said(peer: FakePeer) -> list[dict[str, Any]]:
    """Return and forget what the client was sent."""
    said, peer.sent[:] = [json.loads(line) for line in peer.sent], []
    return said


def _with_token(data: bytes, token: str) -> bytes:
    return json.dumps({**json.loads(data), "token": token}).encode()


def test_hello_says_who_is_there(bench: Bench) -> None:
    """As nymead does; the locale is echoed. It may be repeated."""
    session, peer = bench.client(greeted=False)
    for _ in range(2):
        bench.say(session, HELLO)

        assert _said(peer) == [{"id": 1, "status": "success", "params": ANSWER}]
    assert session.is_admitted


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(VERSION, id="another call"),
        pytest.param(b'{"id":1,"method":"Foo.Bar"}', id="no method"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n{}", id="a browser"),
        pytest.param(b"}", id="garbage"),
        pytest.param(b"x" * (MESSAGE_BYTES_MAX + 1), id="too much"),
    ],
)
def test_anything_before_hello_ends_it(bench: Bench, first: bytes) -> None:
    """Without a word."""
    session, peer = bench.client(greeted=False)
    bench.say(session, first + b"\n" + HELLO)

    assert (peer.sent, peer.is_closed, session.is_over) == ([], True, True)


MESSY: Final = [
    pytest.param([b'{"id":2,"met', b'hod":"JSONRPC.Version"}'], [2], id="in two pieces"),
    pytest.param([VERSION + b"\n" + VERSION], [2, 2], id="two at once"),
    pytest.param([b"hello }\n", VERSION], [-1, 2], id="garbage, then a call"),
    pytest.param([b'{"method":"JSONRPC.Version"}'], [0], id="no id"),
    pytest.param([b'{"id":"7","method":"JSONRPC.Version"}'], [7], id="id as text"),
    pytest.param([b'{"id":3,"method":"Version"}'], [3], id="no namespace"),
    pytest.param([b'{"id":3,"method":"JSONRPC.Foo"}'], [3], id="no such method"),
    pytest.param([b'{"id":3,"method":"Integrations.GetThings"}'], [3], id="no such namespace"),
]


@pytest.mark.parametrize(("pieces", "ids"), MESSY)
def test_messy_input_is_answered(bench: Bench, pieces: list[bytes], ids: list[int]) -> None:
    """Each call gets its answer, each piece of garbage an error; the connection lives on."""
    session, peer = bench.client()
    for piece in pieces:
        bench.say(session, piece)

    assert [answer["id"] for answer in _said(peer)] == ids
    assert not session.is_over


def test_half_a_message_is_noticed(bench: Bench) -> None:
    """Whoever serves can give it a time limit."""
    session, _ = bench.client()
    for data, is_half in (
        (b'{"id":2,', True),
        (b" \n", True),
        (b'"method":"JSONRPC.Version"}\n', False),
        (b"\n", False),
    ):
        bench.say(session, data)

        assert session.is_half == is_half


def test_too_much_without_a_message_ends_it(bench: Bench) -> None:
    """Nothing is held beyond the limit."""
    session, peer = bench.client()
    for _ in range(2):
        bench.say(session, b"x" * (MESSAGE_BYTES_MAX // 2 + 1))

    assert peer.is_closed


def test_a_set_is_answered_when_it_is_on_disk(bench: Bench) -> None:
    """Until then nothing else of that connection is; others go on."""
    session, peer = bench.client()
    other, other_peer = bench.client()
    bench.home.holds = True
    bench.say(session, LIMIT % (3, 16) + b"\n" + VERSION)
    bench.say(other, VERSION)

    assert (session.is_busy, _said(peer), len(_said(other_peer))) == (True, [], 1)
    bench.home.release()
    assert _said(peer) == [{"id": 3, "status": "success", "params": {"energyError": "EnergyErrorNoError"}}]
    assert peer.went_on == 1
    bench.say(session, b"")
    assert [answer["id"] for answer in _said(peer)] == [2]


def test_a_set_that_cannot_be_recorded_is_refused(bench: Bench) -> None:
    """In the words of who could not."""
    session, peer = bench.client()
    bench.home.refusal = "the log cannot be written"
    bench.say(session, LIMIT % (3, 16))

    assert _said(peer) == [{"id": 3, "status": "error", "error": "the log cannot be written"}]


def test_a_client_that_left_is_not_answered(bench: Bench) -> None:
    """What it set stays set."""
    session, peer = bench.client()
    bench.home.holds = True
    bench.say(session, LIMIT % (3, 16))
    session.gone()
    bench.home.release()

    assert (peer.sent, bench.home.submitted) == ([], [SiteSettingsChanged(0, 16_000, 500, 900)])


SUBSCRIPTIONS: Final = [
    pytest.param({"enabled": True}, ["EnergyPlugin", "JSONRPC", "NymeaEnergy"], id="all"),
    pytest.param({"enabled": False}, [], id="none"),
    pytest.param({}, [], id="nothing said"),
    pytest.param({"namespaces": ["NymeaEnergy", "Integrations"]}, ["NymeaEnergy"], id="unknown names are dropped"),
    pytest.param({"namespaces": [], "enabled": True}, [], id="namespaces go before"),
]


@pytest.mark.parametrize(("params", "names"), SUBSCRIPTIONS)
def test_subscription(bench: Bench, params: dict[str, Any], names: list[str]) -> None:
    """It is echoed, and decides by which names the client is told."""
    session, peer = bench.client()
    call = {"id": 2, "method": "JSONRPC.SetNotificationStatus", "params": params}
    bench.say(session, json.dumps(call).encode())
    assert _said(peer) == [{"id": 2, "status": "success", "params": {"enabled": bool(names), "namespaces": names}}]
    session.notify(5, "EnergyPlugin.PhasePowerLimitChanged", {"phasePowerLimit": 16})

    told = [f"{name}.PhasePowerLimitChanged" for name in names if name != "JSONRPC"]
    assert [(each["id"], each["notification"]) for each in _said(peer)] == [(5, name) for name in told]


def test_a_good_token_lets_in(bench: Bench) -> None:
    """Hello says whose it is; calls carry it too."""
    session, peer = bench.client(FakeKeys(), greeted=False)
    bench.say(session, _with_token(HELLO, "secret") + b"\n" + _with_token(VERSION, "secret"))

    hello, version = _said(peer)
    assert hello["params"] == ANSWER | {
        "authenticationRequired": True,
        "authenticated": True,
        "permissionScopes": ["PermissionScopeAdmin"],
        "username": "phone",
    }
    assert version["status"] == "success"


BAD: Final = [
    pytest.param(HELLO, VERSION, None, id="no token at all"),
    pytest.param(_with_token(HELLO, "wrong"), _with_token(VERSION, "wrong"), False, id="a wrong one"),
    pytest.param(_with_token(HELLO, "secret"), VERSION, True, id="none in the call"),
    pytest.param(_with_token(HELLO, "secret"), _with_token(VERSION, "wrong"), True, id="a wrong one in the call"),
    pytest.param(HELLO, _with_token(VERSION, "secret"), None, id="none in Hello"),
]


@pytest.mark.parametrize(("hello", "call", "authenticated"), BAD)
def test_without_the_same_good_token_everything_is_refused(
    bench: Bench, hello: bytes, call: bytes, authenticated: bool | None
) -> None:
    """Hello is answered, the first call after it ends the connection."""
    session, peer = bench.client(FakeKeys(), greeted=False)
    bench.say(session, hello + b"\n" + call)

    answer, refusal = _said(peer)
    assert answer["params"].get("authenticated") is authenticated
    assert refusal == FORBIDDEN
    assert peer.is_closed


def test_a_token_that_was_removed_is_no_good(bench: Bench) -> None:
    """At the next call."""
    keys = FakeKeys()
    session, peer = bench.client(keys, greeted=False)
    bench.say(session, _with_token(HELLO, "secret"))
    keys.remove()
    bench.say(session, _with_token(VERSION, "secret"))

    assert _said(peer)[-1] == FORBIDDEN


def test_who_says_hello_again_with_a_bad_token_is_told_nothing_more(bench: Bench) -> None:
    """A subscription needs a good token as long as it lasts."""
    session, peer = bench.client(FakeKeys(), greeted=False)
    bench.say(session, _with_token(HELLO, "secret"))
    call = b'{"id":2,"method":"JSONRPC.SetNotificationStatus","params":{"enabled":true}}'
    bench.say(session, _with_token(call, "secret"))
    assert session.wants

    bench.say(session, HELLO)
    assert (session.wants, session.is_admitted) == (False, False)
    assert not peer.is_closed


CALLS: Final = st.sampled_from(
    [
        VERSION,
        LIMIT % (3, 16),
        b'{"id":1,"method":"EnergyPlugin.GetChargingInfos","params":{"evChargerId":null}}',
        b'{"id":1,"method":"EnergyPlugin.SetChargingInfo","params":{"chargingInfo":{"evChargerId":"',
        b'{"id":1,"method":"EnergyPlugin.GetDecisions","params":{"evChargerId":{"a":[1e308]}}}',
        b'{"id":1,"method":"EnergyPlugin.GetSpotMarketScoreEntries","params":{"date":"0001-01-01"}}',
        b'{"id":1,"method":"EnergyPlugin.GetSpotMarketScoreEntries","params":{"date":99999999999999999}}',
        b'{"id":1,"method":"EnergyPlugin.SetAcquisitionTolerance","params":{"acquisitionTolerance":1e999}}',
        b"\n",
    ]
)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _survives(session: Session, peer: FakePeer) -> None:
    """Check that all that was answered is a message."""
    while session.step():
        pass
    for line in peer.sent:
        assert line.endswith(b"\n")
        assert "id" in json.loads(line)


@given(st.lists(CALLS | st.binary(max_size=40), max_size=6), st.booleans())
def test_any_bytes_are_survived(pieces: list[bytes], greeted: bool) -> None:
    """Whatever a client sends, in whatever pieces: answers, errors or the end, never an exception."""
    bench = Bench()
    session, peer = bench.client(greeted=greeted)
    for piece in pieces:
        session.receive(piece)
        _survives(session, peer)


@given(st.sampled_from([method.name for method in METHODS]), JSON)
def test_any_params_are_survived(method: str, value: object) -> None:
    """Whatever value is given for any key of any method, and for the info's keys too."""
    bench = Bench()
    session, peer = bench.client()
    keys = ("evChargerId", "date", "enabled", "namespaces", "providerId", "phasePowerLimit", "from", "locale")
    for params in (value, *({key: value} for key in keys), {"chargingInfo": value}):
        session.receive(json.dumps({"id": 1, "method": method, "params": params}).encode())
        _survives(session, peer)
    assert all(type(part) is not float for fact in bench.home.submitted for part in fact)
