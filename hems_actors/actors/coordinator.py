"""The coordinator: the single writer and only decider; it stamps, numbers, concludes, records, hands out."""

from contextlib import suppress
from typing import NamedTuple

from hems_actors.actors.clock import Clock
from hems_actors.actors.concluding import Concluder
from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.errors import LogLostError
from hems_actors.actors.journal import Journal, LogPort, Tap
from hems_actors.actors.messages import Execute, Request, StandingWanted
from hems_actors.actors.outbox import Outbox
from hems_actors.actors.published import Published
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.standing import Standing
from hems_actors.actors.waking import Wake, WakeTimer
from hems_actors.core.facts import Fact, FailSafeOrdered, LogLost, LogResumed, Restarted, Tick
from hems_actors.core.outcomes import ActionIntended
from hems_actors.core.state import State
from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.syncing import Synced, SyncFailed, SyncResult


class Opening(NamedTuple):
    """What the coordinator begins with: a log, the state in its first snapshot, the clock that goes on from there."""

    log: LogPort
    clock: Clock
    state: State
    taps: tuple[Tap, ...] = ()
    missing_from_seq: int | None = None
    """First event that this start found missing; one of its first facts says so."""


Message = Fact | Request | StandingWanted | Wake | SyncResult


class Coordinator(Behaviour):
    """Decides for the home; reached by `tell` only."""

    def __init__(self, place: Place, opening: Opening, published: Published, core: Core = LIVE_CORE) -> None:
        super().__init__(place)
        self._clock = opening.clock
        self._published = published
        self._core = core
        self._journal = Journal(opening.log, opening.state.seq, opening.taps, missing_from_seq=opening.missing_from_seq)
        self._outbox = Outbox(self._execute)
        self._home = Concluder(core, opening.state, self._journal, self._outbox)
        self._timer = WakeTimer(place)
        self._standing = Standing(core, place.directory)
        self._request: Request | None = None

    def on_start(self) -> None:
        """Publish the state as restored and wait for what is due in it."""
        self._journal.listen(self.place.me.tell)
        self._published.publish(self._home.state)
        self._standing.tell(self._home.state)
        at_ms = self._clock.at_ms()
        self._home.begin(at_ms)
        if self._journal.failed is not None:
            self._journal.lose(self._journal.failed, at_ms)
        self._timer.arm(at_ms, self._home.due_ms, self._journal.due_ms)

    def on_receive(self, message: Message) -> None:
        """Stamp, conclude and record *message*; hand out what leaves once it is written, or durable."""
        at_ms = self._clock.at_ms()
        try:
            self._take(message, at_ms)
        except WriteError as error:
            self._lose_log(str(error), at_ms)
        self._published.keep_up(self._home.state)
        self._timer.arm(at_ms, self._home.due_ms, self._journal.due_ms)

    def on_stop(self) -> None:
        """End the log; one that was interrupted in the middle of an event stays without an end."""
        with suppress(WriteError):  # then the file has no end, which says as much
            if self._home.half_done:
                self._journal.abandon()
            else:
                self._journal.close(self._home.state)

    def on_failure(self, exception_type: object, exception: BaseException, traceback: object) -> None:
        """Write the pending inputs, then fail whoever waits and tell the supervisor: never silent."""
        try:
            with suppress(WriteError):  # what failed first is what is told
                self._journal.write()
            with suppress(WriteError):
                self._journal.abandon()
        finally:
            self._outbox.refuse(exception)
            if self._request is not None:
                self._request.future.set_exception((type(exception), exception, None))
            super().on_failure(exception_type, exception, traceback)

    def _take(self, message: Message, at_ms: int) -> None:
        """Deal with *message*.

        Raises:
            WriteError: the log failed; what it led to waits in the outbox.
        """
        if isinstance(message, (Synced, SyncFailed)):
            self._journal.note(message)
            self._outbox.hand_out_durable(self._journal.durable_seq)
            return
        lost = self._journal.lost_from_seq is not None
        if lost and isinstance(message, Request):
            message.future.set_exception((LogLostError, LogLostError(), None))
            return
        self._request = message if isinstance(message, Request) else None
        facts = self._facts(message, at_ms)
        leaves = False
        for fact in facts:
            leaves = self._home.conclude(fact, at_ms) or leaves
        if self._request is not None:
            self._outbox.put_answer(self._home.state.fact_seq, self._request.future)
            self._request = None
            leaves = True
        try:
            if facts:
                self._home.look_ahead()
        finally:  # what was decided leaves, even if the core fails after it
            if leaves:
                self._hand_out()
            elif self._journal.keep_up(at_ms):
                self._frame_closed()
        if lost and self._journal.due_ms is not None and at_ms >= self._journal.due_ms:
            self._resume_log(at_ms)

    def _facts(self, message: Fact | Request | StandingWanted | Wake, at_ms: int) -> list[Fact]:
        """Return the facts that *message* stands for, after the clock's own; what a start says comes before them."""
        if isinstance(message, (FailSafeOrdered, Restarted)):
            unsaid = self._journal.lost_from_seq is not None and isinstance(message, Restarted)
            return [message, LogLost(0)] if unsaid else [message]
        if isinstance(message, StandingWanted):  # which comes before what a start says
            self._standing.forget(message.source)
            self._standing.tell(self._home.state)
            return []
        facts = self._clock.news(at_ms)
        if isinstance(message, Wake):
            self._timer.fired(message)
            if self._home.due_ms is not None and self._home.due_ms <= at_ms:
                facts.append(Tick(0))
        elif isinstance(message, Request):
            facts.append(message.fact)
        else:
            facts.append(message)
        return facts

    def _hand_out(self) -> None:
        """Write and hand out reductions; sync, and hand out everything else once that is done.

        Raises:
            WriteError: the log failed; nothing was handed out that had to be in it.
        """
        self._journal.write()
        self._outbox.hand_out_written()
        if self._journal.lost_from_seq is not None:
            self._outbox.refuse(LogLostError())
        if self._outbox.waits_for_disk:
            self._journal.sync()
            self._outbox.hand_out_durable(self._journal.durable_seq)
        self._frame_closed()

    def _execute(self, seq: int, action: ActionIntended) -> None:
        """Tell the charger's actor, unless something newer overtook *action* while it waited for the disk."""
        if action.reduces or self._core.is_open(self._home.state, action.source, seq):
            self.place.directory[action.source].tell(Execute(seq, action.what, action.value))

    def _lose_log(self, reason: str, at_ms: int) -> None:
        """Go on protecting without a log: reductions leave, nothing else does until there is one again."""
        self._journal.lose(reason, at_ms)
        self._home.conclude(LogLost(0), at_ms)
        self._hand_out()
        self._home.look_ahead()

    def _resume_log(self, at_ms: int) -> None:
        """Try another segment; its first event says what is not on disk.

        Raises:
            WriteError: it failed again.
        """
        lost_from_seq, last_seq = self._journal.lost_from_seq, self._home.state.seq
        if lost_from_seq is not None and self._journal.resume(self._home.state, at_ms):
            self._home.conclude(LogResumed(0, lost_from_seq, last_seq), at_ms)
            self._journal.sync()
            self._home.look_ahead()
            self._hand_out()

    def _frame_closed(self) -> None:
        self._published.publish(self._home.state)
        self._standing.tell(self._home.state)
        if not self._home.half_done:
            self._journal.upkeep(self._home.state)
