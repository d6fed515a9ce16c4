"""The daily round: archive, then delete; what the disk does not let it do is a finding and nothing worse."""

import errno
from pathlib import Path

import pytest

from hems_actors.eventlog.archive import OsArchive
from hems_actors.eventlog.naming import archive_path, segments
from hems_actors.eventlog.retention import Limits
from hems_actors.eventlog.tidying import tidy
from tests.eventlog.archives import HOME, StopError, StoppingFiles, archived, segment_in, write_days, write_hours

NO_LIMITS = Limits()
LAST_TWO = Limits(bytes_max=0)


def names(directory: Path) -> list[str]:
    """Return what is in *directory*, in order."""
    return sorted(path.name for path in directory.iterdir())


def test_archives_all_but_the_newest(tmp_path: Path) -> None:
    """Closed segments are archived once; the newest and other files stay as they are."""
    paths = write_days(tmp_path, 3)
    (tmp_path / "lock").touch()
    write_hours(tmp_path / "other-1-20250105T230000000Z.msgpack")
    archives = [archive_path(path) for path in paths[:2]]
    done = tidy(tmp_path, HOME, NO_LIMITS, writing=paths[2])

    assert (done.archived, done.deleted, done.findings) == (archives, [], [])
    assert segments(tmp_path, HOME) == [*archives, paths[2]]
    assert {"lock", "other-1-20250105T230000000Z.msgpack"} < set(names(tmp_path))
    assert tidy(tmp_path, HOME, NO_LIMITS, writing=paths[2]).archived == []


def test_deletes_beyond_the_limits(tmp_path: Path) -> None:
    """What is beyond the limits goes once it is archived, but for the last two; it is said why."""
    paths = write_days(tmp_path, 4)
    done = tidy(tmp_path, HOME, LAST_TWO, writing=paths[3])

    assert [doomed.path for doomed in done.deleted] == [archive_path(paths[0]), archive_path(paths[1])]
    assert all("bytes of at most 0" in doomed.why for doomed in done.deleted)
    assert segments(tmp_path, HOME) == [archive_path(paths[2]), paths[3]]


def test_clock_set_back(tmp_path: Path) -> None:
    """The segment being written stays even where an older one looks newer by its name."""
    paths = write_days(tmp_path, 4)
    done = tidy(tmp_path, HOME, LAST_TWO, writing=paths[1])

    assert [doomed.path for doomed in done.deleted] == [archive_path(paths[0])]
    assert segments(tmp_path, HOME) == [paths[1], archive_path(paths[2]), paths[3]]


def test_nothing_there(tmp_path: Path) -> None:
    """A home without segments needs no tidying; a directory that is not there is a finding."""
    assert tidy(tmp_path, HOME, LAST_TWO, writing=None).findings == []
    (finding,) = tidy(tmp_path / "none", HOME, LAST_TWO, writing=None).findings
    assert finding == f"{tmp_path / 'none'}: No such file or directory: old logs stay as they are"


def test_unreadable_is_passed_over(tmp_path: Path) -> None:
    """A segment that cannot be read is named, the next one is archived."""
    paths = write_days(tmp_path, 3)
    paths[0].unlink()
    paths[0].mkdir()
    done = tidy(tmp_path, HOME, NO_LIMITS, writing=paths[2])

    assert done.archived == [archive_path(paths[1])]
    assert done.findings == [f"{paths[0]}: not a file: name the log files themselves: it is not compressed"]


def test_full_disk(tmp_path: Path) -> None:
    """A full disk ends the archiving, one line says so, and deleting goes on: that makes room."""

    class Full(OsArchive):
        def create(self, path: Path) -> int:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    paths = write_days(tmp_path, 4)
    done = tidy(tmp_path, HOME, LAST_TWO, writing=paths[3], port=Full())

    (finding,) = done.findings
    assert finding == f"{paths[0]}: cannot be archived: No space left on device: make room or change the disk"
    assert [doomed.path for doomed in done.deleted] == paths[:2]
    assert names(tmp_path) == [path.name for path in paths[2:]]


def test_read_only(tmp_path: Path) -> None:
    """A disk that lets nothing be removed: named, and nothing is counted as deleted."""

    class ReadOnly(OsArchive):
        def remove(self, path: Path) -> None:
            raise OSError(errno.EROFS, "Read-only file system", str(path))

    paths = write_days(tmp_path, 4)
    for path in paths[:3]:
        archived(path)
    done = tidy(tmp_path, HOME, LAST_TWO, writing=paths[3], port=ReadOnly())

    assert done.deleted == []
    assert done.findings == [f"{archive_path(paths[0])}: Read-only file system: old logs stay as they are"]
    assert len(segments(tmp_path, HOME)) == 4


def calls(directory: Path) -> int:
    """Return how many calls a whole round makes."""
    paths = write_days(directory, 4)
    port = StoppingFiles(1 << 30)
    tidy(directory, HOME, LAST_TWO, writing=paths[3], port=port)
    return len(port.calls)


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "failing"])
def test_stops_anywhere(tmp_path: Path, kill: bool) -> None:
    """Wherever a round stops, the newest segments are there in one form or another, and the next round ends it."""
    (tmp_path / "whole").mkdir()
    count = calls(tmp_path / "whole")
    assert count == 3 * 9 + 3
    for stop in range(count):
        directory = tmp_path / str(stop)
        directory.mkdir()
        paths = write_days(directory, 4)
        port = StoppingFiles(stop, None if kill else OSError(errno.EIO, "Input/output error"))
        if kill:
            with pytest.raises(StopError):
                tidy(directory, HOME, LAST_TWO, writing=paths[3], port=port)
        else:
            assert tidy(directory, HOME, LAST_TWO, writing=paths[3], port=port).findings
        left = segments(directory, HOME)
        assert [path.name.removesuffix(".zst") for path in left[-2:]] == [
            segment_in(directory, day).name for day in (2, 3)
        ]
        tidy(directory, HOME, LAST_TWO, writing=paths[3])
        assert names(directory) == [archive_path(paths[2]).name, paths[3].name]
