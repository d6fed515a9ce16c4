"""Reading a log: frames in order, checked for crc, chain and numbers; what is wrong is named, never passed over.

Strategy: what the checksums let through must also continue the frame before it (its crc) and the numbering. A frame
that lies before what was read already is named and left out; after anything missing a GAP is handed on, and whoever
folds events waits for the next SNAPSHOT.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

from hems_actors.eventlog.codec import Decoder, Vocabulary
from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.errors import LogError, MalformedError, UnreadableError
from hems_actors.eventlog.frame import Frame, FrameType, open_payload
from hems_actors.eventlog.header import Header, parse_header
from hems_actors.eventlog.scan import Bad, Good, Torn, scan
from hems_actors.eventlog.source import ByteSource

_BATCH: Final = int(FrameType.BATCH)  # plain numbers: an enum's name costs more than the comparison
_CLOSE: Final = int(FrameType.CLOSE)


class LogReader:
    """One log file; iterate over it once, inside `with`.

    Opening reads up to the header. Read-only, no lock: a file that is being written is read as far as it is.

    Args:
        path: the file.
        known: the kinds of event to decode to; this version's if None.

    Raises:
        UnreadableError: no file, not to be read, empty, or no log.
        NewerError: its format is newer.
        MalformedError: its header is not what a writer writes.
    """

    header: Header
    """Who wrote it, with what."""
    decoder: Decoder
    """For the rows of its frames."""
    frames: int = 1
    """Good ones read so far, the header included."""
    damage: list[Damage]
    torn_tail_bytes: int = 0
    closed: bool = False
    """Whether a CLOSE was read."""
    next_seq: int
    """Number of the next event to come."""
    last_at_ms: int
    """Instant of the last good event, or of the start."""
    last_crc: int
    """Of the last good frame."""
    good_bytes: int
    """Up to the end of the last good frame."""

    def __init__(self, path: Path, known: Vocabulary | None = None) -> None:
        self.path = path
        self.damage = []
        self._lost_bytes: Bad | None = None
        self._source = ByteSource(path)
        try:
            self._scan = scan(self._source)
            self._read_header()
            self.decoder = Decoder(self.header.schema, known)
        except LogError as error:
            self._source.__exit__()
            raise _at(error, path) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._source.__exit__()

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames after the header.

        Raises:
            UnreadableError: the disk does not give it.
            NewerError: a frame of a type unknown to this version.
            MalformedError: a frame is not what a writer writes.
        """
        for part in self._scan:
            if type(part) is Good:
                _, end, crc, payload = part
                try:
                    frame = open_payload(payload)
                    kind, first_seq, t0_ms, prev_crc, rows, _ = frame
                    follows = prev_crc == self.last_crc and first_seq == self.next_seq
                    if self._lost_bytes is not None or not follows:
                        if self._is_old(part, frame):
                            continue
                        yield from self._lost(part, frame, follows=follows)
                    if kind == _BATCH:
                        self.last_at_ms = _last_ms(t0_ms, rows)
                except LogError as error:
                    raise _at(error, self.path, part.start) from error
                self.last_crc = crc
                self.good_bytes = end
                self.frames += 1
                self.closed = kind == _CLOSE
                self.next_seq = first_seq + (len(rows) if kind == _BATCH else 0)
                yield frame
            elif type(part) is Torn:
                self.torn_tail_bytes = part.end - part.start
            else:
                self._lost_bytes = Bad(part.start, part.end)
        if self._lost_bytes is not None:
            self._name(self._lost_bytes, None)
            yield self._gap()

    def events(self, frame: Frame) -> list[Any]:
        """Return the events of *frame*, one for each row.

        Raises:
            NewerError: a kind, or a version of it, is unknown to this version.
            SchemaError: a kind contradicts this version's.
            MalformedError: a row is not what a writer writes.
        """
        try:
            return self.decoder.events(frame.body)
        except LogError as error:
            raise _at(error, self.path, seq=frame.first_seq) from error

    def _read_header(self) -> None:
        if self._source.size == 0:
            raise UnreadableError("the file is empty: nothing was recorded")
        part = next(self._scan)
        damaged = part if type(part) is Bad else None
        if damaged is not None:
            part = next(self._scan, damaged)
        if type(part) is not Good:
            raise UnreadableError("not an event log, or nothing of its header is left")
        payload = open_payload(part.payload)
        if payload.type != FrameType.HEADER:
            raise UnreadableError("the header is damaged: without it the events cannot be read")
        self.header = parse_header(payload.body, payload.first_seq, payload.t0_ms)
        self.next_seq = payload.first_seq
        self.last_at_ms = payload.t0_ms
        self.last_crc = part.crc
        self.good_bytes = part.end
        if damaged is not None:
            self.damage.append(Damage(damaged.start, damaged.end, None, None, None, payload.t0_ms))

    def _is_old(self, part: Good, frame: Frame) -> bool:
        """Return whether *frame* lies before what was read already, and name it then: nothing is lost by it."""
        old = frame.type == FrameType.HEADER or frame.first_seq < self.next_seq
        if old:
            self.damage.append(Damage(part.start, part.end, None, None, self.last_at_ms, None))
        return old

    def _lost(self, part: Good, frame: Frame, *, follows: bool) -> Iterator[Frame]:
        """Name what is wrong before *frame*; yield a GAP if the frame before it is not the one it continues."""
        self._name(self._lost_bytes or Bad(part.start, part.start), frame)
        self._lost_bytes = None
        if not follows:
            yield self._gap()

    def _name(self, where: Bad, after: Frame | None) -> None:
        """Note damage at *where*; *after* is the next good frame, if it is known."""
        until = None if after is None else after.first_seq - 1
        nothing = until is not None and until < self.next_seq
        self.damage.append(
            Damage(
                where.start,
                where.end,
                None if nothing else self.next_seq,
                None if nothing else until,
                self.last_at_ms,
                None if after is None else after.t0_ms,
            )
        )

    def _gap(self) -> Frame:
        return Frame(FrameType.GAP, self.next_seq, self.last_at_ms, self.last_crc, ())


def _last_ms(t0_ms: int, rows: tuple[Any, ...]) -> int:
    try:
        return t0_ms + rows[-1][2]  # type: ignore[no-any-return] # a row is whatever was packed
    except (LookupError, TypeError) as error:
        raise MalformedError("the last event of a frame has no time") from error


def _at(error: LogError, path: Path, byte: int | None = None, seq: int | None = None) -> LogError:
    """Return *error* saying where."""
    text = str(error)
    if seq is not None:
        text = f"from event {seq}: {text}"
    if byte is not None:
        text = f"byte {byte}: {text}"
    return type(error)(text if text.startswith(f"{path}: ") else f"{path}: {text}")
