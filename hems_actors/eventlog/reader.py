"""Reading a log: frames in order, checked for crc, chain and numbers; what is wrong is named, never passed over.

Strategy: what the checksums let through must also continue the frame before it (its crc) and the numbering. A frame
that lies before what was read already, or came in from elsewhere, is named and left out; after anything missing a GAP
is handed on, and whoever folds events waits for the next SNAPSHOT. A GAP that a repair wrote says what the frame after
it continues.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

from hems_actors.eventlog.codec import Decoder, Vocabulary
from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.errors import LogError, MalformedError, UnreadableError
from hems_actors.eventlog.frame import Frame, FrameType, open_payload
from hems_actors.eventlog.gap import gap_from
from hems_actors.eventlog.header import Header, parse_header
from hems_actors.eventlog.lookahead import LookAhead, crc_after
from hems_actors.eventlog.scan import Bad, Good, Torn, scan
from hems_actors.eventlog.source import open_source

_BATCH: Final = int(FrameType.BATCH)  # plain numbers: an enum's name costs more than the comparison
_GAP: Final = int(FrameType.GAP)
_CLOSE: Final = int(FrameType.CLOSE)
_NUMBER_MAX: Final = 2**53
"""Of events and instants; what is above it is none."""


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
    gaps: list[Damage]
    """Lost ranges that a repair recorded: named, no damage of this file."""
    torn_tail_bytes: int = 0
    closed: bool = False
    """Whether a CLOSE was read."""
    next_seq: int
    """Number of the next event to come."""
    last_at_ms: int
    """Instant of the last good event, or of the start."""
    last_crc: int
    """Of the last good frame; after a repair's GAP that of the lost frame before the next one."""
    good: Good
    """The last good frame, as it lies in the file."""
    size_bytes: int
    """Of the whole log; of an archive, before compression."""

    def __init__(self, path: Path, known: Vocabulary | None = None) -> None:
        self.path = path
        self.damage = []
        self.gaps = []
        self._lost_bytes: Bad | None = None
        self._corrupt = False
        """Whether anything in `_lost_bytes` is no good frame."""
        self._resumes_at = 0
        """What lies before it is named already."""
        self._claimed_seq = 0
        """Next number of frames that were left out for a later one: there may have been such events."""
        self._stray_crc: int | None = None
        """Of the last good frame left out: what continues it is left out too."""
        self._source = open_source(path)
        self.size_bytes = self._source.size
        try:
            self._look = LookAhead(self._source)
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
                _, _, crc, payload = part
                try:
                    frame = open_payload(payload)
                    kind, first_seq, t0_ms, prev_crc, rows, _ = frame
                    follows = prev_crc == self.last_crc and first_seq == self.next_seq
                    if self._lost_bytes is not None or not follows:
                        if not self._belongs(part, frame, follows=follows):
                            continue
                        yield from self._lost(part, frame, follows=follows)
                    if kind == _BATCH:
                        self.last_at_ms = _last_ms(t0_ms, rows)
                    elif kind == _GAP:
                        first_seq, crc = self._recorded(part, frame)
                except LogError as error:
                    raise _at(error, self.path, part.start) from error
                self.last_crc = crc
                self.good = part
                self.frames += 1
                self.closed = kind == _CLOSE
                self.next_seq = first_seq + (len(rows) if kind == _BATCH else 0)
                yield frame
            else:
                self._note(part)
        if self._lost_bytes is not None or (self._claimed_seq > self.next_seq and not self.closed):
            self._name(self._lost_bytes or Bad(self.size_bytes, self.size_bytes), None)
            if not self.closed:
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

    def check(self, frame: Frame) -> None:
        """Check all values of *frame*, which was decoded; reading alone leaves out those of frequent kinds.

        Raises:
            MalformedError: one is not what a writer writes.
        """
        try:
            self.decoder.check(frame.body)
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
        if not 0 < payload.first_seq <= _NUMBER_MAX or abs(payload.t0_ms) > _NUMBER_MAX:
            raise MalformedError(f"no log begins with event {payload.first_seq} at {payload.t0_ms}")
        self.header = parse_header(payload.body, payload.first_seq, payload.t0_ms)
        self.next_seq = payload.first_seq
        self.last_at_ms = payload.t0_ms
        self.last_crc = part.crc
        self.good = part
        if damaged is not None:
            self.damage.append(Damage(damaged.start, damaged.end, None, None, None, payload.t0_ms))

    @property
    def good_bytes(self) -> int:
        """Up to the end of the last good frame."""
        return self.good.end

    def _belongs(self, part: Good, frame: Frame, *, follows: bool) -> bool:
        """Return whether *frame* is this log's and goes on from here; name it otherwise: nothing is lost by it.

        Between good frames nothing is ever missing by chance: a frame that nothing leads to there must at least be
        continued, and even so is none of this log if the log goes on behind it.
        """
        if part.start < self._resumes_at:
            return False
        if follows:
            return True
        if frame.first_seq > _NUMBER_MAX:
            raise MalformedError(f"no event has the number {frame.first_seq}")
        earlier = frame.first_seq < self.next_seq or part.crc == self.good.crc
        earlier = earlier or (frame.type == FrameType.BATCH and frame.t0_ms < self.last_at_ms)
        if earlier or self.closed or frame.type == FrameType.HEADER or frame.prev_crc == self._stray_crc:
            self._stray_crc = part.crc
            self._left_out(part.start, part.end)
            return False
        ahead = self._look.behind(part, frame, self.last_crc, self.next_seq)
        if ahead.resumes_at is not None and not ahead.leads_back:
            if ahead.continued:
                self._resumes_at, self._claimed_seq = ahead.resumes_at, max(self._claimed_seq, ahead.next_seq)
            self._left_out(part.start, max(part.end, self._resumes_at))
            return False
        if ahead.leads_back or ahead.continued or self._corrupt or (ahead.last and frame.type == FrameType.CLOSE):
            return True
        self._lose(part, corrupt=False)
        return False

    def _left_out(self, start: int, end: int) -> None:
        """Name good frames that are none of what is missing here, in one piece with those before them."""
        if self.damage and self.damage[-1] == (self.damage[-1].byte_from, start, None, None, self.last_at_ms, None):
            start = self.damage.pop().byte_from
        self.damage.append(Damage(start, end, None, None, self.last_at_ms, None))

    def _recorded(self, part: Good, frame: Frame) -> tuple[int, int]:
        """Note a lost range that a repair recorded; return the number and crc that the next frame goes on from."""
        gap = gap_from(frame)
        lost = gap.last_seq is None or gap.last_seq >= frame.first_seq
        seq_from = frame.first_seq if lost else None
        seq_to = gap.last_seq if lost else None
        self.gaps.append(Damage(part.start, part.start, seq_from, seq_to, frame.t0_ms, gap.next_ms))
        return frame.first_seq if gap.last_seq is None else gap.last_seq + 1, crc_after(part, frame)

    def _note(self, part: Good | Bad | Torn) -> None:
        """Note bytes that are no good frame."""
        if type(part) is Torn:
            self.torn_tail_bytes = part.end - part.start
        elif part.start >= self._resumes_at:
            self._lose(part, corrupt=True)

    def _lose(self, part: Good | Bad | Torn, *, corrupt: bool) -> None:
        """Note bytes that are left out."""
        start = part.start if self._lost_bytes is None else self._lost_bytes.start
        self._lost_bytes = Bad(start, part.end)
        self._corrupt = self._corrupt or corrupt

    def _lost(self, part: Good, frame: Frame, *, follows: bool) -> Iterator[Frame]:
        """Name what is wrong before *frame*; yield a GAP if the frame before it is not the one it continues."""
        self._name(self._lost_bytes or Bad(part.start, part.start), frame)
        self._lost_bytes, self._corrupt = None, False
        if not follows:
            yield self._gap()

    def _name(self, where: Bad, after: Frame | None) -> None:
        """Note damage at *where*; *after* is the next good frame, if it is known."""
        until = None if after is None else after.first_seq - 1
        nothing = self.closed if until is None else until < self.next_seq
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
        last_ms = t0_ms + rows[-1][2]
    except (LookupError, TypeError) as error:
        raise MalformedError("the last event of a frame has no time") from error
    if type(last_ms) is not int or abs(last_ms) > _NUMBER_MAX:
        raise MalformedError(f"the last event of a frame has the time {last_ms}")
    return last_ms


def _at(error: LogError, path: Path, byte: int | None = None, seq: int | None = None) -> LogError:
    """Return *error* saying where."""
    text = str(error)
    if seq is not None:
        text = f"from event {seq}: {text}"
    if byte is not None:
        text = f"byte {byte}: {text}"
    return type(error)(text if text.startswith(f"{path}: ") else f"{path}: {text}")
