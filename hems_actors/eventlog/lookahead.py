"""What follows a good frame that is out of its place: whether the log goes on later, whether anything continues it.

Checksums alone do not tell a log's own frames from those of another one. Two things do: a later frame that continues
what was read so far shows that those before it came in from elsewhere; and a frame that nothing before it leads to
and nothing after it continues may be anybody's.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.frame import Frame, FrameType, open_payload
from hems_actors.eventlog.gap import gap_from
from hems_actors.eventlog.scan import Good, scan
from hems_actors.eventlog.source import Source

FRAMES_AT_ONCE: Final = 1000
FRAMES_IN_ALL: Final = 100_000
"""For one log: what is broken everywhere is not worth more time."""
_BYTES_LIKE_A_FRAME: Final = 100


class Ahead(NamedTuple):
    """What was found behind a frame."""

    resumes_at: int | None = None
    """Byte of the first frame that continues what was read before it."""
    leads_back: bool = False
    """Whether the frames from there on lead to it, which is not among them again: they are displaced, not it."""
    continued: bool = False
    """Whether the very next frame continues it."""
    last: bool = True
    """Whether no good frame follows."""
    next_seq: int = 0
    """Highest number that any of the frames before `resumes_at` names as the next one."""


class LookAhead:
    """Looks behind frames of one log, not farther in all than is worth it.

    Args:
        source: the log.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._frames_left = FRAMES_IN_ALL

    def behind(self, part: Good, frame: Frame, last_crc: int, next_seq: int) -> Ahead:
        """Return what follows *frame*, which does not continue `(last_crc, next_seq)`.

        Raises:
            UnreadableError: the disk does not give it.
        """
        ahead, chain_crc = Ahead(next_seq=_after(frame)), None
        for other, content in self._good(part.end):
            if ahead.last:
                ahead = ahead._replace(last=False, continued=content.prev_crc == crc_after(part, frame))
            if ahead.resumes_at is None:
                if (content.prev_crc, content.first_seq) != (last_crc, next_seq):
                    ahead = ahead._replace(next_seq=max(ahead.next_seq, _after(content)))
                    continue
                ahead = ahead._replace(resumes_at=other.start)
            elif content.prev_crc != chain_crc:
                break
            chain_crc = crc_after(other, content)
            if other.crc == part.crc:
                return ahead._replace(leads_back=False)
            ahead = ahead._replace(leads_back=ahead.leads_back or chain_crc == frame.prev_crc)
        return ahead

    def _good(self, offset: int) -> Iterator[tuple[Good, Frame]]:
        """Yield the good frames from *offset* on, as many as are worth it."""
        for number, other in enumerate(scan(self._source, offset)):
            self._frames_left -= 1
            if number >= FRAMES_AT_ONCE or self._frames_left < 0:
                return
            if type(other) is Good:
                with suppress(LogError):  # whoever reads so far says it
                    yield other, open_payload(other.payload)
            else:
                self._frames_left -= (other.end - other.start) // _BYTES_LIKE_A_FRAME


def _after(frame: Frame) -> int:
    """Return the number of the first event after *frame*."""
    return frame.first_seq + (len(frame.body) if frame.type == FrameType.BATCH else 0)


def crc_after(part: Good, frame: Frame) -> int:
    """Return what the frame after *frame* says that the crc before it was; after a last GAP that of the last good one.

    Raises:
        MalformedError: a GAP's body is not what a repair writes.
    """
    if frame.type != FrameType.GAP:
        return part.crc
    crc = gap_from(frame).next_prev_crc
    return frame.prev_crc if crc is None else crc
