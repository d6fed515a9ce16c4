"""A frame: `uint32 magic | uint32 crc | bin32 payload`, itself valid msgpack, verifiable alone.

The payload is the array `[type, first_seq, t0_ms, prev_crc, body]`, for SNAPSHOT and CLOSE followed by the state
hash. The body is a map in a HEADER, else a list of rows `[kind, source, dt_ms, fields...]`.
"""

import struct
from enum import IntEnum
from typing import Any, Final, NamedTuple
from zlib import crc32

import msgpack

from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import MalformedError, NewerError

FORMAT_VERSION: Final = 1
PAYLOAD_BYTES_MAX: Final = 16 * 1024 * 1024
"""Checked before anything is allocated."""

MAGIC: Final = b"\xceHEMS\xce"
"""The number's type byte, the number, and the type byte of the crc that follows: what resynchronising looks for."""
BIN32: Final = b"\xc6"
"""The type byte of the payload."""
HEAD: Final = struct.Struct(">6sI1sI")
HEAD_BYTES: Final = HEAD.size
_HEADER_BYTE: Final = b"\x01"
"""The second byte of a HEADER's payload: its type. Nothing else holds texts or maps."""
_HASH_BYTES: Final = 32
_HASHED_ITEMS: Final = 6
_PLAIN_ITEMS: Final = 5

Row = tuple[Any, ...]


class FrameType(IntEnum):
    """What a frame holds; numbers never change, new ones are appended.

    Only a repair writes GAP (`gap.Gap`); the reader hands one on, with an empty body, where something is missing.
    """

    HEADER = 1
    SNAPSHOT = 2
    BATCH = 3
    GAP = 4
    CLOSE = 5


_BATCH: Final = int(FrameType.BATCH)


class Frame(NamedTuple):
    """A frame's content; `body` is a map in a HEADER, else rows."""

    type: int
    first_seq: int
    """Of its first event; without events: of the next one to come."""
    t0_ms: int
    """What each row's `dt_ms` counts from."""
    prev_crc: int
    """Of the frame before in this file; 0 in a HEADER."""
    body: Any
    state_hash: bytes | None = None


def pack_frame(frame: Frame) -> tuple[bytes, int]:
    """Return the bytes of a frame and its crc.

    Raises:
        MalformedError: the payload is longer than any reader accepts.
    """
    items = frame if frame.state_hash is not None else frame[:_PLAIN_ITEMS]
    payload = msgpack.packb(items)
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise MalformedError(f"a frame of {len(payload)} bytes is longer than {PAYLOAD_BYTES_MAX}: commit more often")
    crc = crc32(payload)
    return HEAD.pack(MAGIC, crc, BIN32, len(payload)) + payload, crc


def parse_head(head: bytes) -> tuple[int, int] | None:
    """Return crc and payload length of a frame's first `HEAD_BYTES`, or None if no frame begins so."""
    if len(head) < HEAD_BYTES:
        return None
    magic, crc, bin32, length = HEAD.unpack(head)
    if magic != MAGIC or bin32 != BIN32 or length > PAYLOAD_BYTES_MAX:
        return None
    return crc, length


def may_begin_frame(rest: bytes) -> bool:
    """Return whether *rest*, shorter than a head, could be the beginning of one."""
    return MAGIC.startswith(rest[: len(MAGIC)]) and rest[10:11] in (b"", BIN32)


def open_payload(payload: bytes) -> Frame:
    """Return the frame of a payload whose crc was checked.

    Raises:
        MalformedError: it is not what a writer writes.
        NewerError: its type is unknown.
    """
    try:
        if payload[1:2] == _HEADER_BYTE:
            items = msgpack.unpackb(payload, use_list=False)
        else:
            items = msgpack.unpackb(
                payload, use_list=False, max_str_len=0, max_map_len=0, max_ext_len=0, max_bin_len=_HASH_BYTES
            )
    except ValueError as error:
        raise MalformedError(f"the payload is no msgpack, or holds what no event does: {brief(str(error))}") from error
    if type(items) is not tuple or not _PLAIN_ITEMS <= len(items) <= _HASHED_ITEMS:
        raise MalformedError("the payload is not an array of five or six")
    kind, first_seq, t0_ms, prev_crc, body, state_hash = frame = Frame(*items)
    if not type(kind) is type(first_seq) is type(t0_ms) is type(prev_crc) is int:
        raise MalformedError("type, first number, time and previous crc are not all whole numbers")
    if kind != _BATCH or state_hash is not None or type(body) is not tuple:
        _check(kind, body, state_hash)
    return frame


def _check(kind: int, body: object, state_hash: object) -> None:
    """Raise if a frame of type *kind* holds no such things."""
    if kind > FrameType.CLOSE:
        raise NewerError(f"frame type {kind} is newer than this version: replay it with the version that wrote it")
    wanted_hash = bytes if kind in (FrameType.SNAPSHOT, FrameType.CLOSE) else type(None)
    wanted_body = dict if kind == FrameType.HEADER else tuple
    if kind < FrameType.HEADER or type(body) is not wanted_body or type(state_hash) is not wanted_hash:
        raise MalformedError(f"body or state hash of a frame of type {kind} are of the wrong kind")
