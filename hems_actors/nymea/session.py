"""One line from Hello to all things read: who is there, what it has, and the notifications after that.

Which classes are asked for is read from the things first: all classes of a server may be megabytes, those in use are
not. The things are then read once more, because what changed in between came before anybody could understand it.
"""

import reprlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from hems_actors.nymea.catalog import (
    Problems,
    Thing,
    ThingClass,
    class_ids,
    class_of,
    entries,
    thing_of,
    things_of,
    uuid_of,
)
from hems_actors.nymea.errors import LineError
from hems_actors.nymea.protocol import Failure, Notification, Reply
from hems_actors.nymea.requests import Answer, Requests

ROOT_CHANGED: Final = "Energy.RootMeterChanged"
_CLASSES_AT_ONCE: Final = 20
"""So that a request stays within one segment."""
_TEXT_MAX: Final = 60
_NO_ERROR: Final = "ThingErrorNoError"
_NO_TOKEN: Final = "refused: a token is needed; make one in nymea's app and name its file in the configuration"  # noqa: S105 - says what to do


class RefusedError(LineError):
    """The server does not want this client, and will not want it in a moment either."""


class Found(NamedTuple):
    """What there is at a server."""

    server: str
    """Its name and version."""
    has_energy: bool
    things: Mapping[str, Thing]
    """Those the home has use for, by UUID."""
    present: frozenset[str]
    """UUIDs of all that are there."""


class Session:
    """Asks one server step by step; `found` is told once, and then the notifications."""

    def __init__(self, requests: Requests, *, has_token: bool, found: Callable[[Found], object]) -> None:
        self.root: str | None = None
        """UUID of the root meter, as last heard."""
        self.problems: Problems = []
        """What was passed over; whoever reads it empties it."""
        self.is_ready = False
        self._requests = requests
        self._has_token = has_token
        self._found = found
        self._server = ""
        self._has_energy = False
        self._asked: set[str] = set()
        """Classes that were asked for."""
        self._classes: dict[str, ThingClass] = {}
        """Those of them that the home has use for."""

    def begin(self) -> None:
        """Say hello."""
        self._requests.ask("JSONRPC.Hello", {"locale": "en_US"}, self._greeted)

    def take(self, message: Reply | Failure | Notification) -> Notification | None:
        """Take what came; return a notification that is somebody else's business.

        Raises:
            LineError: the line is worth nothing.
        """
        if not isinstance(message, Notification):
            if isinstance(message, Failure) and message.unauthorized:
                raise RefusedError("refused: the token is not, or no longer, valid" if self._has_token else _NO_TOKEN)
            self._requests.answered(message)
            return None
        if message.name == ROOT_CHANGED:
            self.root = uuid_of(message.params.get("rootMeterThingId"))
        return message if self.is_ready else None

    def read(self, uuid: str, then: Callable[[Thing], object]) -> None:
        """Read the thing *uuid* anew; *then* gets it, unless it is gone or spoiled."""

        def answered(answer: Answer) -> None:
            for entry in _listed(answer, "things") or ():
                thing = thing_of(entry, self._classes, self.problems)
                if thing is not None and thing.uuid == uuid:
                    then(thing)

        self._requests.ask("Integrations.GetThings", {"thingId": uuid}, answered)

    def meet(self, entry: Mapping[str, Any], then: Callable[[Thing], object]) -> None:
        """Hand the thing that *entry* of a notification describes to *then*, once its class is known."""
        uuid, class_id = uuid_of(entry.get("id")), uuid_of(entry.get("thingClassId"))
        if uuid is None or class_id is None:
            self.problems.append(f"thing {reprlib.repr(entry.get('id'))}: no id or class")
        elif class_id not in self._asked:
            self._learn([class_id], lambda: self.read(uuid, then) if class_id in self._classes else None)
        else:
            thing = thing_of(entry, self._classes, self.problems)
            if thing is not None:
                then(thing)

    def _greeted(self, answer: Answer) -> None:
        params = _params(answer, "Hello")
        name, version = (_text(params.get(key)) for key in ("name", "version"))
        self._server = f"{name} {version}".strip() or "a server without a name"
        if params.get("initialSetupRequired") is True:
            raise RefusedError(f"{self._server} was never set up: create its first user in nymea's app")
        if params.get("authenticationRequired") is True and not self._has_token:
            raise RefusedError(_NO_TOKEN)
        if params.get("authenticated") is False and self._has_token:
            raise RefusedError("refused: the token is not valid")
        self._has_energy = any(entry.get("name") == "Energy" for entry in entries(params, "experiences") or ())
        namespaces = ["Integrations", "Energy"] if self._has_energy else ["Integrations"]
        self._requests.ask("JSONRPC.SetNotificationStatus", {"namespaces": namespaces}, self._subscribed)

    def _subscribed(self, answer: Answer) -> None:
        _params(answer, "SetNotificationStatus")
        if self._has_energy:
            self._requests.ask("Energy.GetRootMeter", {}, self._root_read)
        self._requests.ask("Integrations.GetThings", {}, self._classes_seen)

    def _root_read(self, answer: Answer) -> None:
        """A server that refuses has no root meter for this client."""
        if isinstance(answer, Reply):
            self.root = uuid_of(answer.params.get("rootMeterThingId"))

    def _classes_seen(self, answer: Answer) -> None:
        listed = _listed(answer, "things")
        if listed is None:
            raise LineError("GetThings: no things in the answer")
        self._learn(class_ids(listed), self._read_all)

    def _learn(self, unknown: Sequence[str], then: Callable[[], object]) -> None:
        """Ask for the classes *unknown*, some at a time; then go on."""
        some, rest = unknown[:_CLASSES_AT_ONCE], unknown[_CLASSES_AT_ONCE:]
        if not some:
            then()
            return

        def answered(answer: Answer) -> None:
            listed = _listed(answer, "thingClasses")
            if listed is None and not self.is_ready:
                raise LineError("GetThingClasses: no classes in the answer")
            self._asked.update(some)
            for entry in listed or ():
                known = class_of(entry, self.problems)
                if known is not None:
                    self._classes[known.id] = known
            self._learn(rest, then)

        self._requests.ask("Integrations.GetThingClasses", {"thingClassIds": list(some)}, answered)

    def _read_all(self) -> None:
        self._requests.ask("Integrations.GetThings", {}, self._all_read)

    def _all_read(self, answer: Answer) -> None:
        listed = _listed(answer, "things")
        if listed is None:
            raise LineError("GetThings: no things in the answer")
        self.is_ready = True
        things = things_of(listed, self._classes, self.problems)
        present = frozenset(filter(None, (uuid_of(entry.get("id")) for entry in listed)))
        self._found(Found(self._server, self._has_energy, things, present))


def _params(answer: Answer, method: str) -> Mapping[str, Any]:
    if isinstance(answer, Failure):
        raise LineError(f"{method}: {_text(answer.error)}")
    return answer.params


def _listed(answer: Answer, key: str) -> list[Mapping[str, Any]] | None:
    """Return the objects that *answer* lists; None = it does not."""
    if isinstance(answer, Failure) or answer.params.get("thingError", _NO_ERROR) != _NO_ERROR:
        return None
    return entries(answer.params, key)


def _text(value: object) -> str:
    """Return *value* for a line of text; what cannot be printed is left out."""
    return "".join(filter(str.isprintable, value[:_TEXT_MAX])) if isinstance(value, str) else ""
