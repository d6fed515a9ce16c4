"""Writing a log: buffered events become frames, frames make segments, segments follow one another.

Strategy: events wait in memory until `commit` closes the frame that holds them; the frame is in the file when
`commit` returns, and durable some time after `sync`. `upkeep`, called when nothing waits, ends the segment at 64 MB
or once the local date changed, and writes a snapshot each hour. After a failure nothing is tried again in that file.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

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
from hems_actors.eventlog.syncing import Report, Sync, SyncFailed, SyncJob, SyncResult

SNAPSHOT_INTERVAL_MS: Final = 3_600_000


class LogWriter:
    """The one writer of a log; `start`, then `append`, `commit` and `sync`, then `close`.

    After a WriteError, its own or a `SyncFailed`, the log is given up; `resume` goes on in another segment.

    Args:
        place: the directory its segments go to, or a `SingleFile`, which never rotates.
        head: what each header says.
        sync: who makes it durable.
        port: the operating system.

    Raises:
        LockedError: another process writes to the directory.
        WriteError: the directory cannot be made.
    """

    path: Path
    """The file being written, or the last one that was."""
    next_seq: int
    """Number of the next event appended."""
    durable_seq: int
    """All events up to this one would survive a power cut."""
    given_up: str | None = None
    """Why nothing is written any more, if so."""
    _started_at_ms: int
    _snapshot_at_ms: int
    _at_ms: int
    """Of the newest event appended, or of the segment's start."""

    def __init__(
        self,
        place: Path | Place,
        head: HeaderFields,
        *,
        sync: Sync,
        port: FilePort | None = None,
    ) -> None:
        self._place: Place = LogDirectory(place) if isinstance(place, Path) else place
        self._head = head
        self._sync = sync
        self._port = port or OsFiles()
        self._rows: list[Row] = []
        self._t0_ms = 0
        self._era = 0
        self._segment: Segment | None = None
        self._submitted_seq = 0
        self._previous: Previous | None = None
        self._found: tuple[Path, ...] = ()
        self._config: Mapping[str, Any] | None = None
        """What the next header is to say; None = as this one."""

    def start(self, state: State, at_ms: int, *, wall_ms: int | None = None, anyhow: bool = False) -> None:
        """Begin the first segment: a header and a snapshot of *state*; its next event follows `state.seq`.

        Args:
            state: what was recovered, or an empty one.
            at_ms: the start's instant.
            wall_ms: the wall clock, UTC; None = *at_ms* and the offset known to *state*.
            anyhow: if the disk fails, only give up: `resume` may go on later.

        Raises:
            WriteError: the segment cannot be written, or the log goes on beyond *state*.
        """
        try:
            self._previous = previous = self._place.previous(self._head.home)
            self._found = self._place.found
            if previous is not None and previous.last_seq > state.seq:
                raise WriteError(
                    f"{previous.file}: goes on to event {previous.last_seq}, the state to {state.seq}: use another one"
                )
            try:
                self._go_on(state, at_ms, wall_ms)
            except WriteError as error:
                self.give_up(str(error))
                if not anyhow:
                    raise
        except LogError:
            self._leave()
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

    def commit(self) -> None:
        """Write what was appended as one frame: it survives the end of the process.

        Raises:
            WriteError: it is not, or not surely, in the file.
        """
        if self._rows:
            rows, self._rows = self._rows, []
            self._current().write(FrameType.BATCH, self.next_seq - len(rows), self._t0_ms, rows)
            self._written_seq = self.next_seq - 1

    def sync(self) -> None:
        """Commit, and begin to make all that was committed survive a power cut; `durable_seq` says when it does.

        Raises:
            WriteError: it could not be written, or was tried at once and failed.
        """
        self.commit()
        if self._submitted_seq < self.next_seq - 1:
            self._submit(self._current())

    def listen(self, report: Report) -> None:
        """Tell *report*, from whatever thread, what `note` is to be given."""
        self._sync.listen(report)

    def note(self, result: SyncResult) -> None:
        """Take what was told to `listen`'s report.

        Raises:
            WriteError: what was written since `durable_seq` may not survive a power cut.
        """
        if result.era != self._era:
            return
        if isinstance(result, SyncFailed):
            raise WriteError(result.reason)
        self.durable_seq = result.seq

    def give_up(self, reason: str) -> None:
        """Write nothing more: what is open is dropped, and later answers to what was submitted mean nothing."""
        self.given_up = reason
        self._rows.clear()
        if self._segment is not None:
            self._segment.fail()
            with suppress(WriteError):
                self._put_away(self._segment)
        self._era += 1

    def resume(self, state: State, at_ms: int) -> None:
        """Begin another segment after `give_up`, with *state* as it is in memory.

        Raises:
            WriteError: that failed as well; the log stays given up.
        """
        if self._place.segment_bytes_max is None:
            raise WriteError(f"{self._head.home}: a single file has no next segment")
        try:
            self._go_on(state, at_ms, None)
        except WriteError as error:
            self.give_up(str(error))
            raise
        self.given_up = None

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

    def go_on_as(self, config: Mapping[str, Any]) -> None:
        """Begin the next segment at the next upkeep, for its header to say *config*; from any thread."""
        self._config = config

    def snapshot(self, state: State, at_ms: int) -> None:
        """Commit, then write *state*, as it is after all events, at *at_ms*.

        Raises:
            WriteError: the file cannot be written.
        """
        self.commit()
        self._check(state)
        restored = restored_events(state)
        rows = [row_of(event, 0) for event in restored]
        self._current().write(FrameType.SNAPSHOT, self.next_seq, state.at_ms, rows, state_hash(restored))
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
        self._begin(state, at_ms, None)

    def close(self, state: State, at_ms: int) -> None:
        """Commit, write the CLOSE frame with *state*'s hash, sync, and let other processes write here.

        Raises:
            WriteError: the file cannot be written.
        """
        try:
            if self._segment is not None:
                self._end(state, at_ms)
        except WriteError as error:
            self.give_up(str(error))
            raise
        finally:
            self._leave()

    def abandon(self) -> None:
        """Sync what was committed, but write no end, and let other processes write here.

        Raises:
            WriteError: it could not be synced.
        """
        try:
            if self._segment is not None:
                self._put_away(self._segment)
        finally:
            self._leave()

    def _leave(self) -> None:
        self._sync.stop()
        self._place.release()

    def _go_on(self, state: State, at_ms: int, wall_ms: int | None) -> None:
        self.next_seq = state.seq + 1
        self.durable_seq = self._submitted_seq = state.seq  # what lies before is not this writer's
        self._begin(state, at_ms, wall_ms)

    def _begin(self, state: State, at_ms: int, wall_ms: int | None) -> None:
        self._local = LocalTime(state.site.transitions_s, state.site.clock_offset_ms)
        self._started_at_ms = self._at_ms = at_ms
        wall_ms = self._local.wall_ms(at_ms) if wall_ms is None else wall_ms
        self.path = self._place.next_path(self._head.home, self.next_seq, wall_ms)
        self._segment = segment = Segment(self.path, self._port)
        self._written_seq = self.next_seq - 1
        if self._config is not None:
            self._head, self._config = replace(self._head, config=self._config), None
        body = header_map(self._head, current_schema(), wall_ms=wall_ms, previous=self._previous)
        try:
            segment.write(FrameType.HEADER, self.next_seq, at_ms, body)
            self.snapshot(state, at_ms)
        except WriteError:
            self._segment = None
            segment.discard()
            raise
        segment.found, self._found = self._found, ()
        self._submit(segment, name=True)

    def _end(self, state: State, at_ms: int) -> None:
        segment = self._current()
        self.commit()
        self._check(state)
        segment.write(FrameType.CLOSE, self.next_seq, at_ms, [], state_hash(restored_events(state)))
        self._put_away(segment)

    def _put_away(self, segment: Segment) -> None:
        """Leave *segment* to whoever syncs, to be closed after that; remember how it ends."""
        self._segment = None
        self._previous = Previous(segment.path.name, self._written_seq, segment.crc, _size_beyond(segment))
        self._submit(segment, end=True)

    def _submit(self, segment: Segment, *, name: bool = False, end: bool = False) -> None:
        seq = self.next_seq - 1
        if self._sync.submit(SyncJob(segment, seq, self._era, name, end)):
            self.durable_seq = seq
        self._submitted_seq = seq

    def _current(self) -> Segment:
        if self._segment is None:
            raise WriteError(f"{self._head.home}: no log is open")
        return self._segment

    def _segment_ends(self) -> bool:
        if self._place.segment_bytes_max is None:
            return False
        full = self._current().size_bytes >= self._place.segment_bytes_max
        return full or self._config is not None or self._local.day(self._at_ms) > self._local.day(self._started_at_ms)

    def _check(self, state: State) -> None:
        if state.seq != self.next_seq - 1:
            raise WriteError(f"{self.path}: the state is at event {state.seq}, the log at {self.next_seq - 1}")


def _size_beyond(segment: Segment) -> int:
    """Return how many bytes *segment*'s file has behind its last whole frame, 0 if nobody can say."""
    try:
        return max(0, segment.path.stat().st_size - segment.size_bytes)
    except OSError:
        return 0
