"""Columns of integers, packed small and fast for a browser to unpack.

A column is differences between rows, sign in the lowest bit, 4 bytes each, low bytes of a block first, then the next
ones, and so on; then zlib. Rows of one group share their instants.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from struct import pack
from typing import Final
from zlib import compressobj

BLOCK_ROWS: Final = 8_192
VALUE_MAX: Final = 2**29
"""Above what any home has, in W or mA; the browser reckons in 32 bits."""
NONE: Final = -VALUE_MAX - 1
"""No value."""
STEP_MS_MAX: Final = 2**31
_BASE64_BYTES: Final = 3 << 16
"""A multiple of 3: parts can be joined."""
_PLANES: Final = range(4)
Values = Sequence[int | None]


class Packed:
    """Compressed bytes on their way into the page."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._squeeze = compressobj(6)

    def write(self, content: bytes) -> None:
        """Add *content*."""
        self._bytes += self._squeeze.compress(content)

    def base64(self) -> Iterator[str]:
        """Yield all of it as base64; nothing can be added any more."""
        self._bytes += self._squeeze.flush()
        for at in range(0, len(self._bytes), _BASE64_BYTES):
            yield b64encode(self._bytes[at : at + _BASE64_BYTES]).decode("ascii")


class Column:
    """One column of integers."""

    def __init__(self) -> None:
        self.packed = Packed()
        self._values: list[int] = []
        self._last = 0

    def add(self, value: int) -> None:
        """Append *value*; differences must fit into 31 bits."""
        self._values.append(value)
        if len(self._values) == BLOCK_ROWS:
            self._flush()

    def finish(self) -> None:
        """Write what is held."""
        if self._values:
            self._flush()

    def _flush(self) -> None:
        values = self._values
        before = [self._last, *values[:-1]]
        steps = [value - earlier for value, earlier in zip(values, before, strict=True)]
        content = pack(f"<{len(steps)}I", *[step << 1 if step >= 0 else (-step << 1) - 1 for step in steps])
        self.packed.write(b"".join(content[plane::4] for plane in _PLANES))
        self._last = values[-1]
        values.clear()


class Group:
    """Rows of values that hold until the next row, with one instant each.

    Args:
        names: of the columns.
        keep_ms: 0 = every row; else of each so many ms only the least and the greatest of each column.
    """

    def __init__(self, names: Sequence[str], keep_ms: int = 0) -> None:
        self.names = tuple(names)
        self.rows = 0
        self._keep_ms = keep_ms
        self._times = Column()
        self._columns = [Column() for _ in names]
        self._last: tuple[int, ...] | None = None
        self._last_ms = 0
        self._bucket: list[tuple[int, tuple[int, ...]]] = []
        self._bucket_end_ms = 0

    def add(self, at_ms: int, values: Values) -> None:
        """Append a row; one that says what the last one says is left out.

        Args:
            at_ms: not before the last row's.
            values: one for each column, None = unknown.
        """
        row = tuple([NONE if value is None else max(-VALUE_MAX, min(VALUE_MAX, value)) for value in values])
        if not self._keep_ms:
            self._write(at_ms, row)
            return
        if at_ms >= self._bucket_end_ms:
            self._empty_bucket()
            self._bucket_end_ms = at_ms - at_ms % self._keep_ms + self._keep_ms
        self._bucket.append((at_ms, row))
        if len(self._bucket) >= BLOCK_ROWS:
            self._bucket = list(_envelope(self._bucket))

    def columns(self) -> Iterator[tuple[str, Packed]]:
        """Yield the columns with their names, instants (`t`) first; nothing can be added any more."""
        self._empty_bucket()
        for name, column in zip(("t", *self.names), (self._times, *self._columns), strict=True):
            column.finish()
            yield name, column.packed

    def _empty_bucket(self) -> None:
        for at_ms, row in _envelope(self._bucket):
            self._write(at_ms, row)
        self._bucket.clear()

    def _write(self, at_ms: int, row: tuple[int, ...]) -> None:
        if row == self._last:
            return
        at_ms = max(at_ms, self._last_ms) if self.rows else at_ms
        if self.rows == 0:
            self._last_ms = self.first_ms = at_ms
        while at_ms - self._last_ms >= STEP_MS_MAX:
            self._append(self._last_ms + STEP_MS_MAX - 1, self._last or row)
        self._append(at_ms, row)
        self._last = row

    def _append(self, at_ms: int, row: tuple[int, ...]) -> None:
        self._times.add(at_ms - self.first_ms)
        for column, value in zip(self._columns, row, strict=True):
            column.add(value)
        self._last_ms = at_ms
        self.rows += 1

    first_ms = 0
    """Instant of the first row: the others count from it."""


def _envelope(rows: list[tuple[int, tuple[int, ...]]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the first and the last of *rows*, and between them the least and the greatest of each column."""
    if len(rows) <= 4:  # noqa: PLR2004 - as many as there will be
        yield from rows
        return
    columns = list(zip(*(row for _, row in rows), strict=True))
    known = [[value for value in column if value != NONE] or [NONE] for column in columns]
    (first_ms, first), (last_ms, last) = rows[0], rows[-1]
    yield first_ms, first
    yield first_ms + (last_ms - first_ms) // 3, tuple(min(column) for column in known)
    yield first_ms + (last_ms - first_ms) * 2 // 3, tuple(max(column) for column in known)
    yield last_ms, last
