"""The events of one or more logs of a home in order, and where some are missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import LogError, NewerError
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.header import Header
from hems_actors.eventlog.reader import LogReader
from replay.bearings import TELLING, Bearings

if TYPE_CHECKING:
    from hems_actors.core.registry import Event
    from hems_actors.core.state import State

_BATCH: Final = int(FrameType.BATCH)
Item = tuple[int, int, "Event | State | Missing"]
"""Event number, instant (ms), and what is there: an event, the state at the begin of what follows, or nothing."""


class Missing(NamedTuple):
    """Events are not there from `at_ms` on, until the next item."""

    at_ms: int


class File(NamedTuple):
    """One of the logs."""

    path: Path
    header: Header
    size_bytes: int


class DifferentHomesError(LogError):
    """Logs of more than one home were given."""


@dataclass(slots=True)
class Problem:
    """What is wrong with a file, in one line."""

    text: str
    newer: bool = False


def open_files(paths: Sequence[Path]) -> list[File]:
    """Return the logs at *paths* in the order of their events.

    Raises:
        LogError: one cannot be read.
        DifferentHomesError: they are not all of one home.
    """
    files = []
    for path in paths:
        with LogReader(path) as log:
            files.append(File(path, log.header, log.size_bytes))
    files.sort(key=lambda file: (file.header.first_seq, file.header.wall_ms))
    first = files[0]
    for file in files:
        if file.header.home != first.header.home:
            names = f"{brief(first.header.home)} and {brief(file.header.home)}"
            raise DifferentHomesError(f"{file.path}: the logs are of different homes, {names}: give those of one")
    return files


class Walk:
    """Iterate once over all events of *files*, as `open_files` returns them.

    Where a file cannot be read any further this goes on with the next one; `problems` says so.
    """

    def __init__(self, files: Sequence[File]) -> None:
        self.bearings = Bearings({})
        """As they are where the iteration is."""
        self.problems: list[Problem] = []
        self.torn_tail_bytes = 0
        self.events = 0
        self._files = files
        self._next_seq = 0
        self._at_ms = 0
        self._lost = True

    def __iter__(self) -> Iterator[Item]:
        """Yield the items."""
        for file in self._files:
            self.bearings.names.update(file.header.sources)
            try:
                with LogReader(file.path) as log:
                    yield from self._items(log)
                    self.torn_tail_bytes += log.torn_tail_bytes
                    if log.damage:
                        self.problems.append(Problem(f"{file.path}: damaged, places: {len(log.damage)}"))
            except LogError as error:
                self.problems.append(Problem(str(error), isinstance(error, NewerError)))
                yield from self._missing()

    def _items(self, log: LogReader) -> Iterator[Item]:
        if self._next_seq and log.next_seq > self._next_seq:
            yield from self._missing()
        for frame in log:
            if frame.type == _BATCH:
                yield from self._events(log, frame)
            elif frame.type == FrameType.GAP:
                yield from self._missing()
            elif frame.type == FrameType.SNAPSHOT and self._lost:
                yield self._state(log, frame)

    def _missing(self) -> Iterator[Item]:
        if not self._lost:
            self._lost = True
            yield self._next_seq, self._at_ms, Missing(self._at_ms)

    def _state(self, log: LogReader, frame: Frame) -> Item:
        state = self.bearings.take_snapshot(log, frame)
        self._lost = False
        self._at_ms = frame.t0_ms
        return frame.first_seq - 1, frame.t0_ms, state

    def _events(self, log: LogReader, frame: Frame) -> Iterator[Item]:
        events = log.events(frame)
        log.check(frame)
        seq, t0_ms = frame.first_seq, frame.t0_ms
        if seq < self._next_seq:  # an archive and its segment were both given
            return
        self._lost = False
        for row, event in zip(frame.body, events, strict=True):
            self._at_ms = t0_ms + row[2]
            if isinstance(event, TELLING):
                self.bearings.take(log.path, seq, event)
            yield seq, self._at_ms, event
            seq += 1
        self.events += len(events)
        self._next_seq = seq
