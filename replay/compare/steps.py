"""A log fact by fact: each with what was recorded to follow from it, and the home's state before and after."""

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from hems_actors.core.errors import FAILURES
from hems_actors.core.registry import JUDGE_KIND_FIRST, Event
from hems_actors.core.state import State
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import MalformedError
from hems_actors.eventlog.fold import Fold, state_from
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.reader import LogReader

_BATCH: Final = int(FrameType.BATCH)


class Step(NamedTuple):
    """One fact and its recorded outcomes."""

    seq: int
    at_ms: int
    fact: Event
    outcomes: tuple[Event, ...]


class Keeper(Protocol):
    """Whoever looks on while a home's state changes."""

    def pass_to(self, state: State, at_ms: int) -> None:
        """Take note of *state*, which stands until *at_ms*."""

    def see(self, state: State, event: Event) -> None:
        """Take note of *event*, just stored in *state*."""


class Steps:
    """The steps of *log*, which was just opened; iterate once.

    Args:
        log: nothing read but its header.
        keepers: look on at each event.
    """

    def __init__(self, log: LogReader, *keepers: Keeper) -> None:
        self.log = log
        self._keepers = keepers
        self._fold = Fold(State())
        self._known = False
        """Whether the state is known: it was restored."""
        self.restored: list[Event] = []
        """The restore events that the state begins with."""
        self.restored_at = (log.header.first_seq - 1, log.header.at_ms)
        """Number and instant of the last event before the first step."""

    @property
    def state(self) -> State:
        """As it is after the last event of the step taken last."""
        return self._fold.state

    def __iter__(self) -> Iterator[Step]:
        """Yield the steps up to the first place where events are missing.

        Raises:
            LogError: the log cannot be read any further.
        """
        for frame in self.log:
            if frame.type == FrameType.SNAPSHOT and not self._known:
                self._restore(frame)
            elif frame.type == _BATCH:
                yield from self._steps(frame)
            elif frame.type == FrameType.GAP:
                return

    def _restore(self, frame: Frame) -> None:
        try:
            self._fold = Fold(state_from(self.log.events(frame), frame.first_seq - 1, frame.t0_ms))
        except FAILURES as error:
            self.log.check(frame)
            raise MalformedError(f"{self.log.path}: its first snapshot holds no state: {brief(str(error))}") from error
        self._known = True
        self.restored = self.log.events(frame)
        self.restored_at = (frame.first_seq - 1, frame.t0_ms)

    def _steps(self, frame: Frame) -> Iterator[Step]:
        events = self.log.events(frame)
        self.log.check(frame)
        start = 0
        while start < len(events):
            end = start + 1
            while end < len(events) and frame.body[end][0] >= JUDGE_KIND_FIRST:
                end += 1
            at_ms = frame.t0_ms + frame.body[start][2]
            for keeper in self._keepers:
                keeper.pass_to(self.state, at_ms)
            for index in range(start, end):
                self._fold.take(frame.first_seq + index, frame.t0_ms + frame.body[index][2], events[index])
                for keeper in self._keepers:
                    keeper.see(self.state, events[index])
            yield Step(frame.first_seq + start, at_ms, events[start], tuple(events[start + 1 : end]))
            start = end
