"""Plays a swarm's day: a scenario on a machine to which things happen."""

import heapq
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pykka

from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.errors import ActorsError
from hems_actors.actors.messages import Call, Request
from hems_actors.actors.runtime import Place, Runtime
from hems_actors.core.facts import Fact
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.syncing import Sync
from hems_actors.sim.build import build
from hems_actors.sim.disk import Op, broken, full, read_only
from hems_actors.sim.machine import RESTART_MS, SYNC_MS, Machine, Parts, Process
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.opening import later_facts
from hems_actors.sim.slow_sync import SlowSync
from hems_actors.sim.swarm.day import DISK, Day, Happening
from hems_actors.sim.swarm.failures import POISON, FailingCore, Garbage, garbage
from hems_actors.sim.swarm.files import Files
from hems_actors.sim.swarm.link import watched_link
from hems_actors.sim.swarm.lives import Lives
from hems_actors.sim.swarm.replays import Replayers
from hems_actors.sim.watch.findings import Findings
from hems_actors.sim.watch.home import Watch

ANSWER_MS_MAX: Final = 1_000
"""A request is answered, or refused, by then if nothing happens to disk and process."""
MakeSync = Callable[[Runtime, int], SlowSync]


class Flaws(NamedTuple):
    """What is put in place of the real thing, to see whether that is found."""

    core: Core = LIVE_CORE
    sync: MakeSync = SlowSync


@dataclass(slots=True)
class Played:
    """What a day came to."""

    found: Findings
    counts: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0
    replay_cpu_s: float = 0.0


class Asked(NamedTuple):
    """A user's request, and whose answer it waits for."""

    at_ms: int
    fact: Fact
    process: Process
    future: pykka.Future[int]


class _Machine(Machine):
    """A machine whose process may fail to come up, and which says when one ends."""

    ends: Callable[[], object] = staticmethod(lambda: None)

    def start(self) -> Process:
        """Start a process; one that does not come up is tried again, as one that ends."""
        try:
            return super().start()
        except ActorsError as error:
            process = self.process
            if process is None:
                raise
            self.ended.append(error)
            self.kill()
            self._start_at_ms = self._now_ms + RESTART_MS
            return process

    def kill(self) -> None:
        """End the process, and what was to be started again."""
        if self.process is not None:
            self.ends()
        super().kill()
        self._start_at_ms = None


