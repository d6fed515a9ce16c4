"""One writer per directory."""

import errno
import fcntl
import os
from pathlib import Path

from hems_actors.eventlog.errors import LockedError, WriteError


class DirectoryLock:
    """The lock on `<directory>/lock`, held until released; makes the directory (0700) where there is none.

    On a disk that can only be read the directory itself is locked: the home must be protected all the same.

    Raises:
        LockedError: another process holds it.
        WriteError: the directory or the lock file cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / "lock"
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd: int | None = _open(path)
        except OSError as error:
            raise WriteError(f"{path}: cannot be made: {error.strerror}") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise LockedError(f"{directory}: another process writes here: stop it, or use another folder") from error

    def release(self) -> None:
        """Let another process write; harmless when it was done before."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def _open(path: Path) -> int:
    """Return a descriptor to lock: of *path*, or of its directory where *path* is not there and cannot be made."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
    return os.open(path if path.exists() else path.parent, os.O_RDONLY | os.O_CLOEXEC)
