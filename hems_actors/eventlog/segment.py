"""One log file while it is written: frames go in chained, and nothing is tried again after a failure."""

from contextlib import suppress
from pathlib import Path

from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.frame import Frame, FrameType, pack_frame
from hems_actors.eventlog.port import FilePort


class Segment:
    """A file created here and now, owned until it is closed; one thread writes, any one may sync and then close.

    Raises:
        WriteError: it exists already, or cannot be created.
    """

    def __init__(self, path: Path, port: FilePort) -> None:
        self.path = path
        self.size_bytes = 0
        self._port = port
        self.crc = 0
        """Of the last frame."""
        self.found: tuple[Path, ...] = ()
        """Files of earlier processes that it goes on from."""
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

    def sync(self) -> None:
        """Return once all frames written when it is called would survive a power cut.

        Raises:
            WriteError: they may not.
        """
        self._check()
        try:
            self._port.sync(self._fd)
        except OSError as error:
            raise self._failure(error) from error

    def sync_name(self) -> None:
        """Return once the file's name would survive a power cut, and as far as can be what it goes on from.

        Raises:
            WriteError: the name may not.
        """
        for path in self.found:
            with suppress(OSError):  # its events are in this file's snapshot; all that is at stake is its history
                self._port.sync_other(path)
        try:
            self._port.sync_directory(self.path.parent)
        except OSError as error:
            raise self._failure(error) from error

    def fail(self) -> None:
        """Take it that nothing can be written or synced any more."""
        self._failed = True

    def close(self) -> None:
        """Close the file, as it is; what a failing disk says of that comes too late to matter."""
        with suppress(OSError):
            self._port.close(self._fd)

    def discard(self) -> None:
        """Close and remove the file: nothing in it is worth reading."""
        self.close()
        with suppress(OSError):
            self._port.remove(self.path)

    def _check(self) -> None:
        if self._failed:
            raise WriteError(f"{self.path}: writing failed before: begin another log")

    def _failure(self, error: OSError) -> WriteError:
        self.fail()
        return WriteError(f"{self.path}: cannot be written: {error.strerror}: make room or change the disk")