class Play:
    """One day, played into *folder*, which is empty."""

    def __init__(self, day: Day, folder: Path, flaws: Flaws | None = None) -> None:
        flaws = flaws or Flaws()
        self._day = day
        self._folder = folder
        self._stage = stage = build(day.scenario)
        self._fails = any(happening.kind == "core_fails" for happening in day.happenings)
        self._failing = FailingCore(flaws.core)
        self._make_sync = flaws.sync
        self._sync: SlowSync | None = None
        self._sync_ms = SYNC_MS
        self._linked: Process | None = None
        self._asked: list[Asked] = []
        self._agenda: list[tuple[int, int, Callable[[], object]]] = []
        self._order = count()
        link = watched_link(self._judge_call, self._is_second)
        core = self._failing.core() if self._fails else flaws.core
        self.machine = _Machine(stage, folder, Parts(core=core, link=link, sync=self._new_sync, taps=(self,)))
        self.watch = Watch(stage)
        self.lives: Final = Lives(self.machine, self.watch)
        self.machine.ends = self.lives.end
        self.see = self.lives.see

    def run(self, replayers: Replayers) -> Played:
        """Play to the end, let *replayers* replay what that left, and return what does not hold."""
        begun_s, replay_s = time.process_time(), replayers.cpu_s
        machine, moments = self.machine, self._stage.moments
        self._plan()
        while self._agenda:
            at_ms, _, act = heapq.heappop(self._agenda)
            machine.run_until(at_ms)
            act()
        machine.run_until(moments.end_ms)
        self._judge_asked()
        machine.stop()
        found = self.watch.finish()
        self._judge_files(found, replayers)
        played = Played(found, self.lives.counts, time.process_time() - begun_s, replayers.cpu_s - replay_s)
        played.counts["ended by themselves"] += len(machine.ended)
        return played

    def _plan(self) -> None:
        start_ms, end_ms = self._stage.moments.start_ms, self._stage.moments.end_ms
        for happening in self._day.happenings:
            at_ms = min(start_ms + round(happening.at_s * 1_000), end_ms)
            self._at(at_ms, lambda happening=happening: self._happen(happening))  # type: ignore[misc] # bound now
        self._at(start_ms, self._start)
        for at_ms, fact in later_facts(self._stage):
            self._at(at_ms, lambda fact=fact: self._ask(fact))  # type: ignore[misc] # bound now

    def _at(self, at_ms: int, act: Callable[[], object]) -> None:
        if at_ms <= self._stage.moments.end_ms:
            heapq.heappush(self._agenda, (at_ms, next(self._order), act))

    def _start(self) -> None:
        if self.machine.process is None:
            self.machine.start()

    def _ask(self, fact: Fact) -> None:
        process = self.machine.process
        if process is not None:
            asked = Asked(self.machine.now_ms(), fact, process, process.queue.future())
            self._asked.append(asked)
            process.home.directory[HOME].tell(Request(fact, asked.future))

    def _happen(self, happening: Happening) -> None:
        machine, now_ms = self.machine, self.machine.now_ms()
        until_ms = now_ms + round(happening.lasts_s * 1_000)
        self.lives.counts[happening.kind] += 1
        match happening.kind:
            case "kill":
                machine.kill()
                self._at(until_ms, self._start)
            case "power_cut":
                machine.cut_power(Random(f"power cut {self._day.scenario.seed} {happening.at_s}"))
                self._at(until_ms, self._start)
            case "wall_clock":
                machine.set_wall_clock(round(happening.ahead_s * 1_000))
            case "core_fails":
                self._failing.fail(happening)
            case "poison":
                if machine.process is not None:
                    machine.process.home.directory[HOME].tell(POISON)
            case "crash":
                self._crash(happening.thing, now_ms)
            case _:
                self._trouble(happening, now_ms, until_ms)

    def _crash(self, name: str, now_ms: int) -> None:
        number = {"link": LINK, "meter": METER, "battery": BATTERY}.get(name)
        number = self._stage.numbers.chargers.get(name) if number is None else number
        process = self.machine.process
        if process is None or number is None or process.home.directory[number].ref is None:
            return
        self.lives.crash(number, now_ms)
        process.home.directory[number].tell(Garbage() if number == LINK else garbage())

    def _trouble(self, happening: Happening, now_ms: int, until_ms: int) -> None:
        disk = self.machine.disk
        match happening.kind:
            case "disk_full":
                disk.troubles.append(full(now_ms, until_ms))
            case "disk_read_only":
                disk.troubles.append(read_only(now_ms, until_ms))
            case "disk_fails":
                disk.troubles.append(broken(Op.SYNC, begin=now_ms, end=until_ms))
            case _:
                self._sync_takes(round(happening.delay_s * 1_000))
                self._at(until_ms, lambda: self._sync_takes(SYNC_MS))
                until_ms += round(happening.delay_s * 1_000)
        self.lives.disk_until_ms = max(self.lives.disk_until_ms, until_ms)

    def _sync_takes(self, delay_ms: int) -> None:
        self._sync_ms = delay_ms
        if self._sync is not None:
            self._sync.delay_ms = delay_ms

    def _new_sync(self, runtime: Runtime) -> Sync:
        self._sync = self._make_sync(runtime, self._sync_ms)
        return self._sync

    def _judge_call(self, call: Call) -> None:
        self.lives.judge_call(call)

    def _is_second(self, _place: Place) -> bool:
        """Return whether the process that runs has had a link before."""
        before, self._linked = self._linked, self.machine.process
        return before is self._linked

    def _judge_asked(self) -> None:
        """Who asks is told something soon, unless the process ended or the disk is in trouble."""
        now_ms = self.machine.now_ms()
        for asked in self._asked:
            waits = asked.process is self.machine.process and not self._is_set(asked)
            if waits and now_ms - max(asked.at_ms, self.lives.disk_until_ms) > ANSWER_MS_MAX:
                self.watch.found.breach(asked.at_ms, "request without an answer", repr(asked.fact))

    def _judge_files(self, found: Findings, replayers: Replayers) -> None:
        answered = {}
        for asked in self._asked:
            if self._is_set(asked):
                try:
                    answered[asked.future.get(timeout=0)] = asked.fact
                except ActorsError:
                    self.lives.counts["requests refused"] += 1
        self.lives.counts["requests answered"] += len(answered)
        paths = segments(self._folder, self._day.scenario.home.name)
        self.lives.counts["files"] += len(paths)
        troubled = any(item.kind in (*DISK, "power_cut") and item.kind != "disk_slow" for item in self._day.happenings)
        files = Files(
            paths,
            answered,
            troubled=troubled,
            core_failed=bool(self.machine.ended),
            forgetful=self.machine.disk.forgetful,
        )
        files.judge(replayers.replay(paths), self._failing.failed, found, self._stage.moments.end_ms)

    def _is_set(self, asked: Asked) -> bool:
        future: object = asked.future
        return bool(getattr(future, "is_set", bool)())
