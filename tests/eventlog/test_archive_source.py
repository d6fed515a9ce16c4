"""Reading archives: the bytes of the log, and damage costs the content of the frame it is in, nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.registry import Event
from hems_actors.eventlog import archive as archiving
from hems_actors.eventlog import archive_format
from hems_actors.eventlog.archive_format import (
    CONTENT_BYTES_MAX,
    Piece,
    compressed,
    content_of,
    content_size,
    index_of,
    packed_index,
    piece_at,
)
from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.errors import LogError, UnreadableError
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.source import ByteSource, open_source
from tests.eventlog.archives import HOUR_MS, archived, write_hours
from tests.eventlog.logs import START_MS, frames_of

Spoil = Callable[[bytes, list[Piece]], bytes]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Return a log of three hours and its archive."""
    path = tmp_path_factory.mktemp("packed") / "log.msgpack"
    return write_hours(path), archived(path).read_bytes()


def content(path: Path) -> bytes:
    """Return all bytes of the log *path*, read a few at a time."""
    with open_source(path) as source:
        return b"".join(source.at(offset, 777) for offset in range(0, source.size, 777))


def pieces_of(path: Path) -> list[Piece]:
    """Return the frames of the archive *path*."""
    with ByteSource(path) as source:
        return index_of(source) or []


def read(path: Path) -> tuple[dict[int, Event], LogReader]:
    """Return the events of the log *path* by number, and the reader after them."""
    events: dict[int, Event] = {}
    with LogReader(path) as log:
        for frame in log:
            if frame.type == FrameType.BATCH:
                events.update(enumerate(log.events(frame), frame.first_seq))
    return events, log


def test_reads_as_the_log(tmp_path: Path) -> None:
    """An archive is read like the log it was made from, and says how long that is."""
    path = tmp_path / "log.msgpack"
    expected = write_hours(path)
    events, plain = read(path)
    result = archived(path)
    found, log = read(result)

    assert content(result) == expected
    assert (found, log.damage, log.torn_tail_bytes, log.closed) == (events, [], 0, True)
    assert (log.last_crc, log.good_bytes, log.size_bytes) == (plain.last_crc, plain.good_bytes, len(expected))


def test_any_name(tmp_path: Path) -> None:
    """An archive is known by its first bytes whatever its name."""
    path = tmp_path / "log.msgpack"
    write_hours(path)
    events, _ = read(path)
    archived(path).rename(tmp_path / "from the customer")

    assert read(tmp_path / "from the customer")[0] == events


@given(st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 9000)), max_size=8))
def test_back_and_forth(tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]]) -> None:
    """Bytes come from anywhere in any order, fewer at the end."""
    path = tmp_path_factory.mktemp("any") / "log.msgpack"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archiving, "PIECE_BYTES_MAX", 1500)
        expected = write_hours(path)
        result = archived(path)
    with open_source(result) as source:
        for offset, count in places:
            assert source.at(offset, count) == expected[offset : offset + count]


