"""Judges the lives of a home's processes as they are lived: what is recorded, what leaves, and when."""

from collections import Counter
from typing import Final

from hems_actors.actors.directory import LINK
from hems_actors.actors.messages import Call
from hems_actors.core import facts
from hems_actors.core.enums import Alarm, What
from hems_actors.core.outcomes import ActionIntended, AlarmChanged
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.machine import Machine, Process
from hems_actors.sim.plant.home import NEVER_MS
from hems_actors.sim.swarm.durable import DurableActions
from hems_actors.sim.watch.home import Watch

FAILURES_MS: Final = 10 * 60_000
FAILURES_MAX: Final = 3
RESUME_MS_MAX: Final = 62_000
"""A lost log is tried again every 60 s."""
LATE_MS_MAX: Final = 60_000
"""A write that nobody answered may still act for so long."""
ACTOR_DOWN_MS_MAX: Final = 60_000
"""Of an actor that crashes again and again; one that crashes once is back at once."""

_START_AND_END: Final = (
    facts.Restarted,
    facts.FailSafeOrdered,
    facts.RecoveredWithLoss,
    facts.Quarantined,
    facts.CoreFailed,
    facts.LogLost,
    facts.LogResumed,
)


class Lives:
    """A tap of the log, and told by the link of each call."""

    def __init__(self, machine: Machine, watch: Watch) -> None:
        self.counts: Counter[str] = Counter()
        self.disk_until_ms = 0
        """Until when, as far as is known, the disk is in trouble."""
        self._machine = machine
        self._watch = watch
        self._found = watch.found
        self._durable = DurableActions(machine.disk)
        self._process: Process | None = None
        self._at_ms = 0
        self._sent: set[int] = set()
        self._intents: dict[int, ActionIntended] = {}
        self._cuts: dict[int, tuple[int, int]] = {}
        self._shown_ma: dict[int, int] = {}
        self._sent_ma: dict[int, list[tuple[int, int]]] = {}
        self._core_failed: list[tuple[int, int]] = []
        self._wants_fail_safe = self._is_fail_safe = False
        self._lost_at_ms: int | None = None
        self._alarmed = False
        self._down_until_ms: dict[int, int] = {}
        self._unlinked_at_ms: int | None = None

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Judge *event*, the newest of the process that runs."""
        process = self._machine.process
        if process is None:
            return
        now_ms = process.queue.now_ms()
        if process is not self._process:
            self._begin(process, at_ms)
        if at_ms < self._at_ms:
            self._found.breach(now_ms, "at_ms went back", f"event {seq}: {at_ms} after {self._at_ms}")
        self._at_ms = at_ms
        self.counts["events"] += 1
        if self._cuts:
            self._judge_cuts(now_ms)
        self._watch.see(seq, now_ms, event)
        if isinstance(event, _START_AND_END):
            self._note_process(seq, at_ms, now_ms, event)
        elif not isinstance(event, (facts.MeterReading, facts.Tick)):
            self._note(seq, now_ms, event)

    def judge_call(self, call: Call) -> None:
        """Judge what just left for a charger."""
        process = self._machine.process
        if process is None:
            return
        now_ms = process.queue.now_ms()
        intent = self._intents.get(call.token)
        if intent is None or (intent.source, intent.what, intent.value) != (call.thing, call.what, call.value):
            self._found.breach(now_ms, "sent what was not decided", repr(call[:4]))
            return
        if call.token in self._sent:
            self._found.breach(now_ms, "sent twice", repr(call[:4]))
        self._sent.add(call.token)
        may_be_ma = self._may_be_at_ma(call, now_ms)
        if intent.reduces:
            self.counts["reductions"] += 1
            decided_ms, _ = self._cuts.pop(call.token, (now_ms, 0))
            if decided_ms != now_ms:
                self._found.breach(now_ms, "reduction delayed", f"{call[:4]!r} by {now_ms - decided_ms} ms")
            raises = call.what == What.CURRENT and call.value > may_be_ma
            if raises or call.what == What.PHASES or (call.what == What.POWER and call.value):
                self._found.breach(now_ms, "a rise that is called a reduction", repr(intent))
        else:
            self.counts["rises"] += 1
            if not self._durable.holds(call.token):
                self._found.breach(now_ms, "rise before it was durable", repr(call[:4]))

    def crash(self, thing: int, now_ms: int) -> None:
        """Note that *thing*'s actor is about to die."""
        until_ms = now_ms + (ACTOR_DOWN_MS_MAX if self._down_until_ms.get(thing, 0) > now_ms - 120_000 else 1)
        self._down_until_ms[thing] = until_ms
        if thing in self._machine.stage.home.chargers:
            self._watch.limit.excuse(thing, now_ms, until_ms)
        elif thing == LINK:
            self._watch.limit.excuse_all(now_ms, until_ms)

    def end(self) -> None:
        """Judge what only the end of a process shows; nobody decides until the next one begins."""
        now_ms = self._machine.now_ms()
        self._judge_cuts(NEVER_MS)
        self._judge_lost_log(now_ms)
        self._lost_at_ms = None
        self._watch.limit.lose_sight()
        self._linked(now_ms)
        self._durable.forget()

    def _begin(self, process: Process, at_ms: int) -> None:
        opened = process.opened
        if opened is None:
            return
        self._process = process
        state, recovered = opened.opening.state, opened.recovered
        self._at_ms = recovered.last_at_ms
        self._sent = {seq for seq in self._sent if seq <= state.seq}
        self._intents.clear()
        self._cuts.clear()
        self._down_until_ms.clear()
        self._core_failed = [failed for failed in self._core_failed if failed[0] <= state.seq]
        recent = [failed_at_ms for _, failed_at_ms in self._core_failed if at_ms - failed_at_ms <= FAILURES_MS]
        self._wants_fail_safe, self._is_fail_safe = len(recent) >= FAILURES_MAX, False
        self._alarmed = (Alarm.LOG_LOST, 0) in state.alarms
        self._shown_ma = {source: charger.report.current_ma for source, charger in state.chargers.items()}
        self._resume(state)

    def _resume(self, state: State) -> None:
        self._watch.resume(state)
        now_ms = self._machine.now_ms()
        self._lost_at_ms = now_ms if state.site.log_lost else None

    def _note(self, seq: int, now_ms: int, event: Event) -> None:
        """Keep what chargers show and are told, and whether the link is up."""
        match event:
            case ActionIntended():
                self._intents[seq] = event
                if event.reduces:
                    self._cuts[seq] = (now_ms, event.source)
                elif self._process is not None:
                    self._durable.follow(_log(self._process).path)
            case facts.ChargerReported():
                self._shown_ma[event.source] = event.current_ma
            case AlarmChanged() if event.alarm == Alarm.LOG_LOST:
                self._alarmed = event.active
            case facts.LinkChanged() if event.up:
                self._linked(now_ms)
            case facts.LinkChanged() if self._unlinked_at_ms is None:
                self._unlinked_at_ms = now_ms

    def _note_process(self, seq: int, at_ms: int, now_ms: int, event: Event) -> None:
        """Judge starts, and what becomes of log and core."""
        self.counts[type(event).__name__] += 1
        match event:
            case facts.CoreFailed():
                self._core_failed.append((seq, at_ms))
            case facts.FailSafeOrdered():
                self._is_fail_safe = True
            case facts.Restarted() if self._is_fail_safe != self._wants_fail_safe and not self._machine.disk.forgetful:
                what = f"{self._core_failed} before a start at {at_ms}, ordered: {self._is_fail_safe}"
                self._found.breach(now_ms, "fail-safe mode", what)
            case facts.LogLost():
                self._lost_at_ms = now_ms
            case facts.LogResumed():
                self._judge_lost_log(now_ms)
                self._lost_at_ms = None

    def _linked(self, now_ms: int) -> None:
        if self._unlinked_at_ms is not None:
            self._watch.limit.excuse_all(self._unlinked_at_ms, now_ms)
            self._unlinked_at_ms = None

    def _may_be_at_ma(self, call: Call, now_ms: int) -> int:
        """Return the highest current that *call*'s charger shows, or that was sent to it lately."""
        sent = [item for item in self._sent_ma.get(call.thing, []) if item[0] >= now_ms - LATE_MS_MAX]
        most_ma = max((value for _, value in sent), default=0)
        if call.what == What.CURRENT:
            self._sent_ma[call.thing] = [*sent, (now_ms, call.value)]
        return max(most_ma, self._shown_ma.get(call.thing, 0))

    def _judge_cuts(self, now_ms: int) -> None:
        """Each reduction has left at the instant at which it was decided, unless its actor was dead."""
        for seq, (decided_ms, source) in list(self._cuts.items()):
            if decided_ms < now_ms:
                del self._cuts[seq]
                if not any(decided_ms <= self._down_until_ms.get(thing, -1) for thing in (source, LINK)):
                    self._found.breach(decided_ms, "reduction never left", f"{seq} {self._intents[seq]!r}")

    def _judge_lost_log(self, now_ms: int) -> None:
        """A log that was lost is back soon after the disk is, and was alarmed."""
        if self._lost_at_ms is None:
            return
        since_ms = max(self._lost_at_ms, self.disk_until_ms)
        if now_ms - since_ms > RESUME_MS_MAX:
            self._found.breach(now_ms, "log stays lost", f"for {now_ms - since_ms} ms after the disk was back")
        if now_ms > self._lost_at_ms and not self._alarmed:
            self._found.breach(now_ms, "log lost without an alarm", f"since {self._lost_at_ms}")


def _log(process: Process) -> LogWriter:
    """Return the writer of *process*'s log."""
    log = process.opened.opening.log if process.opened is not None else None
    if not isinstance(log, LogWriter):
        raise TypeError(f"not a log that a machine's process writes: {log!r}")
    return log
