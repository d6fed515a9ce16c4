"""What a start goes on from when whole segments are of no use, missing, or begun by a clock set back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hems_actors.core import facts
from hems_actors.core.state import State
from hems_actors.eventlog.frame import open_payload
from hems_actors.eventlog.naming import segment_name
from hems_actors.eventlog.place import end_of
from hems_actors.eventlog.recovery import Recovered
from tests.eventlog.logs import START_MS, frames_of
from tests.eventlog.recordings import (
    HOME,
    SETTINGS,
    Recording,
    again,
    begin_home,
    change,
    is_state,
    recovered,
    spoil,
)


def cut_to(count: int) -> Callable[[Path], object]:
    """Return what leaves the first *count* bytes of a file; less than 0: without the last ones."""
    return lambda path: path.write_bytes(path.read_bytes()[:count])


def fill(data: bytes) -> Callable[[Path], object]:
    """Return what puts *data* in the place of a file's."""
    return lambda path: path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "loss", "seq", "whose"),
    [
        pytest.param(cut_to(0), None, 5, "first", id="empty"),
        pytest.param(cut_to(9), None, 5, "first", id="torn within the first head"),
        pytest.param(cut_to(100), None, 5, "first", id="torn header"),
        pytest.param(lambda path: path.write_bytes(bytes(path.stat().st_size)), None, 5, "first", id="all zeros"),
        pytest.param(lambda path: cut_to(frames_of(path)[0].end)(path), None, 5, "first", id="header alone"),
        pytest.param(lambda path: cut_to(frames_of(path)[1].end - 1)(path), None, 5, "first", id="torn snapshot"),
        pytest.param(fill(b"no log, but something was here" * 20), (6, 6), 5, "first", id="something else"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), (6, 6), 5, "first", id="a directory"),
        pytest.param(lambda path: spoil(path, 0), (6, 7), 7, "first", id="damaged header"),
        pytest.param(lambda path: spoil(path, 1), None, 7, "second", id="damaged snapshot"),
        pytest.param(lambda path: (spoil(path, 2), spoil(path, 1)), (6, 7), 7, "first", id="and damaged event"),
    ],
)
def test_newest_segment_of_no_use(
    tmp_path: Path, harm: Callable[[Path], object], loss: tuple[int, int] | None, seq: int, whose: str
) -> None:
    """The one before it says the state; only what may have held events is a loss."""
    first = begin_home(tmp_path)
    first.end()
    second = again(tmp_path)
    second.tell(facts.LinkChanged(0, up=True))
    second.read(1)
    second.die()
    harm(second.path)
    found = recovered(tmp_path)
    expected = {"first": first, "second": second}[whose].state

    assert (found.loss, found.state.seq) == (loss, seq)
    found.state.seq = expected.seq
    assert is_state(found, expected)


def test_newest_segment_says_that_more_was_before(tmp_path: Path) -> None:
    """The name of a segment is enough to know how many events are gone, and none of their numbers is used again."""
    first = begin_home(tmp_path)
    first.end()
    (tmp_path / segment_name(HOME, 40, START_MS + 99_000)).touch()
    found = recovered(tmp_path)

    assert (found.loss, found.state.seq) == ((6, 39), 39)
    assert found.previous == end_of(first.path)


def test_nothing_but_an_unreadable_segment(tmp_path: Path) -> None:
    """Without any state an empty one, and all that was is lost."""
    (tmp_path / segment_name(HOME, 40, START_MS)).write_bytes(b"x" * 2_000)
    found = recovered(tmp_path)

    assert (found.loss, found.state.seq, found.previous, found.last_at_ms) == ((1, 40), 39, None, 0)


def test_segment_that_lies_further_on(tmp_path: Path) -> None:
    """A segment in between that is gone: its events are lost, settings after it are not."""
    first = begin_home(tmp_path)
    first.end()
    second = again(tmp_path)
    second.read(4)
    second.end()
    third = again(tmp_path)
    third.tell(SETTINGS, facts.LinkChanged(0, up=True))
    third.die()
    second.path.unlink()
    spoil(third.path, 1)
    found = recovered(tmp_path)

    assert (found.loss, found.state.seq) == ((6, 11), 11)
    assert (found.state.settings.phase_limit_ma, found.state.site.link_up) == (16_000, False)


@pytest.mark.parametrize(
    ("changes", "loss"),
    [
        pytest.param({"type": 9}, (6, 7), id="frame type to come"),
        pytest.param({"body": ()}, (6, 7), id="frame without events"),
    ],
)
def test_segment_that_cannot_be_read_on(tmp_path: Path, changes: dict[str, object], loss: tuple[int, int]) -> None:
    """Where the reader gives up the rest is lost; the numbers in it are not given out again."""
    home = begin_home(tmp_path)
    home.read(2)
    home.die()
    change(home.path, 6, **changes)
    found = recovered(tmp_path)

    assert (found.loss, found.state.seq, found.state.meter.latest_seq) == (loss, 7, 5)
    assert found.previous is not None
    assert found.previous.last_seq == 5


def test_segment_of_a_newer_format(tmp_path: Path) -> None:
    """A start never refuses: it goes on from what it can read, above all numbers it sees."""
    first = begin_home(tmp_path)
    first.end()
    second = again(tmp_path)
    second.read(3)
    second.die()
    header = open_payload(frames_of(second.path)[0].payload)
    change(second.path, 0, body={**header.body, "format": 99})
    found = recovered(tmp_path)

    assert (found.loss, found.state.seq, found.state.meter.latest_seq) == ((6, 8), 8, 5)
    assert found.last_at_ms == second.at_ms
    assert found.previous == end_of(first.path)


def test_log_that_was_lost(tmp_path: Path) -> None:
    """A new segment after a failed disk, killed before it could say so: what is not on disk is known all the same."""
    home = begin_home(tmp_path)
    home.log.give_up("disk full")
    home.state.site.log_lost = True
    home.state.seq = 20
    home.log.resume(home.state, home.at_ms + 60_000)
    home.log.abandon()
    found = recovered(tmp_path)

    assert (found.state.site.log_lost, found.not_on_disk, found.loss) == (True, (6, 20), None)


def test_lost_log_without_a_past(tmp_path: Path) -> None:
    """As if the very first segment could not be begun."""
    state = State(seq=20)
    state.site.log_lost = True
    home = Recording(tmp_path, Recovered(state, 0, None, (), (), None, None, ()))
    home.die()

    assert recovered(tmp_path).not_on_disk == (1, 20)


@pytest.mark.parametrize("events", [0, 2])
def test_clock_set_back_between_starts(tmp_path: Path, events: int) -> None:
    """Of segments that begin at one event the one that goes on is newest, whatever their names say."""
    first = begin_home(tmp_path)
    first.end()
    idle = again(tmp_path)
    idle.die()
    early = Recording(tmp_path, recovered(tmp_path))
    early.read(events)
    early.die()
    early.path.rename(tmp_path / segment_name(HOME, 6, 0))
    found = recovered(tmp_path)

    assert is_state(found, early.state)
    assert found.loss is None
