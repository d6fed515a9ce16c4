"""Overload: from a meter's burst on the wire to the last command, through all actors and their threads."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.figures import Figure, percentile
from benchmarks.recorder import HEAD, START_MS, Recorder
from hems_actors.actors.charger import Charger
from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.core_port import Core
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.messages import BurstEnded, Call, StatesChanged, StateValue
from hems_actors.actors.meter import Meter
from hems_actors.actors.published import Published
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core import facts
from hems_actors.core.enums import Mode, OnExit, Result, What
from hems_actors.core.evolve import evolve
from hems_actors.core.registry import Event
from hems_actors.core.restore import restored_events
from hems_actors.core.restored import Restored
from hems_actors.core.state import State
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.port import OsFiles
from hems_actors.eventlog.syncing import SyncThread
from hems_actors.eventlog.writer import LogWriter

METER: Final = 1
CHARGERS: Final = range(2, 22)
OFFER_MA: Final = 16_000
LIMIT_MA: Final = 25_000 + len(CHARGERS) * OFFER_MA
EXCESS_MA: Final = 195_000
"""What phase A shows above its limit: all chargers must go from 16 A to 6 A for it."""
QUIET_S: Final = 0.3
"""Without a command for this long, the last one is out."""


class Link(Behaviour):
    """Counts commands and answers none: devices take longer than this measures."""

    def __init__(self, place: Place, calls: "Calls") -> None:
        super().__init__(place)
        self._calls = calls

    def on_receive(self, message: object) -> None:
        """Note when a command gets here."""
        if isinstance(message, Call):
            self._calls.note(message)


class Calls:
    """The commands of one round; noted by the link, waited for by whoever measures."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._chargers: set[int] = set()
        self._last_s = 0.0

    def note(self, call: Call) -> None:
        """Take note of *call* now."""
        with self._changed:
            self._last_s = time.perf_counter()
            self._chargers.add(call.thing)
            self._changed.notify()

    def wait(self) -> tuple[float, int]:
        """Wait for the last one; return when it came (`perf_counter`) and how many chargers were commanded."""
        with self._changed:
            while self._changed.wait(0.005 if len(self._chargers) == len(CHARGERS) else QUIET_S):
                pass
            return self._last_s, len(self._chargers)


class Since:
    """Time that begins anew at *start_ms*, and then passes as it does."""

    def __init__(self, start_ms: int) -> None:
        self._lead_ms = start_ms - time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        """Return ms since the Unix epoch, as the script has it."""
        return self.boot_ms()

    def boot_ms(self) -> int:
        """Return the same: nobody sets this clock."""
        return self._lead_ms + time.monotonic_ns() // 1_000_000


class Trouble(NamedTuple):
    """What else goes on while a home is overloaded."""

    name: str
    rounds: int
    sync_delay_s: float = 0
    """Every fdatasync takes this much longer."""
    busy_s: float = 0
    """A computation this long begins in the coordinator's thread just before the burst."""


TROUBLES: Final = (
    Trouble("overload", 200),
    Trouble("overload, syncs + 500 ms", 50, sync_delay_s=0.5),
    Trouble("overload, syncs + 500 ms, always in a 50 ms computation", 50, sync_delay_s=0.5, busy_s=0.05),
)
_KEEPS_BUSY: Final = facts.CarReported(99, None, None, None, None, None, None)


