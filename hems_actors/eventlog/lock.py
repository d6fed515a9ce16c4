"""One writer per directory."""

import fcntl
import os
from pathlib import Path

from hems_actors.eventlog.errors import LockedError, WriteError


class DirectoryLock:
    """The lock on `<directory>/lock`, held until released; makes the directory (0700) where there is none.

    Raises:
        LockedError: another process holds it.
        WriteError: the directory or the lock file cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        path = directory / "lock"
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise WriteError(f"{path}: cannot be made: {error.strerror}") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._fd)
            raise LockedError(f"{directory}: another process writes here: stop it, or use another folder") from error

    def release(self) -> None:
        """Let another process write."""
        os.close(self._fd)
