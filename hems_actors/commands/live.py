"""`hemsd demo --live`: the API on a simulated home whose time passes N times as fast, without any hardware.

The home runs in the main thread, on the run queue; what clients ask to change waits in a queue of its own until the
main thread takes it up.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final
from uuid import NAMESPACE_DNS, uuid5

from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Opening
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.messages import Request
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.supervisor import Home
from hems_actors.actors.view import View
from hems_actors.api.decisions import Recent
from hems_actors.api.errors import ListenError
from hems_actors.api.handler import Server
from hems_actors.api.live import AnswerFuture
from hems_actors.api.port import Answered, Asked, Condition, Made
from hems_actors.api.server import Access, ApiServer
from hems_actors.config.errors import ConfigError
from hems_actors.core.enums import ThingKind
from hems_actors.core.facts import Fact, ThingAdded
from hems_actors.core.identity import points_of, words_of
from hems_actors.core.state import State
from hems_actors.daemon.about import home_uuid, package_version
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.build import Stage, build
from hems_actors.sim.demo import BUILT_IN
from hems_actors.sim.link import Begin
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.opening import later_facts, opening_facts
from hems_actors.sim.runner import Insides, header_of, specs
from hems_actors.sim.scenario import read_scenario
from hems_actors.spotmarket.provider import About

TURN_S: Final = 0.05
_MS: Final = 1_000


class LiveDemo:
    """A scenario that is played as time passes; the `HomePort` of its API."""

    def __init__(self, stage: Stage, path: Path) -> None:
        """Play *stage* into the new log *path*.

        Raises:
            LogError: it cannot be written.
        """
        self._stage = stage
        self._asked: SimpleQueue[tuple[Fact, Answered]] = SimpleQueue()
        self._recent, self._published = Recent(), Published()
        self._queue = RunQueue(stage.moments.start_ms)
        self._home = Home(self._queue)
        self._path = path
        state = State()
        log = LogWriter(SingleFile(path), header_of(stage), sync=NoSync())
        log.start(state, stage.moments.start_ms)
        self._opening = Opening(log, Clock(self._queue.time), state, (self._recent,))
        self._providers = {} if stage.prices is None else {stage.prices.number: stage.prices.provider(self._queue.time)}

    def start(self) -> None:
        """Start the home's actors."""
        start_ms, home = self._stage.moments.start_ms, self._home
        named = _identities(self._stage)
        home.start(
            specs(self._stage, self._opening, self._queue.time, Insides(self._published)),
            [*named, *opening_facts(self._stage)],
        )
        for at_ms, fact in later_facts(self._stage):
            self._queue.call_later(at_ms - start_ms, home.directory[HOME], fact)
        home.directory[LINK].tell(Begin())
        self._queue.run_until(start_ms)

    def stop(self) -> None:
        """End the home; its log gets its end."""
        self._home.stop()

    def listen(self, listener: Callable[[], object]) -> None:
        """Call *listener* when there is anything new."""
        self._recent.listen(listener)
        self._published.listen(lambda _view: listener())

    def run(self, speed: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Let time pass, *speed* times as fast as on *clock* (s), until the scenario ends.

        Raises:
            ActorsError: the home cannot go on.
        """
        moments, began_s = self._stage.moments, clock()
        at_ms = moments.start_ms
        while at_ms < moments.end_ms:
            at_ms = min(moments.start_ms + int((clock() - began_s) * _MS * speed), moments.end_ms)
            self._queue.run_until(at_ms)
            self._home.ending.wait(0)
            self._take(TURN_S)

    def _take(self, wait_s: float) -> None:
        """Wait, for *wait_s* at most, for something a client wants to change, and take up all there is."""
        try:
            while True:
                fact, answered = self._asked.get(timeout=wait_s)
                self._home.directory[HOME].tell(Request(fact, AnswerFuture(answered)))
                wait_s = 0
        except Empty:
            self._queue.run_until(self._queue.now_ms())

    def view(self) -> View:
        """Return the newest view."""
        return self._published.view

    def now_s(self) -> int:
        """Return the simulated time, UTC."""
        return self._queue.now_ms() // _MS

    def submit(self, fact: Fact, answered: Answered) -> None:
        """Have *fact* concluded by the main thread."""
        self._asked.put((fact, answered))

    def providers(self) -> Mapping[int, About]:
        """Return who can be asked for prices."""
        return {number: provider.about for number, provider in self._providers.items()}

    def decisions(self, asked: Asked) -> Sequence[Made]:
        """Return the decisions *asked* for that are in memory."""
        return self._recent.of(asked)

    def news(self, after_seq: int) -> Sequence[Made]:
        """Return the newest decisions after event *after_seq*."""
        return self._recent.after(after_seq)

    def condition(self) -> Condition:
        """Return how it stands: always well."""
        return Condition(True, "a simulated home", f"writing {self._path.name}")


def _identities(stage: Stage) -> list[ThingAdded]:
    """Return the things of *stage* as events name them, with UUIDs that are the same each time."""
    numbers, scenario = stage.numbers, stage.scenario
    named = [(number, ThingKind.CHARGER, name) for name, number in numbers.chargers.items()]
    named += [(number, ThingKind.CAR, name) for name, number in numbers.cars.items()]
    named += [(METER, ThingKind.METER, "meter")] if scenario.meter.kind != "none" else []
    named += [(BATTERY, ThingKind.BATTERY, "battery")] if scenario.battery is not None else []
    home = scenario.home.name
    return [
        ThingAdded(number, kind, words_of(uuid5(NAMESPACE_DNS, f"{name}.{home}").int), points_of(name))
        for number, kind, name in named
    ]


def live(scenario: Path | None, log: Path | None, speed: float, url: str) -> int:
    """Serve the API at *url* on the home of *scenario*, or of the built-in day; return the exit code.

    Raises:
        ConfigError: the scenario cannot be played, or the API not served there.
        LogError: the log cannot be written.
    """
    stage = build(*read_scenario(scenario or BUILT_IN))
    name = stage.scenario.home.name
    path = log or Path(tempfile.mkdtemp(prefix="hemsd-demo-")) / f"{name}.msgpack"
    demo = LiveDemo(stage, path)
    api = ApiServer(demo, Server(name, str(home_uuid(name)), package_version()), Access((url,)))
    demo.listen(api.looked)
    demo.start()
    try:
        (port,) = api.start()
        served = f"{url.rpartition(':')[0]}:{port}"
        sys.stdout.write(f"{served}: the home {name!r}, {speed:g} times as fast as time passes, until interrupted\n")
        sys.stdout.flush()
        demo.run(speed)
        sys.stdout.write(f"the scenario is over; its log: {path}\n")
    except ListenError as error:
        raise ConfigError(str(error)) from error
    finally:
        api.stop()
        demo.stop()
    return 0