class SlowDisk(OsFiles):
    """A disk whose syncs take longer."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    def sync(self, fd: int) -> None:
        """Sync late."""
        time.sleep(self._delay_s)
        super().sync(fd)


def overload_figures(directory: Path) -> list[Figure]:
    """Return the latencies of overloads, each in a home of its own, whose logs are in *directory*."""
    at_ms, restored = charging_home(directory / "before.msgpack")
    figures: list[Figure] = []
    for number, trouble in enumerate(TROUBLES):
        took_s, commanded = [], []
        for turn in range(trouble.rounds):
            seconds, chargers = _round(directory / f"overload-{number}-{turn}.msgpack", at_ms, restored, trouble)
            took_s.append(seconds)
            commanded.append(chargers)
        p99_must_ms = None if trouble.busy_s else 10  # a burst that falls into a computation waits for its end
        figures += [
            Figure(f"{trouble.name}: chargers commanded by one burst, least", min(commanded), f"of {len(CHARGERS)}"),
            Figure(f"{trouble.name}: burst in -> last command out, p50", percentile(took_s, 50) * 1_000, "ms"),
            Figure(f"{trouble.name}: the same, p99", percentile(took_s, 99) * 1_000, "ms", p99_must_ms),
            Figure(f"{trouble.name}: the same, max", max(took_s) * 1_000, "ms", 250, 50),
        ]
    return figures


def charging_home(path: Path) -> tuple[int, list[Restored]]:
    """Return an instant, and the state of a home whose chargers all charge then."""
    home = Recorder(path)
    home.tell(START_MS, facts.SiteConfigured(0, LIMIT_MA, 3, 0, OnExit.SAFE, METER))
    reports = {}
    for source in CHARGERS:
        home.tell(
            START_MS,
            facts.ChargerConfigured(source, 3, 123, 6_000, 1_000, can_switch=False),
            facts.ChargingInfoChanged(source, Mode.NORMAL, 0, 0, 80, 0, 6_000),
        )
        reports[source] = facts.ChargerReported(
            source, True, False, 6_000, 6_000, OFFER_MA, True, None, None, None, None, 0, 0, 0
        )
        home.tell(START_MS, reports[source])
    home.tell(START_MS, facts.LinkChanged(0, up=True))
    for second in range(2, 900):
        at_ms = START_MS + second * 1_000
        home.wait_until(at_ms)
        actions = home.intended[:]
        home.intended.clear()
        for seq, action in actions:
            report = reports[action.source]
            if action.what == What.POWER:
                report = report._replace(power_on=bool(action.value))
            else:
                report = report._replace(current_ma=action.value)
            draw_ma = report.current_ma if report.power_on else 0
            report = report._replace(charging=report.power_on, a_ma=draw_ma, b_ma=draw_ma, c_ma=draw_ma)
            reports[action.source] = report
            home.tell(at_ms, facts.ActionAnswered(action.source, seq, Result.OK), report)
        home.tell(at_ms, _reading(sum(report.a_ma or 0 for report in reports.values()), 230 + second % 7))
    home.close()
    return home.state.at_ms, restored_events(home.state)


def _reading(draw_ma: int, house_w: int) -> facts.MeterReading:
    draw_w = draw_ma * 230 // 1_000
    a_w = draw_w + house_w
    return facts.MeterReading(METER, 0, True, a_w + 2 * draw_w, a_w, draw_w, draw_w, *[None] * 6)


def _round(path: Path, at_ms: int, restored: list[Restored], trouble: Trouble) -> tuple[float, int]:
    """Overload a home once; return how long until the last command (s), and how many chargers were commanded."""
    state = State()
    for event in restored:
        evolve(state, 1_000_000, at_ms, event)
    clock = Since(at_ms)
    log = LogWriter(SingleFile(path), HEAD, sync=SyncThread(), port=SlowDisk(trouble.sync_delay_s))
    log.start(state, at_ms)
    runtime, calls = ThreadRuntime(clock), Calls()
    home = Home(runtime)
    try:
        opening = Opening(log, Clock(clock, last_at_ms=at_ms), state)
        specs = [Spec(HOME, Coordinator, (opening, Published(), _core(trouble))), Spec(METER, Meter)]
        specs += [Spec(source, Charger) for source in CHARGERS]
        home.start([*specs, Spec(LINK, Link, (calls,))])
        meter = home.directory[METER]
        burst = _burst(state)
        if trouble.busy_s:
            home.directory[HOME].tell(_KEEPS_BUSY)
        began_s = time.perf_counter()
        for states in burst:
            meter.tell(StatesChanged(states, runtime.now_ms()))
        meter.tell(BurstEnded(runtime.now_ms()))
        last_s, commanded = calls.wait()
    finally:
        home.stop()
    return last_s - began_s, commanded


def _core(trouble: Trouble) -> Core:
    """Return the core, which takes its time for one fact."""

    def evolve_slowly(state: State, seq: int, at_ms: int, event: Event) -> None:
        if event is _KEEPS_BUSY:
            until_s = time.perf_counter() + trouble.busy_s
            while time.perf_counter() < until_s:
                pass
        evolve(state, seq, at_ms, event)

    return Core(evolve=evolve_slowly)


def _burst(state: State) -> list[Mapping[str, StateValue]]:
    """Return a burst as it comes from the wire, state by state, phase A over its limit."""
    before = state.meter.full
    rise_w = (LIMIT_MA + EXCESS_MA) * 230 // 1_000 - (before.a_w or 0)
    return [
        {"a_w": (before.a_w or 0) + rise_w},
        {"b_w": before.b_w},
        {"c_w": before.c_w},
        {"power_w": (before.power_w or 0) + rise_w},
    ]
