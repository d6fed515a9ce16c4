"""Repair: good frames byte for byte, a GAP for each lost range, and a file that reads again without damage."""

import os
from pathlib import Path
from random import Random

import pytest

from hems_actors.eventlog.errors import LogError, MalformedError, UnreadableError, WriteError
from hems_actors.eventlog.frame import Frame, FrameType, open_payload
from hems_actors.eventlog.gap import Gap, gap_from
from hems_actors.eventlog.port import OsFiles
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.repair import repair
from tests.eventlog.damages import Original, any_damage, events_of, mixed, read_damaged, reordered, zeroed
from tests.eventlog.logs import START_MS, frames_of, packed, write_small

T = START_MS
ONE, TWO, THREE, CLOSE = 2, 3, 4, 5


def check_repair(path: Path, out: Path) -> bool:
    """Check that *path*'s repair holds what is good in it, and nothing else; return False if it cannot be repaired."""
    out.unlink(missing_ok=True)
    found = read_damaged(path)
    if found.refused is not None:
        with pytest.raises(LogError):
            repair(path, out)
        assert not out.exists()
        return False
    repaired = repair(path, out)
    again = read_damaged(out)

    assert again.refused is None
    assert (again.log.damage, again.log.torn_tail_bytes) == ([], 0)
    assert again.frames == found.frames
    assert len(again.log.gaps) == repaired.gaps + len(found.log.gaps)
    assert again.log.frames == repaired.frames + repaired.gaps
    assert events_of(out) == events_of(path)
    assert (again.log.next_seq, again.log.last_at_ms, again.log.closed) == (
        found.log.next_seq,
        found.log.last_at_ms,
        found.log.closed,
    )
    parts = frames_of(out)
    assert b"".join(out.read_bytes()[part.start : part.end] for part in parts) == out.read_bytes()
    good = {path.read_bytes()[part.start : part.end] for part in frames_of(path)}
    assert sum(out.read_bytes()[part.start : part.end] not in good for part in parts) == repaired.gaps
    lost = [(gap.seq_from, gap.seq_to) for gap in again.log.gaps if gap.seq_from is not None]
    before = [*found.log.damage, *found.log.gaps]
    named = sorted((item.seq_from, item.seq_to) for item in before if item.seq_from is not None)
    assert lost == named
    if repaired.unchanged:
        assert out.read_bytes() == path.read_bytes()
    return True


def test_any_damage(simulated: Original, other: Original, tmp_path: Path) -> None:
    """Whatever was done to a log, its repair reads again, and holds the original's events but for the named ranges."""
    random = Random(3)
    path, out = tmp_path / "log", tmp_path / "out"
    path.write_bytes(simulated.data)
    events = events_of(path)
    for _ in range(400):
        said, data = any_damage(simulated, other, random)
        path.write_bytes(data)
        assert check_repair(path, out), said
        found = read_damaged(out)
        kept = events_of(out)
        last = max(kept, default=0)
        if "foreign" not in said:
            assert kept == {seq: event for seq, event in events.items() if seq in kept}, said
            assert all(seq in kept or found.lost(seq) or seq > last for seq in events), said


def test_frames_out_of_order(small: Original, other: Original, tmp_path: Path) -> None:
    """Sectors of zeros, frames dropped, repeated, swapped, of another log: a seeded third of all such logs."""
    path, out = tmp_path / "log", tmp_path / "out"
    damaged = [*zeroed(small), *reordered(small), *mixed(small, other)]
    chosen = Random(5).sample(damaged, len(damaged) // 3)
    done = 0
    for _, data in chosen:
        path.write_bytes(data)
        done += check_repair(path, out)

    assert done > 150


def test_torn_tail(small: Original, tmp_path: Path) -> None:
    """Cut anywhere behind its header, a log is repaired by leaving out its torn tail; there is no GAP."""
    path, out = tmp_path / "log", tmp_path / "out"
    for size in range(small.parts[0].end, len(small.data), 7):
        path.write_bytes(small.data[:size])
        assert check_repair(path, out)
        assert small.data.startswith(out.read_bytes())


def damaged(path: Path, frame: int) -> Path:
    """Write a small log to *path*, flip the last bit of one frame, and return *path*."""
    part = write_small(path)[frame]
    data = bytearray(path.read_bytes())
    data[part.end - 1] ^= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("frame", "gap"),
    [
        pytest.param(1, (1, T, (0, T, 1)), id="snapshot: no event lost"),
        pytest.param(TWO, (3, T, (4, T + 2000, 1)), id="batch"),
        pytest.param(CLOSE, (7, T + 2000, (None, None, None)), id="last frame: nobody knows what is lost"),
    ],
)
def test_gap(tmp_path: Path, frame: int, gap: tuple[int, int, tuple[int | None, ...]]) -> None:
    """A GAP says what is lost, when, and what the frames around it continue."""
    path = damaged(tmp_path / "log", frame)
    originals = write_small(tmp_path / "whole")
    repair(path, tmp_path / "out")
    written = open_payload(frames_of(tmp_path / "out")[frame].payload)
    last_seq, next_ms, crc = gap[2]
    lost = originals[frame]

    assert written[:4] == (FrameType.GAP, *gap[:2], originals[frame - 1].crc)
    assert gap_from(written) == Gap(last_seq, next_ms, crc and lost.crc, lost.end - lost.start)


