"""Sectors of zeros, frames dropped, repeated, swapped and mixed: always seen, and nothing but the log's own is read."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.eventlog.damages import Damaged, Found, Original, check_reading, mixed, read_damaged, reordered, zeroed


def is_prefix(found: Found, whole: Original) -> bool:
    """Return whether what was read is the beginning of the log, and nothing says otherwise."""
    return found.frames == list(whole.frames.values())[: len(found.frames)] and not found.log.damage


def ends_early(data: bytes, found: Found, whole: Original) -> bool:
    """Return whether *data* is an exact prefix of *whole*, or its end was lost as a power cut loses it."""
    return is_prefix(found, whole) and (whole.data.startswith(data) or found.log.torn_tail_bytes > 0)


def check_each(path: Path, whole: Original, damaged: Iterator[Damaged]) -> list[tuple[str, Found]]:
    """Check each damaged log: it is as it was, an exact prefix, refused, or its damage is named; return them."""
    checked = []
    for said, data in damaged:
        path.write_bytes(data)
        found = check_reading(path, whole)
        seen = found.refused or found.log.damage or data == whole.data or ends_early(data, found, whole)
        assert seen, said
        checked.append((said, found))
    return checked


@pytest.mark.parametrize(
    ("ways", "least"), [pytest.param(zeroed, 20, id="zeroed"), pytest.param(reordered, 2000, id="reordered")]
)
def test_of_a_simulated_home(
    simulated: Original, tmp_path: Path, ways: Callable[[Original], Iterator[Damaged]], least: int
) -> None:
    """Each sector zeroed; each frame and each pair of frames dropped, repeated, swapped."""
    assert len(check_each(tmp_path / "log", simulated, ways(simulated))) > least


def test_of_a_small_log(small: Original, tmp_path: Path) -> None:
    """A repeated frame costs nothing, two swapped frames cost no other one but those between them."""
    for said, found in check_each(tmp_path / "log", small, reordered(small)):
        if "repeated" in said:
            assert found.frames == list(small.frames.values()), said


def test_two_logs_mixed(small: Original, other: Original, tmp_path: Path) -> None:
    """Frames of another log of the same home, numbers and instants are never taken for this one's."""
    checked = check_each(tmp_path / "log", small, mixed(small, other))

    assert len(checked) > 300
    for said, found in checked:
        if "put in" in said or "in turns" in said or "after the other" in said:
            assert found.frames == list(small.frames.values()), said


def test_the_end_of_another_log(small: Original, other: Original, tmp_path: Path) -> None:
    """One log's beginning with another one's end: the place where they were put together is damage."""
    path = tmp_path / "log"
    for cut in range(1, len(small.parts)):
        path.write_bytes(b"".join([*small.pieces()[:cut], *other.pieces()[cut:]]))
        found = read_damaged(path)

        assert [item.byte_from for item in found.log.damage][:1] == [small.parts[cut].start]
