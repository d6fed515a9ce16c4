"""The dialect: framing as a real nymead does it, messages both ways, and whatever else may arrive."""

import json
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hems_actors.nymea.protocol import (
    Connection,
    Failure,
    Message,
    Notification,
    RemoteProtocolError,
    Reply,
    Request,
    Role,
    encode,
)
from tests.nymea.capture import needs_capture, rows

JSON: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PARAMS: Final = st.dictionaries(st.text(max_size=5), JSON, max_size=3)
IDS: Final = st.integers(-(2**31), 2**31 - 1)
NAMES: Final = st.from_regex(r"[A-Za-z]{1,8}\.[A-Za-z]{1,8}", fullmatch=True)
REQUESTS: Final = st.builds(Request, IDS, NAMES, PARAMS, st.none() | st.text())
ANSWERS: Final = (
    st.builds(Reply, IDS, PARAMS)
    | st.builds(Failure, IDS, st.text(), st.booleans())
    | st.builds(Notification, IDS, NAMES, PARAMS)
)
BYTES: Final = st.binary(max_size=40) | st.text('{}[]",:\n\\u0dD8 e1-', max_size=40).map(str.encode)
SEGMENTS: Final = st.lists(BYTES, max_size=6)

Answer = Reply | Failure | Notification
Read = list[Message | tuple[str, int]]


def _read(connection: Connection) -> Read:
    """Return all that is there; errors as text and id."""
    found: Read = []
    while True:
        try:
            message = connection.next_message()
        except RemoteProtocolError as error:
            found.append((str(error), error.reply_id))
            if error.fatal:
                return found
        else:
            if message is None:
                return found
            found.append(message)


def _reads(role: Role, *segments: bytes) -> Read:
    connection = Connection(role)
    found: Read = []
    for segment in segments:
        connection.receive_data(segment)
        found += _read(connection)
    return found


def _request(text: str, **members: object) -> bytes:
    return json.dumps({"id": 1, "method": text} | members).encode()


CALL: Final = b'{"id":1,"method":"A.B"}'
CALLED: Final = Request(1, "A.B", {})
GARBAGE: Final = "Failed to parse JSON data: "


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param([CALL], [CALLED], id="no newline"),
        pytest.param([CALL + b"\n"], [CALLED], id="newline"),
        pytest.param([CALL + b" \r\n"], [CALLED], id="other blanks"),
        pytest.param([b"\n \r\n", CALL], [CALLED], id="blanks before it"),
        pytest.param([CALL + b"\n" + CALL], [CALLED, CALLED], id="two in one segment"),
        pytest.param([CALL + b"\n" + CALL[:9], CALL[9:]], [CALLED, CALLED], id="one and a half"),
        pytest.param([CALL[:8], b"\n", CALL[8:]], [CALLED], id="a newline inside"),
        pytest.param([CALL + b"\n\n" + CALL], [(GARBAGE + "garbage at the end of the document", -1)], id="empty line"),
        pytest.param(
            [b'{"id":1,"params":{}', b',"method":"A.B"}'],
            [(GARBAGE + "unterminated object", -1), (GARBAGE + "illegal value", -1)],
            id="cut behind an inner }",
        ),
        pytest.param([b"x", CALL], [(GARBAGE + "illegal value", -1)], id="junk poisons the next"),
        pytest.param([b"x}", CALL], [(GARBAGE + "illegal value", -1), CALLED], id="junk that ends in }"),
    ],
)
def test_server_frames_by_segment(segments: list[bytes], expected: Read) -> None:
    """A message ends where a segment ends in `}`, or between `}` and `{` on lines of their own."""
    assert _reads(Role.SERVER, *segments) == expected


