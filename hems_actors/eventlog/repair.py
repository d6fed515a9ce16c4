"""Repairing a log: its good frames byte for byte in a new file, a GAP frame for each lost range.

The damaged file stays as it is. What the new one is worth shows only when it was read and replayed again: that is
`hems-replay --repair`.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.frame import BIN32, HEAD, MAGIC, Frame, FrameType
from hems_actors.eventlog.gap import gap_frame, is_recorded
from hems_actors.eventlog.port import FilePort, OsFiles
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.scan import Good


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did."""

    frames: int
    """Copied, the header counted."""
    gaps: int
    """GAP frames written."""
    damage: list[Damage]
    """As the damaged file has it."""
    torn_tail_bytes: int
    """Left out at the end."""

    @property
    def unchanged(self) -> bool:
        """Whether the file needed no repair: the new one is equal."""
        return not self.damage and not self.torn_tail_bytes


def repair(path: Path, out: Path, port: FilePort | None = None) -> Repaired:
    """Write what is good in the log *path* to the new file *out* and sync it; on failure there is no *out*.

    Args:
        path: a log, an archive, or a log that is being written: as far as it is.
        out: must not exist.
        port: the operating system.

    Raises:
        UnreadableError: there is nothing to copy: no file, no log, no header.
        NewerError: *path* is newer than this version.
        MalformedError: a frame with the right checksum holds what no writer writes.
        WriteError: *out* exists, or cannot be written.
    """
    port = port or OsFiles()
    with LogReader(path) as log:
        try:
            fd = port.create(out)
        except FileExistsError as error:
            raise WriteError(f"{out}: exists already: a log is never written over, choose another name") from error
        except OSError as error:
            raise WriteError(f"{out}: cannot be created: {error.strerror}") from error
        done = False
        try:
            gaps = _copy(log, fd, port)
            port.sync(fd)
            port.sync_directory(out.parent)
            done = True
        except OSError as error:
            raise WriteError(f"{out}: cannot be written: {error.strerror}: make room or choose another disk") from error
        finally:
            port.close(fd)
            if not done:
                with suppress(OSError):  # what cannot be written may not be removed either
                    port.remove(out)
        return Repaired(log.frames, gaps, log.damage, log.torn_tail_bytes)


def _copy(log: LogReader, fd: int, port: FilePort) -> int:
    """Write the good frames of *log* and a GAP wherever some are lost; return the number of these."""
    gaps = 0
    missing: Frame | None = None
    _write(_bytes_of(log.good), fd, port)
    for frame in log:
        if frame.type == FrameType.GAP and not is_recorded(frame):
            missing = frame
            continue
        if missing is not None:
            _write(gap_frame(missing, frame, _bytes_lost(log)), fd, port)
            missing = None
            gaps += 1
        _write(_bytes_of(log.good), fd, port)
    if missing is not None:
        _write(gap_frame(missing, None, _bytes_lost(log)), fd, port)
        gaps += 1
    return gaps


def _bytes_lost(log: LogReader) -> int:
    """Return how many bytes the newest damage covers."""
    return log.damage[-1].byte_to - log.damage[-1].byte_from


def _bytes_of(part: Good) -> bytes:
    """Return a good frame as it stands in the file."""
    return HEAD.pack(MAGIC, part.crc, BIN32, len(part.payload)) + part.payload


def _write(data: bytes, fd: int, port: FilePort) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[port.write(fd, bytes(rest)) :]
