"""What goes of old segments: oldest first, for a reason, and never the last two that can be trusted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog import retention
from hems_actors.eventlog.archive import unfinished_path
from hems_actors.eventlog.frame import Frame, open_payload
from hems_actors.eventlog.naming import archive_path, segments
from hems_actors.eventlog.retention import (
    Doomed,
    Held,
    Limits,
    choose,
    files_of,
    has_verified_snapshot,
    held,
    keep_from,
)
from tests.eventlog.archives import HOME, archived, write_days, write_hours
from tests.eventlog.logs import START_MS, frames_of, packed

DAY_S = 86_400
NONE = Limits()


def days(*sizes: int) -> list[Held]:
    """Return segments of these sizes, one a day."""
    return [Held(Path(str(day)), size, float(day * DAY_S)) for day, size in enumerate(sizes)]


UNDATED = Held(Path("1"), 10, None)
CHOICES = [
    pytest.param(days(10, 10, 10, 10), 2, NONE, [], id="no limits"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(40), [], id="just within"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(39), ["0"], id="a byte too much"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(30), ["0"], id="one goes and that is enough"),
    pytest.param(days(1, 10, 10, 10), 2, Limits(25), ["0", "1"], id="older ones first, however small"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(1), ["0", "1"], id="the last two stay"),
    pytest.param(days(10, 10, 10, 10), 0, Limits(1, 1), [], id="all stay where no two are verified"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(None, 1), ["0"], id="ended more than a day before the newest"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(None, 2), [], id="ended two days before it"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(None, 0), ["0", "1"], id="the last two stay whatever their age"),
    pytest.param(days(10, 10, 10, 10), 2, Limits(30, 1), ["0"], id="both limits"),
    pytest.param([days(10)[0], UNDATED, *days(10, 10, 10)[1:]], 2, Limits(None, 0), [], id="its end is no date"),
    pytest.param([*days(10, 10), UNDATED], 1, Limits(None, 0), [], id="the newest has no date"),
    pytest.param([], 0, Limits(0, 0), [], id="nothing there"),
]


@pytest.mark.parametrize(("segments_held", "first_kept", "limits", "gone"), CHOICES)
def test_choose(segments_held: list[Held], first_kept: int, limits: Limits, gone: list[str]) -> None:
    """What goes is a beginning of the log, as long as the limits ask and no longer."""
    assert [str(doomed.path) for doomed in choose(segments_held, first_kept, limits)] == gone


def test_why() -> None:
    """Each says why it goes."""
    assert choose(days(10, 10, 10, 10, 10), 3, Limits(45, 1)) == [
        Doomed(Path("0"), "the log takes 50 bytes of at most 45"),
        Doomed(Path("1"), "it ended more than 1 d before the newest segment"),
    ]


def test_verified(tmp_path: Path) -> None:
    """A segment as written is verified, archived or not."""
    path = tmp_path / "log.msgpack"
    write_hours(path)

    assert has_verified_snapshot(path)
    assert has_verified_snapshot(archived(path))


def with_snapshot(path: Path, change: Callable[[Frame], Frame]) -> None:
    """Replace the first snapshot of *path* by what *change* makes of it."""
    write_hours(path)
    header, snapshot = frames_of(path)[:2]
    path.write_bytes(path.read_bytes()[: header.end] + packed(change(open_payload(snapshot.payload))))


def other_hash(frame: Frame) -> Frame:
    """Return *frame* with the hash of another state."""
    return frame._replace(state_hash=bytes(32))


def unknown_kind(frame: Frame) -> Frame:
    """Return *frame* with a row that this version cannot read."""
    return frame._replace(body=((9999, 0, 0), *frame.body))


UNVERIFIED = [
    pytest.param(lambda path: with_snapshot(path, other_hash), id="hash of another state"),
    pytest.param(lambda path: with_snapshot(path, unknown_kind), id="unknown kind"),
    pytest.param(lambda path: path.write_bytes(b"no log"), id="no log"),
    pytest.param(lambda path: path.exists(), id="missing"),
    pytest.param(lambda path: cut_after(path, 1), id="no snapshot yet"),
    pytest.param(lambda path: without(path, 1), id="snapshot damaged"),
]


def cut_after(path: Path, count: int) -> None:
    """Leave the first *count* frames."""
    write_hours(path)
    path.write_bytes(path.read_bytes()[: frames_of(path)[count - 1].end])


def without(path: Path, number: int) -> None:
    """Take out the frame *number*."""
    write_hours(path)
    frame = frames_of(path)[number]
    data = path.read_bytes()
    path.write_bytes(data[: frame.start] + data[frame.end :])


@pytest.mark.parametrize("make", UNVERIFIED)
def test_not_verified(tmp_path: Path, make: Callable[[Path], object]) -> None:
    """What cannot be read, folded or compared is not trusted."""
    make(tmp_path / "log.msgpack")

    assert not has_verified_snapshot(tmp_path / "log.msgpack")


def test_other_state_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state of another version cannot be compared with its hash."""
    write_hours(tmp_path / "log.msgpack")
    monkeypatch.setattr(retention, "STATE_VERSION", STATE_VERSION + 1)

    assert not has_verified_snapshot(tmp_path / "log.msgpack")


def test_core_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot on which this code raises is not verified."""

    def fail(*_arguments: object) -> None:
        raise LookupError("boom")

    write_hours(tmp_path / "log.msgpack")
    monkeypatch.setattr(retention, "state_from", fail)

    assert not has_verified_snapshot(tmp_path / "log.msgpack")


KEPT = [
    pytest.param(4, [], 2, id="all good"),
    pytest.param(4, [3], 1, id="the newest damaged"),
    pytest.param(4, [1, 2], 0, id="two in the middle damaged"),
    pytest.param(4, [0, 1, 2], 0, id="one good"),
    pytest.param(0, [], 0, id="none there"),
]


@pytest.mark.parametrize(("count", "damaged", "first_kept"), KEPT)
def test_keep_from(tmp_path: Path, count: int, damaged: list[int], first_kept: int) -> None:
    """Counted from the newest, the second one that is verified is the oldest that must stay."""
    paths = write_days(tmp_path, count)
    for index in damaged:
        paths[index].write_bytes(b"damaged")

    assert keep_from(paths) == first_kept


def test_held(tmp_path: Path) -> None:
    """A segment counts with its archive and whatever an attempt to archive it left."""
    (path,) = write_days(tmp_path, 1)
    size = path.stat().st_size
    unfinished_path(path).write_bytes(b"12345")
    archive_path(path).write_bytes(b"123")

    assert segments(tmp_path, HOME) == [path]
    assert held(path) == Held(path, size + 8, START_MS / 1000)
    path.unlink()
    assert held(archive_path(path)).size_bytes == 8
    assert files_of(archive_path(path)) == [archive_path(path), unfinished_path(path)]


def test_no_date(tmp_path: Path) -> None:
    """A name whose start is no date leaves the age unknown."""
    path = tmp_path / "home-1-20259999T000000000Z.msgpack"
    path.touch()

    assert held(path).start_s is None
