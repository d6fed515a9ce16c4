"""One client's conversation, without any socket: bytes in, messages out."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from hems_actors.api import calls
from hems_actors.api.answers import EMPTY, GETS, LOOK_UPS, Get
from hems_actors.api.changes import Changes, Outcome
from hems_actors.api.checking import RangeError, RefusedError, checked
from hems_actors.api.fields import Wire
from hems_actors.api.introspect import introspection
from hems_actors.api.methods import ADMIN, ALIAS, HELLO, NAMESPACE, NAMESPACES, canonical, method_of
from hems_actors.api.models import EnergyError, Experience
from hems_actors.api.port import HomePort
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

MESSAGE_BYTES_MAX: Final = 64 << 10
"""nymea's limit is 1 MiB; nothing that this API understands is longer than a few kB."""
PROTOCOL_VERSION: Final = "9.0"
_FORBIDDEN: Final = "Forbidden: Invalid token."


class Peer(Protocol):
    """The client, as the conversation needs it."""

    def send(self, data: bytes) -> None:
        """Send *data*, one message; never raises, never waits."""

    def close(self) -> None:
        """End the connection once what was sent is out; harmless twice."""

    def go_on(self) -> None:
        """What `step` had to wait for is done."""


class Keys(Protocol):
    """Knows which tokens are good."""

    def name_of(self, token: str) -> str | None:
        """Return the name *token* was given to; None = it is no good."""


class Server(NamedTuple):
    """Who speaks to the clients."""

    name: str
    uuid: str
    version: str


class Served(NamedTuple):
    """What all conversations share."""

    port: HomePort
    changes: Changes
    server: Server
    work: Callable[[Callable[[], Wire], Callable[[Wire | str], object]], object]
    """Does the first elsewhere, without holding anybody up, and tells the second what came of it; text = why not."""


