"""A nymead in memory: speaks the captured dialect, holds things, and does what a test says, faults included."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any, Final, NamedTuple

from hems_actors.nymea.protocol import Failure, Reply, Request
from tests.nymea.fake.actions import TIMEOUT_MS, Executed, execute
from tests.nymea.fake.balance import TOTAL, ZERO, balance, counts
from tests.nymea.fake.classes import SIMULATION, id_of, named_1_16
from tests.nymea.fake.methods import EXECUTE, METHODS, NAMESPACES, Method
from tests.nymea.fake.params import Refused, checked
from tests.nymea.fake.session import HELLO, Session
from tests.nymea.fake.things import Thing, plain

CallLater = Callable[[int, Callable[[], None]], object]
LOCKDOWN_MS: Final = 3_000
RESTART_MS: Final = 1_500
MINUTE_MS: Final = 60_000
MINUTE_LATE_MS: Final = 550


class Options(NamedTuple):
    """What kind of nymead it is."""

    name: str = "nymea-lab"
    uuid: str = id_of("server")
    version: str = "1.15.2"
    protocol_version: str = "9.0"
    energy: bool = True
    """Whether the energy experience is there."""
    names_1_16: bool = False
    """Whether classes are those of nymea 1.16."""
    authentication_required: bool = False
    initial_setup: bool = False
    users: Mapping[str, str] = {}
    """Passwords by name."""
    seed: int = 0


class FakeNymead:
    """The server: `connect` clients to it, `add` things, then change them; safe to use from several threads."""

    def __init__(
        self,
        call_later: CallLater,
        wall_ms: Callable[[], int],
        options: Options | None = None,
        tokens: tuple[str, ...] = (),
    ) -> None:
        """Measure by *call_later* (delay in ms, callback) and *wall_ms*; *tokens* are valid from the start."""
        self.options = options or Options()
        self.lock = threading.RLock()
        self.random = Random(self.options.seed)
        classes = named_1_16(SIMULATION) if self.options.names_1_16 else SIMULATION
        self.classes = {each.name: each for each in classes}
        self.things: dict[str, Thing] = {}
        """By id."""
        self.root: Thing | None = None
        self.balance: dict[str, float] = {}
        """The four current values last told; none since a restart = zeros."""
        self.totals = dict.fromkeys(TOTAL, 0.0)
        self.calls: list[Request] = []
        """All that was ever asked."""
        self.executed: list[Executed] = []
        """All commands that passed the checks."""
        self.tokens = set(tokens)
        self.failing = 0.0
        """How probably a call fails, whichever it is but Hello."""
        self.is_up = True
        self.is_locked_down = False
        self.sessions: list[Session] = []
        self._call_later = call_later
        self._wall_ms = wall_ms
        self._notifications = 0
        self._depth = 0
        self._balance_is_old = False
        self._minutes = 0

    # what clients do

    def connect(self, send: Callable[[bytes], object], close: Callable[[], object]) -> Session:
        """Return a session for a new client: *send* is called with each message, *close* when the server hangs up.

        Raises:
            ConnectionRefusedError: it restarts just now.
        """
        with self.lock:
            if not self.is_up:
                raise ConnectionRefusedError("Connection refused")
            session = Session(self, send, close)
            self.sessions.append(session)
            return session

    def forget(self, session: Session) -> None:
        """Have no more to do with *session*."""
        if session in self.sessions:
            self.sessions.remove(session)

    def answer(self, session: Session, request: Request) -> None:
        """Answer *request*, now or later."""
        try:
            method = self._method(request.method)
            params = checked(request.method, method.params, request.params)
            if request.method != HELLO and self.random.random() < self.failing:
                self._fail(session, request)
            elif request.method == EXECUTE:
                execute(self, params, session.reply(request))
            else:
                session.answer(Reply(request.id, _plain(method.run(self, session, params))))
        except Refused as refused:
            session.answer(Failure(request.id, str(refused)))

    def _method(self, name: str) -> Method:
        namespace = name.partition(".")[0]
        if namespace not in NAMESPACES or (namespace == "Energy" and not self.options.energy):
            raise Refused("No such namespace")
        if name not in METHODS:
            raise Refused("No such method")
        return METHODS[name]

    def _fail(self, session: Session, request: Request) -> None:
        if request.method != EXECUTE:
            session.answer(Failure(request.id, "Command timed out"))
            return
        reply = session.reply(request)
        error = self.random.choice(("HardwareFailure", "HardwareNotAvailable", "Timeout"))
        self.later(TIMEOUT_MS if error == "Timeout" else 0, lambda: reply({"thingError": f"ThingError{error}"}))

    def lock_down(self) -> None:
        """For 3 s close each new connection after its Hello."""
        self.is_locked_down = True
        self.later(LOCKDOWN_MS, self._unlock)

    def _unlock(self) -> None:
        self.is_locked_down = False

    def new_token(self) -> str:
        """Return a token that is valid from now on."""
        token = id_of("token", str(len(self.tokens)))
        self.tokens.add(token)
        return token

    def later(self, delay_ms: int, callback: Callable[[], None]) -> None:
        """Do *callback* in *delay_ms*."""

        def locked() -> None:
            with self.lock:
                callback()

        self._call_later(delay_ms, locked)

    # what a test does

    def add(self, kind: str, name: str, **states: object) -> Thing:
        """Add a thing of the class *kind*, with *states* other than the default; the first meter becomes root meter."""
        with self.lock:
            thing = Thing(self.classes[kind], name)
            thing.values |= states
            self.things[thing.id] = thing
            if self.root is None and thing.has("energymeter"):
                self.set_root(thing)
            self.notify("Integrations.ThingAdded", {"thing": thing.json()})
            return thing

    def remove(self, thing: Thing) -> None:
        """Remove *thing*; without it, there may be no root meter."""
        with self.lock, self.burst():
            del self.things[thing.id]
            self.notify("Integrations.ThingRemoved", {"thingId": thing.id})
            if thing is self.root:
                self.set_root(None)
                self._balance_is_old = True

    def rename(self, thing: Thing, name: str) -> None:
        """Give *thing* another name; its id stays."""
        with self.lock:
            thing.name = name
            self.notify("Integrations.ThingChanged", {"thing": thing.json()})

    def set_root(self, thing: Thing | None) -> None:
        """Make *thing* the root meter, or none."""
        with self.lock:
            self.root = thing
            self.notify("Energy.RootMeterChanged", {} if thing is None else {"rootMeterThingId": thing.id})

    def set_state(self, thing: Thing, name: str, value: object) -> None:
        """Change a state as the device would; whoever is subscribed is told if it is another value."""
        with self.lock, self.burst():
            if thing.values[name] == value:
                return
            thing.values[name] = value
            self.notify("Integrations.StateChanged", thing.changed(name))
            self._balance_is_old = self._balance_is_old or counts(thing, name)

    def set_limits(
        self,
        thing: Thing,
        name: str,
        *,
        low: float | None = None,
        high: float | None = None,
        possible: tuple[int, ...] = (),
    ) -> None:
        """Change what a state may be; the value follows, and one notification tells it all."""
        with self.lock:
            given = {"minValue": low, "maxValue": high}
            thing.limits[name] |= {key: limit for key, limit in given.items() if limit is not None}
            thing.possible[name] = list(possible) or thing.possible[name]
            limits, value = thing.limits[name], thing.values[name]
            thing.values[name] = min(max(value, limits.get("minValue", value)), limits.get("maxValue", value))
            self.notify("Integrations.StateChanged", thing.changed(name))

    @contextmanager
    def burst(self) -> Iterator[None]:
        """Join changes: the power balance is told once, after the last."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._balance_is_old:
                    self._tell_balance()

    def set_meter(self, currents_ma: tuple[int, int, int], thing: Thing | None = None, voltage: float = 230.0) -> None:
        """Have the root meter, or *thing*, measure these currents (+ import), with all that follows, as one burst."""
        meter = thing or self.root
        assert meter is not None
        with self.burst():
            for phase, current_ma in zip("ABC", currents_ma, strict=True):
                self.set_state(meter, f"currentPowerPhase{phase}", voltage * current_ma / 1_000)
            for phase in "ABC":
                self.set_state(meter, f"voltagePhase{phase}", voltage)
            for phase, current_ma in zip("ABC", currents_ma, strict=True):
                self.set_state(meter, f"currentPhase{phase}", current_ma / 1_000)
            self.set_state(meter, "currentPower", voltage * sum(currents_ma) / 1_000)

    def tell_minute(self, sample_rate: str = "SampleRate1Min") -> None:
        """Send the log entries that end the minute, for the home and for each thing with power."""
        with self.lock:
            stamp = self._wall_ms() // MINUTE_MS * 60
            sums = {**ZERO, **self.balance}
            averages = {name.removeprefix("currentPower").lower(): value for name, value in sums.items()}
            self._tell("PowerBalanceLogEntryAdded", sample_rate, averages | self.totals | {"timestamp": stamp})
            for thing in self.things.values():
                if "currentPower" in thing.values:
                    entry = {
                        "currentPower": thing.values["currentPower"],
                        "thingId": thing.id,
                        "timestamp": stamp,
                        "totalConsumption": thing.values.get("totalEnergyConsumed", 0),
                        "totalProduction": thing.values.get("totalEnergyProduced", 0),
                    }
                    self._tell("ThingPowerLogEntryAdded", sample_rate, entry)

    def begin_minutes(self) -> None:
        """From now on tell each minute, 0.55 s after it ends."""
        self._minutes += 1
        self._next_minute(self._minutes)

    def stop_minutes(self) -> None:
        """Tell no more minutes."""
        self._minutes += 1

    def drop_all(self) -> None:
        """Close all connections."""
        with self.lock:
            for session in tuple(self.sessions):
                session.end()

    def restart(self, down_ms: int = RESTART_MS) -> None:
        """Restart: states are cached, cars unplugged, the balance is zero until it changes; refuses for *down_ms*."""
        with self.lock:
            self.is_up = False
            self.drop_all()
            self._notifications = 0
            self.balance = {}
            self.is_locked_down = False
            for thing in self.things.values():
                if thing.has("evcharger") or thing.has("electricvehicle"):
                    thing.values["pluggedIn"] = False
            self.later(down_ms, self._come_up)

    def notify(self, name: str, params: dict[str, Any]) -> None:
        """Tell everyone who wants to know."""
        if name.startswith("Energy.") and not self.options.energy:
            return
        number = self._notifications
        self._notifications += 1
        for session in tuple(self.sessions):
            session.notify(number, name, params)

    def _tell(self, name: str, sample_rate: str, entry: dict[str, Any]) -> None:
        key = name[0].lower() + name.removesuffix("Added")[1:]
        self.notify(f"Energy.{name}", {"sampleRate": sample_rate, key: _plain(entry)})

    def _tell_balance(self) -> None:
        self._balance_is_old = False
        now = balance(self.things.values(), self.root)
        if now != {**ZERO, **self.balance}:
            self.balance = now
            self.notify("Energy.PowerBalanceChanged", _plain({**now, **self.totals}))

    def _next_minute(self, run: int) -> None:
        to_next_ms = MINUTE_MS - (self._wall_ms() - MINUTE_LATE_MS) % MINUTE_MS

        def tell() -> None:
            if run == self._minutes:
                self.tell_minute()
                self._next_minute(run)

        self.later(to_next_ms, tell)

    def _come_up(self) -> None:
        self.is_up = True


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in params.items()}
