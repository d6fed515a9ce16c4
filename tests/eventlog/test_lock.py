"""The lock on a directory, also where nothing can be written."""

import errno
import os
from pathlib import Path

import pytest

from hems_actors.eventlog.errors import LockedError, WriteError
from hems_actors.eventlog.lock import DirectoryLock


def failing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let nothing be opened for writing."""
    real = os.open

    def refuse(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY):
            raise OSError(number, os.strerror(number))
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", refuse)


@pytest.mark.parametrize("made", [pytest.param(True, id="lock file there"), pytest.param(False, id="no lock file")])
def test_read_only_disk_is_locked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool) -> None:
    """A home that has to start there is still the only one."""
    if made:
        DirectoryLock(tmp_path).release()
    failing(monkeypatch, errno.EROFS)
    first = DirectoryLock(tmp_path)
    with pytest.raises(LockedError, match="another process"):
        DirectoryLock(tmp_path)
    first.release()
    first.release()
    DirectoryLock(tmp_path).release()


def test_process_from_before_the_disk_became_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both lock the same thing."""
    first = DirectoryLock(tmp_path)
    failing(monkeypatch, errno.EROFS)
    with pytest.raises(LockedError, match="another process"):
        DirectoryLock(tmp_path)
    first.release()


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever set that up has to know."""
    failing(monkeypatch, errno.EACCES)
    with pytest.raises(WriteError, match="Permission denied"):
        DirectoryLock(tmp_path)
