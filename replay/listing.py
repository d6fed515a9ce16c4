"""What a log says, one event a line: for people who look for a reason."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from hems_actors.core.describe import describe
from hems_actors.core.errors import FAILURES
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.registry import Event, Stage, stage_of
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.codec import kind_number
from hems_actors.eventlog.errors import LogError, MalformedError
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader
from replay.bearings import Bearings

WHAT: Final = ("changes", "outcomes", "all")
"""`changes`: outcomes but for set-points that stay as they are; `outcomes`: all of them; `all`: facts too."""


def lines_of(path: Path, what: str) -> Iterator[str]:
    """Yield the events of the log at *path*: local time, number, who, what, fields with units.

    Raises:
        LogError: it cannot be read, or, after all of it that can be, that some cannot.
    """
    with LogReader(path) as log:
        lines = _Lines(log, what)
        for frame in log:
            if frame.type == FrameType.GAP:
                yield f"{lines.local.text(frame.t0_ms)} #{frame.first_seq} is missing or damaged, maybe more after it"
            elif frame.type == FrameType.SNAPSHOT:
                lines.take_state(frame)
            elif frame.type == FrameType.BATCH:
                yield from lines.of(frame)
        if log.damage:
            raise MalformedError(f"{path}: damaged, places: {len(log.damage)}: without --list they are named")


class _Lines:
    """The events of *log* that *what* chooses, as text."""

    def __init__(self, log: LogReader, what: str) -> None:
        self._log = log
        self._what = what
        self._before: dict[int, tuple[object, ...]] = {}
        self._bearings = Bearings(log.header.sources)

    @property
    def local(self) -> LocalTime:
        """How local time is told here."""
        return self._bearings.local

    def take_state(self, frame: Frame) -> None:
        """Go by what a SNAPSHOT holds; one that is not what a writer writes leaves all as it was."""
        with suppress(LogError):
            self._bearings.take_snapshot(self._log, frame)

    def of(self, frame: Frame) -> Iterator[str]:
        """Yield the lines of a BATCH.

        Raises:
            LogError: it is not what a writer writes.
        """
        log = self._log
        rows = zip(frame.body, log.events(frame), strict=True)
        log.check(frame)
        for seq, (row, event) in enumerate(rows, frame.first_seq):
            self._bearings.take(log.path, seq, event)
            try:
                text = describe(event, self._bearings.names) if self._is_chosen(event) else None
            except FAILURES as error:
                raise MalformedError(f"{log.path}: event {seq} is not what a writer writes: {brief(event)}") from error
            if text is not None:
                yield f"{self.local.text(frame.t0_ms + row[2])} #{seq} {text}"

    def _is_chosen(self, event: Event) -> bool:
        if self._what != "all" and stage_of(kind_number(event)) == Stage.FACT:
            return False
        if isinstance(event, SetPointDecided):
            point = tuple(event[1:6])
            if self._what == "changes" and self._before.get(event.source) == point:
                return False
            self._before[event.source] = point
        return True
