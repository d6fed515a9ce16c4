"""Reading a log: frames in order, damage named, and never more than a LogError."""

import contextlib
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.restored import Restored
from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.errors import LogError, MalformedError, NewerError, SchemaError, UnreadableError
from hems_actors.eventlog.frame import Frame, FrameType, open_payload
from hems_actors.eventlog.header import HeaderFields, header_map
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.schema import current_schema
from tests.eventlog.logs import HEAD, START_MS, packed, reading, write_small

S, B, G, C = FrameType.SNAPSHOT, FrameType.BATCH, FrameType.GAP, FrameType.CLOSE


def read(path: Path) -> tuple[list[tuple[int, int]], LogReader]:
    """Return type and first number of each frame of *path*, and the reader after them."""
    with LogReader(path) as log:
        return [(frame.type, frame.first_seq) for frame in log], log


def test_whole_log(tmp_path: Path) -> None:
    """A whole log reads to its end: numbers, time, checksum, no damage."""
    path = tmp_path / "log"
    frames = write_small(path)
    found, log = read(path)

    assert found == [(S, 1), (B, 1), (B, 3), (B, 5), (C, 7)]
    assert (log.closed, log.damage, log.torn_tail_bytes) == (True, [], 0)
    assert (log.frames, log.next_seq, log.last_at_ms) == (6, 7, START_MS + 2000)
    assert (log.last_crc, log.good_bytes) == (frames[-1].crc, path.stat().st_size)


def test_events(tmp_path: Path) -> None:
    """Events come back as they were written; a snapshot holds restore events."""
    path = tmp_path / "log"
    write_small(path, frames=1)
    with LogReader(path) as log:
        snapshot, batch, _close = [log.events(frame) for frame in log]

    assert all(type(event) is Restored for event in snapshot)
    assert batch == [reading(100), (0,)]
    assert type(batch[0]) is type(reading(100))


def test_open_log(tmp_path: Path) -> None:
    """A log without CLOSE is open, not damaged."""
    path = tmp_path / "log"
    write_small(path, close=False)
    found, log = read(path)

    assert found[-1] == (B, 5)
    assert (log.closed, log.damage) == (False, [])


def test_torn_tail(tmp_path: Path) -> None:
    """A torn tail is counted, not damage."""
    path = tmp_path / "log"
    frames = write_small(path, close=False)
    path.write_bytes(path.read_bytes()[:-3])
    found, log = read(path)

    assert found == [(S, 1), (B, 1), (B, 3)]
    assert (log.damage, log.torn_tail_bytes) == ([], frames[-1].end - frames[-1].start - 3)


HEADER, SNAPSHOT, ONE, TWO, THREE, CLOSE = range(6)
T = START_MS
ORDERS = [
    pytest.param([0, 1, 2, 4, 5], [S, B, G, B, C], [(3, 4, T, T + 2000, 0)], id="a frame dropped"),
    pytest.param([0, 1, 4, 5], [S, G, B, C], [(1, 4, T, T + 2000, 0)], id="two frames dropped"),
    pytest.param([0, 1, 2, 3, 5], [S, B, B, G, C], [(5, 6, T + 1000, T + 2000, 0)], id="the last batch dropped"),
    pytest.param([0, 2, 3, 4, 5], [G, B, B, B, C], [(None, None, T, T, 0)], id="the snapshot dropped"),
    pytest.param([0, 1, 2, 2, 3, 4, 5], [S, B, B, B, C], [(None, None, T, None, 1)], id="a frame twice"),
    pytest.param(
        [0, 1, 3, 2, 4, 5],
        [S, G, B, B, C],
        [(1, 2, T, T + 1000, 0), (None, None, T + 1000, None, 1)],
        id="two frames swapped",
    ),
    pytest.param([0, 1, 2, 0, 3, 4, 5], [S, B, B, B, C], [(None, None, T, None, 1)], id="a header in the middle"),
    pytest.param([0, 1, 1, 2, 3, 4, 5], [S, B, B, B, C], [(None, None, T, None, 1)], id="a snapshot twice"),
    pytest.param([0, 1, 4, 2, 3, 4, 5], [S, B, B, B, C], [(None, None, T, None, 1)], id="a later frame in between"),
    pytest.param([0, 1, 2, 4], [S, B, G], [(3, None, T, None, 1)], id="a last frame that nothing leads to"),
    pytest.param([0, 1, 3, 5], [S, G, C], [(1, 6, T, T + 2000, 1)], id="a frame that nothing leads to or continues"),
]


@pytest.mark.parametrize(("order", "types", "damage"), ORDERS)
def test_order(tmp_path: Path, order: list[int], types: list[int], damage: list[tuple[int | None, ...]]) -> None:
    """Frames whose checksums are right must also follow each other: lost numbers and times are named."""
    path = tmp_path / "log"
    frames = write_small(path)
    data = path.read_bytes()
    path.write_bytes(b"".join(data[frames[index].start : frames[index].end] for index in order))
    found, log = read(path)

    assert [kind for kind, _ in found] == types
    assert [(*item[2:], int(item.byte_to > item.byte_from)) for item in log.damage] == damage


