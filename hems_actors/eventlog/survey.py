"""Looking through a segment before anything is folded: how it ends, and where its last good snapshot is.

Strategy: rows are not decoded, but for those of snapshots; whatever cannot be read is noted, never raised.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hems_actors.core.errors import FAILURES
from hems_actors.core.facts import CoreFailed
from hems_actors.core.registry import KINDS
from hems_actors.core.restore import restored_events
from hems_actors.core.state import State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.fold import state_from
from hems_actors.eventlog.frame import Frame, FrameType, open_payload
from hems_actors.eventlog.header import Header, Previous
from hems_actors.eventlog.naming import SegmentName, log_name
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.scan import Good, Torn, scan
from hems_actors.eventlog.source import open_source
from hems_actors.eventlog.statehash import state_hash

_BATCH: Final = int(FrameType.BATCH)
_SNAPSHOT: Final = int(FrameType.SNAPSHOT)
_CORE_FAILED: Final = next(number for number, event in KINDS.items() if event is CoreFailed)


@dataclass(slots=True)
class Survey:
    """What one segment holds, as far as it can be read."""

    path: Path
    name: SegmentName
    header: Header | None = None
    """None: no event of it can be read."""
    end: Previous | None = None
    """How it ends, for the next one's header."""
    last_seq: int = 0
    """Highest number that is surely given out; at least the name says what lies before."""
    last_at_ms: int = 0
    lost: bool = False
    """Whether bytes that cannot be read may hold events numbered on from `last_seq`."""
    state: State | None = None
    """That of the last good snapshot; None = there is none."""
    frame: int = -1
    """Which one of the frames after the header that snapshot is."""
    core_failed_at_ms: list[int] = field(default_factory=list)


def survey(path: Path, name: SegmentName) -> Survey:
    """Return what the segment *path* holds."""
    found = Survey(path, name, last_seq=name.first_seq - 1)
    try:
        with LogReader(path) as log:
            _read(log, found)
        if found.lost:
            _count(found)
    except LogError:
        found.lost = _count(found)
    return found


def trusted_state(log: LogReader, frame: Frame) -> State | None:
    """Return the state of the SNAPSHOT *frame*; None if it is not what was written, or cannot be read."""
    try:
        state = state_from(log.events(frame), frame.first_seq - 1, frame.t0_ms)
        if log.header.state_version != STATE_VERSION or state_hash(restored_events(state)) == frame.state_hash:
            return state
    except (LogError, *FAILURES):
        pass
    return None


def _read(log: LogReader, found: Survey) -> None:
    """Note all that *log* says.

    Raises:
        LogError: it cannot be read any further.
    """
    found.header = log.header
    try:
        for number, frame in enumerate(log):
            found.lost = frame.type == FrameType.GAP
            if frame.type == _BATCH:
                row = frame.body[-1]  # nothing follows in its file
                if row[0] == _CORE_FAILED:
                    found.core_failed_at_ms.append(frame.t0_ms + row[2])
            elif frame.type == _SNAPSHOT:
                state = trusted_state(log, frame)
                if state is not None:
                    found.state, found.frame = state, number
    finally:
        found.last_seq = max(found.last_seq, log.next_seq - 1)
        found.last_at_ms = log.last_at_ms
        found.end = Previous(log_name(found.path), log.next_seq - 1, log.last_crc, log.size_bytes - log.good_bytes)


def _count(found: Survey) -> bool:
    """Note which numbers good frames name, whatever else is wrong; return whether there is more than a torn tail."""
    more = False
    try:
        with open_source(found.path) as source:
            for part in scan(source):
                more = more or not isinstance(part, Torn)
                if isinstance(part, Good):
                    _note(part, found)
    except LogError:
        more = True
    return more


def _note(part: Good, found: Survey) -> None:
    try:
        frame = open_payload(part.payload)
    except LogError:
        return
    rows = len(frame.body) if frame.type == _BATCH else 0
    found.last_seq = max(found.last_seq, frame.first_seq + rows - 1)
    found.last_at_ms = max(found.last_at_ms, frame.t0_ms)
