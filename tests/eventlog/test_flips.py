"""Every truncation of the last frames and every single flipped bit of a whole log: nothing invented, nothing unseen."""

import os
from pathlib import Path

import pytest

from hems_actors.eventlog import reader
from tests.eventlog.damages import Found, Original, check_reading

LOG_BYTES_MAX = 16 * 1024


def test_the_log_is_worth_it(simulated: Original) -> None:
    """The log is as large as promised, and holds what there is: snapshots, many kinds, a CLOSE."""
    kinds = {row[0] for (kind, _), frame in simulated.frames.items() if kind == 3 for row in frame.body}

    assert LOG_BYTES_MAX // 2 < len(simulated.data) <= LOG_BYTES_MAX
    assert [kind for kind, _ in simulated.frames if kind != 3] == [2, 2, 2, 5]
    assert {1, 20, 22, 24, 26, 27, 104, 107, 140, 160} <= kinds


def test_every_truncation_of_the_last_two_frames(simulated: Original, tmp_path: Path) -> None:
    """Cut anywhere in its last two frames, a log is an exact prefix, and the torn tail is counted to the byte."""
    path = tmp_path / "log"
    ends = [part.end for part in simulated.parts]
    for size in range(ends[-3], len(simulated.data)):
        path.write_bytes(simulated.data[:size])
        found = check_reading(path, simulated)
        whole = sum(end <= size for end in ends)

        assert found.refused is None
        assert found.frames == list(simulated.frames.values())[: whole - 1]
        assert (found.log.damage, found.log.torn_tail_bytes) == ([], size - ends[whole - 1])
        assert not found.log.closed


def flip_each(path: Path, data: bytes, start: int, end: int, whole: Original) -> list[Found]:
    """Check *whole*, at *path*, with each bit from byte *start* to before *end* flipped; return what was found."""
    found = []
    with path.open("r+b", buffering=0) as file:
        for byte in range(start, end):
            for bit in range(8):
                os.pwrite(file.fileno(), bytes([data[byte] ^ 1 << bit]), byte)
                found.append(check_reading(path, whole))
            os.pwrite(file.fileno(), data[byte : byte + 1], byte)
    return found


def test_every_bit_flip_of_the_header(simulated: Original, tmp_path: Path) -> None:
    """A log whose header is damaged is refused, whatever bit it is."""
    path = tmp_path / "log"
    path.write_bytes(simulated.data)
    found = flip_each(path, simulated.data, 0, simulated.parts[0].end, simulated)

    assert len(found) == simulated.parts[0].end * 8
    assert all(item.refused for item in found)


def test_every_bit_flip_behind_the_header(simulated: Original, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flipped bit costs its frame and no other one, and its events are named; it is never taken for a torn tail.

    The header is the same each time, and so is parsed once.
    """
    path = tmp_path / "log"
    path.write_bytes(simulated.data)
    with reader.LogReader(path) as log:
        monkeypatch.setattr(reader, "parse_header", lambda *_: log.header)
        monkeypatch.setattr(reader, "Decoder", lambda *_: log.decoder)
    for part in simulated.parts[1:]:
        found = flip_each(path, simulated.data, part.start, part.end, simulated)

        assert all(item.refused is None and item.log.damage for item in found)
        assert all(len(item.frames) == len(simulated.frames) - 1 for item in found)
        places = {(item.log.damage[0].byte_from, item.log.damage[-1].byte_to) for item in found}
        assert all(start == part.start and end <= part.end for start, end in places)
