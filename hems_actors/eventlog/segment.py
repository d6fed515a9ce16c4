"""One log file while it is written: frames go in chained, and nothing is tried again after a failure."""

from pathlib import Path

from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.frame import Frame, FrameType, pack_frame
from hems_actors.eventlog.port import FilePort


class Segment:
    """A file created here and now, owned until it is closed.

    Raises:
        WriteError: it exists already, or cannot be created.
    """

    def __init__(self, path: Path, port: FilePort) -> None:
        self.path = path
        self.size_bytes = 0
        self.synced = True
        self._port = port
        self.crc = 0
        """Of the last frame."""
        self._failed = False
        try:
            self._fd = port.create(path)
        except FileExistsError as error:
            raise WriteError(f"{path}: exists already: a log is never written over, choose another name") from error
        except OSError as error:
            raise WriteError(f"{path}: cannot be created: {error.strerror}") from error

    def write(
        self,
        kind: FrameType,
        first_seq: int,
        t0_ms: int,
        body: object,
        state_hash: bytes | None = None,
    ) -> None:
        """Append a frame, chained to the one before.

        Raises:
            WriteError: the disk is full or fails, or did so before; part of the frame may be in the file.
            MalformedError: the frame would be too long for any reader.
        """
        frame, crc = pack_frame(Frame(kind, first_seq, t0_ms, self.crc, body, state_hash))
        self._check()
        try:
            rest = memoryview(frame)
            while rest:
                rest = rest[self._port.write(self._fd, bytes(rest)) :]
        except OSError as error:
            raise self._failure(error) from error
        self.crc = crc
        self.size_bytes += len(frame)
        self.synced = False

    def sync(self) -> None:
        """Return once all frames would survive a power cut.

        Raises:
            WriteError: they may not.
        """
        self._check()
        if self.synced:
            return
        try:
            self._port.sync(self._fd)
        except OSError as error:
            raise self._failure(error) from error
        self.synced = True

    def sync_name(self) -> None:
        """Return once the file's name would survive a power cut.

        Raises:
            WriteError: it may not.
        """
        try:
            self._port.sync_directory(self.path.parent)
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Close the file, as it is."""
        self._port.close(self._fd)

    def _check(self) -> None:
        if self._failed:
            raise WriteError(f"{self.path}: writing failed before: begin another log")

    def _failure(self, error: OSError) -> WriteError:
        self._failed = True
        return WriteError(f"{self.path}: cannot be written: {error.strerror}: make room or change the disk")