@pytest.mark.parametrize(
    ("document", "why"),
    [
        pytest.param(b'{"a":1}}', "garbage at the end of the document", id="one } too many"),
        pytest.param(b'{"a" 1}', "missing name separator", id="no colon"),
        pytest.param(b"{a:1}", "unterminated object", id="name without quotes"),
        pytest.param(b'{"a:1}', "unterminated string", id="string without end"),
        pytest.param(b'{"a":"\\x"}', "invalid escape sequence", id="unknown escape"),
        pytest.param(b'{"a":"\t"}', "illegal value", id="control character"),
        pytest.param(b'{"a":}', "illegal value", id="no value"),
        pytest.param(b'{"a":NaN}', "illegal number", id="not a number"),
        pytest.param(b'{"a":-Infinity}', "illegal number", id="infinite"),
        pytest.param(b'{"a":1e999}', "illegal number", id="double too great"),
        pytest.param(b'{"a":' + b"9" * 9_999 + b"}", "illegal number", id="integer too great"),
        pytest.param(b'{"a":"\xff"}', "invalid UTF8 string", id="no UTF-8"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', "invalid UTF8 string", id="surrogate in UTF-8"),
        pytest.param(b'{"a":"\\udc00"}', "invalid UTF8 string", id="half a surrogate pair"),
        pytest.param(b'{"\\ud800":1}', "invalid UTF8 string", id="half a surrogate pair as name"),
        pytest.param(CALL.decode().encode("utf-16") + b"}", "invalid UTF8 string", id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf" + CALL, "illegal value", id="byte order mark"),
        pytest.param(b'{"a":' + b"[" * 99_999 + b"}", "too deeply nested document", id="too deep"),
    ],
)
def test_what_is_no_json_is_refused(document: bytes, why: str) -> None:
    """The reason is given in Qt's words, with the id of nobody; the next message is read."""
    assert _reads(Role.SERVER, document, CALL) == [(GARBAGE + why, -1), CALLED]


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        pytest.param("-5", -5, id="negative"),
        pytest.param('"7"', 7, id="digits"),
        pytest.param("3.7", 4, id="rounded up"),
        pytest.param("2.5", 3, id="half away from zero"),
        pytest.param("-2.5", -3, id="half away from zero, negative"),
        pytest.param("1099511627776", 0, id="2^40"),
        pytest.param("2147483648", -(2**31), id="2^31"),
        pytest.param("1e300", 0, id="great double"),
        pytest.param("99999999999999999999", 1661992960, id="integer of 20 digits"),
    ],
)
def test_server_makes_an_id_of_it(sent: str, number: int) -> None:
    """Whatever Qt turns into 32 bits is an id."""
    assert _reads(Role.SERVER, b'{"method":"A.B","id":' + sent.encode() + b"}") == [Request(number, "A.B", {})]


@pytest.mark.parametrize("sent", ["null", '"abc"', '"7.5"', '" 7"', '"\u0667"', "[]", "{}"])
def test_server_needs_an_id(sent: str) -> None:
    """What cannot be turned into one is answered as id 0."""
    document = b'{"method":"A.B","id":' + sent.encode() + b"}"
    assert _reads(Role.SERVER, document) == [("Error parsing command. Missing 'id'", 0)]


