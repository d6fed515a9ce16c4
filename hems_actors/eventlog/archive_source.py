"""An archive read as if it were the log it was made from.

Strategy: the index says where each frame is and how long its content, so that damage to one frame costs its content
and nothing else: bytes that are no log stand in its place, and the reader of the log names them. Without an index the
frames are looked for, and one such byte stands at the end: whether anything is missing there, nobody knows.
"""

from bisect import bisect_right
from itertools import accumulate
from typing import Final

from hems_actors.eventlog.archive_format import HEADER_BYTES_MAX, Piece, content_of, content_size, index_of, piece_at
from hems_actors.eventlog.source import ZSTD_MAGIC, ByteSource, Source

LOST: Final = b"\xff"
"""Stands for each byte that is lost; no frame of a log holds many of them."""


class ArchiveSource(Source):
    """The content of the archive *packed*, which is closed with it; offsets are those of the log.

    Raises:
        UnreadableError: the disk does not give it.
    """

    def __init__(self, packed: ByteSource) -> None:
        super().__init__(packed.path)
        self._packed = packed
        indexed = index_of(packed)
        self._pieces = _search(packed) if indexed is None else indexed
        self._starts = list(accumulate((piece.size for piece in self._pieces), initial=0))
        self.size = self._starts.pop()
        self._piece: int | None = None
        self._content = b""

    def close(self) -> None:
        """Close the archive."""
        self._packed.close()

    def _read(self, offset: int, wanted: int) -> bytes:
        parts: list[bytes] = []
        index = bisect_right(self._starts, offset) - 1
        while wanted:
            start = offset - self._starts[index]
            part = self._content_of(index)[start : start + wanted]
            parts.append(part)
            offset += len(part)
            wanted -= len(part)
            index += 1
        return b"".join(parts)

    def _content_of(self, index: int) -> bytes:
        if index != self._piece:
            piece = self._pieces[index]
            self._content = b""  # two at a time would be one too many
            self._content = _content(self._packed, piece) or LOST * piece.size
            self._piece = index
        return self._content


def _content(packed: Source, piece: Piece) -> bytes | None:
    return content_of(packed.at(piece.start, piece.length), piece.size)


def _search(packed: Source) -> list[Piece]:
    """Return the good frames of *packed*, and something in the place of what is between and after them."""
    pieces: list[Piece] = []
    offset: int | None = 0
    while offset is not None and offset < packed.size:
        piece = _good(packed, offset)
        if piece is not None:
            pieces.append(piece)
            offset += piece.length
        else:
            pieces.append(Piece(offset, 0, content_size(packed.at(offset, HEADER_BYTES_MAX)) or 1))
            offset = _next_good(packed, offset + 1)
    if not pieces or pieces[-1].length:
        pieces.append(Piece(packed.size, 0, 1))
    return pieces


def _good(packed: Source, offset: int) -> Piece | None:
    piece = piece_at(packed, offset)
    return piece if piece is not None and _content(packed, piece) is not None else None


def _next_good(packed: Source, offset: int) -> int | None:
    """Return where the next good frame begins at or after *offset*, or None."""
    found = packed.find(ZSTD_MAGIC, offset)
    while found is not None and _good(packed, found) is None:
        found = packed.find(ZSTD_MAGIC, found + 1)
    return found
