"""Once a day: archive what is closed, delete what is too old or too much; to be run in a thread of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hems_actors.eventlog.archive import ArchivePort, OsArchive, archive
from hems_actors.eventlog.errors import LogError, UnreadableError
from hems_actors.eventlog.naming import ARCHIVE_SUFFIX, archive_path, segments
from hems_actors.eventlog.retention import Doomed, Limits, choose, files_of, held, keep_from


@dataclass(slots=True)
class Tidied:
    """What was done, and what could not be."""

    archived: list[Path] = field(default_factory=list)
    """The archives made."""
    deleted: list[Doomed] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    """One line each: what, where, what to do."""


def tidy(
    directory: Path, home: str, limits: Limits, *, writing: Path | None, port: ArchivePort | None = None
) -> Tidied:
    """Archive the closed segments of *home* in *directory*, then delete what goes beyond *limits*.

    What the disk does not let it do is a finding, tried again the next time. Only the process that holds the
    directory's lock may call it.

    Args:
        directory: where the segments are.
        home: whose.
        limits: what is to be kept.
        writing: the segment being written, None if there is none. It is left alone, and so is the newest one by name,
            which is another where the clock was set back.
        port: the operating system.
    """
    port = port or OsArchive()
    done = Tidied()
    try:
        closed = [path for path in segments(directory, home)[:-1] if path != writing]
        _archive(closed, port, done)
        _retain(segments(directory, home), limits, writing, port, done)
    except OSError as error:
        done.findings.append(f"{error.filename or directory}: {error.strerror}: old logs stay as they are")
    return done


def _archive(closed: Sequence[Path], port: ArchivePort, done: Tidied) -> None:
    """Archive what of *closed* is no archive yet; what cannot be read is passed over, a failing disk ends it."""
    for segment in closed:
        if segment.suffix == ARCHIVE_SUFFIX:
            continue
        try:
            archive(segment, port)
        except UnreadableError as error:
            done.findings.append(f"{error}: it is not compressed")
        except LogError as error:
            done.findings.append(str(error))
            return
        else:
            done.archived.append(archive_path(segment))


def _retain(found: Sequence[Path], limits: Limits, writing: Path | None, port: ArchivePort, done: Tidied) -> None:
    """Delete what of *found*, all segments of a home, goes beyond *limits*.

    Raises:
        OSError: the disk does not let it; what is deleted is in *done*.
    """
    first_kept = keep_from(found)
    if writing in found:
        first_kept = min(first_kept, found.index(writing))
    for doomed in choose([held(path) for path in found], first_kept, limits):
        for path in files_of(doomed.path):
            port.remove(path)
        done.deleted.append(doomed)
    if done.deleted:
        port.sync_directory(found[0].parent)
