"""Stand-ins for what actors talk to: the log, the link, the core, the time; and both runtimes behind one driver."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

from hems_actors.actors.core_port import Core
from hems_actors.actors.directory import HOME, LINK, Address, Directory
from hems_actors.actors.messages import Answered, Call, Execute, ReadBack, StatesChanged
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour, Place, Runtime
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core.outcomes import Outcome
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.syncing import Synced, SyncFailed, SyncResult

START_MS = 1_767_225_600_000
FULL = "disk full"
PATIENCE_S = 10.0


class BoomError(ValueError):
    """What actors and cores in tests fail with."""


class FakeLog:
    """A log port that remembers what it was asked, in *trace* too; it fails, or takes its time, when told to."""

    def __init__(self, trace: list[Any] | None = None) -> None:
        self.events: list[tuple[int, Event]] = []
        self.trace = trace if trace is not None else []
        self.pending: list[Event] = []
        self.fails = False
        self.holds = False
        """Whether nothing becomes durable before `answer` says so."""
        self.seq = 0
        self.durable_seq = 0
        self.given_up: str | None = None
        self.report: Callable[[SyncResult], object] = self.trace.append
        self.awaited: type[Event] | None = None
        self.reached = threading.Event()
        """Set when an event of class *awaited* is appended."""

    def append(self, at_ms: int, event: Event, /) -> None:
        """Remember *event*."""
        self.seq += 1
        self.events.append((at_ms, event))
        self.pending.append(event)
        if type(event) is self.awaited:
            self.reached.set()

    def commit(self) -> None:
        """Remember what the frame held."""
        self._write("write")

    def sync(self) -> None:
        """Remember what the frame held, and that it is durable unless that is held."""
        self._write("sync")
        if not self.holds:
            self.durable_seq = self.seq

    def listen(self, report: Callable[[SyncResult], object], /) -> None:
        """Keep *report* for `answer`."""
        self.report = report

    def answer(self, failure: str | None = None) -> None:
        """Say that all is durable, or that it failed."""
        self.report(Synced(self.seq, 0) if failure is None else SyncFailed(failure, 0))

    def note(self, result: SyncResult, /) -> None:
        """Take an answer."""
        if isinstance(result, SyncFailed):
            raise WriteError(result.reason)
        self.durable_seq = result.seq

    def upkeep(self, _state: State, /) -> None:
        """Be called between frames only."""
        assert self.pending == []

    def give_up(self, reason: str, /) -> None:
        """Drop what is open."""
        self.given_up = reason
        self.pending.clear()
        self.trace.append(("given up", reason))

    def resume(self, state: State, _at_ms: int, /) -> None:
        """Begin anew."""
        if self.fails:
            raise WriteError(FULL)
        self.given_up = None
        self.seq = self.durable_seq = state.seq
        self.trace.append(("resumed", state.seq))

    def close(self, state: State, _at_ms: int, /) -> None:
        """Remember what was open, and the last number."""
        self._write("sync")
        self.trace.append(("close", state.seq))

    def abandon(self) -> None:
        """Remember that there is no end."""
        self.trace.append(("abandoned", self.seq))

    def _write(self, how: str) -> None:
        if self.fails:
            raise WriteError(FULL)
        self.trace.append((how, tuple(self.pending)))
        self.pending.clear()


class FakeCore:
    """A core that numbers facts and answers each by the outcomes of *answers*, keyed by the fact's class."""

    def __init__(self, **answers: list[Outcome]) -> None:
        self.answers = answers
        self.due_ms: int | None = None
        self.due_ms_after: dict[str, int | None] = {}
        """What becomes of `due_ms` with a fact of that class."""
        self.limit_ma = 0
        self.poison: str | None = None
        self.interrupted = False
        self.due_fails = False
        self.seen: list[Event] = []
        self.overtaken: set[int] = set()
        """Numbers of actions that something newer overtook."""

    def port(self) -> Core:
        """Return it as the coordinator takes it."""
        return Core(
            self._evolve,
            self._conclude,
            self._next_due_ms,
            lambda _state: self.limit_ma,
            lambda _state, _source, seq: seq not in self.overtaken,
        )

    def _next_due_ms(self, _state: State) -> int | None:
        if self.due_fails:
            raise BoomError
        return self.due_ms

    def _evolve(self, state: State, seq: int, at_ms: int, event: Event) -> None:
        state.seq, state.at_ms, state.fact_seq = seq, at_ms, seq
        self.seen.append(event)
        self._last = type(event).__name__
        self.due_ms = self.due_ms_after.get(self._last, self.due_ms)
        if self.interrupted:
            raise KeyboardInterrupt
        if self._last == self.poison:
            raise BoomError(self._last)

    def _conclude(self, state: State) -> list[Outcome]:
        outcomes = self.answers.get(self._last, [])
        state.seq += len(outcomes)
        return outcomes


