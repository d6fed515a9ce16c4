"""The journal: when a frame of the event log is closed, when it is synced, and what happens without a log."""

from typing import Final, Protocol

from hems_actors.core.facts import LogResumed, RecoveredWithLoss
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.syncing import Report, SyncResult

FRAME_MS_MAX: Final = 5_000
"""Inputs that decide nothing wait this long for their frame (facts/replay.md section 3)."""
SYNC_MS_MAX: Final = 55_000
"""Begin to sync this long after the oldest event not synced: done within 60 s."""
RETRY_MS: Final = 60_000
"""Without a log, a new segment is tried this often."""

_NAMING: Final = (LogResumed, RecoveredWithLoss)
_TO_COME: Final = 2**62


class LogPort(Protocol):
    """The event log as the coordinator sees it; it numbers events on by itself.

    Methods raise WriteError when the disk fails, and are not called again then but for `give_up`, `resume`, `close`
    and `abandon`.
    """

    durable_seq: int
    """All events up to this one would survive a power cut."""
    given_up: str | None
    """Why nothing is written any more, if so."""

    def append(self, at_ms: int, event: Event, /) -> object:
        """Take *event* as the next of the open frame."""

    def commit(self) -> None:
        """Write the open frame, if it holds anything: it survives the end of the process."""

    def sync(self) -> None:
        """Commit, and begin to make all frames durable; `durable_seq` says when they are."""

    def listen(self, report: Report, /) -> None:
        """Tell *report*, from whatever thread, what `note` is to be given."""

    def note(self, result: SyncResult, /) -> None:
        """Take what became of a sync."""

    def upkeep(self, state: State, /) -> None:
        """Write the hourly snapshot, or begin the next segment, if it is time to; *state* is after the last frame."""

    def give_up(self, reason: str, /) -> None:
        """Write nothing more."""

    def resume(self, state: State, at_ms: int, /) -> None:
        """Begin another segment with *state*."""

    def close(self, state: State, at_ms: int, /) -> None:
        """Write the end of the file, with the hash of *state*."""

    def abandon(self) -> None:
        """Sync what was committed; the file gets no end."""


class Tap(Protocol):
    """Whoever listens to the events as they are recorded."""

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Notice event number *seq*."""


class Journal:
    """A `LogPort` and the instants that its duties hang on."""

    def __init__(
        self, log: LogPort, seq: int = 0, taps: tuple[Tap, ...] = (), *, missing_from_seq: int | None = None
    ) -> None:
        """Write to *log* after event *seq*; *taps* listen; what is missing from *missing_from_seq* on will be told."""
        self._log = log
        self._seq = seq
        self._taps = taps
        self._open_since_ms: int | None = None
        self._unsynced_since_ms: int | None = None
        self.due_ms: int | None = None
        """When `keep_up` or `resume` has something to do; None while everything is on disk or on its way there."""
        self.lost_from_seq: int | None = None
        """Without a log: the first event that is not surely on disk."""
        self._naming_seq = 0 if missing_from_seq is None else _TO_COME
        self._missing_from_seq = missing_from_seq or 0
        """First event that is missing, as the event `_naming_seq` says: until that one is durable, nobody does."""
        self.listen = log.listen
        self.note = log.note

    @property
    def durable_seq(self) -> int:
        """All events up to this one would survive a power cut."""
        return self._log.durable_seq

    @property
    def failed(self) -> str | None:
        """Why the log could not even be begun, if so."""
        return self._log.given_up

    def append(self, at_ms: int, event: Event) -> None:
        """Take *event* into the open frame; without a log it is in memory only."""
        if self.lost_from_seq is None:
            self._log.append(at_ms, event)
            if self._open_since_ms is None:
                self._open_since_ms = at_ms
                self.due_ms = at_ms + FRAME_MS_MAX if self.due_ms is None else min(self.due_ms, at_ms + FRAME_MS_MAX)
        self._seq += 1
        if type(event) in _NAMING:
            self._naming_seq = self._seq
        for tap in self._taps:
            tap.see(self._seq, at_ms, event)

    def write(self) -> None:
        """Close the open frame: it survives the end of the process.

        Raises:
            WriteError: it does not.
        """
        if self._open_since_ms is not None:
            self._log.commit()
            if self._unsynced_since_ms is None:
                self._unsynced_since_ms = self._open_since_ms
            self._open_since_ms = None
            self.due_ms = self._unsynced_since_ms + SYNC_MS_MAX

    def sync(self) -> None:
        """Close the open frame and begin to sync: all written so far will survive a power cut.

        Raises:
            WriteError: it will not.
        """
        if self.lost_from_seq is None:
            self._log.sync()
            self._open_since_ms = self._unsynced_since_ms = self.due_ms = None

    def keep_up(self, at_ms: int) -> bool:
        """Write or sync what has waited long enough at *at_ms*; return whether it did either.

        Raises:
            WriteError: that failed.
        """
        if self.due_ms is None or at_ms < self.due_ms or self.lost_from_seq is not None:
            return False
        if self._unsynced_since_ms is not None and at_ms >= self._unsynced_since_ms + SYNC_MS_MAX:
            self.sync()
        else:
            self.write()
        return True

    def upkeep(self, state: State) -> None:
        """Let the log look after itself between two frames; *state* is after the last one.

        Raises:
            WriteError: the disk fails.
        """
        if self.lost_from_seq is None:
            self._log.upkeep(state)

    def lose(self, reason: str, at_ms: int) -> None:
        """Go on without a log; the next one is tried in 60 s."""
        named = self._log.durable_seq >= self._naming_seq
        self.lost_from_seq = self._log.durable_seq + 1 if named else self._missing_from_seq
        self._open_since_ms = self._unsynced_since_ms = None
        self.due_ms = at_ms + RETRY_MS
        if self._log.given_up is None:
            self._log.give_up(reason)

    def resume(self, state: State, at_ms: int) -> bool:
        """Try to go on in a new segment that begins with *state*; return whether that worked."""
        try:
            self._log.resume(state, at_ms)
        except WriteError:
            self.due_ms = at_ms + RETRY_MS
            return False
        if self.lost_from_seq is not None:
            self._naming_seq, self._missing_from_seq = state.seq + 1, self.lost_from_seq
        self.lost_from_seq = self.due_ms = None
        return True

    def close(self, state: State) -> None:
        """Write what is open, sync, and end the log with *state*.

        Raises:
            WriteError: that failed.
        """
        self._log.close(state, state.at_ms)

    def abandon(self) -> None:
        """Sync what was written, forget what is open; the log gets no end.

        Raises:
            WriteError: that failed.
        """
        self._log.abandon()
