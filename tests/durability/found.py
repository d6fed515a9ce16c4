"""What a log directory holds after a crash, read without the recovery that is under test."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import ActionIntended
from hems_actors.core.registry import KINDS, Event
from hems_actors.core.restore import restored_events
from hems_actors.core.state import State
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.frame import HEAD_BYTES, FrameType, open_payload, parse_head
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.statehash import state_hash
from hems_actors.sim.disk import FaultyDisk

_INTENDED: Final = next(number for number, event in KINDS.items() if event is ActionIntended)


@dataclass
class Found:
    """All events that can be read, and what they come to."""

    state: State = field(default_factory=State)
    events: dict[int, Event] = field(default_factory=dict)
    lossy: bool = False
    """Whether events are missing between others, behind the last snapshot: one after them holds what they led to."""
    torn: bool = False
    """Whether events are missing between others anywhere."""
    unbegun: bool = False
    """Whether a file has no header: what else of it survives only its numbers tell."""

    @property
    def hash(self) -> bytes:
        """That of the state."""
        return state_hash(restored_events(self.state))


def found_in(folder: Path, home: str) -> Found:
    """Return what the segments of *home* hold: oldest first, each from its snapshot."""
    found = Found()
    for path in segments(folder, home):
        try:
            with LogReader(path) as log:
                for frame in log:
                    if frame.type == FrameType.SNAPSHOT:
                        found.state = State()
                        found.lossy = False
                    if frame.type == FrameType.GAP:
                        found.lossy = found.torn = True
                    first_seq = frame.first_seq - (frame.type == FrameType.SNAPSHOT)
                    for index, event in enumerate(log.events(frame)):
                        if frame.type == FrameType.BATCH:
                            found.events[first_seq + index] = event
                            evolve(found.state, first_seq + index, frame.t0_ms + frame.body[index][2], event)
                        else:
                            evolve(found.state, first_seq, frame.t0_ms, event)
        except LogError:
            found.unbegun = True
    return found


def first_hash(path: Path) -> bytes | None:
    """Return the hash that the first snapshot of *path* records."""
    with LogReader(path) as log:
        return next(iter(log)).state_hash


class Intents:
    """The actions in a directory's files, as far as a power cut would leave them."""

    def __init__(self, disk: FaultyDisk, folder: Path, home: str) -> None:
        self._disk, self._folder, self._home = disk, folder, home
        self.forget()

    def forget(self) -> None:
        """Read everything anew: what was not durable may be gone."""
        self._read: dict[Path, int] = {}
        self._actions: set[int] = set()
        self._last_seq = 0

    def durable(self) -> set[int]:
        """Return the numbers of the actions that would survive any power cut now."""
        for path in segments(self._folder, self._home):
            start, end = self._read.get(path, 0), self._disk.durable_bytes(path)
            if start < end:
                for batch in _batches(path.read_bytes()[:end], start):
                    self._actions |= batch.actions
                    self._last_seq = max(self._last_seq, batch.last_seq)
                    self._read[path] = batch.end
        return self._actions

    def durable_seq(self) -> int:
        """Return the number of the last event that would survive any power cut now."""
        self.durable()
        return self._last_seq

    def written(self) -> set[int]:
        """Return the numbers of the actions that the newest file holds."""
        path = segments(self._folder, self._home)[-1]
        return {seq for batch in _batches(path.read_bytes(), 0) for seq in batch.actions}


class _Batch(NamedTuple):
    """A whole frame: its actions, its last event, and where the next one begins."""

    actions: set[int]
    last_seq: int
    end: int


def _batches(content: bytes, start: int) -> Iterator[_Batch]:
    """Yield each whole frame of *content* from byte *start* on."""
    while start + HEAD_BYTES <= len(content):
        head = parse_head(content[start : start + HEAD_BYTES])
        if head is None:
            return
        crc, length = head
        end = start + HEAD_BYTES + length
        payload = content[start + HEAD_BYTES : end]
        if len(payload) < length or crc32(payload) != crc:
            return
        frame = open_payload(payload)
        rows = frame.body if frame.type == FrameType.BATCH else ()
        actions = {frame.first_seq + index for index, row in enumerate(rows) if row[0] == _INTENDED}
        yield _Batch(actions, frame.first_seq + len(rows) - 1, end)
        start = end


def intended_in(events: dict[int, Event]) -> set[int]:
    """Return the numbers of the actions among *events*."""
    return {seq for seq, event in events.items() if isinstance(event, ActionIntended)}
