"""A home on the run queue behind a fake nymead, driven step by step: one charger, one car, a steady surplus of 3 kW."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME, LINK, Address
from hems_actors.actors.messages import Recipient
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Runtime
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.core import facts
from hems_actors.core.enums import Mode
from hems_actors.core.identity import name_of
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.nymea.line import Line
from hems_actors.nymea.link import Begin, Link, LinkMeans
from hems_actors.nymea.protocol import Request
from hems_actors.nymea.sockets import NoLine
from hems_actors.nymea.status import LinkReport, LinkStatus
from hems_actors.nymea.things import Memory, Settings
from hems_actors.sim.build import Stage, build
from hems_actors.sim.opening import opening_facts
from hems_actors.sim.runner import header_of
from hems_actors.sim.scenario import Scenario, Source
from replay.report import Exit
from replay.verify import Options as ReplayOptions
from replay.verify import verify
from tests.nymea.fake.actions import Executed
from tests.nymea.fake.memory import MemoryDialer
from tests.nymea.fake.nymead import Options
from tests.nymea.fake.session import Session
from tests.nymea.fake.things import Thing
from tests.nymea.house import HouseNymead

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60_000
WALLBOX: Final = "wallbox"
SURPLUS_A: Final = 13
"""What 3030 W are on one phase, in whole amps."""
_START: Final = datetime(2025, 6, 15, 11)  # noqa: DTZ001 - local time of the home's zone
_SUN: Final = Source(Path(__file__).parents[1] / "scenarios" / "steady_surplus.toml", {})
_Kind = TypeVar("_Kind")
Meddler = Callable[[Session, Request], bool]


class Meant(NamedTuple):
    """What a home is made of, and what the link knows before it begins."""

    options: Options = Options()
    token: str | None = None
    tokens: tuple[str, ...] = ()
    battery: bool = False
    can_switch: bool = False
    mode: Mode = Mode.ECO
    power_on: bool = False
    """Whether the charger is on before anything begins."""
    current_a: float = 6
    jitter_w: float = 20


class TimedDialer(MemoryDialer):
    """Notes when it was asked to dial."""

    def __init__(self, fake: HouseNymead, runtime: Runtime) -> None:
        super().__init__(fake, runtime)
        self.at_ms: list[int] = []
        self.opens = True
        """Else nothing comes of a line."""
        self._clock = runtime.now_ms

    def dial(self, number: int, to: Recipient) -> Line:
        """Begin to connect and return at once; the line tells *to* what becomes of it. Never raises."""
        self.at_ms.append(self._clock())
        return super().dial(number, to) if self.opens else NoLine()


class MeddlingNymead(HouseNymead):
    """A house's nymead that a test may interrupt in the middle of any call."""

    meddler: Meddler | None = None
    """Called with each request before it is answered; True = it is not answered."""
    is_dumb = False
    """Whether it notifies nobody of anything."""
    on_executed: Callable[[Executed], object] = staticmethod(lambda _command: None)
    """Called with each command that passed the checks."""

    def answer(self, session: Session, request: Request) -> None:
        """Answer *request*, unless the test does something else."""
        if self.meddler is not None and self.meddler(session, request):
            return
        known = len(self.executed)
        super().answer(session, request)
        for command in self.executed[known:]:
            self.on_executed(command)

    def notify(self, name: str, params: dict[str, Any]) -> None:
        """Tell everyone who wants to know."""
        if not self.is_dumb:
            super().notify(name, params)


class Kept(NamedTuple):
    """One event, and when it was logged."""

    at_ms: int
    event: Event