def spoil(frame: int) -> Callable[[bytes, list[tuple[int, int]]], bytes]:
    """Return what flips the last bit of frame number *frame*."""

    def change(data: bytes, edges: list[tuple[int, int]]) -> bytes:
        changed = bytearray(data)
        changed[edges[frame][1] - 1] ^= 1
        return bytes(changed)

    return change


@pytest.mark.parametrize(
    ("frame", "types", "seqs"),
    [
        pytest.param(SNAPSHOT, [G, B, B, B, C], (None, None, T, T), id="snapshot"),
        pytest.param(ONE, [S, G, B, B, C], (1, 2, T, T + 1000), id="first batch"),
        pytest.param(TWO, [S, B, G, B, C], (3, 4, T, T + 2000), id="batch"),
        pytest.param(THREE, [S, B, B, G, C], (5, 6, T + 1000, T + 2000), id="last batch"),
        pytest.param(CLOSE, [S, B, B, B, G], (7, None, T + 2000, None), id="close"),
    ],
)
def test_corruption(tmp_path: Path, frame: int, types: list[int], seqs: tuple[int | None, ...]) -> None:
    """A corrupt frame is named by its bytes, its events and the time it covers."""
    path = tmp_path / "log"
    frames = write_small(path)
    path.write_bytes(spoil(frame)(path.read_bytes(), [(part.start, part.end) for part in frames]))
    found, log = read(path)

    assert [kind for kind, _ in found] == types
    assert log.damage == [Damage(frames[frame].start, frames[frame].end, *seqs)]


def test_garbage_between(tmp_path: Path) -> None:
    """Bytes too many are named; where nothing is lost there is no gap."""
    path = tmp_path / "log"
    frames = write_small(path)
    data = path.read_bytes()
    start = frames[TWO].start
    path.write_bytes(data[:start] + b"garbage" + data[start:])
    found, log = read(path)

    assert [kind for kind, _ in found] == [S, B, B, B, C]
    assert log.damage == [Damage(start, start + 7, None, None, T, T + 1000)]


def test_garbage_before(tmp_path: Path) -> None:
    """Bytes before the header are named, and the log is read."""
    path = tmp_path / "log"
    write_small(path)
    path.write_bytes(b"garbage" + path.read_bytes())
    found, log = read(path)

    assert [kind for kind, _ in found] == [S, B, B, B, C]
    assert log.damage == [Damage(0, 7, None, None, None, T)]


def test_every_bit_flip_of_a_small_log(tmp_path: Path) -> None:
    """Whatever bit flips: damage is named, or what is read is an exact prefix, or the log is refused."""
    path = tmp_path / "log"
    write_small(path, frames=2, close=False)
    data = path.read_bytes()
    with LogReader(path) as log:
        whole = list(log)
    flips = itertools.product(range(len(data)), range(8))
    with path.open("r+b", buffering=0) as file:
        for byte, bit in flips:
            os.pwrite(file.fileno(), bytes([data[byte] ^ 1 << bit]), byte)
            with contextlib.suppress(LogError), LogReader(path) as log:
                found = list(log)
                assert log.damage
                assert [frame for frame in found if frame.type != G] == [frame for frame in whole if frame in found]
            os.pwrite(file.fileno(), data[byte : byte + 1], byte)


def header(changes: dict[str, object]) -> bytes:
    """Return a HEADER frame with *changes* of its map; None removes a key."""
    body = header_map(HEAD, current_schema(), wall_ms=0, previous=None) | changes
    return packed(Frame(FrameType.HEADER, 1, 0, 0, {key: value for key, value in body.items() if value != "-"}))


BATCH = packed(Frame(FrameType.BATCH, 1, 0, 0, ((1, 0, 0),)))
REFUSED = [
    pytest.param(b"", UnreadableError, "empty", id="empty"),
    pytest.param(b"just a text", UnreadableError, "not an event log", id="no log"),
    pytest.param(b'{"a": 1}\n' * 100, UnreadableError, "not an event log", id="longer, no log"),
    pytest.param(bytes(2000), UnreadableError, "not an event log", id="zeros"),
    pytest.param(header({})[:-1], UnreadableError, "not an event log", id="header torn"),
    pytest.param(BATCH, UnreadableError, "header is damaged", id="no header"),
    pytest.param(b"xx" + BATCH, UnreadableError, "header is damaged", id="header unreadable"),
    pytest.param(header({"format": 2}), NewerError, "format 2 is newer", id="newer format"),
    pytest.param(header({"format": 2, "home": "-"}), NewerError, "format 2 is newer", id="newer format, other keys"),
    pytest.param(packed(Frame(9, 1, 0, 0, ())), NewerError, "frame type 9", id="newer frame type first"),
]


