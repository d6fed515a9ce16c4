"""Logs with several snapshots, their archives, and a disk that stops at any call."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Final

from hems_actors.core import facts
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.archive import OsArchive, archive
from hems_actors.eventlog.naming import archive_path, segment_name
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from tests.eventlog.logs import HEAD, START_MS, begin, reading

HOME: Final = "home"
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
OURS: Final = replace(HEAD, state_version=STATE_VERSION)


def write_hours(path: Path, *, hours: int = 3, frames: int = 2) -> bytes:
    """Write a log with a snapshot and *frames* of two events an hour, and return its bytes."""
    writing = begin(LogWriter(SingleFile(path), OURS, sync=NoSync()))
    for hour in range(hours):
        if hour:
            writing.log.snapshot(writing.state, writing.state.at_ms)
        for index in range(frames):
            writing.put(START_MS + hour * HOUR_MS + index, reading(100 * hour + index), facts.Tick(0))
    writing.log.close(writing.state, writing.state.at_ms)
    return path.read_bytes()


def segment_in(directory: Path, day: int) -> Path:
    """Return the path of the segment that begins on *day*, in order of their days."""
    return directory / segment_name(HOME, 100 * day + 1, START_MS + day * DAY_MS)


def write_days(directory: Path, days: int) -> list[Path]:
    """Write a small segment for each of *days*, and return their paths."""
    paths = [segment_in(directory, day) for day in range(days)]
    for path in paths:
        write_hours(path, hours=1, frames=1)
    return paths


def archived(path: Path) -> Path:
    """Archive *path*, and return the archive."""
    archive(path, OsArchive())
    return archive_path(path)


class StopError(BaseException):
    """The process was killed."""


class StoppingFiles(OsArchive):
    """A disk on which the call number *stop* and all later ones do not happen.

    Args:
        stop: counted from 0.
        error: what they raise; StopError is like kill -9: nobody handles it.
        take: bytes a write takes at most.
    """

    def __init__(self, stop: int | None = None, error: BaseException | None = None, take: int = 1 << 30) -> None:
        self.calls: list[str] = []
        self._count = itertools.count()
        self._stop = stop
        self._error = error or StopError()
        self._take = take

    def create(self, path: Path) -> int:
        """Create, or stop."""
        self._note("create")
        return super().create(path)

    def write(self, fd: int, data: bytes) -> int:
        """Write, or stop."""
        self._note("write")
        return super().write(fd, data[: self._take])

    def sync(self, fd: int) -> None:
        """Sync, or stop."""
        self._note("sync")
        super().sync(fd)

    def sync_directory(self, path: Path) -> None:
        """Sync, or stop."""
        self._note("sync_directory")
        super().sync_directory(path)

    def close(self, fd: int) -> None:
        """Close, as the end of a process does too, or stop."""
        super().close(fd)
        self._note("close")

    def remove(self, path: Path) -> None:
        """Remove, or stop."""
        self._note("remove")
        super().remove(path)

    def rename(self, source: Path, target: Path) -> None:
        """Rename, or stop."""
        self._note("rename")
        super().rename(source, target)

    def _note(self, call: str) -> None:
        if self._stop is not None and next(self._count) >= self._stop:
            raise self._error
        self.calls.append(call)