@pytest.mark.parametrize(
    ("document", "got"),
    [
        pytest.param(_request("Hello"), "Hello", id="no dot"),
        pytest.param(_request("A.B.C"), "A.B.C", id="two dots"),
        pytest.param(_request("", method=None), "", id="null"),
        pytest.param(b'{"id":1}', "", id="missing"),
    ],
)
def test_server_needs_a_method(document: bytes, got: str) -> None:
    """The answer carries the request's id."""
    text = f"Error parsing method. Got: '{got}'', Expected: 'Namespace.method'"
    assert _reads(Role.SERVER, document) == [(text, 1)]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"params": {"a": 1.5}}, Request(1, "A.B", {"a": 1.5}), id="params"),
        pytest.param({"params": [1]}, CALLED, id="params as a list count as none"),
        pytest.param({"params": None}, CALLED, id="params null"),
        pytest.param({"token": "t"}, Request(1, "A.B", {}, "t"), id="token"),
        pytest.param({"token": 5}, CALLED, id="token that is no text counts as none"),
        pytest.param({"jsonrpc": "2.0"}, CALLED, id="JSON-RPC 2.0"),
    ],
)
def test_server_reads_the_envelope(members: dict[str, Any], expected: Request) -> None:
    """Members of another kind than expected count as missing."""
    assert _reads(Role.SERVER, _request("A.B", **members)) == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(b'{"id":1,"status":"success","params":{"a":1}}', Reply(1, {"a": 1}), id="reply"),
        pytest.param(b'{"id":1,"status":"success"}', Reply(1, {}), id="reply without params"),
        pytest.param(
            b'{"id":1,"status":"success","params":{},"deprecationWarning":"x"}', Reply(1, {}), id="reply with a warning"
        ),
        pytest.param(b'{"id":1,"status":"error","error":"x"}', Failure(1, "x"), id="error"),
        pytest.param(b'{"id":-1,"status":"error"}', Failure(-1, ""), id="error without text"),
        pytest.param(b'{"id":1,"status":"unauthorized","error":"x"}', Failure(1, "x", unauthorized=True), id="token"),
        pytest.param(b'{"id":0,"notification":"A.B","params":{}}', Notification(0, "A.B", {}), id="notification"),
        pytest.param(b"[]", ("not a message: no object", -1), id="no object"),
        pytest.param(b'{"status":"success"}', ("not a message: no id", -1), id="no id"),
        pytest.param(b'{"id":true,"status":"success"}', ("not a message: no id", -1), id="id of another kind"),
        pytest.param(b'{"id":1,"params":[]}', ("not a message: params are no object", 1), id="params of another kind"),
        pytest.param(b'{"id":1}', ("not a message: neither notification nor status", 1), id="neither"),
        pytest.param(b'{"id":1,"status":[]}', ("not a message: neither notification nor status", 1), id="odd status"),
        pytest.param(b"{", (GARBAGE + "unterminated object", -1), id="no JSON"),
    ],
)
def test_client_reads_lines(line: bytes, expected: Message | tuple[str, int]) -> None:
    """One message a line; a bad one costs only itself; empty lines are nothing."""
    end = b'{"id":9,"status":"success"}\n'
    assert _reads(Role.CLIENT, line + b"\n\r\n" + end) == [expected, Reply(9, {})]


@pytest.mark.parametrize("role", Role)
def test_buffer_is_bounded(role: Role) -> None:
    """What would exceed the limit is not kept: messages before it are read, then nothing more is."""
    whole = encode(CALLED if role is Role.SERVER else Reply(1, {}))
    connection = Connection(role, bytes_max=len(whole) + 10)
    connection.receive_data(whole)
    connection.receive_data(b"{" * 10)
    connection.receive_data(b"{")
    connection.receive_data(b"}\n")

    assert isinstance(connection.next_message(), Request | Reply)
    for _ in range(2):
        with pytest.raises(RemoteProtocolError, match=r"more than \d+ bytes without a message") as raised:
            connection.next_message()
        assert raised.value.fatal


@pytest.mark.parametrize("role", Role)
def test_limit_is_one_of_what_is_held(role: Role) -> None:
    """However much a connection carried, only what waits counts."""
    whole = encode(CALLED if role is Role.SERVER else Reply(1, {}))
    connection = Connection(role, bytes_max=3 * len(whole))
    for _ in range(100):
        connection.receive_data(b"\n" + whole + whole[:5])
        connection.receive_data(whole[5:] + b" ")
        assert len(_read(connection)) == 2


@pytest.mark.parametrize(
    ("role", "limit"),
    [pytest.param(Role.CLIENT, 4 << 20, id="client"), pytest.param(Role.SERVER, 1 << 20, id="server")],
)
def test_limit_by_default(role: Role, limit: int) -> None:
    """A client takes 4 MiB, as long as a list of things may be; a server 1 MiB, as `nymead`."""
    connection = Connection(role)
    connection.receive_data(b"{" * limit)
    assert connection.next_message() is None
    connection.receive_data(b"{")
    with pytest.raises(RemoteProtocolError):
        connection.next_message()


@given(message=REQUESTS)
@example(message=Request(1, "A.B", {"a": "ü😀\u2028"}))
def test_requests_round_trip(message: Request) -> None:
    """A server reads what a client wrote."""
    assert _reads(Role.SERVER, encode(message)) == [message]


