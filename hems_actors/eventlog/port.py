"""What the writer asks of the operating system, so that a test can be a full or failing disk."""

import os
from pathlib import Path
from typing import Protocol


class FilePort(Protocol):
    """The system calls behind a segment; each raises OSError."""

    def create(self, path: Path) -> int:
        """Create *path*, which must not exist, for its owner alone; return its descriptor."""

    def write(self, fd: int, data: bytes) -> int:
        """Append *data*; return how many bytes were taken."""

    def sync(self, fd: int) -> None:
        """Return once what was written would survive a power cut."""

    def sync_directory(self, path: Path) -> None:
        """Return once the names in *path* would survive a power cut."""

    def sync_other(self, path: Path) -> None:
        """Return once the file *path*, that another process wrote, would survive a power cut."""

    def close(self, fd: int) -> None:
        """Close *fd*."""

    def remove(self, path: Path) -> None:
        """Remove *path*."""


class OsFiles:
    """The real one."""

    def create(self, path: Path) -> int:
        """Create *path*, mode 0600."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, fd: int, data: bytes) -> int:
        """Append *data* in one system call."""
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        """Sync data, and of the metadata what reading it needs."""
        os.fdatasync(fd)

    def sync_directory(self, path: Path) -> None:
        """Sync the directory itself."""
        _sync(path, os.O_DIRECTORY)

    def sync_other(self, path: Path) -> None:
        """Sync the file."""
        _sync(path)

    def close(self, fd: int) -> None:
        """Close *fd*."""
        os.close(fd)

    def remove(self, path: Path) -> None:
        """Remove *path*."""
        path.unlink()


def _sync(path: Path, flags: int = 0) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
