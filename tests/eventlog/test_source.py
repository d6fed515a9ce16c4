"""Reading bytes: what cannot be opened or read is one error with the reason."""

import os
from pathlib import Path

import pytest

from hems_actors.eventlog.errors import UnreadableError
from hems_actors.eventlog.source import ByteSource


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(UnreadableError, match="log: No such file"):
        ByteSource(tmp_path / "log")


def test_directory(tmp_path: Path) -> None:
    """A directory is no log."""
    with pytest.raises(UnreadableError, match="not a file"):
        ByteSource(tmp_path)


def test_pipe(tmp_path: Path) -> None:
    """A pipe is refused at once, not waited for."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="not a file"):
        ByteSource(tmp_path / "pipe")


def test_at_the_end(tmp_path: Path) -> None:
    """Beyond the end there are no bytes, before it all there are."""
    path = tmp_path / "log"
    path.write_bytes(b"0123456789")
    with ByteSource(path) as source:
        assert (source.at(8, 5), source.at(2, 3), source.at(10, 1), source.at(99, 1)) == (b"89", b"234", b"", b"")


def test_truncated_while_read(tmp_path: Path) -> None:
    """A file that got shorter since it was opened ends there."""
    path = tmp_path / "log"
    path.write_bytes(b"0123456789")
    with ByteSource(path) as source:
        os.truncate(path, 4)

        assert source.at(2, 8) == b"23"


def test_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that gives less than was asked for is asked again."""
    path = tmp_path / "log"
    path.write_bytes(b"0123456789")
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, count, offset: pread(fd, min(count, 3), offset))
    with ByteSource(path) as source:
        assert source.at(1, 8) == b"12345678"


def test_failing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read error is named with the byte."""

    def fail(_fd: int, _count: int, _offset: int) -> bytes:
        raise OSError(5, "Input/output error")

    path = tmp_path / "log"
    path.write_bytes(b"0123456789")
    monkeypatch.setattr(os, "pread", fail)
    with ByteSource(path) as source, pytest.raises(UnreadableError, match="byte 3: Input/output error"):
        source.at(3, 1)
