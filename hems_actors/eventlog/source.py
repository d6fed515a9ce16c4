"""The bytes of a log file, a window at a time, so that a year takes no more memory than a day."""

import os
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final, Self

from hems_actors.eventlog.errors import UnreadableError
from hems_actors.eventlog.naming import ARCHIVE_SUFFIX

WINDOW_BYTES: Final = 1 << 20
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
"""What every zstd frame begins with."""


class Source(ABC):
    """The bytes of a log, from 0 to before `size`, as its writer wrote them; used inside `with`."""

    size: int

    def __init__(self, path: Path) -> None:
        self.path = path
        self._window = b""
        self._window_at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def at(self, offset: int, count: int) -> bytes:
        """Return *count* bytes from *offset*, fewer where the file ends.

        Raises:
            UnreadableError: the disk does not give them.
        """
        start, end = offset - self._window_at, min(offset + count, self.size)
        if start < 0 or end - self._window_at > len(self._window):
            wanted = max(0, min(max(count, WINDOW_BYTES), self.size - offset))
            self._window, self._window_at = self._read(offset, wanted), offset
            start = 0
        return self._window[start : start + count]

    def find(self, pattern: bytes, offset: int) -> int | None:
        """Return where *pattern* stands first at or after *offset*, or None.

        Raises:
            UnreadableError: the disk does not give it.
        """
        while offset < self.size:
            block = self.at(offset, WINDOW_BYTES)
            found = block.find(pattern)
            if found >= 0:
                return offset + found
            offset += max(1, len(block) - len(pattern) + 1)
        return None

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    @abstractmethod
    def _read(self, offset: int, wanted: int) -> bytes:
        """Return *wanted* bytes from *offset*, all within `size`; fewer if the file got shorter."""


class ByteSource(Source):
    """A regular file opened for reading, never locked or changed.

    Its size is taken once: what a writer adds later is not seen.

    Raises:
        UnreadableError: it cannot be opened, or is no regular file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror}") from error
        status = os.fstat(self._fd)
        if not stat.S_ISREG(status.st_mode):
            os.close(self._fd)
            raise UnreadableError(f"{path}: not a file: name the log files themselves")
        self.size = status.st_size

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _read(self, offset: int, wanted: int) -> bytes:
        parts: list[bytes] = []
        while wanted:
            try:
                part = os.pread(self._fd, wanted, offset + sum(map(len, parts)))
            except OSError as error:
                raise UnreadableError(f"{self.path}: byte {offset}: {error.strerror}") from error
            if not part:
                break
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)


def open_source(path: Path) -> Source:
    """Return the bytes of the log *path*; those of an archive are the log's that it was made from.

    Raises:
        UnreadableError: it cannot be opened or read, or is no regular file.
    """
    plain = ByteSource(path)
    try:
        if path.suffix != ARCHIVE_SUFFIX and plain.at(0, len(ZSTD_MAGIC)) != ZSTD_MAGIC:
            return plain
        from hems_actors.eventlog.archive_source import ArchiveSource  # noqa: PLC0415 - most logs need no zstd

        return ArchiveSource(plain)
    except UnreadableError:
        plain.close()
        raise
