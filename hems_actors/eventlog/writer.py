"""Writing a log: buffered events become frames, frames make segments, segments follow one another.

Strategy: events wait in memory until `commit` closes the frame that holds them; the frame is in the file when
`commit` returns, and durable if it was asked to sync. `upkeep`, called when nothing waits, ends the segment at 64 MB
or once the local date changed, and writes a snapshot each hour.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from hems_actors.core.facts import ClockOffset, ZoneKnown
from hems_actors.core.registry import Event
from hems_actors.core.restore import restored_events
from hems_actors.core.state import State
from hems_actors.eventlog.codec import row_of
from hems_actors.eventlog.errors import LogError, WriteError
from hems_actors.eventlog.frame import FrameType, Row
from hems_actors.eventlog.header import HeaderFields, Previous, header_map
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.place import LogDirectory, Place
from hems_actors.eventlog.port import FilePort, OsFiles
from hems_actors.eventlog.schema import current_schema
from hems_actors.eventlog.segment import Segment
from hems_actors.eventlog.statehash import state_hash

SNAPSHOT_INTERVAL_MS: Final = 3_600_000


class LogWriter:
    """The one writer of a log; `start`, then `append` and `commit`, then `close`.

    Args:
        place: the directory its segments go to, or a `SingleFile`, which never rotates.
        head: what each header says.
        sync: whether anything is ever synced; a simulation needs none.
        port: the operating system.

    Raises:
        LockedError: another process writes to the directory.
        WriteError: the directory cannot be made.
    """

    next_seq: int
    """Number of the next event appended."""
    _segment: Segment
    _started_at_ms: int
    _snapshot_at_ms: int
    _at_ms: int
    """Of the newest event appended, or of the segment's start."""

    def __init__(
        self,
        place: Path | Place,
        head: HeaderFields,
        *,
        sync: bool,
        port: FilePort | None = None,
    ) -> None:
        self._place: Place = LogDirectory(place) if isinstance(place, Path) else place
        self._head = head
        self._sync = sync
        self._port = port or OsFiles()
        self._rows: list[Row] = []
        self._t0_ms = 0

    @property
    def path(self) -> Path:
        """The file being written."""
        return self._segment.path

    def start(self, state: State, at_ms: int, *, wall_ms: int | None = None) -> None:
        """Begin the first segment: a header and a snapshot of *state*; its next event follows `state.seq`.

        Args:
            state: what was recovered, or an empty one.
            at_ms: the start's instant.
            wall_ms: the wall clock, UTC; None = *at_ms* and the offset known to *state*.

        Raises:
            WriteError: the segment cannot be written, or the log goes on beyond *state*.
        """
        try:
            previous = self._place.previous(self._head.home)
            if previous is not None and previous.last_seq > state.seq:
                raise WriteError(
                    f"{previous.file}: goes on to event {previous.last_seq}, the state to {state.seq}: use another one"
                )
            self.next_seq = state.seq + 1
            self._begin(state, at_ms, wall_ms, previous)
        except LogError:
            self._place.release()
            raise

    def append(self, at_ms: int, event: Event) -> None:
        """Buffer *event*, which gets `next_seq`; it is in no file before `commit`."""
        if not self._rows:
            self._t0_ms = at_ms
        self._rows.append(row_of(event, at_ms - self._t0_ms))
        self._at_ms = at_ms
        if type(event) is ZoneKnown:
            self._local.transitions_s = event.transitions_s
        elif type(event) is ClockOffset:
            self._local.clock_offset_ms = event.offset_ms
        self.next_seq += 1

    def commit(self, *, sync: bool = False) -> None:
        """Write what was appended as one frame; if *sync*, return only once all of it would survive a power cut.

        Raises:
            WriteError: it is not, or not surely, in the file.
        """
        if self._rows:
            rows, self._rows = self._rows, []
            self._segment.write(FrameType.BATCH, self.next_seq - len(rows), self._t0_ms, rows)
        if sync and self._sync:
            self._segment.sync()

    def upkeep(self, state: State) -> None:
        """Commit, then begin the next segment or write a snapshot if it is time to; *state* is after all events.

        Raises:
            WriteError: the file, or the next one, cannot be written.
        """
        self.commit()
        if self._segment_ends():
            self.rotate(state, self._at_ms)
        elif self._at_ms - self._snapshot_at_ms >= SNAPSHOT_INTERVAL_MS:
            self.snapshot(state, self._at_ms)

    def snapshot(self, state: State, at_ms: int) -> None:
        """Commit, then write *state*, as it is after all events, at *at_ms*.

        Raises:
            WriteError: the file cannot be written.
        """
        self.commit()
        self._check(state)
        restored = restored_events(state)
        rows = [row_of(event, 0) for event in restored]
        self._segment.write(FrameType.SNAPSHOT, self.next_seq, state.at_ms, rows, state_hash(restored))
        self._snapshot_at_ms = at_ms

    def rotate(self, state: State, at_ms: int, *, sources: Mapping[int, str] | None = None) -> None:
        """Close this segment and begin the next one, from now on with *sources* if there are new ones.

        Raises:
            WriteError: the place holds one file only, or a file cannot be written.
        """
        if self._place.segment_bytes_max is None:
            raise WriteError(f"{self.path}: a single file has no next segment")
        self._end(state, at_ms)
        if sources is not None:
            self._head = replace(self._head, sources=sources)
        self._begin(state, at_ms, None, Previous(self.path.name, self.next_seq - 1, self._segment.crc, 0))

    def close(self, state: State, at_ms: int) -> None:
        """Commit, write the CLOSE frame with *state*'s hash, and let other processes write here.

        Raises:
            WriteError: the file cannot be written.
        """
        try:
            self._end(state, at_ms)
        finally:
            self._place.release()

    def _begin(self, state: State, at_ms: int, wall_ms: int | None, previous: Previous | None) -> None:
        self._local = LocalTime(state.site.transitions_s, state.site.clock_offset_ms)
        self._started_at_ms = self._at_ms = at_ms
        wall_ms = self._local.wall_ms(at_ms) if wall_ms is None else wall_ms
        self._segment = Segment(self._place.next_path(self._head.home, self.next_seq, wall_ms), self._port)
        body = header_map(self._head, current_schema(), wall_ms=wall_ms, previous=previous)
        self._segment.write(FrameType.HEADER, self.next_seq, at_ms, body)
        self.snapshot(state, at_ms)
        if self._sync:
            self._segment.sync()
            self._segment.sync_name()

    def _end(self, state: State, at_ms: int) -> None:
        try:
            self.commit()
            self._check(state)
            self._segment.write(FrameType.CLOSE, self.next_seq, at_ms, [], state_hash(restored_events(state)))
            if self._sync:
                self._segment.sync()
        finally:
            self._segment.close()

    def _segment_ends(self) -> bool:
        if self._place.segment_bytes_max is None:
            return False
        full = self._segment.size_bytes >= self._place.segment_bytes_max
        return full or self._local.day(self._at_ms) > self._local.day(self._started_at_ms)

    def _check(self, state: State) -> None:
        if state.seq != self.next_seq - 1:
            raise WriteError(f"{self.path}: the state is at event {state.seq}, the log at {self.next_seq - 1}")
