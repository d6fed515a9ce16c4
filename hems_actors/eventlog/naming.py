"""Names of segments: `<home>-<first_seq>-<start in UTC>.msgpack`."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.eventlog.errors import WriteError

SUFFIX: Final = ".msgpack"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_NAME: Final = re.compile(r"(?P<home>.+)-(?P<first_seq>\d+)-(?P<start>\d{8}T\d{9}Z)\.msgpack")


class SegmentName(NamedTuple):
    """What a segment's name says; segments of one home sort by it in the order they were begun."""

    first_seq: int
    start: str
    """UTC, `YYYYMMDDThhmmssfffZ`."""
    home: str


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
    """Return what *name* says, or None if it is no segment's."""
    match = _NAME.fullmatch(name)
    return match and SegmentName(int(match["first_seq"]), match["start"], match["home"])


def segments(directory: Path, home: str) -> list[Path]:
    """Return the segments of *home* in *directory*, in the order they were begun."""
    named = [(parse_name(path.name), path) for path in directory.iterdir()]
    return [path for name, path in sorted((name, path) for name, path in named if name and name.home == home)]
