"""Walking the frames of a file: good ones, bad bytes between them, and how the file ends.

Strategy: a frame is good if its crc is. Where none is, the next good one is looked for by the magic. Where none
follows at all, the rest is taken apart: a last frame that is short or lost a sector to zeros is a torn tail, which
every power cut leaves; a frame that is complete and wrong is corruption.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple
from zlib import crc32

from hems_actors.eventlog.frame import BIN32, HEAD, HEAD_BYTES, MAGIC, may_begin_frame, parse_head
from hems_actors.eventlog.source import WINDOW_BYTES, Source

SECTOR_BYTES: Final = 512
_ZEROS_MIN: Final = 32
"""In a sector that the file's end cuts: fewer are too likely to be data."""


class Good(NamedTuple):
    """A frame whose crc is right, from byte `start` to before `end`."""

    start: int
    end: int
    crc: int
    payload: bytes


class Bad(NamedTuple):
    """Bytes that are no good frame."""

    start: int
    end: int


class Torn(NamedTuple):
    """The unfinished end of a file."""

    start: int
    end: int


def scan(source: Source, offset: int = 0) -> Iterator[Good | Bad | Torn]:
    """Yield what *source* holds, from byte *offset* to its last, without gap or overlap.

    Raises:
        UnreadableError: the disk does not give it.
    """
    new = tuple.__new__
    while offset < source.size:
        block, start = source.at(offset, WINDOW_BYTES), offset
        while len(block) - (offset - start) >= HEAD_BYTES:
            magic, crc, bin32, length = HEAD.unpack_from(block, offset - start)
            payload_at = offset - start + HEAD_BYTES
            payload = block[payload_at : payload_at + length]
            if magic != MAGIC or bin32 != BIN32 or len(payload) != length or crc32(payload) != crc:
                break
            end = offset + HEAD_BYTES + length
            yield new(Good, (offset, end, crc, payload))
            offset = end
        if offset > start:
            continue
        good = _good_at(source, offset)
        if good is not None:
            yield good
            offset = good.end
            continue
        following = _next_good(source, offset + 1)
        if following is None:
            yield from _tail(source, offset)
            return
        yield Bad(offset, following)
        offset = following


def _good_at(source: Source, offset: int) -> Good | None:
    """Return the frame at *offset* if it is good, however long."""
    parsed = parse_head(source.at(offset, HEAD_BYTES))
    if parsed is None:
        return None
    crc, length = parsed
    payload = source.at(offset + HEAD_BYTES, length)
    if len(payload) != length or crc32(payload) != crc:
        return None
    return Good(offset, offset + HEAD_BYTES + length, crc, payload)


def _next_good(source: Source, offset: int) -> int | None:
    """Return where the next good frame begins at or after *offset*, or None."""
    return next((start for start in _magics(source, offset) if _good_at(source, start)), None)


def _magics(source: Source, offset: int) -> Iterator[int]:
    """Yield each place at or after *offset* where a magic stands."""
    while offset < source.size:
        block = source.at(offset, WINDOW_BYTES)
        found = block.find(MAGIC)
        while found >= 0:
            yield offset + found
            found = block.find(MAGIC, found + 1)
        offset += max(1, len(block) - len(MAGIC) + 1)


def _tail(source: Source, offset: int) -> Iterator[Bad | Torn]:
    """Yield what the rest of the file is, none of it a good frame."""
    bad_from = offset
    while offset < source.size:
        end = _end_of_broken(source, offset)
        if end is None:
            break
        offset = end
    if offset > bad_from:
        yield Bad(bad_from, offset)
    if offset < source.size:
        yield Torn(offset, source.size)


def _end_of_broken(source: Source, offset: int) -> int | None:
    """Return where the corrupt bytes at *offset* end, or None if they are a torn tail."""
    head = source.at(offset, HEAD_BYTES)
    parsed = parse_head(head)
    if parsed is not None:
        end = offset + HEAD_BYTES + parsed[1]
        if end > source.size:
            complete = crc32(source.at(offset + HEAD_BYTES, source.size - offset)) == parsed[0]
            return source.size if complete else None  # a wrong length is no torn tail
        return None if _lost_sector(source, offset, end) else end
    if (len(head) < HEAD_BYTES and may_begin_frame(head)) or _lost_sector(source, offset, source.size):
        return None
    return next(_magics(source, offset + 1), source.size)


def _lost_sector(source: Source, start: int, end: int) -> bool:
    """Return whether the bytes are nothing but zeros, or a whole sector among them is."""
    sector = start + -start % SECTOR_BYTES
    while sector < end:
        stop = min(sector + SECTOR_BYTES, source.size)
        if stop <= end and stop - sector >= _ZEROS_MIN and not source.at(sector, stop - sector).strip(b"\0"):
            return True
        sector += SECTOR_BYTES
    return end == source.size and not source.at(start, min(end - start, SECTOR_BYTES)).strip(b"\0")
