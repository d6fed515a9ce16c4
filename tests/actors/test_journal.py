"""The journal: how long events wait for their frame, and frames for their sync."""

from typing import Any

import pytest

from hems_actors.actors.journal import Journal
from hems_actors.core.facts import RecoveredWithLoss, Restarted, Tick
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


@pytest.mark.parametrize(
    ("durable_seq", "lost_from_seq"),
    [
        pytest.param(10, 4, id="not even begun"),
        pytest.param(11, 4, id="what says so is not durable"),
        pytest.param(12, 13, id="what says so is durable"),
    ],
)
def test_what_a_start_found_missing_is_named_until_that_is_durable(durable_seq: int, lost_from_seq: int) -> None:
    """Who is asked then what is not on disk says it all."""
    log = FakeLog()
    journal = Journal(log, 10, missing_from_seq=4)
    journal.append(1_000, Restarted(0))
    journal.append(1_000, RecoveredWithLoss(0, 4, 10))
    journal.append(1_000, Tick(0))
    log.durable_seq = durable_seq

    journal.lose("the disk is full", 2_000)

    assert journal.lost_from_seq == lost_from_seq
