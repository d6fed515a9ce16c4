"""Where segments go: a locked directory of them, or one file of the caller's choice."""

from pathlib import Path
from typing import Final, Protocol

from hems_actors.eventlog.errors import LogError, WriteError
from hems_actors.eventlog.header import Previous
from hems_actors.eventlog.lock import DirectoryLock
from hems_actors.eventlog.naming import log_name, segment_name, segments
from hems_actors.eventlog.reader import LogReader

SEGMENT_BYTES_MAX: Final = 64 * 1024 * 1024


class Place(Protocol):
    """What the writer asks of where it writes."""

    @property
    def segment_bytes_max(self) -> int | None:
        """Size from which the next segment begins; None = there is none."""

    @property
    def found(self) -> tuple[Path, ...]:
        """Return segments of other processes that a recovery went on from: they may not be synced."""

    def next_path(self, home: str, first_seq: int, wall_ms: int) -> Path:
        """Return the path of the segment to begin."""

    def previous(self, home: str) -> Previous | None:
        """Return the newest segment that another process left here, as it is found."""

    def release(self) -> None:
        """Let other processes write here."""


class LogDirectory:
    """A directory of segments, made (0700) if missing, locked until released.

    Args:
        path: the directory.
        segment_bytes_max: size from which the next segment begins.

    Raises:
        LockedError: another process writes here.
        WriteError: it cannot be made.
    """

    found: tuple[Path, ...] = ()
    """Segments of other processes that a recovery went on from."""
    newest: Previous | None = None
    """How the newest readable segment ends, if a recovery has found that out: it is not read again."""

    def __init__(self, path: Path, segment_bytes_max: int = SEGMENT_BYTES_MAX) -> None:
        self.path = path
        self.segment_bytes_max = segment_bytes_max
        self._lock = DirectoryLock(path)

    def next_path(self, home: str, first_seq: int, wall_ms: int) -> Path:
        """Return the segment's path, named for what it holds."""
        path = self.path / segment_name(home, first_seq, wall_ms)
        while path.exists():  # a start in the same instant, or a wall clock that was set back
            wall_ms += 1
            path = self.path / segment_name(home, first_seq, wall_ms)
        return path

    def previous(self, home: str) -> Previous | None:
        """Return how the newest segment ends; None if there is none."""
        if self.newest is not None:
            return self.newest
        found = segments(self.path, home)
        return end_of(found[-1]) if found else None

    def release(self) -> None:
        """Unlock the directory."""
        self._lock.release()


class SingleFile:
    """One file, which must not exist; nothing comes before or after it."""

    segment_bytes_max = None
    found: tuple[Path, ...] = ()

    def __init__(self, path: Path) -> None:
        self.path = path

    def next_path(self, home: str, first_seq: int, wall_ms: int) -> Path:
        """Return the file's path, whatever it holds."""
        del home, first_seq, wall_ms
        return self.path

    def previous(self, home: str) -> None:
        """Return None: nothing comes before a single file."""
        del home

    def release(self) -> None:
        """Do nothing: a single file takes no lock."""


def end_of(path: Path) -> Previous:
    """Return how the segment *path* ends; a segment nothing can be read of ends with event and crc 0.

    Raises:
        WriteError: it is not there any more.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise WriteError(f"{path}: {error.strerror}") from error
    try:
        with LogReader(path) as log:
            for _frame in log:
                pass
            return Previous(log_name(path), log.next_seq - 1, log.last_crc, log.size_bytes - log.good_bytes)
    except LogError:
        return Previous(log_name(path), 0, 0, size)
