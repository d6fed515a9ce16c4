"""The machine that the daemon runs on, simulated: processes come and go, plant, disk and time stay.

Strategy: each process is a life of the real actors on a run queue of its own, begun through the daemon's own
`open_home`. The end of a process is the end of its queue: nothing told to it, nor any timer of it, is delivered. What
its link had handed to the plant still takes effect.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.directory import LINK, Directory
from hems_actors.actors.errors import ActorsError
from hems_actors.actors.journal import Tap
from hems_actors.actors.opening import Opened, open_home
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour, Runtime
from hems_actors.actors.supervisor import Home
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.syncing import Sync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.build import Stage
from hems_actors.sim.disk import FaultyDisk
from hems_actors.sim.link import Begin, SimLink
from hems_actors.sim.opening import missing_facts
from hems_actors.sim.runner import Insides, header_of, specs
from hems_actors.sim.slow_sync import SlowSync

SYNC_MS: Final = 200
"""Of a sync on an ordinary card."""
RESTART_MS: Final = 1_000
"""The service manager starts a daemon that ended by itself again after this long."""
LOOK_MS: Final = 100
"""How soon the process's main thread sees that its home cannot go on."""


class Parts(NamedTuple):
    """What a process is made of beside its actors; each default is as the daemon has it."""

    core: Core = LIVE_CORE
    link: type[Behaviour] = SimLink
    sync: Callable[[Runtime], Sync] = lambda runtime: SlowSync(runtime, SYNC_MS)
    directory: Callable[[], Directory] = Directory
    taps: tuple[Tap, ...] = ()


class Process:
    """One life of the daemon."""

    def __init__(self, start_ms: int, wall_lead_ms: int) -> None:
        """Exist at *start_ms*; nothing is opened yet."""
        self.queue = RunQueue(start_ms)
        self.queue.time.wall_lead_ms = wall_lead_ms
        self.home = Home(self.queue)
        self.published = Published()
        """What it says of the home."""
        self.opened: Opened | None = None
        """What it found and went on from."""
        self._place: LogDirectory | None = None

    def begin(self, stage: Stage, folder: Path, disk: FaultyDisk, parts: Parts) -> None:
        """Open the log in *folder*, start all actors, tell what the configuration says, and connect.

        Raises:
            LogError: the log cannot be opened.
            ActorsError: an actor did not come up.
        """
        queue, home = self.queue, self.home

        def make_log(place: LogDirectory, head: HeaderFields) -> LogWriter:
            self._place = place
            return LogWriter(place, head, sync=parts.sync(queue), port=disk)

        self.opened = opened = open_home(folder, header_of(stage), queue.time, make_log)
        opening = opened.opening._replace(taps=parts.taps)
        home.directory = parts.directory()
        actors = specs(stage, opening, queue.time, Insides(self.published, parts.core, parts.link))
        home.start(actors, (*opened.facts, *missing_facts(stage, opening.state)))
        home.directory[LINK].tell(Begin())

    def kill(self) -> None:
        """End at once; the kernel unlocks what was locked."""
        self.queue.kill()
        if self._place is not None:
            self._place.release()


class Machine:
    """A plant, a disk, a clock, and at most one process of the daemon."""

    def __init__(self, stage: Stage, folder: Path, parts: Parts | None = None) -> None:
        """Begin at the start of *stage*, with the logs in *folder*, and no process."""
        self.stage = stage
        self.folder = folder
        self.parts = parts or Parts()
        self.disk = FaultyDisk(self.now_ms)
        self.wall_lead_ms = 0
        """How far the wall clock of the next process is set ahead (+) or back (-)."""
        self.process: Process | None = None
        self.ended: list[ActorsError] = []
        """Why processes ended by themselves."""
        self._now_ms = stage.moments.start_ms
        self._start_at_ms: int | None = None

    def now_ms(self) -> int:
        """Return the instant, in ms since the Unix epoch, whatever the wall clock shows."""
        return self._now_ms if self.process is None else self.process.queue.now_ms()

    def start(self) -> Process:
        """Start a process and return it.

        Raises:
            LogError: the log cannot be opened.
            ActorsError: an actor did not come up.
        """
        self._start_at_ms = None
        self.process = process = Process(self.now_ms(), self.wall_lead_ms)
        process.begin(self.stage, self.folder, self.disk, self.parts)
        return process

    def set_wall_clock(self, lead_ms: int) -> None:
        """Set the wall clock *lead_ms* ahead of the true time, or behind it."""
        self.wall_lead_ms = lead_ms
        if self.process is not None:
            self.process.queue.time.wall_lead_ms = lead_ms

    def run_until(self, at_ms: int) -> None:
        """Let time pass until *at_ms*; a process that ends by itself is started again.

        Raises:
            LogError: the log cannot be opened again.
        """
        while self.now_ms() < at_ms:
            if self.process is not None:
                queue = self.process.queue
                next_ms = queue.next_timer_ms() or at_ms
                queue.run_until(min(at_ms, max(next_ms, queue.now_ms() + LOOK_MS)))
                self._look_whether_it_ended(self.process)
            else:
                start_at_ms = self._start_at_ms
                self._now_ms = at_ms if start_at_ms is None else min(at_ms, start_at_ms)
                self.stage.home.advance(self._now_ms)
                if self._now_ms == start_at_ms:
                    self.start()

    def stop(self) -> None:
        """End the process in an orderly way."""
        if self.process is not None:
            self.process.home.stop()
            self.kill()

    def kill(self) -> None:
        """End the process at once: what it wrote stays, what it was told is gone."""
        process = self._leave()
        if process is not None:
            process.kill()
        self.disk.kill()

    def cut_power(self, rng: Random) -> None:
        """End the process at once, and lose of what was not synced what *rng* says."""
        self.kill()
        self.disk.cut_power(rng)

    def _leave(self) -> Process | None:
        self._now_ms = self.now_ms()
        process, self.process = self.process, None
        return process

    def _look_whether_it_ended(self, process: Process) -> None:
        try:
            process.home.ending.wait(0)
        except ActorsError as error:
            self.ended.append(error)
            self.stop()
            self._start_at_ms = self._now_ms + RESTART_MS
