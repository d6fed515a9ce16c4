"""nymea's own JSON-RPC, without any input or output: bytes to messages and back, for a client and for a server."""

import json
import math
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

from hems_actors.nymea.framing import Framer, LineFramer, NymeaFramer

CLIENT_BYTES_MAX: Final = 4 << 20
SERVER_BYTES_MAX: Final = 1 << 20
UNREADABLE: Final = -1
"""The id a server answers with when it could not read any."""
_NO_ID: Final = 0
_INT_DIGITS_MAX: Final = 18
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")
_QT_TEXTS: Final = (
    ("Extra data", "garbage at the end of the document"),
    ("Expecting ','", "unterminated object"),
    ("Expecting ':'", "missing name separator"),
    ("Expecting property name", "unterminated object"),
    ("Unterminated string", "unterminated string"),
    ("Invalid \\", "invalid escape sequence"),
)


class Role(Enum):
    """Which end of a connection this is."""

    CLIENT = "client"
    SERVER = "server"


class Request(NamedTuple):
    """Client to server: call `method`, named `Namespace.Method`."""

    id: int
    method: str
    params: Mapping[str, Any]
    token: str | None = None


class Reply(NamedTuple):
    """Server to client: request `id` was carried out; `params` may still tell of a failure."""

    id: int
    params: Mapping[str, Any]


class Failure(NamedTuple):
    """Server to client: request `id` was refused; `unauthorized` for want of a valid token."""

    id: int
    error: str
    unauthorized: bool = False


class Notification(NamedTuple):
    """Server to client: `name`, as `Namespace.Name`, happened; `id` counts the server's notifications."""

    id: int
    name: str
    params: Mapping[str, Any]


Message = Request | Reply | Failure | Notification


class RemoteProtocolError(Exception):
    """The other end sent what is no message; what follows may be good again, unless `fatal`."""

    def __init__(self, text: str, reply_id: int = UNREADABLE, *, fatal: bool = False) -> None:
        super().__init__(text)
        self.reply_id = reply_id
        """A server answers `Failure(reply_id, str(error))`."""
        self.fatal = fatal


class Connection:
    """One end of one connection: takes bytes as they were received, returns messages."""

    def __init__(self, role: Role, *, bytes_max: int | None = None) -> None:
        """Be *role*; hold at most *bytes_max* not yet read (default 4 MiB for a client, 1 MiB for a server)."""
        self._is_client = role is Role.CLIENT
        self._bytes_max = bytes_max or (CLIENT_BYTES_MAX if self._is_client else SERVER_BYTES_MAX)
        self._framer: Framer = LineFramer() if self._is_client else NymeaFramer()
        self._overrun = False

    def receive_data(self, data: bytes) -> None:
        """Keep *data*, one segment as it was received; what would exceed the limit is not kept but ends all."""
        self._overrun = self._overrun or self._framer.held + len(data) > self._bytes_max
        if not self._overrun:
            self._framer.feed(data)

    def next_message(self) -> Message | None:
        """Return the next message; None = more data needed.

        Raises:
            RemoteProtocolError: the next piece is no message; unless it is fatal, the next call goes on behind it.
        """
        while (piece := self._framer.next_piece()) is not None:
            if piece.strip():
                return _incoming(_document(piece)) if self._is_client else _request(_document(piece))
        if self._overrun:
            raise RemoteProtocolError(f"more than {self._bytes_max} bytes without a message", fatal=True)
        return None


def encode(message: Message) -> bytes:
    """Return *message* as it goes over the line: compact, keys in order, newline at the end.

    Raises:
        ValueError: it holds a number that is not finite, or text that is not Unicode.
    """
    document = _outgoing(message)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
    return text.encode() + b"\n"


def _outgoing(message: Message) -> dict[str, Any]:
    match message:
        case Request(number, method, params, token):
            return {"id": number, "method": method, "params": dict(params)} | (
                {} if token is None else {"token": token}
            )
        case Reply(number, params):
            return {"id": number, "params": dict(params), "status": "success"}
        case Failure(number, error, unauthorized):
            return {"error": error, "id": number, "status": "unauthorized" if unauthorized else "error"}
        case _:
            return {"id": message.id, "notification": message.name, "params": dict(message.params)}


def _document(piece: bytes) -> Any:  # noqa: ANN401 - any JSON document
    """Return the JSON document that *piece* is, as strict as can be; refused in the words of Qt, as `nymead` does."""
    try:
        document = json.loads(piece.decode(), parse_constant=_finite, parse_float=_finite, parse_int=_whole_or_finite)
        if b"\\u" in piece:
            json.dumps(
                document, ensure_ascii=False
            ).encode()  # half a surrogate pair is no text: nobody could pass it on
    except json.JSONDecodeError as error:
        why = next((text for beginning, text in _QT_TEXTS if error.msg.startswith(beginning)), "illegal value")
    except UnicodeError:
        why = "invalid UTF8 string"
    except ValueError:
        why = "illegal number"
    except RecursionError:
        why = "too deeply nested document"
    else:
        return document
    raise RemoteProtocolError(f"Failed to parse JSON data: {why}")


def _whole_or_finite(text: str) -> float:
    """Return the number that *text* is: what is too long for an integer becomes a double, as in Qt."""
    return int(text) if len(text) <= _INT_DIGITS_MAX else _finite(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _request(document: dict[str, Any]) -> Request:
    """Read what a server got: ends in `}`, so it is an object; ids, params and tokens as lenient as `nymead`."""
    number = _lenient_id(document.get("id"))
    if number is None:
        raise RemoteProtocolError("Error parsing command. Missing 'id'", _NO_ID)
    method, params, token = document.get("method"), document.get("params"), document.get("token")
    if not isinstance(method, str) or method.count(".") != 1:
        got = method if isinstance(method, str) else ""
        raise RemoteProtocolError(f"Error parsing method. Got: '{got}'', Expected: 'Namespace.method'", number)
    return Request(
        number, method, params if isinstance(params, dict) else {}, token if isinstance(token, str) else None
    )


def _lenient_id(value: object) -> int | None:
    """Return *value* as the 32 bit integer Qt makes of it; None = of that it makes none."""
    match value:
        case int():
            number = int(value)
        case float():
            number = math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)
        case str() if _INTEGER.fullmatch(value):
            number = int(value)
        case _:
            return None
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


def _incoming(document: object) -> Reply | Failure | Notification:
    """Read what a client got."""
    if not isinstance(document, dict):
        raise RemoteProtocolError("not a message: no object")
    number, params = document.get("id"), document.get("params", {})
    if type(number) is not int:
        raise RemoteProtocolError("not a message: no id")
    if not isinstance(params, dict):
        raise RemoteProtocolError("not a message: params are no object", number)
    name, status, error = document.get("notification"), document.get("status"), document.get("error")
    if isinstance(name, str):
        return Notification(number, name, params)
    if status == "success":
        return Reply(number, params)
    if status in ("error", "unauthorized"):
        return Failure(number, error if isinstance(error, str) else "", status == "unauthorized")
    raise RemoteProtocolError("not a message: neither notification nor status", number)
