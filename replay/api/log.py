"""A log, opened: its header, its events one at a time, and what is wrong with it."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Self

from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.gap import is_recorded
from hems_actors.eventlog.header import Header
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader
from replay.api.event import LoggedEvent
from replay.bearings import TELLING, Bearings
from replay.text import damage_text


class DamagedError(LogError):
    """Events are missing, or good frames stand where they do not belong; `damage` says where."""

    def __init__(self, path: Path, damage: Damage, local: LocalTime) -> None:
        super().__init__(f"{path}: damaged: {damage_text(damage, local)}")
        self.damage = damage


class Log:
    """A log to iterate over once, inside `with`; made by `open_log`."""

    def __init__(self, path: Path, *, past_damage: bool) -> None:
        self.path = path
        self._reader = LogReader(path)
        self._past_damage = past_damage
        self._bearings = Bearings(self._reader.header.sources)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._reader.__exit__()

    @property
    def header(self) -> Header:
        """Who wrote the log, with which versions and configuration."""
        return self._reader.header

    @property
    def home(self) -> str:
        """Id of the home."""
        return self.header.home

    @property
    def zone(self) -> str:
        """IANA name of the home's time zone."""
        return self.header.zone

    @property
    def local(self) -> LocalTime:
        """How local time is told where the iteration is."""
        return self._bearings.local

    @property
    def names(self) -> dict[int, str]:
        """Names of the things by number, as far as the log was read."""
        return dict(self._bearings.names)

    @property
    def damage(self) -> list[Damage]:
        """What is damaged or missing, as far as the log was read."""
        return list(self._reader.damage)

    @property
    def gaps(self) -> list[Damage]:
        """What a repair recorded as lost, as far as the log was read: no damage of this file."""
        return list(self._reader.gaps)

    @property
    def torn_tail_bytes(self) -> int:
        """How many bytes at the end are no whole frame, as a power cut leaves it; known at the end."""
        return self._reader.torn_tail_bytes

    @property
    def closed(self) -> bool:
        """Whether the log was ended on purpose; known at the end."""
        return self._reader.closed

    def __iter__(self) -> Iterator[LoggedEvent]:
        """Yield the events in the order of their numbers.

        Raises:
            DamagedError: events are missing here; without any missing, at the end, if anything else is damaged.
            LogError: the rest cannot be read.
        """
        for frame in self._reader:
            if frame.type == FrameType.BATCH:
                yield from self._events(frame)
            elif frame.type == FrameType.SNAPSHOT:
                self._bearings.take_snapshot(self._reader, frame)
            elif frame.type == FrameType.GAP and not is_recorded(frame):
                self._refuse_damage()
        self._refuse_damage()

    def _refuse_damage(self) -> None:
        if self._reader.damage and not self._past_damage:
            raise DamagedError(self.path, self._reader.damage[-1], self.local)

    def _events(self, frame: Frame) -> Iterator[LoggedEvent]:
        reader, bearings = self._reader, self._bearings
        events = reader.events(frame)
        reader.check(frame)
        for seq, (row, event) in enumerate(zip(frame.body, events, strict=True), frame.first_seq):
            if isinstance(event, TELLING):
                bearings.take(self.path, seq, event)
            source = event.source
            thing = bearings.names.get(source, f"thing {source}") if source else "home"
            yield LoggedEvent(seq, frame.t0_ms + row[2], event, thing, bearings.local)


def open_log(path: str | PathLike[str], *, past_damage: bool = False) -> Log:
    """Open the log, or archive, at *path*, read-only and without a lock; a log that is being written is read as it is.

    Args:
        path: the file.
        past_damage: go on where events are missing, instead of raising there; `Log.damage` names the places.

    Raises:
        UnreadableError: no file, not to be read, empty, or no log.
        NewerError: its format is newer than this version.
        MalformedError: its header is not what a writer writes.
    """
    return Log(Path(path), past_damage=past_damage)
