"""One line that is open: bytes to messages, messages to what they mean for the home."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hems_actors.actors.messages import Answered, BurstEnded, Call, Marked, ReadBack
from hems_actors.actors.runtime import Place
from hems_actors.core.enums import Result
from hems_actors.nymea.catalog import Thing, uuid_of
from hems_actors.nymea.errors import LineError
from hems_actors.nymea.line import Line, Received
from hems_actors.nymea.minute import Minute
from hems_actors.nymea.protocol import Connection, Message, Notification, RemoteProtocolError, Reply, Request, Role
from hems_actors.nymea.requests import Answer, Requests
from hems_actors.nymea.roster import Roster
from hems_actors.nymea.session import ROOT_CHANGED, Found, Session
from hems_actors.nymea.settling import Settling
from hems_actors.nymea.translate import result_of, result_of_refusal, written

MINUTE: Final = "SampleRate1Min"
QUIET_MS: Final = 30_000
"""After that silence the server is asked whether it is there: it says nothing by itself."""


class Connected:
    """Speaks with one server until the line is lost."""

    def __init__(self, place: Place, line: Line, number: int, token: str | None, roster: Roster) -> None:
        self.requests = Requests(place, line, number, token)
        self.minute = Minute(place)
        self.settling = Settling(place, number, roster.values_of, roster.memory.left)
        self.found: Found | None = None
        """What there is; None = not read yet."""
        self._place = place
        self._number = number
        self._roster = roster
        self._connection = Connection(Role.CLIENT)
        self._session = Session(self.requests, has_token=token is not None, found=self._read)
        self._at_ms = place.runtime.now_ms()
        """When something came last."""
        self._handlers: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "Integrations.StateChanged": self._state_changed,
            "Integrations.ThingAdded": self._thing_told,
            "Integrations.ThingChanged": self._thing_told,
            "Integrations.ThingRemoved": self._thing_removed,
            "Energy.PowerBalanceChanged": self._burst_ended,
            "Energy.PowerBalanceLogEntryAdded": self._log_entry_added,
            ROOT_CHANGED: self._root_changed,
        }

    def begin(self) -> None:
        """Say hello."""
        self._session.begin()

    def received(self, received: Received) -> None:
        """Take what came.

        Raises:
            LineError: the line is worth nothing.
        """
        self._at_ms = received.received_at_ms
        self._connection.receive_data(received.data)
        while (message := self._next_message()) is not None:
            if isinstance(message, Request):
                continue
            notification = self._session.take(message)
            if notification is not None:
                self._notified(notification)
        self.settle()

    def settle(self) -> None:
        """Tell the actors that were ordered, and what was passed over."""
        orders, self._roster.orders = self._roster.orders, []
        for number in orders:
            self.settling.add(number)
        problems, self._session.problems[:] = self._session.problems[:], []
        self._roster.note("", problems)

    def call(self, call: Call) -> None:
        """Carry a write over, by its UUIDs and with its value; what cannot be written is answered here."""
        if self.found is None:
            return
        configured = self._roster.memory.configured.get(call.thing)
        thing = self._roster.thing(call.thing) if configured is not None else None
        name, value = written(call.what, call.value, configured.step_ma if configured is not None else 1)
        states = thing.of.states if thing is not None else {}
        state_id = next((state_id for state_id, state in states.items() if state.name == name), None)
        if thing is None or state_id is None:
            call.reply_to.tell(Answered(call.token, Result.PERMANENT))
            return

        def answered(answer: Answer) -> None:
            said = result_of(answer.params) if isinstance(answer, Reply) else result_of_refusal(answer.error)
            call.reply_to.tell(Answered(call.token, said))

        params = {
            "thingId": thing.uuid,
            "actionTypeId": state_id,
            "params": [{"paramTypeId": state_id, "value": value}],
        }
        self.requests.order("Integrations.ExecuteAction", params, answered)

    def read_back(self, asked: ReadBack) -> None:
        """Read a thing anew and tell all its states; nothing is told of one that is not there."""
        thing = self._roster.thing(asked.thing) if self.found is not None else None
        if thing is None:
            return

        def then(thing: Thing) -> None:
            if self._roster.thing(asked.thing) is not None:  # else it went while it was read
                self._roster.put(thing, self._at_ms, read_back=True)

        self._session.read(thing.uuid, then)

    def marked(self, marked: Marked) -> None:
        """Note that an actor dealt with all it was told over this line."""
        if marked.number == self._number:
            self.settling.marked(marked.source)

    def look(self) -> None:
        """Ask a server that has been silent for long whether it is there."""
        if self._place.runtime.now_ms() - self._at_ms >= QUIET_MS:
            self.requests.ask("JSONRPC.KeepAlive", {"sessionId": str(self._number)}, lambda _answer: None)

    def end(self) -> None:
        """Expect nothing more: the line is gone."""
        self.requests.forget()
        self.minute.stop()

    def _next_message(self) -> Message | None:
        while True:
            try:
                return self._connection.next_message()
            except RemoteProtocolError as error:
                if error.fatal:
                    raise LineError(str(error)) from error
                self._roster.note("the server", [str(error)])

    def _read(self, found: Found) -> None:
        self.found = found
        self._roster.meet(found.things, found.present, self._session.root)
        self.minute.begin()

    def _notified(self, notification: Notification) -> None:
        handler = self._handlers.get(notification.name)
        if handler is not None:
            handler(notification.params)

    def _state_changed(self, params: Mapping[str, Any]) -> None:
        self._roster.change(params, self._at_ms)

    def _thing_told(self, params: Mapping[str, Any]) -> None:
        entry = params.get("thing")
        if isinstance(entry, dict):
            self._session.meet(entry, self._put)

    def _put(self, thing: Thing) -> None:
        self._roster.put(thing, self._at_ms)

    def _thing_removed(self, params: Mapping[str, Any]) -> None:
        uuid = uuid_of(params.get("thingId"))
        if uuid is not None:
            self._roster.remove(uuid)

    def _root_changed(self, _params: Mapping[str, Any]) -> None:
        self._roster.root = self._session.root
        self._roster.refresh()

    def _burst_ended(self, _params: Mapping[str, Any]) -> None:
        if self._roster.meter:
            self._place.directory[self._roster.meter].tell(BurstEnded(self._at_ms))

    def _log_entry_added(self, params: Mapping[str, Any]) -> None:
        if params.get("sampleRate") == MINUTE:
            self.minute.came()
