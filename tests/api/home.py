"""A home in memory for the API: two chargers, a car, prices, a plan; changes are concluded as the core does."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hems_actors.actors.view import View, view_of
from hems_actors.api.changes import Changes
from hems_actors.api.fields import Wire
from hems_actors.api.handler import Keys, Served, Server, Session
from hems_actors.api.port import Answered, Asked, Condition, Made
from hems_actors.core import facts, outcomes
from hems_actors.core.enums import Health, Issuer, PriceProvider, Purpose, ThingKind
from hems_actors.core.evolve import evolve
from hems_actors.core.identity import points_of, words_of
from hems_actors.core.registry import Event
from hems_actors.core.rules import Rule
from hems_actors.core.state import State
from hems_actors.spotmarket.awattar import AT, DE
from hems_actors.spotmarket.provider import About

NOW_S: Final = 1_749_988_800
"""15 June 2025, 12:00 UTC, a Sunday; 14:00 in the home."""
HOUR_S: Final = 3_600
OFFSET_S: Final = 2 * HOUR_S
GARAGE, CARPORT, CAR, METER = 10, 11, 12, 13
NUMBER: Final = 0x6F2A1B4C_0000_4000_8000_000000000000
GARAGE_ID: Final = "6f2a1b4c-0000-4000-8000-00000000000a"
CARPORT_ID: Final = "6f2a1b4c-0000-4000-8000-00000000000b"
CAR_ID: Final = "6f2a1b4c-0000-4000-8000-00000000000c"
METER_ID: Final = "6f2a1b4c-0000-4000-8000-00000000000d"
NOBODY_ID: Final = "6f2a1b4c-0000-4000-8000-0000000000ff"
SERVER: Final = Server("lab", "0c0ffee0-0000-4000-8000-000000000000", "0.1.0")
PROVIDERS: Final = {PriceProvider.AWATTAR_AT.value: AT, PriceProvider.AWATTAR_DE.value: DE}
SLOTS: Final = tuple(
    number
    for at, price in enumerate((120_000, 80_000, -20_000))
    for number in (NOW_S + at * HOUR_S, NOW_S + (at + 1) * HOUR_S, price)
)
RUNS: Final = (NOW_S - HOUR_S, NOW_S, 11_040, NOW_S + HOUR_S, NOW_S + 2 * HOUR_S, 11_040)
DECIDED: Final = outcomes.SetPointDecided(
    GARAGE, True, 10_000, 1, 10_000, Issuer.SURPLUS_CHARGING, Rule.SURPLUS_START, (2_400, 7, 690, 2)
)


def named(number: int, kind: ThingKind, name: str) -> facts.ThingAdded:
    """Return the fact that *number* is a thing called *name*."""
    return facts.ThingAdded(number, kind, words_of(NUMBER + number), points_of(name))


EVENTS: Final[tuple[Event, ...]] = (
    facts.ZoneKnown(0, (0, OFFSET_S)),
    facts.SiteConfigured(0, 25_000, 3, 0, 1, METER),
    named(GARAGE, ThingKind.CHARGER, "garage"),
    named(CARPORT, ThingKind.CHARGER, "carport"),
    named(CAR, ThingKind.CAR, "e-Golf"),
    named(METER, ThingKind.METER, "meter"),
    facts.ChargerConfigured(GARAGE, 3, 1, 6_000, 1_000, can_switch=True),
    facts.ChargingInfoChanged(GARAGE, 2, CAR, 5, 90, 0, 6_000, NOW_S + 15 * HOUR_S, 0b0011111, True, 40),
    facts.ChargerConfigured(CARPORT, 3, 1, 6_000, 1_000, can_switch=False),
    facts.ChargingInfoChanged(CARPORT, 0, 0, 0, 80, 0, 6_000),
    facts.SpotMarketChanged(0, True, PriceProvider.AWATTAR_AT),
    facts.PricesKnown(0, PriceProvider.AWATTAR_AT, SLOTS),
    outcomes.HealthJudged(0, Health.GOOD),
    outcomes.PlanMade(GARAGE, Purpose.DEADLINE, NOW_S + 15 * HOUR_S, 11_040, RUNS, 80_000, 0, 7, 3, 16_000, 0, 0, 2, 8),
    DECIDED,
)


class FakeHome:
    """A `HomePort` whose facts change a real state at once; *holds* keeps answers back until `release`."""

    def __init__(self) -> None:
        self.state = State()
        self.now = NOW_S
        self.submitted: list[facts.Fact] = []
        self.holds = False
        self.held: list[tuple[Answered, int | str]] = []
        self.refusal: str | None = None
        """Why nothing can be recorded, if so."""
        self.made: list[Made] = [Made(15, NOW_S, DECIDED)]
        self.asked: list[Asked] = []
        self.how = Condition(True, "connected to nymea-lab 1.15.2", "writing hems-000001.msgpack")
        self.listener: Callable[[View], object] = lambda _view: None
        self.tell(*EVENTS)

    def tell(self, *events: Event) -> None:
        """Let *events* happen, and publish."""
        for event in events:
            evolve(self.state, self.state.seq + 1, self.now * 1_000, event)
        self.published = view_of(self.state)
        self.listener(self.published)

    def view(self) -> View:
        """Return the newest view."""
        return self.published

    def now_s(self) -> int:
        """Return the time a test set."""
        return self.now

    def submit(self, fact: facts.Fact, answered: Answered) -> None:
        """Take *fact*."""
        self.submitted.append(fact)
        if self.refusal is None:
            self.tell(fact)
        outcome = self.state.seq if self.refusal is None else self.refusal
        if self.holds:
            self.held.append((answered, outcome))
        else:
            answered(outcome)

    def release(self) -> None:
        """Answer what was held back."""
        held, self.held = self.held, []
        for answered, outcome in held:
            answered(outcome)

    def providers(self) -> Mapping[int, About]:
        """Return two markets."""
        return PROVIDERS

    def decisions(self, asked: Asked) -> Sequence[Made]:
        """Return what was made in the time asked for."""
        self.asked.append(asked)
        return [
            made for made in self.made if made.event.source == asked.charger and asked.from_s <= made.at_s <= asked.to_s
        ]

    def news(self, after_seq: int) -> Sequence[Made]:
        """Return what was made after that."""
        return [made for made in self.made if made.seq > after_seq]

    def condition(self) -> Condition:
        """Return how it stands."""
        return self.how


class FakeTimer:
    """One timer of `FakeClockwork`."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        """Forget it."""
        self.callback = None


class FakeClockwork:
    """Does at once what is to be done soon; timers fire when a test says so."""

    def __init__(self) -> None:
        self.timers: list[FakeTimer] = []
        self.now = 0.0

    def time(self) -> float:
        """Return the time a test set."""
        return self.now

    def call_soon_threadsafe(self, callback: Callable[[], object], /) -> None:
        """Do it."""
        callback()

    def call_later(self, _delay_s: float, callback: Callable[[], object], /) -> FakeTimer:
        """Keep it."""
        timer = FakeTimer(callback)
        self.timers.append(timer)
        return timer

    def fire(self) -> None:
        """Do all that waits."""
        timers, self.timers = self.timers, []
        for timer in timers:
            if timer.callback is not None:
                timer.callback()


class FakePeer:
    """Remembers what it is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_closed = False
        self.went_on = 0

    def send(self, data: bytes) -> None:
        """Keep *data*."""
        self.sent.append(data)

    def close(self) -> None:
        """Remember it."""
        self.is_closed = True

    def go_on(self) -> None:
        """Remember it."""
        self.went_on += 1


class Bench:
    """Conversations with a fake home."""

    def __init__(self) -> None:
        self.home = FakeHome()
        self.clockwork = FakeClockwork()
        self.changes = Changes(self.home, self.clockwork)
        self.home.listener = lambda _view: self.changes.looked()
        self.served = Served(self.home, self.changes, SERVER, _at_once)

    def client(self, keys: Keys | None = None, *, greeted: bool = True) -> tuple[Session, FakePeer]:
        """Return a conversation, after its Hello if *greeted*."""
        peer = FakePeer()
        session = Session(self.served, peer, keys)
        if greeted:
            self.say(session, b'{"id":0,"method":"JSONRPC.Hello"}')
            peer.sent.clear()
        return session, peer

    def say(self, session: Session, data: bytes) -> None:
        """Let the client say *data*."""
        session.receive(data)
        while session.step():
            pass


def _at_once(get: Callable[[], Wire], told: Callable[[Wire | str], Any]) -> None:
    told(get())
