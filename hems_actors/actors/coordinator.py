"""The coordinator: the single writer and only decider; it stamps, numbers, concludes, records, hands out."""

from typing import Final, NamedTuple

from hems_actors.actors.clock import Clock
from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.errors import CoreFailedError
from hems_actors.actors.journal import Journal, LogPort
from hems_actors.actors.messages import Execute, LimitChanged, LimitWanted, Request
from hems_actors.actors.runtime import Behaviour, Place, TimerHandle
from hems_actors.actors.view import Published, view_of
from hems_actors.core.facts import ClockOffset, Fact, Tick
from hems_actors.core.outcomes import ActionIntended, AlarmChanged
from hems_actors.core.state import State

WAKE_MS_MIN: Final = 100
"""Shortest timer: a core that is always due must not fill the log with ticks."""


class Opening(NamedTuple):
    """What the coordinator begins with: a log, the state in its first snapshot, the clock that goes on from there."""

    log: LogPort
    clock: Clock
    state: State


class Wake(NamedTuple):
    """The coordinator's one timer fired; `number` tells it from one that was replaced."""

    number: int


Leaving = tuple[int, ActionIntended | AlarmChanged]
"""An outcome that leaves the process, and its number."""
Message = Fact | Request | LimitWanted | Wake


class Coordinator(Behaviour):
    """Decides for the home; reached by `tell` only."""

    def __init__(self, place: Place, opening: Opening, published: Published, core: Core = LIVE_CORE) -> None:
        super().__init__(place)
        self._clock = opening.clock
        self._state = opening.state
        self._published = published
        self._core = core
        self._journal = Journal(opening.log)
        self._concluding = False
        self._tick_due_ms: int | None = None
        self._timer: TimerHandle | None = None
        self._timer_at_ms = 0
        self._timer_number = 0
        self._limit_told = (0, 0)
        self._request: Request | None = None

    def on_start(self) -> None:
        """Publish the state as restored and wait for what is due in it."""
        self._published.view = view_of(self._state)
        self._tell_limit()
        self._look_ahead()
        self._arm(self._clock.at_ms())

    def on_receive(self, message: Message) -> None:
        """Stamp, conclude and record *message*; hand out what leaves once it is written, or durable."""
        at_ms = self._clock.at_ms()
        self._request = message if isinstance(message, Request) else None
        facts = self._facts(message, at_ms)
        leaving = [out for fact in facts for out in self._conclude(fact, at_ms)]
        if leaving or self._request is not None:
            self._hand_out(leaving)
            self._frame_closed()
        elif self._journal.keep_up(at_ms):
            self._frame_closed()
        if facts:
            self._look_ahead()
        self._arm(at_ms)

    def on_stop(self) -> None:
        """End the log; one that was interrupted in the middle of an event stays without an end."""
        if not self._concluding:
            self._journal.close(self._state)

    def on_failure(self, exception_type: object, exception: BaseException, traceback: object) -> None:
        """Write the pending inputs, then fail whoever waits and tell the supervisor: never silent."""
        try:
            self._journal.sync()
        finally:
            if self._request is not None:
                self._request.future.set_exception((type(exception), exception, None))
            super().on_failure(exception_type, exception, traceback)

    def _facts(self, message: Message, at_ms: int) -> list[Fact]:
        """Return the facts that *message* stands for, after the clock's own."""
        offset_ms = self._clock.new_offset_ms(at_ms)
        facts: list[Fact] = [] if offset_ms is None else [ClockOffset(0, offset_ms)]
        if isinstance(message, Wake):
            if message.number == self._timer_number:
                self._timer = None
            if self._tick_due_ms is not None and self._tick_due_ms <= at_ms:
                facts.append(Tick(0))
        elif isinstance(message, Request):
            facts.append(message.fact)
        elif isinstance(message, LimitWanted):
            self._limit_told = (0, 0)
            self._tell_limit()
        else:
            facts.append(message)
        return facts

    def _conclude(self, fact: Fact, at_ms: int) -> list[Leaving]:
        """Record and conclude *fact*; return what leaves because of it.

        Raises:
            CoreFailedError: the core, or the log's codec, raised; the fact itself is in the open frame.
        """
        state, append = self._state, self._journal.append
        seq = state.seq + 1
        if self._concluding:
            raise CoreFailedError(seq, type(fact).__name__, "the event before was left half concluded")
        self._concluding = True
        try:
            append(at_ms, fact)
            self._core.evolve(state, seq, at_ms, fact)
            leaving: list[Leaving] = []
            for number, outcome in enumerate(self._core.conclude(state), seq + 1):
                append(at_ms, outcome)
                if isinstance(outcome, (ActionIntended, AlarmChanged)):
                    leaving.append((number, outcome))
        except Exception as error:
            raise CoreFailedError(seq, type(fact).__name__, repr(error)) from error
        self._concluding = False
        return leaving

    def _hand_out(self, leaving: list[Leaving]) -> None:
        """Write and hand out reductions; then sync and hand out everything else."""
        self._journal.write()
        actions = [(seq, out) for seq, out in leaving if isinstance(out, ActionIntended)]
        rises = [action for action in actions if not action[1].reduces]
        for seq, action in actions:
            if action.reduces:
                self._execute(seq, action)
        if rises or self._request is not None:
            self._journal.sync()
        for seq, action in rises:
            self._execute(seq, action)
        if self._request is not None:
            self._request.future.set(self._state.fact_seq)
            self._request = None

    def _execute(self, seq: int, action: ActionIntended) -> None:
        self.place.directory[action.source].tell(Execute(seq, action.what, action.value))

    def _frame_closed(self) -> None:
        self._published.view = view_of(self._state)
        self._tell_limit()
        self._journal.upkeep(self._state)

    def _tell_limit(self) -> None:
        """Tell the root meter's actor the limit whenever either is another."""
        meter, limit_ma = self._state.config.meter, self._core.limit_ma(self._state)
        if meter and (meter, limit_ma) != self._limit_told:
            self._limit_told = (meter, limit_ma)
            self.place.directory[meter].tell(LimitChanged(limit_ma))

    def _look_ahead(self) -> None:
        """Ask the core when time alone changes something.

        Raises:
            CoreFailedError: it raised.
        """
        try:
            self._tick_due_ms = self._core.next_due_ms(self._state)
        except Exception as error:
            raise CoreFailedError(self._state.seq, "what is due next", repr(error)) from error

    def _arm(self, at_ms: int) -> None:
        """Hold one timer, no later than anything is due; an earlier one is left to fire and look again."""
        due_ms, journal_due_ms = self._tick_due_ms, self._journal.due_ms
        if due_ms is None or (journal_due_ms is not None and journal_due_ms < due_ms):
            due_ms = journal_due_ms
        if due_ms is None:
            return
        wake_at_ms = max(due_ms, at_ms + WAKE_MS_MIN)
        if self._timer is not None:
            if self._timer_at_ms <= wake_at_ms:
                return
            self._timer.cancel()
        self._timer_number += 1
        self._timer_at_ms = wake_at_ms
        self._timer = self.place.runtime.call_later(wake_at_ms - at_ms, self.place.me, Wake(self._timer_number))
