"""Where one message ends and the next begins: as `nymead` sees it, and by newline."""

from collections import deque
from typing import Final, Protocol

_SEAM: Final = b"}\n{"
_BLANK: Final = b" \t\r\n"


class Framer(Protocol):
    """Cuts a stream of bytes into pieces, each to be one JSON document; holds what is not cut off yet."""

    @property
    def held(self) -> int:
        """How many bytes it holds."""

    def feed(self, data: bytes) -> None:
        """Keep *data*, one segment as it was received."""

    def next_piece(self) -> bytes | None:
        """Return the next piece, possibly blank; None = more data needed."""


class NymeaFramer:
    """Cuts as `nymead` does: between `}` and `{` with one newline; else where a segment ends in `}`.

    So it depends on the segments, and a request cut right behind an inner `}` is two bad ones.
    """

    def __init__(self) -> None:
        self._begun = bytearray()
        """Does not end in `}`, not even before blanks, so a seam lies within one segment."""
        self._segments: deque[bytes] = deque()
        self._at = 0
        """Where the first segment goes on."""
        self._bytes = 0
        """In all segments."""

    @property
    def held(self) -> int:
        """How many bytes it holds."""
        return len(self._begun) + self._bytes - self._at

    def feed(self, data: bytes) -> None:
        """Keep *data*, one segment as it was received."""
        self._segments.append(data)
        self._bytes += len(data)

    def next_piece(self) -> bytes | None:
        """Return the next piece, possibly blank; None = more data needed."""
        while self._segments:
            segment, start = self._segments[0], self._at
            seam = segment.find(_SEAM, start)
            if seam >= 0:
                self._at = seam + 2
                return self._complete(segment[start : seam + 1])
            self._segments.popleft()
            self._bytes -= len(segment)
            self._at = 0
            rest = segment[start:]
            if rest.rstrip().endswith(b"}"):
                return self._complete(rest)
            self._begun += rest if self._begun else rest.lstrip(_BLANK)
        return None

    def _complete(self, end: bytes) -> bytes:
        piece = bytes(self._begun) + end
        self._begun.clear()
        return piece


class LineFramer:
    """Cuts at each newline, whatever the segments were."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._searched = 0

    @property
    def held(self) -> int:
        """How many bytes it holds."""
        return len(self._held)

    def feed(self, data: bytes) -> None:
        """Keep *data*, one segment as it was received."""
        self._held += data

    def next_piece(self) -> bytes | None:
        """Return the next line, possibly blank; None = more data needed."""
        end = self._held.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._held)
            return None
        piece = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        self._searched = 0
        return piece
