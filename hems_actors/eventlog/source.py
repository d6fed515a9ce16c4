"""The bytes of a log file, a window at a time, so that a year takes no more memory than a day."""

import os
import stat
from pathlib import Path
from typing import Final, Self

from hems_actors.eventlog.errors import UnreadableError

WINDOW_BYTES: Final = 1 << 20


class ByteSource:
    """A regular file opened for reading, never locked or changed.

    Its size is taken once: what a writer adds later is not seen.

    Raises:
        UnreadableError: it cannot be opened, or is no regular file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise UnreadableError(f"{path}: {error.strerror}") from error
        status = os.fstat(self._fd)
        if not stat.S_ISREG(status.st_mode):
            os.close(self._fd)
            raise UnreadableError(f"{path}: not a file: name the log files themselves")
        self.size = status.st_size
        self._window = b""
        self._window_at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        os.close(self._fd)

    def at(self, offset: int, count: int) -> bytes:
        """Return *count* bytes from *offset*, fewer where the file ends.

        Raises:
            UnreadableError: the disk does not give them.
        """
        start = offset - self._window_at
        if start < 0 or start + count > len(self._window):
            self._load(offset, max(count, WINDOW_BYTES))
            start = 0
        return self._window[start : start + count]

    def _load(self, offset: int, count: int) -> None:
        wanted = max(0, min(count, self.size - offset))
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
        self._window = b"".join(parts)
        self._window_at = offset
