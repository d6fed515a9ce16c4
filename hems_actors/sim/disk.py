"""A disk that fails: a file port over real files that knows what a power cut would leave of them.

Strategy: what is written goes into real files at once, as it goes into a kernel's memory; beside it the disk notes
which bytes and names were not synced yet. A killed process loses none of them; a power cut may take any. A sync that
failed is remembered for ever: like a kernel, the disk does not bring those bytes back at the next one.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from hems_actors.eventlog.port import OsFiles
from hems_actors.eventlog.scan import SECTOR_BYTES

FOREVER: Final = 2**62


class Op(StrEnum):
    """What is asked of a disk."""

    CREATE = "create"
    WRITE = "write"
    SYNC = "sync"
    NAME = "sync of the name"
    CLOSE = "close"
    REMOVE = "remove"


class Trouble(NamedTuple):
    """Each of `ops` fails with `error`, from one instant (ms) to before another, or from one call number to another."""

    error: int
    ops: tuple[Op, ...]
    begin: int = 0
    end: int = FOREVER
    by_calls: bool = False
    """Whether `begin` and `end` are numbers of calls, the first being 0."""


def full(begin: int = 0, end: int = FOREVER, *, by_calls: bool = False) -> Trouble:
    """Return a disk without room: names still fit, bytes do not."""
    return Trouble(errno.ENOSPC, (Op.WRITE,), begin, end, by_calls)


def read_only(begin: int = 0, end: int = FOREVER, *, by_calls: bool = False) -> Trouble:
    """Return a disk that the kernel protects from further harm."""
    return Trouble(errno.EROFS, (Op.CREATE, Op.WRITE, Op.SYNC, Op.NAME, Op.REMOVE), begin, end, by_calls)


def broken(*ops: Op, begin: int = 0, end: int = FOREVER, by_calls: bool = False) -> Trouble:
    """Return a disk that fails at *ops*."""
    return Trouble(errno.EIO, ops, begin, end, by_calls)


@dataclass(slots=True)
class _File:
    """What would survive of a file."""

    size: int = 0
    pending: list[tuple[int, int]] = field(default_factory=list)
    """From which byte to before which was written since the last sync."""
    forgotten: list[tuple[int, int]] = field(default_factory=list)
    """The same, of syncs that failed."""
    named: bool = False
    """Whether its name was synced."""
    removed: bytes | None = None
    """Its bytes, if it was removed and that was not synced."""

    @property
    def volatile(self) -> list[tuple[int, int]]:
        return sorted(self.pending + self.forgotten)


class FaultyDisk:
    """A `FilePort`; one for all processes that write there, each of which `kill` ends.

    Args:
        now_ms: the instant that `Trouble`s go by; those by calls need none.
        watch: told of each call before and after it, and in the middle of a write; what it raises interrupts the call.
    """

    def __init__(
        self, now_ms: Callable[[], int] = lambda: 0, watch: Callable[[str], object] = lambda _point: None
    ) -> None:
        self.now_ms = now_ms
        self.watch = watch
        self.troubles: list[Trouble] = []
        self.calls = 0
        self.forgetful: set[str] = set()
        """Names of files that a sync failed for: what it was to keep may be gone, though later ones succeed."""
        self._os = OsFiles()
        self._files: dict[Path, _File] = {}
        self._open: dict[int, Path] = {}

    def create(self, path: Path) -> int:
        """Create *path*; its name is not synced."""
        with self._call(Op.CREATE):
            fd = self._os.create(path)
            self._files[path] = _File()
            self._open[fd] = path
            return fd

    def write(self, fd: int, data: bytes) -> int:
        """Append *data* in two halves; when the disk fails, the first one may be all that it takes."""
        half = data[: len(data) // 2]
        with self._call(Op.WRITE, lambda: self._append(fd, half)):
            taken = self._append(fd, half)
            self.watch("in the middle of write")
            return taken + self._append(fd, data[taken:])

    def sync(self, fd: int) -> None:
        """Make what was written to the file durable."""
        file = self._file(fd)
        with self._call(Op.SYNC, lambda: self._forget(self._open[fd], file)):
            file.pending.clear()

    def sync_directory(self, path: Path) -> None:
        """Make the names in *path* durable, and removals."""
        with self._call(Op.NAME):
            for name, file in list(self._files.items()):
                if name.parent == path and file.removed is not None:
                    del self._files[name]
                elif name.parent == path:
                    file.named = True

    def sync_other(self, path: Path) -> None:
        """Make what an earlier process wrote durable, but not its name."""
        file = self._files.get(path, _File())
        with self._call(Op.SYNC, lambda: self._forget(path, file)):
            file.pending.clear()

    def close(self, fd: int) -> None:
        """Close *fd*, which makes nothing durable."""
        with self._call(Op.CLOSE):
            del self._open[fd]
            self._os.close(fd)

    def remove(self, path: Path) -> None:
        """Remove *path*; it may be back after a power cut."""
        with self._call(Op.REMOVE):
            file = self._files.setdefault(path, _File(named=True))
            content = path.read_bytes()
            self._os.remove(path)
            if file.named:
                file.removed = content
            else:
                del self._files[path]

    def durable_bytes(self, path: Path) -> int:
        """Return how many bytes of *path* survive any power cut; 0 if not even its name does."""
        file = self._files.get(path)
        if file is None:
            return path.stat().st_size
        return min((start for start, _ in file.volatile), default=file.size) if file.named else 0

    def kill(self) -> None:
        """End the process that had files open here: what it wrote stays, as in a kernel's memory."""
        for fd in self._open:
            with suppress(OSError):
                os.close(fd)
        self._open.clear()

    def cut_power(self, rng: Random) -> None:
        """Cut the power: of what was not synced, *rng* chooses what is left; all that is left is durable."""
        self.kill()
        for path, file in sorted(self._files.items()):
            if file.removed is not None:
                if rng.choice((True, False)):
                    path.write_bytes(file.removed)
            elif file.named or rng.choice((True, False)):
                _tear(path, file, rng)
            else:
                path.unlink()
        self._files.clear()

    def _append(self, fd: int, data: bytes) -> int:
        """Write all of *data*, not to be durable before the next sync."""
        file = self._file(fd)
        start = file.size
        while file.size < start + len(data):
            file.size += self._os.write(fd, data[file.size - start :])
        file.pending.append((start, file.size))
        return len(data)

    def _file(self, fd: int) -> _File:
        """Return the file behind *fd*.

        Raises:
            OSError: no process has that open: it was killed.
        """
        if fd not in self._open:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._files[self._open[fd]]

    def _forget(self, path: Path, file: _File) -> None:
        """Let a sync of *path* fail."""
        if file.pending:
            self.forgetful.add(path.name)
        file.forgotten += file.pending
        file.pending.clear()

    @contextmanager
    def _call(self, op: Op, partly: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Watch a call, and fail it if the disk is in trouble; *partly* is what it does all the same."""
        self.watch(f"before {op}")
        number, self.calls = self.calls, self.calls + 1
        failure = self._failure(op, number)
        if failure is not None:
            partly()
            raise failure
        yield
        self.watch(f"after {op}")

    def _failure(self, op: Op, number: int) -> OSError | None:
        """Return how call *number*, an *op*, fails now; None if it does not."""
        for trouble in self.troubles:
            where = number if trouble.by_calls else self.now_ms()
            if op in trouble.ops and trouble.begin <= where < trouble.end:
                return OSError(trouble.error, os.strerror(trouble.error))
        return None


def _tear(path: Path, file: _File, rng: Random) -> None:
    """Leave what is durable of *path*; of each sector of the rest what was written, some of it, zeros, or nothing."""
    lost = file.volatile
    if not lost:
        return
    floor = file.size
    for start, end in reversed(lost):
        floor = start if end >= floor else floor
    ends = [floor, file.size, *(end for _, end in lost if end >= floor), *_boundaries(floor, file.size)]
    size = rng.choice((floor, file.size, rng.choice(ends), rng.choice(ends)))
    content = bytearray(path.read_bytes())
    for sector in sorted({byte // SECTOR_BYTES for start, end in lost for byte in (*_boundaries(start, end), start)}):
        begin, stop = sector * SECTOR_BYTES, min(file.size, (sector + 1) * SECTOR_BYTES)
        parts = [(max(start, begin), min(end, stop)) for start, end in lost if start < stop and end > begin]
        if rng.randrange(4) == 0:  # few holes, so that some tails are long
            kept = rng.randrange(len(parts))  # a sector is written whole: with what was in it by then
            for start, end in parts[kept:]:
                content[start:end] = bytes(end - start)
    path.write_bytes(content[:size])


def _boundaries(start: int, stop: int) -> range:
    """Return where sectors begin from *start* to before *stop*."""
    return range(start + -start % SECTOR_BYTES, stop, SECTOR_BYTES)
