"""Servers that want something else, are not set up, say nothing or nonsense: one line for a reader, and no loop."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from hems_actors.core.facts import ChargerReported, LinkChanged, MeterReading, ThingAdded
from hems_actors.core.identity import name_of
from hems_actors.nymea.protocol import CLIENT_BYTES_MAX, Failure, Notification, Reply, Request, encode
from tests.nymea.fake.nymead import LOCKDOWN_MS, Options
from tests.nymea.fake.session import Session
from tests.nymea.linked import MINUTE_MS, SECOND_MS, SURPLUS_A, LinkedHome, Meant, linked

UP: Final = "connected to nymea-lab 1.15.2"
GOOD, BAD = "a-good-token", "a-bad-token"
NEEDS: Final = "refused: a token is needed; make one in nymea's app and name its file in the configuration"
THINGS: Final = "Integrations.GetThings"


@pytest.mark.parametrize(
    ("meant", "text"),
    [
        pytest.param(Meant(Options(authentication_required=True)), NEEDS, id="no token where one is needed"),
        pytest.param(
            Meant(Options(authentication_required=True), token=BAD),
            "refused: the token is not valid",
            id="wrong token",
        ),
        pytest.param(Meant(token=BAD), "refused: the token is not valid", id="wrong token where none is needed"),
        pytest.param(
            Meant(Options(initial_setup=True)),
            "nymea-lab 1.15.2 was never set up: create its first user in nymea's app",
            id="initial setup required",
        ),
    ],
)
def test_refused(tmp_path: Path, meant: Meant, text: str) -> None:
    """Said in one line; after that it is tried once a minute, by one call which locks nobody out."""
    with linked(tmp_path, meant) as home:
        home.wait(10 * MINUTE_MS)

        assert [status.text for _, status in home.statuses] == [text]
        assert not home.report.status.up
        assert len(home.dialer.at_ms) == 10
        assert len(home.fake.calls) == 10
        assert not home.fake.is_locked_down
        assert home.events(ThingAdded, LinkChanged) == []


def test_token_in_every_call(tmp_path: Path) -> None:
    """With the right one all goes as without any."""
    meant = Meant(Options(authentication_required=True), token=GOOD, tokens=(GOOD,))
    with linked(tmp_path, meant) as home:
        home.charge()

        assert home.report.status.text == UP
        assert {call.token for call in home.fake.calls} == {GOOD}


def test_token_revoked(tmp_path: Path) -> None:
    """One call finds out, which locks everybody out for 3 s; after that no call is made with it but Hello."""
    meant = Meant(Options(authentication_required=True), token=GOOD, tokens=(GOOD,))
    with linked(tmp_path, meant) as home:
        home.charge()
        home.fake.tokens.clear()
        known = len(home.fake.calls)
        home.set_info(max_ma=8_000)
        home.wait(SECOND_MS)
        assert home.report.status.text == "refused: the token is not, or no longer, valid"

        home.wait(10 * MINUTE_MS)
        methods = [call.method for call in home.fake.calls[known:]]
        assert methods == ["Integrations.ExecuteAction", *["JSONRPC.Hello"] * 10]
        assert home.report.status.text == "refused: the token is not valid"

        home.fake.tokens.add(GOOD)
        home.wait(3 * MINUTE_MS)
        assert home.report.status.text == UP
        assert home.wallbox.values["maxChargingCurrent"] == 8


def _answers(method: str, answer: Callable[[Session, Request], object]) -> Callable[[LinkedHome], None]:
    """Return what makes the server answer each call of *method* with *answer*."""

    def begin(home: LinkedHome) -> None:
        def meddle(session: Session, request: Request) -> bool:
            if request.method == method:
                answer(session, request)
                return True
            return False

        home.fake.meddler = meddle

    return begin


def _replies(method: str, **params: object) -> Callable[[LinkedHome], None]:
    return _answers(method, lambda session, request: session.answer(Reply(request.id, params)))


def _sends(method: str, data: bytes) -> Callable[[LinkedHome], None]:
    return _answers(method, lambda session, _request: session.send(data))


@pytest.mark.parametrize(
    ("begin", "text"),
    [
        pytest.param(
            _answers("JSONRPC.SetNotificationStatus", lambda _session, _request: None),
            "no answer to JSONRPC.SetNotificationStatus within 20 s",
            id="silent after Hello",
        ),
        pytest.param(
            _answers("JSONRPC.Hello", lambda session, request: session.answer(Failure(request.id, "no\x1b[1m\n"))),
            "Hello: no[1m",
            id="Hello refused, with what does things to a terminal",
        ),
        pytest.param(
            _answers(
                "JSONRPC.SetNotificationStatus",
                lambda session, request: session.answer(Failure(request.id, "Permission denied.")),
            ),
            "SetNotificationStatus: Permission denied.",
            id="subscription refused",
        ),
        pytest.param(
            _answers(THINGS, lambda session, request: session.answer(Failure(request.id, "Command timed out"))),
            "GetThings: no things in the answer",
            id="timed out again and again",
        ),
        pytest.param(
            _replies(THINGS, thingError="ThingErrorHardwareFailure"),
            "GetThings: no things in the answer",
            id="things failed",
        ),
        pytest.param(_replies(THINGS, things={"a": 1}), "GetThings: no things in the answer", id="things are no list"),
        pytest.param(
            _replies("Integrations.GetThingClasses", thingClasses="x"),
            "GetThingClasses: no classes in the answer",
            id="classes are no list",
        ),
        pytest.param(
            _sends(THINGS, b"x" * (CLIENT_BYTES_MAX + 1)),
            f"more than {CLIENT_BYTES_MAX} bytes without a message",
            id="too much without a message",
        ),
        pytest.param(
            _sends(THINGS, b"HTTP/1.1 400 Bad Request\r\n\r\n" * 99),
            "no answer to Integrations.GetThings within 20 s",
            id="another protocol",
        ),
        pytest.param(
            _sends(THINGS, b"[" * 100_000 + b"\n"),
            "no answer to Integrations.GetThings within 20 s",
            id="deeply nested",
        ),
        pytest.param(
            _sends(THINGS, bytes(range(256)) * 99 + b"\n"),
            "no answer to Integrations.GetThings within 20 s",
            id="any bytes",
        ),
    ],
)
def test_a_server_of_no_use(tmp_path: Path, begin: Callable[[LinkedHome], None], text: str) -> None:
    """The reason is one line; it is dialled ever more seldom, and once it comes to its senses all is well."""
    with linked(tmp_path) as home:
        begin(home)
        home.wait(5 * MINUTE_MS)

        texts = [status.text for _, status in home.statuses]
        assert set(texts) == {text}
        gaps_ms = [after - before for before, after in pairwise(home.dialer.at_ms)]
        assert min(gaps_ms) > LOCKDOWN_MS
        assert gaps_ms == sorted(gaps_ms)
        assert len(gaps_ms) <= 8
        assert home.events(ThingAdded, LinkChanged) == []

        home.fake.meddler = None
        home.wait(3 * MINUTE_MS)
        assert home.report.status.text == UP
        assert int(home.wallbox.values["maxChargingCurrent"]) == SURPLUS_A


JUNK: Final = (
    b"\n",
    b"junk\n",
    b'{"id":1,"status":"success","params":{"things":5}}\n',
    b'{"id":99999,"status":"success"}\n',
    b'{"id":1,"status":"odd"}\n',
    b'{"id":"x","notification":"A.B"}\n',
    b'{"id":1,"method":"JSONRPC.Hello"}\n',
    *(
        encode(Notification(1, f"{namespace}.{name}", params))
        for namespace, name, params in (
            ("Integrations", "StateChanged", {}),
            ("Integrations", "StateChanged", {"thingId": 5, "stateTypeId": [], "value": {}}),
            ("Integrations", "ThingAdded", {"thing": 5}),
            ("Integrations", "ThingAdded", {"thing": {"id": "x", "thingClassId": None}}),
            ("Integrations", "ThingChanged", {}),
            ("Integrations", "ThingRemoved", {"thingId": "nobody"}),
            ("Integrations", "ThingRemoved", {"thingId": None}),
            ("Integrations", "EventTriggered", {"event": {}}),
            ("Energy", "PowerBalanceLogEntryAdded", {"sampleRate": 5}),
            ("Energy", "PowerBalanceLogEntryAdded", {"sampleRate": "SampleRate15Mins"}),
            ("Energy", "Unheard", {}),
        )
    ),
)


def test_junk_in_between(tmp_path: Path) -> None:
    """What is no message, or says nothing usable, is passed over: charging goes on as if it were not there."""
    with linked(tmp_path) as home:
        home.charge()
        known = len(home.kept)
        for data in JUNK:
            home.fake.sessions[0].send(data)
        home.wait(0)
        assert home.kept[known:] == []

        home.wait(3 * MINUTE_MS)
        assert home.report.status.text == UP
        assert len(home.dialer.at_ms) == 1


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(True, id="flag"),
        pytest.param("13", id="text"),
        pytest.param(None, id="null"),
        pytest.param([1], id="list"),
        pytest.param(1e300, id="absurd"),
        pytest.param(-5, id="negative"),
    ],
)
def test_a_state_that_says_nothing(tmp_path: Path, value: object, caplog: pytest.LogCaptureFixture) -> None:
    """The charger's current as no current: it is logged once, and what was last known stands."""
    with linked(tmp_path) as home:
        home.charge()
        before_ma = home.events(ChargerReported)[-1].current_ma
        since_ms = home.now_ms
        params = home.wallbox.changed("maxChargingCurrent") | {"value": value}
        for _ in range(3):
            home.fake.notify("Integrations.StateChanged", params)
        home.wait(2 * MINUTE_MS)

        assert len([line for line in caplog.messages if "maxChargingCurrent" in line]) == 1
        assert home.written(since_ms) == []
        assert {event.current_ma for event in home.events(ChargerReported, since_ms=since_ms)} <= {before_ma}
        assert len(home.events(MeterReading, since_ms=since_ms)) > 10


@pytest.mark.parametrize(
    ("options", "text"),
    [
        pytest.param(Options(name="", version=""), "connected to a server without a name", id="no name"),
        pytest.param(Options(name="x" * 500), f"connected to {'x' * 60} 1.15.2", id="long name"),
        pytest.param(Options(name="a\n\x1b[2Jb"), "connected to a[2Jb 1.15.2", id="what cannot be printed"),
    ],
)
def test_server_name(tmp_path: Path, options: Options, text: str) -> None:
    """It is fit for one line."""
    with linked(tmp_path, Meant(options)) as home:
        home.wait(SECOND_MS)
        assert home.report.status.text == text
        assert {name_of(event.name) for event in home.events(ThingAdded)} == {"car", "meter", "wallbox"}
