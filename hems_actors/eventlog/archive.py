"""Closed segments become archives: compressed, read back and compared before the original goes.

Strategy: the archive is made under a name of its own, synced, compared byte for byte, renamed; the directory is synced,
and only then is the original removed. Wherever this ends in between, the original is there, or the whole archive, or
both; while the original is there, the next time begins anew. A damaged or torn one is archived as it is.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

from hems_actors.eventlog.archive_format import Piece, compressed, packed_index
from hems_actors.eventlog.archive_source import ArchiveSource
from hems_actors.eventlog.errors import LogError, WriteError
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.naming import archive_path
from hems_actors.eventlog.port import FilePort, OsFiles
from hems_actors.eventlog.scan import Good, scan
from hems_actors.eventlog.source import WINDOW_BYTES, ByteSource, Source

UNFINISHED_SUFFIX: Final = ".tmp"
PIECE_BYTES_MAX: Final = 1 << 20
"""Where no snapshot comes, a piece ends all the same: compressing takes some ten times its size of memory."""
_SNAPSHOT_BEGIN: Final = bytes([0x96, FrameType.SNAPSHOT])
"""Of a payload: an array of six, its type first."""


class ArchivePort(FilePort, Protocol):
    """The system calls behind an archive; each raises OSError."""

    def rename(self, source: Path, target: Path) -> None:
        """Give *source* the name *target*, instead of what has it."""


class OsArchive(OsFiles):
    """The real one."""

    def rename(self, source: Path, target: Path) -> None:
        """Rename in one step, as the system promises."""
        os.rename(source, target)  # noqa: PTH104 - as all of this port


def unfinished_path(segment: Path) -> Path:
    """Return the path that the archive of *segment* has until it is compared."""
    archive = archive_path(segment)
    return archive.with_name(archive.name + UNFINISHED_SUFFIX)


def archive(segment: Path, port: ArchivePort) -> None:
    """Put the archive of *segment*, which nobody writes to any more, in its place.

    Raises:
        UnreadableError: the segment or its archive cannot be read; the segment stays.
        WriteError: the disk is full or fails, or what was written is not what was read; the segment stays.
    """
    unfinished = unfinished_path(segment)
    try:
        if unfinished.exists():
            port.remove(unfinished)
        _make(segment, unfinished, port)
        port.rename(unfinished, archive_path(segment))
        port.sync_directory(segment.parent)
        port.remove(segment)
    except OSError as error:
        raise WriteError(f"{segment}: cannot be archived: {error.strerror}: make room or change the disk") from error


def is_archive_of(path: Path, segment: Path) -> bool:
    """Return whether the archive *path* gives back *segment*, byte for byte.

    Raises:
        UnreadableError: one of them cannot be read.
    """
    with ByteSource(segment) as plain, ByteSource(path) as packed:
        unpacked = ArchiveSource(packed)
        offsets = range(0, plain.size, WINDOW_BYTES)
        return plain.size == unpacked.size and all(
            plain.at(offset, WINDOW_BYTES) == unpacked.at(offset, WINDOW_BYTES) for offset in offsets
        )


def _make(segment: Path, path: Path, port: ArchivePort) -> None:
    """Write the archive of *segment* to *path*, and compare it; what cannot be used is removed."""
    try:
        _write(segment, path, port)
        if not is_archive_of(path, segment):
            raise WriteError(f"{segment}: its archive came out different: it stays; check the disk and the memory")
    except (OSError, LogError):
        with suppress(OSError):  # what matters has been raised already
            port.remove(path)
        raise


def _write(segment: Path, path: Path, port: ArchivePort) -> None:
    """Write *segment* to *path*, compressed, and sync it."""
    with ByteSource(segment) as source:
        fd = port.create(path)
        try:
            pieces: list[Piece] = []
            offset = 0
            for start, end in _cuts(source):
                frame = compressed(source.at(start, end - start))
                _put(port, fd, frame)
                pieces.append(Piece(offset, len(frame), end - start))
                offset += len(frame)
            _put(port, fd, packed_index(pieces))
            port.sync(fd)
        finally:
            port.close(fd)


def _put(port: ArchivePort, fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[port.write(fd, bytes(rest)) :]


def _cuts(source: Source) -> Iterator[tuple[int, int]]:
    """Yield where each piece of *source* begins and ends: at each snapshot, and before it gets too long."""
    snapshots = [part.start for part in scan(source) if type(part) is Good and part.payload.startswith(_SNAPSHOT_BEGIN)]
    for start, end in pairwise([0, *snapshots, source.size]):
        for begin in range(start, end, PIECE_BYTES_MAX):
            yield begin, min(begin + PIECE_BYTES_MAX, end)