@pytest.mark.parametrize(("data", "error", "text"), REFUSED)
def test_refused(tmp_path: Path, data: bytes, error: type[LogError], text: str) -> None:
    """What cannot be read at all is refused with the file's name and why."""
    path = tmp_path / "log"
    path.write_bytes(data)
    with pytest.raises(error, match=text) as raised:
        LogReader(path)

    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def follow(path: Path, rows: object, kind: int = FrameType.BATCH) -> None:
    """Write a header and after it a frame of *rows*."""
    head = header({})
    crc = int.from_bytes(head[6:10], "big")
    path.write_bytes(head + packed(Frame(kind, 1, 0, crc, rows)))


LATER = [
    pytest.param((), MalformedError, "no time", id="batch of nothing"),
    pytest.param((5,), MalformedError, "no time", id="row that is a number"),
    pytest.param(((1, 0, "x"),), MalformedError, "what no event does", id="time that is a text"),
    pytest.param(((1, 0, None),), MalformedError, "no time", id="time that is none"),
    pytest.param(((77, 0, 0),), MalformedError, "KeyError.77", id="kind not in the table"),
    pytest.param((({}, 0, 0),), MalformedError, "TypeError", id="kind that is a map"),
    pytest.param(((), (1, 0, 0)), MalformedError, "IndexError", id="empty row"),
    pytest.param(((1, 0, 0, 9),), MalformedError, "4 items instead of 3", id="row too long"),
    pytest.param(((22, 0, 0, 9),), MalformedError, "4 items instead of 15", id="row too short"),
]


@pytest.mark.parametrize(("rows", "error", "text"), LATER)
def test_rows_refused(tmp_path: Path, rows: object, error: type[LogError], text: str) -> None:
    """Rows no writer writes are refused, with the place."""
    path = tmp_path / "log"
    follow(path, rows)
    with LogReader(path) as log, pytest.raises(error, match=text) as raised:
        [log.events(frame) for frame in log]

    assert str(raised.value).startswith(f"{path}: ")


def test_newer_frame_type_later(tmp_path: Path) -> None:
    """A frame type to come is named with its byte."""
    path = tmp_path / "log"
    follow(path, (), kind=8)
    with LogReader(path) as log, pytest.raises(NewerError, match=r"byte \d+: frame type 8"):
        list(log)


def test_schema_refused(tmp_path: Path) -> None:
    """A header without a schema table is malformed."""
    path = tmp_path / "log"
    path.write_bytes(header({"schema": [[1, 2, 3]]}))
    with pytest.raises(MalformedError, match="schema table"):
        LogReader(path)


def test_errors_name_the_event(tmp_path: Path) -> None:
    """A kind that contradicts this version's is named with the event it first occurs in."""
    path = tmp_path / "log"
    schema = [[1, "tick", 1, [["x_ma", "A", 1000]]]]
    head = header({"schema": schema})
    path.write_bytes(head + packed(Frame(B, 1, 0, int.from_bytes(head[6:10], "big"), ((1, 0, 0, 5),))))
    with LogReader(path) as log, pytest.raises(NewerError, match=r"from event 1: event kind 1 \(tick\) has fields"):
        [log.events(frame) for frame in log]


@given(st.binary(max_size=300))
def test_garbage_raises_only_log_errors(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Garbage bytes raise a LogError, as a file and behind a good header."""
    path = tmp_path_factory.mktemp("garbage") / "log"
    for content in (data, header({}) + data):
        path.write_bytes(content)
        try:
            with LogReader(path) as log:
                for frame in log:
                    log.events(frame)
        except LogError:
            pass


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=3) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=12,
)


@given(kind=st.integers(0, 7), seq=st.integers(0, 2), body=JSONISH)
def test_wrong_content_raises_only_log_errors(
    tmp_path_factory: pytest.TempPathFactory, kind: int, seq: int, body: object
) -> None:
    """Frames with good checksums and any content raise a LogError or are read."""
    path = tmp_path_factory.mktemp("content") / "log"
    head = header({})
    frame = packed(Frame(kind, seq, 0, int.from_bytes(head[6:10], "big"), body))
    for content in (head + frame, frame):
        path.write_bytes(content)
        try:
            with LogReader(path) as log:
                for part in log:
                    log.events(part)
        except LogError:
            pass


def test_head_fields_are_plain_msgpack(tmp_path: Path) -> None:
    """The header is a map that any msgpack reader reads."""
    path = tmp_path / "log"
    frames = write_small(path)
    body = msgpack.unpackb(frames[0].payload)[4]

    assert (body["format"], body["home"], body["sources"]) == (1, "home", [[1, "Meter"], [2, "Garage"]])
    assert [22, "meter_reading", 1] in [kind[:3] for kind in body["schema"]]
    assert open_payload(frames[0].payload).body["config"] == '{"a":{"limit_a":25},"b":1}'
    assert isinstance(HEAD, HeaderFields)
    assert issubclass(SchemaError, LogError)
