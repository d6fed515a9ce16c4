"""Random single-bit flips of a large log: `python -m tests.eventlog.flips LOG [COUNT] [SEED]`.

Each flip is judged by the real reader on a sub-log: a header, a GAP that leads to the frame before the one hit, that
frame, the one hit, and the two after it. That proves the same as reading the whole log each time, because a frame is
judged by its own bytes (crc) and by what the frame before it hands on (its crc and number), and after bad bytes the
next frame is looked for by its magic, which the sub-log holds just as the log does. What is different for the whole
log is checked on it: a flipped length may reach over frames that the sub-log does not have, so that slice of the whole
log must fail its crc too. Flips in the header are judged on the header itself.
"""

import sys
from bisect import bisect_right
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from zlib import crc32

from hems_actors.eventlog.frame import HEAD_BYTES, Frame, FrameType, open_payload, pack_frame, parse_head
from hems_actors.eventlog.gap import Gap
from hems_actors.eventlog.scan import Good
from tests.eventlog.damages import Found, Original, check_reading, flipped, original

_LENGTH = range(11, 15)
"""Bytes of a frame's length."""


class Judge:
    """Judges flips of one log.

    Args:
        whole: the log.
        path: where sub-logs are written.
    """

    def __init__(self, whole: Original, path: Path) -> None:
        self.whole = whole
        self._path = path
        self._contents = [open_payload(part.payload) for part in whole.parts]
        self._starts = [part.start for part in whole.parts]

    def judge(self, byte: int, bit: int) -> Found:
        """Check the log with one bit flipped: it is refused, or its damage is named and nothing else is lost."""
        number = bisect_right(self._starts, byte) - 1
        part = self.whole.parts[number]
        if number == 0:
            return self._header(byte, bit)
        first, last = max(number - 1, 1), min(number + 2, len(self._starts) - 1)
        head, start = self._lead(first), self._starts[first]
        body = flipped(self.whole.data[start : self.whole.parts[last].end], byte - start, bit)
        self._path.write_bytes(head + body)
        near = {(frame.type, frame.first_seq): frame for frame in self._contents[first : last + 1]}
        found = check_reading(self._path, Original(b"", [], near))

        assert found.refused is None
        assert found.frames == [self._contents[n] for n in range(first, last + 1) if n != number]
        assert found.log.damage[0].byte_from == part.start - start + len(head)
        assert found.log.torn_tail_bytes < HEAD_BYTES
        hit = self._contents[number]
        if hit.type == FrameType.BATCH:
            assert all(found.lost(seq) for seq in range(hit.first_seq, hit.first_seq + len(hit.body)))
        if byte - part.start in _LENGTH:
            head = self.whole.data[part.start : part.start + HEAD_BYTES]
            self._check_length(flipped(head, byte - part.start, bit), part)
        return found

    def _header(self, byte: int, bit: int) -> Found:
        """Check that the log is refused with a bit of its header flipped."""
        self._path.write_bytes(flipped(self.whole.data[: self.whole.parts[1].end], byte, bit))
        found = check_reading(self._path, self.whole)
        assert found.refused is not None
        return found

    def _lead(self, first: int) -> bytes:
        """Return a header and a GAP that lead to frame number *first*."""
        header, frame = self.whole.parts[0], self._contents[first]
        gap = Gap(frame.first_seq - 1, frame.t0_ms, frame.prev_crc, 0)
        opening = self._contents[0]
        lead, _ = pack_frame(Frame(FrameType.GAP, opening.first_seq, opening.t0_ms, header.crc, gap))
        return self.whole.data[: header.end] + lead

    def _check_length(self, head: bytes, part: Good) -> None:
        """Check that the payload of the wrong length in *head* fails its crc in the whole log."""
        parsed = parse_head(head)
        if parsed is not None:
            crc, length = parsed
            payload = self.whole.data[part.start + HEAD_BYTES : part.start + HEAD_BYTES + length]
            assert len(payload) != length or crc32(payload) != crc


def main(path: Path, count: int, seed: int) -> str:
    """Flip *count* random bits of the log *path*, one at a time, and return what came of it."""
    random, whole, began_s = Random(seed), original(path), monotonic()
    refused = 0
    with TemporaryDirectory() as directory:
        judge = Judge(whole, Path(directory) / "log")
        for _ in range(count):
            found = judge.judge(random.randrange(len(whole.data)), random.randrange(8))
            refused += found.refused is not None
    return (
        f"{path}: {len(whole.data):,} bytes, {len(whole.parts):,} frames; {count:,} single-bit flips, seed {seed}:\n"
        f"{refused:,} in the header, refused; {count - refused:,} damage named, no other frame lost; 0 unseen; "
        f"{monotonic() - began_s:.0f} s"
    )


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[2:4]]
    print(main(Path(sys.argv[1]), *[*numbers, *(100_000, 1)[len(numbers) :]]))  # noqa: T201 - a script