class NotingAddress(Address):
    """An address that notes what it is told the moment it is told; nobody lives there."""

    __slots__ = ("_trace",)

    def __init__(self, source: int, trace: list[Any]) -> None:
        super().__init__(source)
        self._trace = trace

    def tell(self, message: object, /) -> bool:
        """Note *message*."""
        self._trace.append((self.source, message))
        return True


class NotingDirectory(Directory):
    """A directory in which only the coordinator is real."""

    def __init__(self, trace: list[Any]) -> None:
        super().__init__()
        self._trace = trace

    def __getitem__(self, source: int) -> Address:
        """Return the coordinator's own address, or one that notes."""
        return super().__getitem__(source) if source == HOME else NotingAddress(source, self._trace)


class Recorder(Behaviour):
    """Remembers what it is told; `reached` is set at the *awaited*-th message."""

    def __init__(self, place: Place, log: list[Any], reached: threading.Event, awaited: int = 1) -> None:
        super().__init__(place)
        self.log = log
        self._reached = reached
        self._left = awaited

    def on_receive(self, message: object) -> object:
        """Remember *message*; a BoomError is raised, an Execute recorded with the address it reached."""
        self.log.append((self.place.source, message) if isinstance(message, Execute) else message)
        self._left -= 1
        if self._left == 0:
            self._reached.set()
        if isinstance(message, Exception):
            raise message
        return message


class FakeLink(Behaviour):
    """A link whose devices obey at once: it answers calls with *result* (None: never), and knows *states*."""

    def __init__(self, place: Place, states: dict[int, dict[str, Any]], result: int | None, trace: list[Any]) -> None:
        super().__init__(place)
        self._states = states
        self._result = result
        self._trace = trace

    def on_receive(self, message: Call | ReadBack) -> None:
        """Answer."""
        self._trace.append(message[:-1])
        if isinstance(message, Call):
            if self._result is not None:
                message.reply_to.tell(Answered(message.token, self._result))
        else:
            now_ms = self.place.runtime.now_ms()
            message.reply_to.tell(StatesChanged(self._states[message.thing], now_ms, read_back=True))


class Driver(Protocol):
    """A runtime, and how to let it work until something happened."""

    runtime: Runtime

    def until(self, reached: threading.Event, within_ms: int = 0) -> None:
        """Let the actors work until *reached*, which takes *within_ms* of their time."""


class LiveDriver:
    """Real threads, real time."""

    def __init__(self) -> None:
        self.runtime: Runtime = ThreadRuntime()

    def until(self, reached: threading.Event, within_ms: int = 0) -> None:
        """Wait."""
        assert reached.wait(PATIENCE_S + within_ms / 1_000)


class QueueDriver:
    """The run queue, virtual time."""

    def __init__(self) -> None:
        self.queue = RunQueue(START_MS)
        self.runtime: Runtime = self.queue

    def until(self, reached: threading.Event, within_ms: int = 0) -> None:
        """Run."""
        self.queue.run_until(self.queue.now_ms() + within_ms)
        assert reached.is_set()


class Bench:
    """One actor under test on a run queue, with recorders for the coordinator and the link."""

    def __init__(self) -> None:
        self.queue = RunQueue(START_MS)
        self.directory = Directory()
        self.told: list[Any] = []
        """What the coordinator got."""
        self.sent: list[Any] = []
        """What the link got."""
        for source, log in ((HOME, self.told), (LINK, self.sent)):
            self.queue.spawn(Recorder, self.place(source), log, threading.Event())

    def place(self, source: int) -> Place:
        """Return the place of *source*."""
        return Place(self.queue, self.directory, source)

    def tell(self, source: int, *messages: object) -> None:
        """Tell *messages* to *source* and let all messages run."""
        for message in messages:
            self.directory[source].tell(message)
        self.queue.run_until_idle()

    def after(self, delay_ms: int) -> None:
        """Let *delay_ms* pass."""
        self.queue.run_until(self.queue.now_ms() + delay_ms)

    def take_told(self) -> list[Any]:
        """Return and forget what the coordinator got."""
        told, self.told[:] = self.told[:], []
        return told
