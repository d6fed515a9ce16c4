"""Frames: layout, round trips, and what is no frame's content."""

import contextlib

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.eventlog import frame as frames
from hems_actors.eventlog.errors import LogError, MalformedError, NewerError
from hems_actors.eventlog.frame import (
    HEAD_BYTES,
    Frame,
    FrameType,
    may_begin_frame,
    open_payload,
    pack_frame,
    parse_head,
)

INTS = st.integers(-(2**63), 2**64 - 1)
VALUES = st.none() | st.booleans() | INTS | st.lists(INTS, max_size=4).map(tuple)
ROWS = st.lists(st.lists(VALUES, max_size=6).map(tuple), max_size=5).map(tuple)


@given(first_seq=INTS, t0_ms=INTS, prev_crc=INTS, rows=ROWS)
def test_batch_round_trip(first_seq: int, t0_ms: int, prev_crc: int, rows: tuple[object, ...]) -> None:
    """What is packed is what is opened."""
    frame = Frame(FrameType.BATCH, first_seq, t0_ms, prev_crc, rows)
    data, crc = pack_frame(frame)

    assert parse_head(data[:HEAD_BYTES]) == (crc, len(data) - HEAD_BYTES)
    assert open_payload(data[HEAD_BYTES:]) == frame


def test_frame_is_plain_msgpack() -> None:
    """Any msgpack reader walks a file: number, number, binary, and in it an array."""
    data, crc = pack_frame(Frame(FrameType.CLOSE, 7, 5, 3, (), b"h" * 32))
    magic, packed_crc, payload = data[:5], data[5:10], data[10:]

    assert msgpack.unpackb(magic).to_bytes(4, "big") == b"HEMS"
    assert msgpack.unpackb(packed_crc) == crc
    assert msgpack.unpackb(msgpack.unpackb(payload)) == [5, 7, 5, 3, [], b"h" * 32]


HEADS = [
    pytest.param(b"\xceHEMS\xce\0\0\0\1\xc6\0\0\0\x02", (1, 2), id="a head"),
    pytest.param(b"\xceHEMS\xce\0\0\0\1\xc6\0\0\0", None, id="a byte short"),
    pytest.param(b"\xceHEMZ\xce\0\0\0\1\xc6\0\0\0\x02", None, id="other magic"),
    pytest.param(b"\xceHEMS\xce\0\0\0\1\xc5\0\0\0\x02", None, id="not binary"),
    pytest.param(b"\xceHEMS\xce\0\0\0\1\xc6\1\0\0\0", (1, 2**24), id="16 MiB"),
    pytest.param(b"\xceHEMS\xce\0\0\0\1\xc6\1\0\0\1", None, id="longer than 16 MiB"),
]


@pytest.mark.parametrize(("head", "parsed"), HEADS)
def test_parse_head(head: bytes, parsed: tuple[int, int] | None) -> None:
    """A head is magic, crc and a bounded length."""
    assert parse_head(head) == parsed


def test_may_begin_frame() -> None:
    """Every proper prefix of a head may begin a frame; a prefix with one byte changed that a head fixes may not."""
    head = b"\xceHEMS\xce\0\0\0\1\xc6\0\0\0\x02"
    for count in range(1, HEAD_BYTES):
        assert may_begin_frame(head[:count])
    for index in (0, 1, 5, 10):
        changed = bytearray(head[:14])
        changed[index] ^= 1
        assert not may_begin_frame(bytes(changed))


HASH = b"h" * 32
PAYLOADS = [
    pytest.param(b"\xc1", MalformedError, "no msgpack", id="no msgpack"),
    pytest.param(b"\x01\x01", MalformedError, "no msgpack", id="two values"),
    pytest.param(msgpack.packb(5), MalformedError, "array of five", id="a number"),
    pytest.param(msgpack.packb([3, 1, 0, 0]), MalformedError, "array of five", id="four items"),
    pytest.param(msgpack.packb([3, 1, 0, 0, [], HASH, 1]), MalformedError, "array of five", id="seven items"),
    pytest.param(msgpack.packb([3, "1", 0, 0, []]), MalformedError, "what no event does", id="a number that is a text"),
    pytest.param(msgpack.packb([3, 1, 0.5, 0, []]), MalformedError, "whole numbers", id="a time that is a float"),
    pytest.param(msgpack.packb([True, 1, 0, 0, []]), MalformedError, "whole numbers", id="a type that is a flag"),
    pytest.param(msgpack.packb([3, 1, 0, 0, {}]), MalformedError, "wrong kind", id="batch with a map"),
    pytest.param(msgpack.packb([1, 1, 0, 0, []]), MalformedError, "wrong kind", id="header with a list"),
    pytest.param(msgpack.packb([3, 1, 0, 0, [], HASH]), MalformedError, "wrong kind", id="batch with a hash"),
    pytest.param(msgpack.packb([2, 1, 0, 0, []]), MalformedError, "wrong kind", id="snapshot without hash"),
    pytest.param(
        msgpack.packb([5, 1, 0, 0, [], "h"]), MalformedError, "what no event does", id="close with a text as hash"
    ),
    pytest.param(msgpack.packb([0, 1, 0, 0, []]), MalformedError, "wrong kind", id="type 0"),
    pytest.param(msgpack.packb([4, 1, 0, 0, {}]), MalformedError, "wrong kind", id="gap with a map"),
    pytest.param(msgpack.packb([6, 1, 0, 0, []]), NewerError, "frame type 6", id="a type to come"),
]


@pytest.mark.parametrize(("payload", "error", "text"), PAYLOADS)
def test_payload_refused(payload: bytes, error: type[LogError], text: str) -> None:
    """What no writer writes is refused by what is wrong with it."""
    with pytest.raises(error, match=text):
        open_payload(payload)


@given(st.binary(max_size=60))
def test_garbage_raises_only_log_errors(payload: bytes) -> None:
    """Whatever the bytes, a payload opens or raises a LogError."""
    with contextlib.suppress(LogError):
        open_payload(payload)


def test_too_long_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame no reader would accept is not written."""
    monkeypatch.setattr(frames, "PAYLOAD_BYTES_MAX", 10)
    with pytest.raises(MalformedError, match="commit more often"):
        pack_frame(Frame(FrameType.BATCH, 1, 0, 0, ((1, 2, 3, 4, 5, 6, 7, 8),)))
