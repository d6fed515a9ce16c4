"""Names of segments: `<home>-<first_seq>-<start in UTC>.msgpack`, of their archives: the same and `.zst`."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.eventlog.errors import WriteError

SUFFIX: Final = ".msgpack"
ARCHIVE_SUFFIX: Final = ".zst"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_NAME: Final = re.compile(r"(?P<home>.+)-(?P<first_seq>\d+)-(?P<start>\d{8}T\d{9}Z)\.msgpack(?:\.zst)?")


class SegmentName(NamedTuple):
    """What a segment's name says; segments of one home sort by it in the order they were begun."""

    first_seq: int
    start: str
    """UTC, `YYYYMMDDThhmmssfffZ`."""
    home: str

    @property
    def start_s(self) -> float | None:
        """The same instant, s since 1970; None if it is no date."""
        try:
            return datetime.strptime(self.start, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            return None


def segment_name(home: str, first_seq: int, wall_ms: int) -> str:
    """Return the name of a segment begun at *wall_ms*.

    Raises:
        WriteError: *home* cannot be part of a file name.
    """
    if not _HOME.fullmatch(home):
        raise WriteError(f"home id {home!r}: use letters, digits, '_', '.' and '-' only")
    start = _EPOCH + timedelta(milliseconds=wall_ms)
    return f"{home}-{first_seq}-{start:%Y%m%dT%H%M%S}{wall_ms % 1000:03d}Z{SUFFIX}"


def parse_name(name: str) -> SegmentName | None:
    """Return what *name* says, or None if it is no segment's and no archive's."""
    match = _NAME.fullmatch(name)
    return match and SegmentName(int(match["first_seq"]), match["start"], match["home"])


def segments(directory: Path, home: str) -> list[Path]:
    """Return the segments of *home* in *directory*, in the order they were begun.

    Of one that was archived its archive; while both are there, the segment alone.
    """
    named = [(parse_name(path.name), path) for path in directory.iterdir()]
    found = sorted((name, path) for name, path in named if name and name.home == home)
    first = dict(reversed(found))  # the shorter name sorts first
    return list(reversed(first.values()))


def archive_path(segment: Path) -> Path:
    """Return the path of the archive of *segment*."""
    return segment.with_name(segment.name + ARCHIVE_SUFFIX)


def log_name(path: Path) -> str:
    """Return the name that the log *path* was written under: of an archive, that of its segment."""
    return path.name.removesuffix(ARCHIVE_SUFFIX)
