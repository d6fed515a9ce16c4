"""Frames out of their place: what is looked for behind them, and how far."""

from pathlib import Path

import pytest

from hems_actors.eventlog import lookahead
from hems_actors.eventlog.errors import MalformedError
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.reader import LogReader
from tests.eventlog.damages import Original, flipped, read_damaged
from tests.eventlog.logs import START_MS, packed


def first_numbers(path: Path, data: bytes) -> list[int]:
    """Return the first number of each BATCH that is read of *data*."""
    path.write_bytes(data)
    return [frame.first_seq for frame in read_damaged(path).frames if frame.type == FrameType.BATCH]


def test_bad_bytes_among_foreign_frames(small: Original, other: Original, tmp_path: Path) -> None:
    """A run of another log's frames with damage in it is left out whole, the damage too."""
    ours, theirs = small.pieces(), other.pieces()
    run = [theirs[5], theirs[6], flipped(theirs[7], 20, 1), theirs[8]]
    whole = first_numbers(tmp_path / "log", small.data)

    assert first_numbers(tmp_path / "log", b"".join([*ours[:4], *run, *ours[4:]])) == whole


@pytest.mark.parametrize("limit", ["FRAMES_AT_ONCE", "FRAMES_IN_ALL"])
def test_not_farther_than_is_worth_it(
    small: Original, other: Original, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Where a log goes on only beyond what is looked through, it is taken for what the next frames say."""
    monkeypatch.setattr(lookahead, limit, 2)
    ours, theirs = small.pieces(), other.pieces()
    data = b"".join([*ours[:4], *theirs[5:9], *ours[4:]])
    found = first_numbers(tmp_path / "log", data)

    assert found[:3] == [1, 3, 7]
    assert read_damaged(tmp_path / "log").log.damage


def test_number_beyond_all(small: Original, tmp_path: Path) -> None:
    """A frame whose number no event has is refused with its byte."""
    path = tmp_path / "log"
    frame = packed(Frame(FrameType.BATCH, 2**60, START_MS, 0, ((1, 0, 0),)))
    path.write_bytes(small.pieces()[0] + small.pieces()[1] + frame)
    with LogReader(path) as log, pytest.raises(MalformedError, match=r"byte \d+: no event has the number"):
        list(log)