def test_end_of_a_repaired_file(tmp_path: Path) -> None:
    """What the next file's header names as its end, number and crc, is the same in the repaired file."""
    for frame in (ONE, THREE, CLOSE):
        path = damaged(tmp_path / str(frame), frame)
        repair(path, tmp_path / f"out{frame}")
        ends = []
        for log_path in (path, tmp_path / f"out{frame}"):
            with LogReader(log_path) as log:
                list(log)
                ends.append((log.next_seq, log.last_crc, log.last_at_ms, log.closed))

        assert ends[0] == ends[1]


def test_repaired_again(tmp_path: Path) -> None:
    """A repaired file needs no repair; damaged again, beside its GAP or in it, it gets another one."""
    path, once = damaged(tmp_path / "log", TWO), tmp_path / "once"
    repair(path, once)
    whole = once.read_bytes()
    assert repair(once, tmp_path / "twice").unchanged
    assert (tmp_path / "twice").read_bytes() == whole

    for number, part in enumerate(frames_of(once)[1:], 1):
        spoiled = bytearray(whole)
        spoiled[part.end - 1] ^= 1
        path.write_bytes(spoiled)
        assert check_repair(path, tmp_path / "thrice"), number


def test_garbage_only(tmp_path: Path) -> None:
    """Bytes between good frames that follow each other, or behind a CLOSE, are left out; no GAP is needed."""
    write_small(tmp_path / "log")
    data = (tmp_path / "log").read_bytes()
    cut = frames_of(tmp_path / "log")[TWO].start
    for number, garbage in enumerate([data[:cut] + b"garbage" + data[cut:], data + b"\x01garbage" * 9, b"x" + data]):
        (tmp_path / "bad").write_bytes(garbage)
        out = tmp_path / f"out{number}"
        repaired = repair(tmp_path / "bad", out)

        assert (repaired.gaps, repaired.unchanged, len(repaired.damage)) == (0, False, 1)
        assert out.read_bytes() == data


def test_nothing_to_copy(tmp_path: Path) -> None:
    """Without its header a file cannot be repaired, and there is no new file."""
    path = damaged(tmp_path / "log", 0)
    with pytest.raises(UnreadableError, match="header is damaged"):
        repair(path, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_new_file(tmp_path: Path) -> None:
    """The new file is its owner's alone; what exists is not written over; where there is no folder, none is made."""
    path = damaged(tmp_path / "log", TWO)
    repair(path, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600

    for out, text in (
        (tmp_path / "out", "exists already"),
        (path, "exists already"),
        (tmp_path / "no" / "x", "No such"),
    ):
        before = out.read_bytes() if out.exists() else None
        with pytest.raises(WriteError, match=text):
            repair(path, out)
        assert (out.read_bytes() if out.exists() else None) == before


class Full(OsFiles):
    """A disk that takes a few bytes at a time, and then no more, or cannot be synced, or whose names cannot."""

    def __init__(self, room: int = 10**9, *, syncs: bool = True, names: bool = True, removes: bool = True) -> None:
        self.room, self.syncs, self.names, self.removes = room, syncs, names, removes
        self.synced: list[str] = []

    def write(self, fd: int, data: bytes) -> int:
        """Take at most 100 bytes."""
        if self.room <= 0:
            raise OSError(28, "No space left on device")
        self.room -= 100
        return os.write(fd, data[:100])

    def sync(self, fd: int) -> None:
        """Note it, or fail."""
        self.synced.append("file")
        if not self.syncs:
            raise OSError(5, "Input/output error")
        super().sync(fd)

    def sync_directory(self, path: Path) -> None:
        """Note it, or fail."""
        self.synced.append("name")
        if not self.names:
            raise OSError(5, "Input/output error")
        super().sync_directory(path)

    def remove(self, path: Path) -> None:
        """Remove it, or fail."""
        if not self.removes:
            raise OSError(30, "Read-only file system")
        super().remove(path)


def test_synced(tmp_path: Path) -> None:
    """The new file and its name are synced, however slowly the disk takes it."""
    port = Full()
    repair(damaged(tmp_path / "log", TWO), tmp_path / "out", port)

    assert port.synced == ["file", "name"]
    assert read_damaged(tmp_path / "out").log.damage == []


@pytest.mark.parametrize(
    "port",
    [
        pytest.param(Full(300), id="disk full"),
        pytest.param(Full(syncs=False), id="sync fails"),
        pytest.param(Full(names=False), id="name cannot be synced"),
        pytest.param(Full(300, removes=False), id="nor can it be removed"),
    ],
)
def test_disk_fails(tmp_path: Path, port: Full) -> None:
    """What may not be whole on disk is removed, as far as the disk lets it."""
    with pytest.raises(WriteError, match="cannot be written"):
        repair(damaged(tmp_path / "log", TWO), tmp_path / "out", port)

    assert (tmp_path / "out").exists() != port.removes


BODIES = [
    pytest.param((), id="nothing"),
    pytest.param((2, 0, 0), id="three items"),
    pytest.param((-1, 0, 0, 0), id="lost events before the first"),
    pytest.param((2, 0, 2**32, 0), id="no crc"),
    pytest.param((2, None, 0, 0), id="half known"),
    pytest.param((2, 0, 0, -1), id="fewer than no bytes"),
    pytest.param((None, None, None, 0.5), id="a float"),
]


@pytest.mark.parametrize("body", BODIES)
def test_malformed_gap(tmp_path: Path, body: tuple[object, ...]) -> None:
    """A GAP frame in a file that no repair writes is refused with its byte."""
    path = tmp_path / "log"
    frames = write_small(path, close=False)
    gap = packed(Frame(FrameType.GAP, 7, T, frames[-1].crc, body))
    path.write_bytes(path.read_bytes() + gap)
    with LogReader(path) as log, pytest.raises(MalformedError, match=r"byte .*: a GAP frame does not say"):
        list(log)
