"""Which actions of a log would survive a power cut now, read from the file and not asked of its writer."""

from pathlib import Path
from typing import Final
from zlib import crc32

from hems_actors.core.outcomes import ActionIntended
from hems_actors.core.registry import KINDS
from hems_actors.eventlog.frame import HEAD_BYTES, FrameType, open_payload, parse_head
from hems_actors.sim.disk import FaultyDisk

_INTENDED: Final = next(number for number, event in KINDS.items() if event is ActionIntended)


class DurableActions:
    """Reads on in the files it follows, as far as their bytes are durable."""

    def __init__(self, disk: FaultyDisk) -> None:
        self._disk = disk
        self._read: dict[Path, int] = {}
        self._seqs: set[int] = set()

    def follow(self, path: Path) -> None:
        """Read the file *path* from now on."""
        self._read.setdefault(path, 0)

    def holds(self, seq: int) -> bool:
        """Return whether action *seq* would survive in a file that is followed."""
        if seq not in self._seqs:
            for path in self._read:
                self._read_on(path)
        return seq in self._seqs

    def forget(self) -> None:
        """Follow none of them any more: they may be others now."""
        self._read.clear()
        self._seqs.clear()

    def _read_on(self, path: Path) -> None:
        start, end = self._read[path], self._disk.durable_bytes(path)
        if start >= end:
            return
        with path.open("rb") as file:
            file.seek(start)
            content = file.read(end - start)
        at = 0
        while head := parse_head(content[at : at + HEAD_BYTES]):
            crc, length = head
            payload = content[at + HEAD_BYTES : at + HEAD_BYTES + length]
            if len(payload) < length or crc32(payload) != crc:
                break
            at += HEAD_BYTES + length
            frame = open_payload(payload)
            if frame.type == FrameType.BATCH:
                self._seqs |= {frame.first_seq + i for i, row in enumerate(frame.body) if row[0] == _INTENDED}
        self._read[path] = start + at