@given(messages=st.lists(ANSWERS, max_size=4), tail=st.binary(max_size=9).filter(lambda tail: b"\n" not in tail))
def test_answers_round_trip(messages: list[Message], tail: bytes) -> None:
    """A client reads what a server wrote: whole, byte by byte, and with the next message begun."""
    written = b"".join(encode(message) for message in messages)

    read = _reads(Role.CLIENT, written)
    assert read == messages
    assert [type(message) for message in read] == [type(message) for message in messages]
    assert _reads(Role.CLIENT, *(written[at : at + 1] for at in range(len(written)))) == messages
    assert _reads(Role.CLIENT, written + tail) == messages


@given(messages=st.lists(REQUESTS, min_size=1, max_size=4), junk=st.sampled_from([b"", b" ", b"{", b'{"a']))
def test_server_reads_pipelined_requests(messages: list[Request], junk: bytes) -> None:
    """Several in one segment, and with the next one begun."""
    written = b"".join(encode(message) for message in messages)

    assert _reads(Role.SERVER, written) == messages
    assert _reads(Role.SERVER, written + junk)[: len(messages) - 1] == messages[:-1]


@given(role=st.sampled_from(Role), segments=SEGMENTS)
@example(role=Role.CLIENT, segments=[b'{"id":1,"status":"success","params":{"a":"\\ud83d\\ude00"}}\n'])
def test_any_bytes_parse_or_are_refused(role: Role, segments: list[bytes]) -> None:
    """Nothing but messages and the one error comes out; what is read can be written again."""
    for found in _reads(role, *segments):
        if isinstance(found, Request | Answer):
            encode(found)


@given(
    document=st.dictionaries(
        st.sampled_from(["id", "method", "params", "token", "status", "error", "notification"]), JSON
    )
)
def test_any_document_parses_or_is_refused(document: dict[str, Any]) -> None:
    """Members of any kind in the envelope."""
    for role in Role:
        assert len(_reads(role, json.dumps(document).encode() + b"\n")) == 1


@given(segments=SEGMENTS)
def test_client_frames_whatever_the_segments(segments: list[bytes]) -> None:
    """Whole or byte by byte, the same comes out."""
    whole = b"".join(segments)
    assert _reads(Role.CLIENT, *segments) == _reads(Role.CLIENT, whole)


def test_encoding_refuses_what_is_no_json() -> None:
    """A number that is not finite is an error here, not at the other end."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(Reply(1, {"a": float("nan")}))


def test_writes_as_nymead_does() -> None:
    """Compact, names in order, text as it is, one newline."""
    assert encode(Reply(2, {"b": "ü", "a": 1})) == '{"id":2,"params":{"a":1,"b":"ü"},"status":"success"}\n'.encode()
    assert encode(Failure(1, "x", unauthorized=True)) == b'{"error":"x","id":1,"status":"unauthorized"}\n'
    assert encode(Request(1, "A.B", {}, "t")) == b'{"id":1,"method":"A.B","params":{},"token":"t"}\n'


CALLS: Final = [row["msg"] for row in rows("session.jsonl") if row["dir"] == "out" and "." in row["msg"]["method"]]
SENT: Final = [row["msg"] for row in rows("session.jsonl") if row["dir"] == "in" and "id" in row["msg"]]


@needs_capture
def test_captured_session_is_read() -> None:
    """Each message of the capture is one, and none is an error."""
    called = _reads(Role.SERVER, *(json.dumps(message).encode() for message in CALLS))
    sent = _reads(Role.CLIENT, *(json.dumps(message).encode() + b"\n" for message in SENT))

    assert [call.method for call in called if isinstance(call, Request)] == [call["method"] for call in CALLS]
    assert [type(message) for message in sent] == [_kind(message) for message in SENT]
    assert [json.loads(encode(message)) for message in sent if isinstance(message, Answer)] == SENT


def _kind(message: dict[str, Any]) -> type[Message]:
    if "notification" in message:
        return Notification
    return Failure if "error" in message else Reply
