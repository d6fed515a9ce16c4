"""Ways to damage a log, and what must hold for the reader then, whatever was done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.frame import Frame, FrameType, open_payload
from hems_actors.eventlog.gap import is_recorded
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.scan import Good
from tests.eventlog.logs import frames_of

SECTOR: Final = 512
_END: Final = 2**63


@dataclass
class Original:
    """An undamaged log."""

    data: bytes
    parts: list[Good]
    frames: dict[tuple[int, int], Frame] = field(default_factory=dict)
    """By type and first number."""

    def pieces(self) -> list[bytes]:
        """Return the bytes of each frame."""
        return [self.data[part.start : part.end] for part in self.parts]


def original(path: Path) -> Original:
    """Return the undamaged log at *path*."""
    parts = frames_of(path)
    frames = [open_payload(part.payload) for part in parts[1:]]
    return Original(path.read_bytes(), parts, {(frame.type, frame.first_seq): frame for frame in frames})


@dataclass
class Found:
    """What the reader made of a damaged log."""

    refused: str | None = None
    frames: list[Frame] = field(default_factory=list)
    log: Any = None

    def lost(self, seq: int) -> bool:
        """Return whether event *seq* lies in a named range."""
        named = [*self.log.damage, *self.log.gaps]
        return any(item.seq_from is not None and item.seq_from <= seq <= (item.seq_to or _END) for item in named)


def read_damaged(path: Path) -> Found:
    """Return what is read of *path*; a refusal is one line that names it."""
    try:
        with LogReader(path) as log:
            return Found(None, [frame for frame in log if frame.type != FrameType.GAP], log)
    except LogError as error:
        refused = str(error)
    assert refused.startswith(f"{path}: ")
    assert "\n" not in refused
    return Found(refused)


def check_reading(path: Path, whole: Original) -> Found:
    """Check that of *path*, made from *whole*, only original events are delivered, and each missing one is named.

    A log that ends early, torn or at the end of a frame, is an exact prefix. A CLOSE behind damage says nothing of
    events; it may be another log's.
    """
    found = read_damaged(path)
    if found.refused is not None:
        return found
    for frame in found.frames[:-1] if found.log.damage and found.log.closed else found.frames:
        assert whole.frames.get((frame.type, frame.first_seq)) == frame
    batches = [frame.first_seq for frame in found.frames if frame.type == FrameType.BATCH]
    assert all(one < other for one, other in pairwise(batches))
    delivered = set(batches)
    prefix_ends = batches[-1] if batches else 0
    for (kind, first_seq), frame in whole.frames.items():
        if kind != FrameType.BATCH or first_seq in delivered:
            continue
        if not found.log.damage and first_seq > prefix_ends:
            continue
        unnamed = [seq for seq in range(first_seq, first_seq + len(frame.body)) if not found.lost(seq)]
        assert not unnamed or (found.log.torn_tail_bytes and first_seq > prefix_ends), f"events {unnamed} not named"
    return found


def events_of(path: Path) -> dict[int, tuple[int, tuple[Any, ...]]]:
    """Return number to instant and row of each event that *path* delivers."""
    with LogReader(path) as log:
        return {
            seq: (frame.t0_ms + row[2], row)
            for frame in log
            if frame.type == FrameType.BATCH
            for seq, row in enumerate(frame.body, frame.first_seq)
        }


def recorded_gaps(path: Path) -> int:
    """Return how many GAP frames *path* holds."""
    with LogReader(path) as log:
        return sum(map(is_recorded, log))


Damaged = tuple[str, bytes]
"""What was done, and the file that came of it."""


def zeroed(whole: Original) -> Iterator[Damaged]:
    """Yield the log with each of its sectors zeroed."""
    for start in range(0, len(whole.data), SECTOR):
        end = min(start + SECTOR, len(whole.data))
        yield f"sector at {start} zeroed", whole.data[:start] + bytes(end - start) + whole.data[end:]


def reordered(whole: Original) -> Iterator[Damaged]:
    """Yield the log with each frame, and each pair of frames, dropped, repeated or swapped."""
    pieces = whole.pieces()
    numbers = range(len(pieces))
    for some in [*combinations(numbers, 1), *combinations(numbers, 2)]:
        yield f"{some} dropped", b"".join(piece for number, piece in enumerate(pieces) if number not in some)
        yield f"{some} repeated", b"".join(piece * (1 + (number in some)) for number, piece in enumerate(pieces))
        yield f"{some} repeated at the end", whole.data + b"".join(pieces[number] for number in some)
    for one, other in combinations(numbers, 2):
        order = list(pieces)
        order[one], order[other] = order[other], order[one]
        yield f"{one} and {other} swapped", b"".join(order)


def mixed(whole: Original, other: Original) -> Iterator[Damaged]:
    """Yield the log with frames of *other* among its own: put in, in the place of one, in turns, before and after."""
    ours, theirs = whole.pieces(), other.pieces()
    for place in range(1, len(ours) + 1):
        before, after = b"".join(ours[:place]), b"".join(ours[place:])
        for number, piece in enumerate(theirs):
            yield f"their {number} put in at {place}", before + piece + after
            yield f"their {number} for our {place}", before + piece + b"".join(ours[place + 1 :])
            if after:  # behind its last frame, a run is a log's own as well as another's
                yield f"theirs from {number} put in at {place}", before + b"".join(theirs[number:]) + after
    turns = [piece for pair in zip(ours, theirs, strict=False) for piece in pair]
    yield "in turns", b"".join([*turns, *ours[len(theirs) :], *theirs[len(ours) :]])
    yield "one after the other", whole.data + other.data


def flipped(data: bytes, byte: int, bit: int) -> bytes:
    """Return *data* with one bit flipped."""
    return data[:byte] + bytes([data[byte] ^ 1 << bit]) + data[byte + 1 :]


def any_damage(whole: Original, other: Original, random: Random) -> Damaged:
    """Return the log damaged in one to three seeded ways that leave its header alone."""
    data, said = whole.data, []
    first = whole.parts[0].end
    for _ in range(random.randint(1, 3)):
        start = random.randrange(first, max(first + 1, len(data) - 1))
        end = min(len(data), start + random.choice([1, 7, 60, SECTOR, 3 * SECTOR]))
        way = random.choice(["flip", "cut out", "zeros", "repeat", "garbage", "foreign", "end"])
        said.append(f"{way} {start} {end}")
        if way == "flip":
            data = flipped(data, min(start, len(data) - 1), random.randrange(8))
        elif way == "cut out":
            data = data[:start] + data[end:]
        elif way == "zeros":
            data = data[:start] + bytes(end - start) + data[end:]
        elif way == "repeat":
            data = data[:end] + data[start:]
        elif way == "garbage":
            data = data[:start] + random.randbytes(end - start) + data[end:]
        elif way == "foreign":
            data = data[:start] + random.choice(other.pieces()) + data[end:]
        elif random.random() < 0.3:
            data = data[: max(first, start)]
    return ", ".join(said), data
