"""Decisions that are no longer in memory, looked up in the log's files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from hems_actors.api.port import Asked, Made
from hems_actors.core.facts import ClockOffset
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.naming import parse_name, segments
from hems_actors.eventlog.reader import LogReader

_DT_MS: Final = 2
"""Where a row says how long after its frame began."""
SEGMENTS_MAX: Final = 31
"""So many files, of a day each, are looked through at most."""


class Older:
    """Looks through a home's log; reads files, so it is called where waiting is no harm."""

    def __init__(self, directory: Path, home: str) -> None:
        """Look at the segments of *home* in *directory*."""
        self._directory = directory
        self._home = home

    def __call__(self, asked: Asked) -> Sequence[Made]:
        """Return the newest decisions *asked* for, in time order: those that differ from the one before.

        Raises:
            LogError: none of the files can be read.
        """
        found: list[Made] = []
        for path in self._paths(asked)[:SEGMENTS_MAX]:
            wanted = asked.count_max - len(found)
            if wanted <= 0:
                break
            found = [*_decisions(path, asked)[-wanted:], *found]
        return found

    def _paths(self, asked: Asked) -> list[Path]:
        """Return the files that may hold what is *asked* for, newest first."""
        try:
            paths = segments(self._directory, self._home)
        except OSError as error:
            raise LogError(f"{self._directory}: {error.strerror or error}") from error
        found: list[Path] = []
        for path in reversed(paths):
            start_s = _start_s(path)
            if start_s > asked.to_s:
                continue
            found.append(path)
            if start_s <= asked.from_s:
                break
        return found


def _decisions(path: Path, asked: Asked) -> list[Made]:
    """Return the decisions *asked* for in the file *path*; what of it cannot be read is passed over."""
    found: list[Made] = []
    point: tuple[object, ...] = ()
    try:
        for seq, at_s, event in _set_points(path):
            if event.source != asked.charger or at_s > asked.to_s:
                continue
            before, point = point, (event.on, event.current_ma, event.phases, event.issuer, event.rule)
            if point != before and at_s >= asked.from_s:
                found.append(Made(seq, at_s, event))
    except LogError:  # a day that is damaged ends there; the others are not
        return found
    return found


def _set_points(path: Path) -> Iterator[tuple[int, int, SetPointDecided]]:
    """Yield number, wall clock and event of each set-point in the file *path*.

    Raises:
        LogError: it cannot be read, or not further.
    """
    with LogReader(path) as log:
        offset_ms = log.header.wall_ms - log.header.at_ms
        for frame in log:
            if frame.type != FrameType.BATCH:
                continue
            for number, (row, event) in enumerate(zip(frame.body, log.events(frame), strict=True)):
                if type(event) is SetPointDecided:
                    yield frame.first_seq + number, (frame.t0_ms + row[_DT_MS] + offset_ms) // 1_000, event
                elif type(event) is ClockOffset:
                    offset_ms = event.offset_ms


def _start_s(path: Path) -> float:
    name = parse_name(path.name)
    return 0 if name is None else name.start_s or 0
