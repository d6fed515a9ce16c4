"""The journal: when a frame of the event log is closed, and when it is synced."""

from typing import Final, Protocol

from hems_actors.core.registry import Event
from hems_actors.core.state import State

FRAME_MS_MAX: Final = 5_000
"""Inputs that decide nothing wait this long for their frame (facts/replay.md section 3)."""
SYNC_MS_MAX: Final = 55_000
"""Begin to sync this long after the oldest event not synced: done within 60 s."""


class LogPort(Protocol):
    """The event log as the coordinator sees it; it numbers events on by itself."""

    def append(self, at_ms: int, event: Event, /) -> object:
        """Take *event* as the next of the open frame."""

    def commit(self, *, sync: bool) -> None:
        """Write the open frame, if it holds anything; with *sync*, return once all frames are durable."""

    def upkeep(self, state: State, /) -> None:
        """Write the hourly snapshot, or begin the next segment, if it is time to; *state* is after the last frame."""

    def close(self, state: State, at_ms: int, /) -> None:
        """Write the end of the file, with the hash of *state*."""


class Journal:
    """A `LogPort` and the instants that its duties hang on."""

    def __init__(self, log: LogPort) -> None:
        self._log = log
        self._open_since_ms: int | None = None
        self._unsynced_since_ms: int | None = None
        self.due_ms: int | None = None
        """When `keep_up` has something to do; None while everything is on disk."""

    def append(self, at_ms: int, event: Event) -> None:
        """Take *event* into the open frame."""
        self._log.append(at_ms, event)
        if self._open_since_ms is None:
            self._open_since_ms = at_ms
            self.due_ms = at_ms + FRAME_MS_MAX if self.due_ms is None else min(self.due_ms, at_ms + FRAME_MS_MAX)

    def write(self) -> None:
        """Close the open frame: it survives the end of the process."""
        if self._open_since_ms is not None:
            self._log.commit(sync=False)
            if self._unsynced_since_ms is None:
                self._unsynced_since_ms = self._open_since_ms
            self._open_since_ms = None
            self.due_ms = self._unsynced_since_ms + SYNC_MS_MAX

    def sync(self) -> None:
        """Close the open frame and sync: all written so far survives a power cut."""
        self._log.commit(sync=True)
        self._open_since_ms = self._unsynced_since_ms = self.due_ms = None

    def keep_up(self, at_ms: int) -> bool:
        """Write or sync what has waited long enough at *at_ms*; return whether it did either."""
        if self.due_ms is None or at_ms < self.due_ms:
            return False
        if self._unsynced_since_ms is not None and at_ms >= self._unsynced_since_ms + SYNC_MS_MAX:
            self.sync()
        else:
            self.write()
        return True

    def upkeep(self, state: State) -> None:
        """Let the log look after itself between two frames; *state* is after the last one."""
        self._log.upkeep(state)

    def close(self, state: State) -> None:
        """Write what is open, sync, and end the log with *state*."""
        self.sync()
        self._log.close(state, state.at_ms)