class LinkedHome:
    """The home while it runs; times are ms since its start."""

    def __init__(self, stage: Stage, path: Path, meant: Meant) -> None:
        self.queue = RunQueue(stage.moments.start_ms)
        self.fake = MeddlingNymead(stage, self.queue, meant.options)
        self.fake.tokens |= set(meant.tokens)
        self.fake.on_executed = lambda command: self.commands.append((self.now_ms, command))
        self.dialer = TimedDialer(self.fake, self.queue)
        self.report = LinkReport()
        self.statuses: list[tuple[int, LinkStatus]] = []
        self.kept: list[Kept] = []
        self.commands: list[tuple[int, Executed]] = []
        """Every command that passed nymead's checks, and when."""
        self._start_ms = stage.moments.start_ms
        self._plant = stage.home
        self._mode = meant.mode
        self._home = Home(self.queue)
        self._log = LogWriter(SingleFile(path), header_of(stage), sync=NoSync())
        self.report.listen(lambda status: self.statuses.append((self.now_ms, status)))
        self._begin(stage, meant)

    @property
    def now_ms(self) -> int:
        """Time since the start."""
        return self.queue.now_ms() - self._start_ms

    @property
    def wallbox(self) -> Thing:
        """The charger as nymead has it."""
        return next(thing for thing in self.fake.things.values() if thing.has("evcharger"))

    @property
    def link(self) -> Address:
        """The link's address."""
        return self._home.directory[LINK]

    @property
    def meter(self) -> Thing:
        """The root meter as nymead had it at the start."""
        return self._meter

    def wait(self, delay_ms: int) -> None:
        """Let *delay_ms* pass."""
        until_ms = self.queue.now_ms() + delay_ms
        self._go(self.queue.now_ms())
        while (next_ms := self.queue.next_timer_ms()) is not None and next_ms <= until_ms:
            self._go(next_ms)
        self._go(until_ms)

    def wait_until(self, condition: Callable[[], bool], most_ms: int = 10 * MINUTE_MS) -> None:
        """Let time pass until *condition* holds; fail when it does not come to that."""
        end_ms = self.queue.now_ms() + most_ms
        self._go(self.queue.now_ms())
        while not condition():
            next_ms = self.queue.next_timer_ms()
            assert next_ms is not None, "nothing more happens"
            assert next_ms <= end_ms, "it does not come to that"
            self._go(next_ms)

    def events(self, *kinds: type[_Kind], since_ms: int = 0) -> list[_Kind]:
        """Return the events of *kinds* that were logged from *since_ms* on."""
        return [kept.event for kept in self.kept if kept.at_ms >= since_ms and isinstance(kept.event, kinds)]

    def written(self, since_ms: int = 0) -> list[tuple[str, Any]]:
        """Return what the wallbox was told from *since_ms* on."""
        return [(command.action, command.value) for at_ms, command in self.commands if at_ms >= since_ms]

    def written_at(self, since_ms: int) -> list[tuple[float, Any]]:
        """Return what the wallbox was told from *since_ms* on, each with the seconds since then."""
        return [((at_ms - since_ms) / 1_000, command.value) for at_ms, command in self.commands if at_ms >= since_ms]

    def methods(self, line: int = -1) -> list[str]:
        """Return which methods were called over *line*, the newest by default."""
        return [json.loads(data)["method"] for data in self.dialer.lines[line].sent]

    def number_of(self, name: str) -> int:
        """Return the number that events have for the thing called *name*, as last told."""
        told = [event for event in self.events(facts.ThingAdded) if name_of(event.name) == name]
        return told[-1].source

    def tell(self, message: object) -> None:
        """Tell *message* to the link."""
        self._home.directory[LINK].tell(message)

    def tell_actor(self, number: int, message: object) -> None:
        """Tell *message* to the actor of thing *number*."""
        self._home.directory[number].tell(message)

    def tell_coordinator(self, message: object) -> None:
        """Tell *message* to the coordinator."""
        self._home.directory[HOME].tell(message)

    def see(self, _seq: int, at_ms: int, event: Event) -> None:
        """Keep *event*; a charger that is new is set to the mode that the test means."""
        self.kept.append(Kept(at_ms - self._start_ms, event))
        if isinstance(event, facts.ChargingInfoChanged) and event.mode == Mode.NORMAL != self._mode:
            self.tell_coordinator(event._replace(mode=self._mode))

    def set_info(self, **changes: int) -> None:
        """Change the wallbox's ChargingInfo as a user does."""
        told = self.events(facts.ChargingInfoChanged)[-1]
        self.tell_coordinator(told._replace(**changes))  # type: ignore[arg-type]

    def clamp(self, most_a: int) -> None:
        """Lower the most that the charger takes, at the device."""
        self._plant.advance(self.queue.now_ms())
        next(iter(self._plant.chargers.values())).clamp(self.queue.now_ms(), most_a * 1_000)
        self.fake.set_limits(self.wallbox, "maxChargingCurrent", high=most_a)

    def charge(self) -> None:
        """Let it come to steady charging on surplus."""
        self.wait_until(lambda: int(self.wallbox.values["maxChargingCurrent"]) == SURPLUS_A)
        self.wait(30 * SECOND_MS)

    def stop(self) -> None:
        """End all."""
        self._home.stop()

    def _begin(self, stage: Stage, meant: Meant) -> None:
        state = State()
        self._log.start(state, self._start_ms)
        site = next(fact for fact in opening_facts(stage) if isinstance(fact, facts.SiteConfigured))
        told = [
            fact
            for fact in opening_facts(stage)
            if not isinstance(
                fact,
                (facts.SiteConfigured, facts.ChargerConfigured, facts.ChargingInfoChanged, facts.BatteryConfigured),
            )
        ]
        opening = Opening(self._log, Clock(self.queue.time), state, (self,))
        means = LinkMeans(self.dialer, Memory(Settings(site._replace(meter=0)), {}), self.report, meant.token)
        self._home.start([Spec(HOME, Coordinator, (opening, Published())), Spec(LINK, Link, (means,))], told)
        assert self.fake.root is not None
        self._meter = self.fake.root
        self.tell(Begin())

    def _go(self, at_ms: int) -> None:
        self.queue.run_until(at_ms)
        self._home.ending.wait(0)


def stage_of(meant: Meant) -> Stage:
    """Return the small home."""
    tables: dict[str, Any] = {
        "seed": 1,
        "home": {"start": _START, "duration_h": 24, "phase_limit_a_max": 25, "grid_phases": 3},
        "settings": {"acquisition_tolerance": 0},
        "load": {"jitter_w": meant.jitter_w, "jitter_period_s": 5, "appliances_per_day": 0},
        "sun": {"file": "steady_surplus.csv", "column": "pv_w"},
        "chargers": [
            {
                "name": WALLBOX,
                "wiring": "ABC" if meant.can_switch else "A",
                "can_switch": meant.can_switch,
                "meter": "power",
                "step_a": 0.1,
                "power_on": meant.power_on,
                "current_a": meant.current_a,
            }
        ],
        "cars": [{"name": "car", "phases": 3 if meant.can_switch else 1, "level_percent": 20}],
        "visits": [{"car": "car", "charger": WALLBOX, "from": time(11)}],
    }
    if meant.battery:
        tables["battery"] = {"capacity_kwh": 10, "level_percent": 60}
    return build(Scenario.model_validate(tables), _SUN)


@contextmanager
def linked(folder: Path, meant: Meant | None = None) -> Iterator[LinkedHome]:
    """Run the small home; at the end, its log must replay to the same outcomes."""
    meant = meant or Meant()
    path = folder / "home.msgpack"
    home = LinkedHome(stage_of(meant), path, meant)
    try:
        yield home
    finally:
        home.stop()
    assert verify(path, ReplayOptions()).exit == Exit.SAME
