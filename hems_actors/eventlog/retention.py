"""Which old segments go: whole ones, oldest first, and never what a recovery may need.

Kept whatever the limits say: the two newest segments whose first snapshot is what its hash says, all that is newer
than the older of the two, and everything while there are no two of them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.core.errors import FAILURES
from hems_actors.core.restore import restored_events
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.archive import unfinished_path
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.fold import state_from
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.naming import archive_path, log_name, parse_name
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.statehash import state_hash

VERIFIED_MIN: Final = 2
_DAY_S: Final = 86_400


class Limits(NamedTuple):
    """How much of a home's log is kept; None = without limit."""

    bytes_max: int | None = None
    """Of all segments and archives together."""
    days_max: int | None = None
    """From a segment's end to the start of the newest one."""


class Held(NamedTuple):
    """A segment as it lies on the disk: itself, its archive, or both."""

    path: Path
    size_bytes: int
    start_s: float | None
    """UTC, by its name; None if that is no date."""


class Doomed(NamedTuple):
    """A segment that goes, and why."""

    path: Path
    why: str


def choose(held: Sequence[Held], keep_from: int, limits: Limits) -> list[Doomed]:
    """Return what goes, oldest first: no segment goes before an older one.

    Args:
        held: all segments of a home, in the order they were begun.
        keep_from: index of the first one that stays whatever the limits say.
        limits: what is to be kept.
    """
    total = sum(segment.size_bytes for segment in held)
    doomed: list[Doomed] = []
    for index in range(keep_from):
        why = _too_much(total, limits) or _too_old(held[index + 1], held[-1], limits)
        if why is None:
            break
        doomed.append(Doomed(held[index].path, why))
        total -= held[index].size_bytes
    return doomed


def keep_from(segments: Sequence[Path]) -> int:
    """Return the index in *segments* of the older of the two newest with a verified snapshot; 0 if there are no two."""
    verified = 0
    for index in reversed(range(len(segments))):
        verified += has_verified_snapshot(segments[index])
        if verified == VERIFIED_MIN:
            return index
    return 0


def has_verified_snapshot(path: Path) -> bool:
    """Return whether the first snapshot of *path* can be read and folds to the state that its hash says.

    One of another state version cannot be compared: it may serve a recovery, but nothing is deleted for its sake.
    """
    try:
        with LogReader(path) as log:
            frame = next(iter(log), None)
            if frame is None or frame.type != FrameType.SNAPSHOT or log.header.state_version != STATE_VERSION:
                return False
            state = state_from(log.events(frame), frame.first_seq - 1, frame.t0_ms)
        return state_hash(restored_events(state)) == frame.state_hash
    except (LogError, *FAILURES):
        return False


def held(segment: Path) -> Held:
    """Return *segment* as it lies on the disk.

    Raises:
        OSError: it is not there any more, or the disk fails.
    """
    name = parse_name(segment.name)
    return Held(
        segment,
        sum(path.stat().st_size for path in files_of(segment)),
        None if name is None else name.start_s,
    )


def files_of(segment: Path) -> list[Path]:
    """Return the files that *segment* consists of: it, its archive, and what archiving it may have left."""
    plain = segment.with_name(log_name(segment))
    return [path for path in (plain, archive_path(plain), unfinished_path(plain)) if path.exists()]


def _too_much(total: int, limits: Limits) -> str | None:
    if limits.bytes_max is None or total <= limits.bytes_max:
        return None
    return f"the log takes {total} bytes of at most {limits.bytes_max}"


def _too_old(following: Held, newest: Held, limits: Limits) -> str | None:
    """Return why a segment is too old that ended when *following* began."""
    if limits.days_max is None or following.start_s is None or newest.start_s is None:
        return None
    old = newest.start_s - following.start_s > limits.days_max * _DAY_S
    return f"it ended more than {limits.days_max} d before the newest segment" if old else None
