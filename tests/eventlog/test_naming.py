"""Names of segments say home, first event and start."""

from pathlib import Path

import pytest

from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.naming import SegmentName, parse_name, segment_name, segments

NAME = "my-home-42-20250105T230000007Z.msgpack"


def test_name() -> None:
    """Home, first number, start in UTC; and back."""
    assert segment_name("my-home", 42, 1_736_118_000_007) == NAME
    assert parse_name(NAME) == SegmentName(42, "20250105T230000007Z", "my-home")


@pytest.mark.parametrize("name", ["lock", "home.msgpack", "home-x-20250105T230000007Z.msgpack", NAME + ".zst"])
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
