"""One client of the fake nymead: framing, Hello first, the same token in every call, notifications it asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

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

if TYPE_CHECKING:
    from tests.nymea.fake.nymead import FakeNymead

HELLO_MS: Final = 10_000
HELLO: Final = "JSONRPC.Hello"
_FREE: Final = (
    *(HELLO, "JSONRPC.Introspect", "JSONRPC.Authenticate"),
    *("JSONRPC.CreateUser", "JSONRPC.RequestPushButtonAuth"),
)


class Session:
    """One connection; `receive` what came, and it calls back with each message to send, or to close."""

    def __init__(self, fake: "FakeNymead", send: Callable[[bytes], object], close: Callable[[], object]) -> None:
        self._fake = fake
        self._send = send
        self._close = close
        self._connection = Connection(Role.SERVER)
        self.namespaces: tuple[str, ...] = ()
        self.token: str | None = None
        self.is_open = True
        self.greeted = False
        fake.later(HELLO_MS, lambda: None if self.greeted else self.end())

    def receive(self, data: bytes) -> None:
        """Take *data*, one segment as it was received."""
        with self._fake.lock:
            self._connection.receive_data(data)
            while self.is_open and self._take_one():
                pass

    def gone(self) -> None:
        """The client closed."""
        with self._fake.lock:
            self.is_open = False
            self._fake.forget(self)

    def end(self) -> None:
        """Close from this side."""
        if self.is_open:
            self.gone()
            self._close()

    def answer(self, message: Message) -> None:
        """Send *message* if the client is still there."""
        if self.is_open:
            self._send(encode(message))

    def send(self, data: bytes) -> None:
        """Send *data* as it is, which may be no message at all."""
        if self.is_open:
            self._send(data)

    def notify(self, number: int, name: str, params: dict[str, Any]) -> None:
        """Send a notification, if the client wants its namespace."""
        if name.partition(".")[0] in self.namespaces:
            self.answer(Notification(number, name, params))

    def _take_one(self) -> bool:
        """Handle the next message; False = none is there."""
        try:
            message = self._connection.next_message()
        except RemoteProtocolError as error:
            if error.fatal or not self.greeted:
                self.end()
            else:
                self.answer(Failure(error.reply_id, str(error)))
            return True
        if isinstance(message, Request):
            self._handle(message)
        return message is not None

    def _handle(self, request: Request) -> None:
        fake = self._fake
        fake.calls.append(request)
        if not self.greeted and (request.method != HELLO or fake.is_locked_down):
            self.end()
            return
        if request.method == HELLO:
            self.greeted = True
            self.token = request.token
        elif request.token != self.token:
            self._turn_away(request)
            return
        needs_token = fake.options.authentication_required and request.method not in _FREE
        if (needs_token and self.token not in fake.tokens) or (
            self.token and self.token not in fake.tokens and request.method != HELLO
        ):
            self._turn_away(request)
            return
        fake.answer(self, request)

    def _turn_away(self, request: Request) -> None:
        self._fake.lock_down()
        self.answer(Failure(request.id, "Forbidden: Invalid token.", unauthorized=True))
        self.end()

    def reply(self, request: Request) -> Callable[[dict[str, Any]], None]:
        """Return what sends the reply to *request*."""
        return lambda params: self.answer(Reply(request.id, params))
