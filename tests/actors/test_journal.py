"""The journal: how long events wait for their frame, and frames for their sync."""

from typing import Any

from hems_actors.actors.journal import Journal
from hems_actors.core.facts import Tick
from hems_actors.core.state import State
from tests.actors.fakes import FakeLog


def _journal() -> tuple[Journal, list[Any]]:
    log = FakeLog()
    return Journal(log), log.trace


def test_nothing_is_due_without_events() -> None:
    """An idle home writes nothing."""
    journal, trace = _journal()
    journal.write()

    assert journal.due_ms is None
    assert not journal.keep_up(10**9)
    assert trace == []


def test_inputs_wait_five_seconds() -> None:
    """The frame is due 5 s after its first event, not its last."""
    journal, trace = _journal()
    journal.append(1_000, Tick(1))
    journal.append(5_999, Tick(2))

    assert journal.due_ms == 6_000
    assert not journal.keep_up(5_999)
    assert journal.keep_up(6_000)
    assert trace == [("write", (Tick(1), Tick(2)))]


def test_frames_wait_less_than_a_minute_for_their_sync() -> None:
    """The sync counts from the oldest event that is not on disk; then all is quiet."""
    journal, trace = _journal()
    journal.append(1_000, Tick(1))
    journal.write()
    journal.append(30_000, Tick(2))
    journal.write()

    assert journal.due_ms == 56_000
    assert journal.keep_up(56_000)
    assert trace[-1] == ("sync", ())
    assert journal.due_ms is None


def test_one_sync_writes_what_is_open() -> None:
    """A frame that is open when the sync is due needs no write of its own."""
    journal, trace = _journal()
    journal.append(1_000, Tick(1))
    journal.write()
    journal.append(55_000, Tick(2))
    journal.keep_up(56_000)

    assert trace == [("write", (Tick(1),)), ("sync", (Tick(2),))]


def test_close_leaves_nothing_behind() -> None:
    """The end is written after everything before it is on disk."""
    journal, trace = _journal()
    journal.append(1_000, Tick(1))
    journal.close(State(seq=1))

    assert trace == [("sync", (Tick(1),)), ("close", 1)]
