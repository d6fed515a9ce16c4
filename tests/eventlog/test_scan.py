"""Walking damaged files: every byte is a good frame's, bad or torn, and good frames are never lost."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.eventlog import scan as scanning
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.scan import Bad, Good, Torn, scan
from hems_actors.eventlog.source import ByteSource
from tests.eventlog.logs import packed, write_small

Part = Good | Bad | Torn


def parts_of(path: Path, data: bytes) -> list[Part]:
    """Return what *data* holds, checked to be covered without gap or overlap."""
    path.write_bytes(data)
    with ByteSource(path) as source:
        parts = list(scan(source))
    edges = [0, *(part.end for part in parts)]
    assert [part.start for part in parts] == edges[:-1]
    assert edges[-1] == len(data)
    return parts


def shape(parts: list[Part]) -> str:
    """Return *parts* as letters: good, bad, torn."""
    return "".join(type(part).__name__[0] for part in parts)


def batch(seq: int, size: int = 0, fill: int = 7) -> bytes:
    """Return a frame with *size* values of *fill*."""
    return packed(Frame(FrameType.BATCH, seq, 0, 0, ((1, 0, 0, *[fill] * size),)))


def test_every_truncation_of_the_last_frame(tmp_path: Path) -> None:
    """Cut anywhere in its last frame, a file is its other frames and a torn tail."""
    path = tmp_path / "log"
    frames = write_small(path)
    data = path.read_bytes()
    for size in range(frames[-1].start, len(data)):
        tail = [Torn(frames[-1].start, size)] if size > frames[-1].start else []
        assert parts_of(path, data[:size]) == [*frames[:-1], *tail]


def test_every_bit_flip(tmp_path: Path) -> None:
    """A flipped bit costs the frame it is in and no other one, and is never taken for a torn tail."""
    path = tmp_path / "log"
    path.write_bytes(b"".join(batch(seq) for seq in (1, 2, 3)))
    data = path.read_bytes()
    size = len(data) // 3
    for byte, bit in itertools.product(range(len(data)), range(8)):
        changed = bytearray(data)
        changed[byte] ^= 1 << bit
        parts = parts_of(path, bytes(changed))
        hit = byte // size

        assert [part.start for part in parts if type(part) is Good] == [n * size for n in range(3) if n != hit]
        assert shape(parts) in (["BGG", "GBG", "GGB"][hit], "GGBT")


A, B, C = batch(1), batch(2), batch(3)
BIG = batch(9, 2000)
HUGE = batch(4, 2_000_000)
ZEROS = bytes(512)
LIE = A[:11] + (2**24).to_bytes(4, "big") + A[15:]
OVER = A[:11] + (2**24 + 1).to_bytes(4, "big") + A[15:]
FLIPPED = A[:-1] + bytes([A[-1] ^ 1])
CUT_SECTOR = BIG[:1000] + bytes(len(BIG) - 1000)

CASES = [
    pytest.param(b"", "", id="empty"),
    pytest.param(A + B + C, "GGG", id="whole"),
    pytest.param(b"garbage" + A, "BG", id="garbage before"),
    pytest.param(A + b"garbage" + B, "GBG", id="garbage between"),
    pytest.param(A + b"garbage", "GB", id="garbage after"),
    pytest.param(A + b"garbage, twenty bytes and more", "GB", id="longer garbage after"),
    pytest.param(b"just a text file, no log at all", "B", id="no log"),
    pytest.param(A + ZEROS + B, "GBG", id="zeros between"),
    pytest.param(A + b"\0", "GT", id="one zero after"),
    pytest.param(A + bytes(5000), "GT", id="zeros after"),
    pytest.param(A + FLIPPED, "GB", id="last frame complete and wrong"),
    pytest.param(A + FLIPPED + B[:-1], "GBT", id="wrong, then torn"),
    pytest.param(A + FLIPPED + FLIPPED, "GB", id="two wrong"),
    pytest.param(A + b"xyz" + B[:-1], "GBT", id="garbage, then torn"),
    pytest.param(A + b"xyz" + FLIPPED, "GB", id="garbage, then wrong"),
    pytest.param(A + LIE + B, "GBG", id="length beyond the end, good frames after"),
    pytest.param(A + LIE, "GB", id="length beyond the end of a complete frame, nothing after"),
    pytest.param(A + LIE[:-1], "GT", id="length beyond the end, nothing after"),
    pytest.param(A + OVER, "GB", id="length beyond all bounds"),
    pytest.param(BIG[:512] + ZEROS + BIG[1024:], "T", id="last frame lost a sector"),
    pytest.param(BIG[:600] + ZEROS + BIG[1112:], "B", id="512 zeros that are no sector"),
    pytest.param(CUT_SECTOR, "T", id="last frame lost all from a sector on"),
    pytest.param(BIG[:512] + ZEROS + BIG[1024:] + A, "BG", id="lost sector before good frames"),
    pytest.param(BIG[:-20] + bytes(20), "B", id="twenty zeros at the end are data gone wrong"),
    pytest.param(A + HUGE + B, "GGG", id="frame longer than a window"),
    pytest.param(A + HUGE[:-1] + B, "GBG", id="frame longer than a window, a byte short"),
    pytest.param(A * 40_000, "G" * 40_000, id="frames across windows"),
]


@pytest.mark.parametrize(("data", "wanted"), CASES)
def test_shape(tmp_path: Path, data: bytes, wanted: str) -> None:
    """What a file holds, in order: good frames, bad bytes, a torn tail."""
    assert shape(parts_of(tmp_path / "log", data)) == wanted


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_garbage_around_a_frame(tmp_path_factory: pytest.TempPathFactory, before: bytes, after: bytes) -> None:
    """Whatever stands around it, a good frame is found."""
    parts = parts_of(tmp_path_factory.mktemp("scan") / "log", before + A + after)

    assert any(isinstance(part, Good) and part.start == len(before) for part in parts)


def test_magic_across_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A magic that two windows share is found."""
    monkeypatch.setattr(scanning, "WINDOW_BYTES", 16)
    for count in range(40):
        assert shape(parts_of(tmp_path / "log", b"x" * count + A)) == ("BG" if count else "G")
