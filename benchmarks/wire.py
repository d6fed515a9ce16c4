"""Overload over a real socket: from a meter's burst as a nymead writes it to the last ExecuteAction that gets there.

The fake nymead is a process of its own, as nymead is: what it needs to write the burst and to read the commands is
within what is measured.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from benchmarks.figures import Figure, percentile
from benchmarks.overload import CHARGERS, LIMIT_MA, METER, Since, charging_home
from benchmarks.recorder import HEAD
from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.published import Published
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core.enums import Health, OnExit, ThingKind
from hems_actors.core.evolve import evolve
from hems_actors.core.facts import Restarted, SiteConfigured
from hems_actors.core.identity import Identity, points_of, words_of
from hems_actors.core.outcomes import HealthJudged
from hems_actors.core.registry import Event
from hems_actors.core.restored import Restored
from hems_actors.core.state import State
from hems_actors.daemon.process import SWITCH_S
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import SyncThread
from hems_actors.eventlog.writer import LogWriter
from hems_actors.nymea.link import Begin, Link, LinkMeans
from hems_actors.nymea.sockets import ThreadDialer
from hems_actors.nymea.status import LinkReport
from hems_actors.nymea.things import ChargerSettings, Memory, Settings

ROUNDS: Final = 200
PATIENCE_S: Final = 10.0


def wire_figures(directory: Path) -> list[Figure]:
    """Return the latencies of overloads over TCP, each in a home of its own, whose logs are in *directory*."""
    at_ms, restored = charging_home(directory / "wire-before.msgpack")
    took_ms, commanded = [], []
    with _server() as server, _switching_as_the_daemon_does():
        for turn in range(ROUNDS):
            answer = _round(server, directory / f"wire-{turn}.msgpack", at_ms, restored)
            took_ms.append(answer["ms"])
            commanded.append(answer["chargers"])
    return [
        Figure("overload on the wire: chargers commanded by one burst, least", min(commanded), f"of {len(CHARGERS)}"),
        Figure("overload on the wire: burst -> last ExecuteAction, p50", percentile(took_ms, 50), "ms"),
        Figure("overload on the wire: the same, p99", percentile(took_ms, 99), "ms", 20),
        Figure("overload on the wire: the same, max", max(took_ms), "ms"),
    ]


@contextmanager
def _switching_as_the_daemon_does() -> Iterator[None]:
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)


class Server:
    """The process with the fake nymead; answers each line it is told with a line of JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.hello = self._answer()
        """Its port, and the UUIDs of its things by number."""

    def ask(self, what: str) -> dict[str, Any]:
        """Tell it *what* to do and return what came of it."""
        print(what, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        output = self._process.stdout
        answer: dict[str, Any] = json.loads(output.readline() if output is not None else "")
        return answer


@contextmanager
def _server() -> Iterator[Server]:
    command = [sys.executable, "-m", "benchmarks.wire_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            yield Server(process)
        finally:
            process.terminate()


class Settled:
    """A tap that waits until the link is up, and the home knows that its readings may be cached."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def see(self, _seq: int, _at_ms: int, event: Event) -> None:
        """Look whether *event* is what is waited for."""
        if isinstance(event, HealthJudged) and event.health == Health.CACHED:
            self._event.set()

    def wait(self) -> None:
        """Return when it came.

        Raises:
            TimeoutError: it did not.
        """
        if not self._event.wait(PATIENCE_S):
            raise TimeoutError("the link does not come up")


def _round(server: Server, path: Path, at_ms: int, restored: list[Restored]) -> dict[str, Any]:
    """Overload a home once and return what the server saw."""
    server.ask("calm")
    state = State()
    for event in restored:
        evolve(state, 1_000_000, at_ms, event)
    clock = Since(at_ms)
    log = LogWriter(SingleFile(path), HEAD, sync=SyncThread())
    log.start(state, at_ms)
    runtime, settled = ThreadRuntime(clock), Settled()
    home = Home(runtime)
    try:
        opening = Opening(log, Clock(clock, last_at_ms=at_ms), state, (settled,))
        dialer = ThreadDialer(f"nymea://127.0.0.1:{server.hello['port']}", fingerprint=None, clock=runtime.now_ms)
        means = LinkMeans(dialer, Memory(_settings(), _known(server.hello["things"])), LinkReport())
        specs = [Spec(HOME, Coordinator, (opening, Published())), Spec(LINK, Link, (means,))]
        home.start(specs, [Restarted(HOME)])
        home.directory[LINK].tell(Begin())
        settled.wait()
        return server.ask("burst")
    finally:
        home.stop()


def _settings() -> Settings:
    site = SiteConfigured(0, LIMIT_MA, 3, 0, OnExit.SAFE, METER)
    return Settings(site, {f"charger {number}": ChargerSettings(3, 123, 6_000) for number in CHARGERS})


def _known(things: dict[str, str]) -> dict[int, Identity]:
    """Return *things*, UUIDs by number, as the log of an earlier run would."""
    known = {}
    for number, uuid in things.items():
        is_meter = int(number) == METER
        name = points_of("meter" if is_meter else f"charger {number}")
        kind = ThingKind.METER if is_meter else ThingKind.CHARGER
        known[int(number)] = Identity(kind, words_of(UUID(uuid).int), name)
    return known
