"""The scripted hour on a machine that dies at one point, and what must hold whatever that point is."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import pykka

from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import Request
from hems_actors.actors.runtime import Runtime
from hems_actors.core import facts
from hems_actors.core.enums import Alarm
from hems_actors.core.state import State
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.syncing import Sync, Synced, SyncJob, SyncResult
from hems_actors.sim.machine import SYNC_MS, Machine, Parts
from hems_actors.sim.slow_sync import SlowSync
from replay.chain import check_chain
from replay.report import Exit
from replay.verify import Options, verify
from tests.durability.found import Found, first_hash, found_in, intended_in
from tests.durability.hour import REQUESTS, hour
from tests.durability.points import Crash, Points, WatchedDirectory
from tests.durability.sending import Sending, watched_link

DOWN_MS: Final = 1_500
"""From the crash to the next start."""
SETTLED_MS: Final = 60_000
SETTLING_MS: Final = 15_000
"""A phase switch that is under way then has this long."""
LIMIT_MA: Final = 20_000
OVER_MS_MAX: Final = 10_000
METER_MS: Final = 5_000
HOME_NAME: Final = "hour"
ROUNDING_MA: Final = 10


class LyingSync(SlowSync):
    """Says that all is durable, and does nothing: a build with the sync removed."""

    def outcome(self, job: SyncJob) -> SyncResult:
        """Only close what has ended."""
        if job.end:
            job.segment.close()
        return Synced(job.seq, job.era)


class Asked(NamedTuple):
    """A request, and who answers it."""

    fact: facts.Fact
    future: pykka.Future[int]


class Rig:
    """One run of the hour.

    Args:
        folder: of the logs, empty.
        crash_at: number of the point at which the process dies; None = never.
        again: number of the point after that at which the next process dies, the first being 0; None = never.
        cuts_power: whether the machine dies with it.
        sync: who makes the log durable.
    """

    def __init__(
        self,
        folder: Path,
        crash_at: int | None = None,
        *,
        again: int | None = None,
        cuts_power: bool = False,
        sync: Callable[[Runtime], Sync] = lambda runtime: SlowSync(runtime, SYNC_MS),
    ) -> None:
        points = [] if crash_at is None else [crash_at]
        points += [] if crash_at is None or again is None else [crash_at + 1 + again]
        self.points = Points(*points)
        self.breaches: list[str] = []
        self.crashed: str | None = None
        """At which point it died."""
        self.torn = False
        """Whether what the power cut left has a hole before its end."""
        self.unbegun = False
        """Whether a file was left without a whole header: nothing of it can be read."""
        self.stage = hour()
        self._cuts_power = cuts_power
        self._random = Random(f"power cut {crash_at} {again}")
        self._folder = folder
        self.machine = Machine(self.stage, folder)
        self.machine.disk.watch = self.points.reach
        self._sending = Sending(self.machine, HOME_NAME, self.breach)
        self.machine.parts = Parts(
            link=watched_link(self._sending, self.points),
            directory=lambda: WatchedDirectory(self.points),
            sync=sync,
        )
        self._asked: list[Asked] = []
        self._over_ms = [0, 0, 0]
        self.longest_over_ms = 0
        self.stage.home.observers.append(self._observe)

    def run(self) -> None:
        """Play the hour, and note in `breaches` what did not hold."""
        start_ms = self.machine.now_ms()
        self._go(self.machine.start)
        for delay_ms, fact in REQUESTS:
            self._until(start_ms + delay_ms)
            self._ask(fact)
        self._until(self.stage.moments.end_ms)
        self._go(self.machine.stop)
        if self.machine.process is not None:  # it died while it stopped, and another one was started
            self.machine.stop()
        if self.machine.ended:
            self.breach(f"processes ended by themselves: {self.machine.ended}")
        self._judge_logs()

    def breach(self, what: str) -> None:
        """Note that *what* did not hold."""
        second = (self.machine.now_ms() - self.stage.moments.start_ms) / 1_000
        self.breaches.append(f"at {second:g} s: {what}")

    def _go(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Crash:
            self._crash()

    def _until(self, at_ms: int) -> None:
        while self.machine.now_ms() < at_ms:
            self._go(lambda: self.machine.run_until(at_ms))

    def _ask(self, fact: facts.Fact) -> None:
        process = self.machine.process
        assert process is not None
        asked = Asked(fact, process.queue.future())
        self._asked.append(asked)
        process.home.directory[HOME].tell(Request(fact, asked.future))

    def _crash(self) -> None:
        """Die, look at what is left, and start again."""
        machine = self.machine
        durable_seq = self._sending.intents.durable_seq()
        if self._cuts_power:
            machine.cut_power(self._random)
        else:
            machine.kill()
        self.crashed = self.points.died()
        found = found_in(self._folder, HOME_NAME)
        self.torn = self.torn or found.torn
        self._judge_answers(found)
        self._sending.survived(intended_in(found.events) if self._cuts_power else None)
        machine.run_until(machine.now_ms() + DOWN_MS)
        self._go(lambda: self._start_again(found, durable_seq))

    def _start_again(self, found: Found, durable_seq: int) -> None:
        """Start a process, and see that it goes on from what was *found* and forgets nothing."""
        machine = self.machine
        process = machine.start()
        assert process.opened is not None
        loss = process.opened.recovered.loss
        lossy = found.lossy or (found.unbegun and loss is not None)  # frames behind a torn header name lost events
        self.torn = self.torn or lossy
        if not lossy and first_hash(segments(self._folder, HOME_NAME)[-1]) != found.hash:
            self.breach("the new life does not begin with what the files hold")
        if lossy != (loss is not None) or (loss is not None and loss[0] <= durable_seq):
            self.breach(f"loss {loss}, durable up to {durable_seq}, {found.lossy}")
        state = process.opened.opening.state
        self._judge_settings(found, state)
        opened = {charger.source: charger.ledger.open_seq for charger in found.state.chargers.values()}
        machine.run_until(min(machine.now_ms() + SETTLED_MS, self.stage.moments.end_ms))
        self._judge_open(state, opened)

    def _judge_answers(self, found: Found) -> None:
        """All that was answered is on disk."""
        for fact, future in self._asked:
            if _is_set(future) and found.events.get(future.get()) != fact:
                self.breach(f"answered, and lost: {fact!r}")

    def _judge_settings(self, found: Found, state: State) -> None:
        """What users asked for last, as far as it is on disk, holds."""
        kept = [event for _, event in sorted(found.events.items())]
        for event in [asked.fact for asked in self._asked if asked.fact in kept]:
            newer = kept[kept.index(event) + 1 :]
            holds = True
            if isinstance(event, facts.SiteSettingsChanged):
                settings = state.settings
                holds = (
                    settings.phase_limit_ma,
                    settings.tolerance_permille,
                    settings.battery_level_permille,
                ) == event[1:]
            elif isinstance(event, facts.ChargingInfoChanged):
                info = state.chargers[event.source].info
                wanted = (event.mode, event.priority, event.max_ma)
                holds = (info.mode, info.priority, info.max_ma) == wanted
            if not holds and not any(type(other) is type(event) for other in newer):
                self.breach(f"on disk, and not in the state: {event!r}")

    def _judge_open(self, state: State, opened: dict[int, int]) -> None:
        """No action that was open at the crash is still open, and each charger is where it is to be, or will be."""
        end_ms = self.machine.now_ms() + SETTLING_MS
        waiting = list(state.chargers)
        while waiting and self.machine.now_ms() < min(end_ms, self.stage.moments.end_ms):
            waiting = [source for source in waiting if not self._is_settled(state, source)]
            self.machine.run_until(self.machine.now_ms() + 1_000)
        for source in waiting:
            if self.machine.now_ms() < self.stage.moments.end_ms:
                charger, plant = state.chargers[source], self.stage.home.chargers[source]
                self.breach(f"charger {source} is not at its set-point: {charger.point!r}, {plant!r}")
        for source, seq in opened.items():
            if seq and state.chargers[source].ledger.open_seq == seq:
                self.breach(f"action {seq} was forgotten")

    def _is_settled(self, state: State, source: int) -> bool:
        charger, plant = state.chargers[source], self.stage.home.chargers[source]
        point = charger.point
        as_decided = plant.power_on == point.on and (not point.on or plant.current_ma == point.current_ma)
        if point.on and plant.can_switch:
            as_decided = as_decided and plant.desired_phases == point.phases
        alarmed = any((alarm, source) in state.alarms for alarm in (Alarm.GAVE_UP, Alarm.NOT_OBEYING))
        return as_decided or not charger.session.plugged or bool(charger.ledger.open_seq) or alarmed

    def _observe(self, dt_ms: int) -> None:
        """No phase is over its limit for longer than it takes to cut, and to start again."""
        allowed_ms = (
            OVER_MS_MAX + METER_MS + (DOWN_MS if self.crashed is not None or self.machine.process is None else 0)
        )
        for phase, watts in enumerate(self.stage.home.grid_w):
            over = watts / 0.230 > LIMIT_MA + ROUNDING_MA
            self._over_ms[phase] = self._over_ms[phase] + dt_ms if over else 0
            self.longest_over_ms = max(self.longest_over_ms, self._over_ms[phase])
            if self._over_ms[phase] > allowed_ms:
                self.breach(f"phase {phase} over its limit for {self._over_ms[phase]} ms")
                self._over_ms[phase] = 0

    def _judge_logs(self) -> None:
        """All files replay, and each goes on where the one before ended; only what a power cut tore may be missing."""
        reports = [verify(path, Options()) for path in segments(self._folder, HOME_NAME)]
        check_chain(reports, reports[0].header.state_version if reports[0].header else 0)
        for report in reports:
            if report.header is None and self.crashed is not None:
                self.unbegun = True
            elif report.exit != Exit.SAME and not (self.torn and report.exit == Exit.DAMAGED):
                self.breach(f"{report.log}: exit {report.exit}: {report.error} {report.divergences} {report.damage}")


def _is_set(future: pykka.Future[int]) -> bool:
    try:
        future.get(timeout=0)
    except pykka.Timeout:
        return False
    return True
