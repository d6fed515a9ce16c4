"""The body of a GAP frame: what a repair knows of the frames that are lost in its place.

The frames around it were copied byte for byte, so that the one after it still carries the crc of a lost frame: the
GAP says which, and reading goes on without a hole in the chain.
"""

from typing import NamedTuple

from hems_actors.eventlog.errors import MalformedError
from hems_actors.eventlog.frame import Frame, FrameType, pack_frame

_CRC_MAX = 0xFFFF_FFFF


class Gap(NamedTuple):
    """A lost range; it begins with the frame's `first_seq`. None = unknown, as nothing good follows."""

    last_seq: int | None
    """Last lost event; `first_seq - 1` if none is lost."""
    next_ms: int | None
    """Instant of the next good frame."""
    next_prev_crc: int | None
    """`prev_crc` of the next good frame: the crc of the lost frame before it."""
    bytes_lost: int
    """Bytes that were in its place and are no good frames; 0 where frames were missing."""


def gap_frame(before: Frame, after: Frame | None, bytes_lost: int) -> bytes:
    """Return the bytes of a GAP frame.

    Args:
        before: the GAP that the reader handed on.
        after: the next good frame, None if there is none.
        bytes_lost: between the good frames around it.
    """
    body = Gap(None, None, None, bytes_lost)
    if after is not None:
        body = Gap(after.first_seq - 1, after.t0_ms, after.prev_crc, bytes_lost)
    return pack_frame(before._replace(body=body))[0]


def gap_from(frame: Frame) -> Gap:
    """Return what *frame*, a GAP read from a file, says.

    Raises:
        MalformedError: it is not what a repair writes.
    """
    match frame.body:
        case (None, None, None, int() as bytes_lost) if _is_count(bytes_lost):
            return Gap(None, None, None, bytes_lost)
        case (int() as last_seq, int() as next_ms, int() as crc, int() as bytes_lost) if (
            last_seq >= frame.first_seq - 1 and 0 <= crc <= _CRC_MAX and _is_count(bytes_lost)
        ):
            return Gap(last_seq, next_ms, crc, bytes_lost)
    raise MalformedError("a GAP frame does not say what is lost")


def is_recorded(frame: Frame) -> bool:
    """Return whether *frame* is a GAP that a repair recorded, not one where the reader misses something."""
    return frame.type == FrameType.GAP and frame.body != ()


def _is_count(number: int) -> bool:
    return type(number) is int and number >= 0