class Session:
    """One conversation; used in the thread that serves only."""

    def __init__(self, served: Served, peer: Peer, keys: Keys | None) -> None:
        """Speak to *peer*; with *keys*, every call needs a token."""
        self._served = served
        self._peer = peer
        self._keys = keys
        self._connection = Connection(Role.SERVER, bytes_max=MESSAGE_BYTES_MAX)
        self._token: str | None = None
        self._namespaces: tuple[str, ...] = ()
        self._open: Request | None = None
        self._talk: dict[str, Callable[[Any], Wire]] = {
            HELLO: self._hello,
            "JSONRPC.Introspect": self._introspect,
            "JSONRPC.Version": self._version,
            "JSONRPC.KeepAlive": self._keep_alive,
            "JSONRPC.SetNotificationStatus": self._subscribe,
        }
        """What concerns this connection alone; what is neither here nor a Get is a change."""
        self.is_greeted = False
        self.is_admitted = False
        """Whether it was greeted, and with a good token where one is needed."""
        self.is_half = False
        """Whether a message was begun and not ended."""
        self.is_over = False

    @property
    def is_busy(self) -> bool:
        """Whether a call is being answered: `step` does nothing until then."""
        return self._open is not None

    @property
    def wants(self) -> bool:
        """Whether the client wants any notifications."""
        return bool(self._namespaces)

    def receive(self, data: bytes) -> None:
        """Take *data*, one segment as it was received; `step` deals with it."""
        self._connection.receive_data(data)
        told = data.strip()
        if told:
            self.is_half = not told.endswith(b"}")

    def step(self) -> bool:
        """Deal with the next message; False = there is none, or the one before is still being answered."""
        if self.is_over or self._open is not None:
            return False
        try:
            message = self._connection.next_message()
        except RemoteProtocolError as error:
            if error.fatal or not self.is_greeted:
                self.end()
            else:
                self._say(Failure(error.reply_id, str(error)))
            return True
        if isinstance(message, Request):
            self._take(message)
        return message is not None

    def notify(self, number: int, name: str, params: Mapping[str, Any]) -> None:
        """Tell the client, by each name it wants to hear it."""
        namespace, _, rest = name.partition(".")
        for each in self._namespaces:
            if each in (namespace, ALIAS if namespace == NAMESPACE else namespace):
                self._say(Notification(number, f"{each}.{rest}", params))

    def end(self) -> None:
        """Close from this side."""
        if not self.is_over:
            self.is_over = True
            self._peer.close()

    def gone(self) -> None:
        """The client closed."""
        self.is_over = True

    def _take(self, request: Request) -> None:
        is_hello = request.method == HELLO
        if not self.is_greeted and not is_hello:
            self.end()  # as nymead does, without a word
            return
        if is_hello:
            self.is_greeted, self._token = True, request.token
        elif self._keys is not None and (
            request.token is None or request.token != self._token or self._keys.name_of(request.token) is None
        ):
            self._say(Failure(request.id, _FORBIDDEN, unauthorized=True))
            self.end()
            return
        self._answer(request)

    def _answer(self, request: Request) -> None:
        name, method = canonical(request.method), method_of(request.method)
        if method is None:
            known = name.partition(".")[0] in NAMESPACES
            self._say(Failure(request.id, "No such method" if known else "No such namespace"))
            return
        try:
            asked = checked(request.method, method, request.params)
        except RefusedError as error:
            self._say(Failure(request.id, str(error)))
        except RangeError:
            answer = EMPTY.get(name, calls.Done(energyError=EnergyError.INVALID_PARAMETER))
            self._say(Reply(request.id, answer.wire()))
        else:
            self._run(request, name, asked)

    def _run(self, request: Request, name: str, asked: Wire) -> None:
        if name in self._talk:
            self._say(Reply(request.id, self._talk[name](asked).wire()))
        elif name in GETS:
            self._say(Reply(request.id, GETS[name](self._served.port, asked).wire()))
        elif name in LOOK_UPS:
            self._look_up(request, LOOK_UPS[name], asked)
        else:
            self._open = request
            self._served.changes.put(asked, self._changed)

    def _look_up(self, request: Request, get: Get, asked: Wire) -> None:
        port = self._served.port
        self._open = request
        self._served.work(lambda: get(port, asked), self._found)

    def _found(self, answer: Wire | str) -> None:
        if isinstance(answer, str):
            self._close_open(lambda number: Failure(number, answer))
        else:
            self._close_open(lambda number: Reply(number, answer.wire()))

    def _changed(self, outcome: Outcome) -> None:
        if isinstance(outcome, EnergyError):
            self._close_open(lambda number: Reply(number, calls.Done(energyError=outcome).wire()))
        else:
            self._close_open(lambda number: Failure(number, outcome))

    def _close_open(self, message: Callable[[int], Message]) -> None:
        request, self._open = self._open, None
        if request is not None:
            self._say(message(request.id))
            self._peer.go_on()

    def _hello(self, asked: calls.HelloAsked) -> Wire:
        server, keys, locale = self._served.server, self._keys, asked.locale or "en_US"
        asks = keys is not None and self._token is not None
        username = keys.name_of(self._token) if keys is not None and self._token is not None else None
        self.is_admitted = keys is None or username is not None
        if not self.is_admitted:
            self._namespaces = ()
        return calls.Hello.model_validate(
            {
                "server": "nymea",
                "name": server.name,
                "version": server.version,
                "uuid": f"{{{server.uuid}}}",
                "language": locale,
                "locale": locale,
                "protocol version": PROTOCOL_VERSION,
                "initialSetupRequired": False,
                "authenticationRequired": keys is not None,
                "pushButtonAuthAvailable": False,
                "experiences": [Experience(name=name, version="1.0") for name in (NAMESPACE, ALIAS)],
                "authenticated": username is not None if asks else None,
                "permissionScopes": None if username is None else [ADMIN],
                "username": username,
            }
        )

    def _version(self, _asked: calls.Nothing) -> Wire:
        return calls.Version.model_validate(
            {"version": self._served.server.version, "protocol version": PROTOCOL_VERSION}
        )

    def _introspect(self, _asked: calls.Nothing) -> Wire:
        return introspection()

    def _keep_alive(self, asked: calls.KeepAliveAsked) -> Wire:
        return calls.KeepAlive(sessionId=asked.sessionId, success=True)

    def _subscribe(self, asked: calls.NotificationsAsked) -> Wire:
        everything = NAMESPACES if asked.enabled else ()
        wanted = everything if asked.namespaces is None else asked.namespaces
        self._namespaces = tuple(name for name in NAMESPACES if name in wanted)
        return calls.Notifications(enabled=self.wants, namespaces=list(self._namespaces))

    def _say(self, message: Message) -> None:
        if not self.is_over:
            self._peer.send(encode(message))