def test_small_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a window holds less than a piece or ends within one, nothing is lost or doubled."""
    monkeypatch.setattr("hems_actors.eventlog.source.WINDOW_BYTES", 10)
    path = tmp_path / "log.msgpack"
    expected = write_hours(path)

    assert content(archived(path)) == expected


def flip(piece: int, byte: int) -> Spoil:
    """Return what flips a bit of *byte* of the frame number *piece*."""

    def spoil(data: bytes, pieces: list[Piece]) -> bytes:
        start, length, _ = pieces[piece]
        at = start + byte % length
        return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]

    return spoil


FIRST, SECOND, THIRD = 1, 2, 3  # hours; 0 is the header
T = START_MS
DAMAGES = [
    pytest.param(flip(SECOND, 0), [5, 6, 7, 8], (T + 1, T + HOUR_MS + 1), id="magic"),
    pytest.param(flip(SECOND, 4), [5, 6, 7, 8], (T + 1, T + HOUR_MS + 1), id="flags"),
    pytest.param(flip(SECOND, 5), [5, 6, 7, 8], (T + 1, T + HOUR_MS + 1), id="content size"),
    pytest.param(flip(SECOND, 8), [5, 6, 7, 8], (T + 1, T + HOUR_MS + 1), id="block"),
    pytest.param(flip(SECOND, 200), [5, 6, 7, 8], (T + 1, T + HOUR_MS + 1), id="data"),
    pytest.param(flip(SECOND, -1), [5, 6, 7, 8], (T + 1, T + HOUR_MS + 1), id="checksum"),
    pytest.param(flip(FIRST, 200), [1, 2, 3, 4], (T, T + 1), id="first hour"),
    pytest.param(flip(THIRD, 200), [9, 10, 11, 12], (T + HOUR_MS + 1, None), id="last hour"),
]


@pytest.mark.parametrize(("spoil", "lost", "times"), DAMAGES)
def test_damaged_frame(tmp_path: Path, spoil: Spoil, lost: list[int], times: tuple[int, int | None]) -> None:
    """A damaged frame costs its content: named by bytes of the log, numbers and times; all else is read."""
    path = tmp_path / "log.msgpack"
    write_hours(path)
    events, _ = read(path)
    frames = {frame.start: frame.end for frame in frames_of(path)}
    result = archived(path)
    data, pieces = result.read_bytes(), pieces_of(result)
    result.write_bytes(spoil(data, pieces))
    found, log = read(result)
    (damage,) = log.damage

    assert found == {seq: event for seq, event in events.items() if seq not in lost}
    assert damage.byte_from in frames
    assert damage.byte_to in frames.values()
    assert (damage.at_ms_from, damage.at_ms_to) == times
    if damage.seq_to is None:
        assert damage.seq_from == lost[0]
    else:
        assert list(range(damage.seq_from or 0, damage.seq_to + 1)) == lost
    assert log.torn_tail_bytes == 0


def test_without_index(tmp_path: Path) -> None:
    """Without its index an archive is read to its end, but nobody knows whether that is the end: it is named."""
    path = tmp_path / "log.msgpack"
    expected = write_hours(path)
    events, _ = read(path)
    result = archived(path)
    end = sum(piece.length for piece in pieces_of(result))
    os.truncate(result, end)
    found, log = read(result)

    assert found == events
    assert log.damage == [Damage(len(expected), len(expected) + 1, None, None, T + 2 * HOUR_MS + 1, None)]


@pytest.mark.parametrize(("spoil", "lost", "times"), DAMAGES)
def test_damaged_frame_without_index(
    tmp_path: Path, spoil: Spoil, lost: list[int], times: tuple[int, int | None]
) -> None:
    """Frames are found by their magic where the index is lost as well."""
    del times
    path = tmp_path / "log.msgpack"
    write_hours(path)
    events, _ = read(path)
    result = archived(path)
    data, pieces = result.read_bytes(), pieces_of(result)
    result.write_bytes(spoil(data, pieces)[:-1])
    found, log = read(result)

    assert found == {seq: event for seq, event in events.items() if seq not in lost}
    assert log.damage


def test_two_damaged_frames_without_index(tmp_path: Path) -> None:
    """A magic that no good frame follows is passed over."""
    path = tmp_path / "log.msgpack"
    write_hours(path)
    events, _ = read(path)
    result = archived(path)
    data, pieces = result.read_bytes(), pieces_of(result)
    result.write_bytes(flip(SECOND, 200)(flip(FIRST, 200)(data, pieces), pieces)[:-1])
    found, _ = read(result)

    assert found == {seq: event for seq, event in events.items() if seq > 8}


def test_every_byte_flipped(tmp_path: Path, packed: tuple[bytes, bytes]) -> None:
    """Whichever byte is wrong: no other error than a LogError, no wrong event, and nothing missing unnamed."""
    path = tmp_path / "log.msgpack.zst"
    path.write_bytes(packed[1])
    events, _ = read(path)
    for index in range(len(packed[1])):
        check(path, packed[1][:index] + bytes([packed[1][index] ^ 1 << index % 8]) + packed[1][index + 1 :], events)


def test_every_length(tmp_path: Path, packed: tuple[bytes, bytes]) -> None:
    """Wherever it is cut: named, never taken for a log that is still being written."""
    path = tmp_path / "log.msgpack.zst"
    path.write_bytes(packed[1])
    events, _ = read(path)
    for length in range(len(packed[1])):
        assert not check(path, packed[1][:length], events)


def check(path: Path, data: bytes, events: dict[int, Event]) -> bool:
    """Write *data* to *path* and read it; return whether it reads as a whole log."""
    path.write_bytes(data)
    try:
        found, log = read(path)
    except LogError:
        return False
    assert found.items() <= events.items()
    assert log.damage or found == events
    return not log.damage


@given(st.binary(max_size=200), st.booleans(), st.booleans())
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, magic: bool, index: bool) -> None:
    """Whatever a file named like an archive holds, it is a LogError."""
    path = tmp_path_factory.mktemp("any") / "log.msgpack.zst"
    start = b"\x28\xb5\x2f\xfd" * magic
    path.write_bytes(start + data + packed_index([Piece(0, len(start + data), 50)]) * index)
    with pytest.raises(LogError, match="not an event log"):
        read(path)


def test_empty(tmp_path: Path) -> None:
    """The archive of an empty log says so; an empty archive is no log."""
    path = tmp_path / "log.msgpack"
    path.touch()
    with pytest.raises(UnreadableError, match="the file is empty"):
        read(archived(path))
    (tmp_path / "other.zst").touch()
    with pytest.raises(UnreadableError, match="not an event log"):
        read(tmp_path / "other.zst")


def test_failing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read error is one error, and the file is closed."""
    path = tmp_path / "log.msgpack"
    write_hours(path)
    result = archived(path)

    def fail(_fd: int, _count: int, _offset: int) -> bytes:
        raise OSError(5, "Input/output error")

    closed: list[int] = []
    monkeypatch.setattr(os, "pread", fail)
    monkeypatch.setattr(os, "close", closed.append)
    with pytest.raises(UnreadableError, match=r"log\.msgpack\.zst: byte \d+: Input/output error"):
        open_source(result)
    monkeypatch.undo()
    for fd in closed:
        os.close(fd)
    assert len(closed) == 1


