"""Names of segments say home, first event and start."""

from pathlib import Path

import pytest

from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.naming import SegmentName, archive_path, log_name, parse_name, segment_name, segments

NAME = "my-home-42-20250105T230000007Z.msgpack"


def test_name() -> None:
    """Home, first number, start in UTC; and back."""
    assert segment_name("my-home", 42, 1_736_118_000_007) == NAME
    assert parse_name(NAME) == SegmentName(42, "20250105T230000007Z", "my-home")


def test_archive() -> None:
    """The archive of a segment says the same in its name, and leads back to it."""
    archive = archive_path(Path("logs") / NAME)

    assert archive == Path("logs") / (NAME + ".zst")
    assert parse_name(archive.name) == parse_name(NAME)
    assert (log_name(archive), log_name(Path(NAME))) == (NAME, NAME)


@pytest.mark.parametrize("name", ["lock", "home.msgpack", "home-x-20250105T230000007Z.msgpack", NAME + ".zst.tmp"])
def test_no_segment(name: str) -> None:
    """Other files are no segments."""
    assert parse_name(name) is None


@pytest.mark.parametrize("home", ["", "../x", "a b", "-a", "a\n"])
def test_home_refused(home: str) -> None:
    """A home whose id cannot be in a file name is refused."""
    with pytest.raises(WriteError, match="letters, digits"):
        segment_name(home, 1, 0)


def test_segments_in_order(tmp_path: Path) -> None:
    """Segments of a home sort by number, then start: not as text."""
    names = [segment_name("h", 2, 0), segment_name("h", 10, 0), segment_name("h", 10, 5)]
    for name in [*reversed(names), segment_name("other", 3, 0), "lock"]:
        (tmp_path / name).touch()

    assert [path.name for path in segments(tmp_path, "h")] == names


def test_archives_in_order(tmp_path: Path) -> None:
    """An archive stands where its segment stood; where both are there, only the segment does."""
    names = [segment_name("h", number, 0) for number in (2, 10, 11)]
    for name in [names[0] + ".zst", names[1], names[1] + ".zst", names[2]]:
        (tmp_path / name).touch()

    assert [path.name for path in segments(tmp_path, "h")] == [names[0] + ".zst", names[1], names[2]]
