"""The captured session told again to a real link, at the captured times; what the link tells, in readable lines."""

from collections.abc import Mapping
from typing import Any, Final

from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.messages import Recipient, StandingWanted
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.core.describe import describe
from hems_actors.core.enums import OnExit, ThingKind
from hems_actors.core.facts import Fact, SiteConfigured, ThingAdded
from hems_actors.core.identity import name_of
from hems_actors.nymea.line import Closed, Line, Opened, Received
from hems_actors.nymea.link import Begin, Link, LinkMeans
from hems_actors.nymea.protocol import Connection, Notification, Reply, Request, Role, encode
from hems_actors.nymea.status import LinkReport
from hems_actors.nymea.things import Memory, Settings
from tests.nymea.session_capture import Captured, captured, captured_replies

_Json = dict[str, Any]
_OK: Final = {"thingError": "ThingErrorNoError"}


class Retold:
    """Answers a link as the captured server would have, and tells it each captured notification in its time."""

    def __init__(self, queue: RunQueue, story: list[Captured]) -> None:
        self.is_closed = False
        self._queue = queue
        self._story = story
        self._requests = Connection(Role.SERVER)
        self._classes: list[_Json] = captured_replies("thingClasses")[0]["thingClasses"]
        self._things: dict[str, _Json] = {}
        """By id, each as it was told last."""
        self._number = 0
        self._to: Recipient | None = None

    def dial(self, number: int, to: Recipient) -> Line:
        """Begin to tell."""
        self._number, self._to = number, to
        to.tell(Opened(number))
        for entry in self._story:
            if entry.from_server and "notification" in entry.message:
                self._queue.call_later(entry.at_ms - self._queue.now_ms(), self, entry)
        return self

    def tell(self, message: object, /) -> None:
        """Tell what was captured, now."""
        assert isinstance(message, Captured)
        name, params = message.message["notification"], message.message["params"]
        self._note(name, params)
        self._send(encode(Notification(message.message["id"], name, params)))

    def send(self, data: bytes) -> None:
        """Answer what the link asks."""
        self._requests.receive_data(data)
        while (request := self._requests.next_message()) is not None:
            assert isinstance(request, Request)
            self._send(encode(Reply(request.id, self._answer(request))))

    def close(self) -> None:
        """End."""
        if not self.is_closed and self._to is not None:
            self.is_closed = True
            self._to.tell(Closed(self._number, "told to the end"))

    def _send(self, data: bytes) -> None:
        if self._to is not None and not self.is_closed:
            self._to.tell(Received(self._number, data, self._queue.now_ms()))

    def _answer(self, request: Request) -> _Json:
        match request.method:
            case "JSONRPC.Hello":
                return captured_replies("protocol version")[0]
            case "JSONRPC.SetNotificationStatus":
                return captured_replies("namespaces")[0]
            case "Integrations.GetThingClasses":
                wanted = request.params["thingClassIds"]
                return {**_OK, "thingClasses": [each for each in self._classes if each["id"] in wanted]}
            case "Integrations.GetThings":
                wanted = request.params.get("thingId")
                return {**_OK, "things": [each for key, each in self._things.items() if wanted in (None, key)]}
            case "JSONRPC.KeepAlive" | "Energy.GetRootMeter":
                return {}
        raise AssertionError(request.method)

    def _note(self, name: str, params: Mapping[str, Any]) -> None:
        if name == "Integrations.ThingAdded":
            self._things[params["thing"]["id"]] = params["thing"]
        elif name == "Integrations.ThingRemoved":
            self._things.pop(params["thingId"])
        elif name == "Integrations.StateChanged" and params["thingId"] in self._things:
            for state in self._things[params["thingId"]]["states"]:
                if state["stateTypeId"] == params["stateTypeId"]:
                    state.update({key: params[key] for key in ("value", "minValue", "maxValue", "possibleValues")})


class Scribe(Behaviour):
    """Stands where the coordinator does, and writes down what it is told."""

    def __init__(self, place: Place, lines: list[str]) -> None:
        super().__init__(place)
        self._lines = lines
        self._names: dict[int, str] = {}
        self._start_ms = place.runtime.now_ms()

    def on_receive(self, message: Fact | StandingWanted) -> None:
        """Write down *message*."""
        if isinstance(message, StandingWanted):
            return
        at_s = (self.place.runtime.now_ms() - self._start_ms) / 1_000
        if isinstance(message, ThingAdded):
            self._names[message.source] = name_of(message.name)
            said = f"{self._names[message.source]} ThingAdded kind={ThingKind(message.kind).name}"
        else:
            said = " ".join(word for word in describe(message, self._names).split(" ") if not word.endswith("=-"))
        self._lines.append(f"{at_s:7.3f} s {said}")


def transcript() -> list[str]:
    """Return what a home is told when the capture happens to it, one line for each fact."""
    story = list(captured())
    queue = RunQueue(story[0].at_ms)
    lines: list[str] = []
    settings = Settings(SiteConfigured(0, 0, 3, 0, OnExit.SAFE, 0))
    report = LinkReport()
    home = Home(queue)
    means = LinkMeans(Retold(queue, story), Memory(settings, {}), report)
    home.start([Spec(HOME, Scribe, (lines,)), Spec(LINK, Link, (means,))])
    home.directory[LINK].tell(Begin())
    queue.run_until(story[-1].at_ms)
    home.ending.wait(0)
    lines.append(f"{(queue.now_ms() - story[0].at_ms) / 1_000:7.3f} s the link: {report.status.text}")
    home.stop()
    return lines