def write(path: Path, data: bytes) -> ByteSource:
    """Return *path*, now *data*, open."""
    path.write_bytes(data)
    return ByteSource(path)


GOOD = compressed(b"abc" * 100)
PIECES = [Piece(0, len(GOOD), 300)]
INDEX = packed_index(PIECES)
INDEXES = [
    pytest.param(GOOD + INDEX, PIECES, id="whole"),
    pytest.param(packed_index([]), [], id="no frame"),
    pytest.param(b"", None, id="nothing"),
    pytest.param(GOOD + INDEX[:-1], None, id="cut"),
    pytest.param(GOOD + INDEX + b"\0", None, id="followed by something"),
    pytest.param(INDEX, None, id="without the frame"),
    pytest.param(b"x" + GOOD + INDEX, None, id="something before"),
    pytest.param(GOOD + INDEX[8:], None, id="without its head"),
    pytest.param(b"\xff\xff\xff\xff" + b"\0" * 8, None, id="more than the file holds"),
    pytest.param(GOOD + packed_index([Piece(0, len(GOOD), CONTENT_BYTES_MAX + 1)]), None, id="content too long"),
]


@pytest.mark.parametrize(("data", "pieces"), INDEXES)
def test_index(tmp_path: Path, data: bytes, pieces: list[Piece] | None) -> None:
    """An index is whole or it is none."""
    with write(tmp_path / "log.zst", data) as source:
        assert index_of(source) == pieces


def frame(size: int, *blocks: bytes, window: int | None = None) -> bytes:
    """Return a zstd frame with a checksum that says *size*, and has *blocks*; its checksum is wrong."""
    if window is None:
        return zstandard.FRAME_HEADER + b"\xe4" + size.to_bytes(8, "little") + b"".join(blocks) + b"sums"
    return zstandard.FRAME_HEADER + b"\xc4" + bytes([window]) + size.to_bytes(8, "little") + b"".join(blocks) + b"sums"


LAST_RAW, LAST_REPEATED, LAST_RESERVED = b"\x11\0\0ab", b"\x53\0\0a", b"\x07\0\0"
HEADS = [
    pytest.param(GOOD, len(GOOD), id="good"),
    pytest.param(GOOD + b"more", len(GOOD), id="followed by something"),
    pytest.param(frame(2, LAST_RAW), 22, id="one block of two bytes"),
    pytest.param(frame(10, LAST_REPEATED), 21, id="one byte ten times"),
    pytest.param(frame(10, b"\x10\0\0ab", b"\x52\0\0a", LAST_RAW), 31, id="several blocks"),
    pytest.param(frame(10, LAST_RESERVED), None, id="a block of no known type"),
    pytest.param(frame(10, b"\xf9\xff\xff"), None, id="a block longer than the file"),
    pytest.param(frame(CONTENT_BYTES_MAX, LAST_RAW), 22, id="the longest content"),
    pytest.param(frame(CONTENT_BYTES_MAX + 1, LAST_RAW), None, id="content too long"),
    pytest.param(frame(10, LAST_RAW, window=0xA8), None, id="window too long"),
    pytest.param(zstandard.ZstdCompressor(write_checksum=False).compress(b"abc"), None, id="no checksum"),
    pytest.param(zstandard.ZstdCompressor(write_content_size=False).compress(b"abc"), None, id="no content size"),
    pytest.param(packed_index([]), None, id="skippable frame"),
    pytest.param(zstandard.FRAME_HEADER, None, id="magic alone"),
    pytest.param(b"", None, id="nothing"),
]


@pytest.mark.parametrize(("data", "length"), HEADS)
def test_frame_by_its_headers(tmp_path: Path, data: bytes, length: int | None) -> None:
    """A frame's length is known from the headers of its blocks, before anything is decompressed."""
    with write(tmp_path / "log.zst", data) as source:
        piece = piece_at(source, 0)
    assert (piece and piece.length) == length


def test_longest_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame longer than any archive's is none."""
    monkeypatch.setattr(archive_format, "_LENGTH_MAX", len(GOOD) - 1)
    with write(tmp_path / "log.zst", GOOD) as source:
        assert piece_at(source, 0) is None


CONTENTS = [
    pytest.param(GOOD, 300, b"abc" * 100, id="good"),
    pytest.param(GOOD, 299, None, id="other size than the index says"),
    pytest.param(GOOD + b"x", 300, None, id="followed by something"),
    pytest.param(GOOD[:-1], 300, None, id="cut"),
    pytest.param(GOOD[:-1] + b"x", 300, None, id="wrong checksum"),
    pytest.param(compressed(b""), 0, b"", id="no content"),
    pytest.param(b"", 0, None, id="nothing"),
]


@pytest.mark.parametrize(("data", "size", "expected"), CONTENTS)
def test_content(data: bytes, size: int, expected: bytes | None) -> None:
    """Content comes whole and checked, or not at all."""
    assert content_of(data, size) == expected


def test_size_is_checked_first() -> None:
    """A frame that claims more than an archive's may is refused by its head."""
    assert content_size(frame(1 << 40, LAST_RAW)) is None
