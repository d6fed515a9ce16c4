"""Opening a home: lock, recovery, clock, new segment, and what the coordinator is told first."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from hems_actors.actors.clock import VirtualTime
from hems_actors.actors.errors import CoreFailedError
from hems_actors.actors.opening import open_home
from hems_actors.core import facts
from hems_actors.core.enums import Issuer
from hems_actors.core.failsafe import FAIL_SAFE_MS
from hems_actors.core.state import State
from hems_actors.eventlog.errors import LockedError, LogError, UnreadableError
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.port import OsFiles
from hems_actors.eventlog.reader import LogReader
from tests.actors.fakes import START_MS
from tests.actors.process import (
    FIRST,
    GARAGE,
    HEAD,
    POISON_CONCLUDE,
    POISON_EVOLVE,
    Process,
    charger_shows,
    meter_shows,
    open_at,
)
from tests.eventlog.recordings import spoil


class FullDisk(OsFiles):
    """A disk without room."""

    def write(self, fd: int, data: bytes) -> int:
        """Take nothing."""
        del fd, data
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def log_of(opened: Any) -> Any:  # noqa: ANN401 - the writer behind the port
    """Return the writer that *opened* a log."""
    return opened.opening.log


def shut(opened: Any) -> None:  # noqa: ANN401 - what was opened
    """Let others write."""
    log_of(opened).close(opened.opening.state, opened.opening.clock.at_ms())


def test_first_start(tmp_path: Path) -> None:
    """An empty state in the first segment, the clock at the wall's, and that it started."""
    opened = open_at(tmp_path / "log")

    assert (opened.opening.state, opened.facts) == (State(), (facts.Restarted(0),))
    assert opened.opening.clock.at_ms() == START_MS
    assert log_of(opened).path.parent == tmp_path / "log"
    shut(opened)


def test_start_goes_on(tmp_path: Path) -> None:
    """State, numbers and clock go on, even if the wall clock was set back; the header names the file before."""
    process = Process(tmp_path, 100)
    process.tell(*FIRST, facts.ClockOffset(0, 7_000))
    process.end()
    opened = open_at(tmp_path)
    clock = opened.opening.clock

    assert opened.opening.state == process.state
    assert clock.at_ms() == START_MS + 100_000
    assert clock.new_offset_ms(clock.at_ms()) == -100_000
    with LogReader(segments(tmp_path, "home")[0]) as before, LogReader(log_of(opened).path) as log:
        assert log.header.previous is not None
        assert list(before)
        assert log.header.previous[:2] == (before.path.name, process.state.seq)
        assert log.header.first_seq == process.state.seq + 1
    shut(opened)


def test_only_one_opens(tmp_path: Path) -> None:
    """A second process is refused, and one that cannot start leaves no lock behind."""
    opened = open_at(tmp_path)
    with pytest.raises(LockedError):
        open_at(tmp_path)
    shut(opened)

    def refuse(*_: object) -> Any:  # noqa: ANN401 - never returns
        raise UnreadableError("no")

    with pytest.raises(UnreadableError):
        open_home(tmp_path, HEAD, VirtualTime(START_MS), refuse)
    LogDirectory(tmp_path).release()


def test_full_disk(tmp_path: Path) -> None:
    """A start without a log is a start; the log says why there is none."""
    opened = open_at(tmp_path, port=FullDisk())

    assert "No space left" in log_of(opened).given_up
    assert opened.facts == (facts.Restarted(0),)
    shut(opened)


def test_loss_is_told(tmp_path: Path) -> None:
    """What damage cost is the first thing recorded after the start."""
    process = Process(tmp_path, 0)
    process.tell(*FIRST)
    process.end()
    spoil(segments(tmp_path, "home")[0], 2)
    opened = open_at(tmp_path)

    assert opened.facts == (facts.Restarted(0), facts.RecoveredWithLoss(0, 1, process.state.seq))
    shut(opened)


def test_log_that_was_lost_goes_on(tmp_path: Path) -> None:
    """If no event says so yet, the start does; not while the disk still fails."""
    opened = open_at(tmp_path)
    state, log = opened.opening.state, log_of(opened)
    log.give_up("disk full")
    state.site.log_lost, state.seq = True, 7
    log.resume(state, START_MS + 60_000)
    log.abandon()

    still = open_at(tmp_path, port=FullDisk())
    assert still.facts == (facts.Restarted(0),)
    shut(still)
    opened = open_at(tmp_path)
    assert opened.facts == (facts.Restarted(0), facts.LogResumed(0, 1, 7))
    shut(opened)


def die(directory: Path, seconds: int, poison: facts.Fact) -> Process:
    """Start a home, let it die of *poison*, and return it."""
    process = Process(directory, seconds)
    if process.state.seq < 3:
        process.tell(*FIRST, charger_shows(), meter_shows(16_000))
    process.tell(poison)
    with pytest.raises(CoreFailedError):
        process.end()
    return process


def test_poison_is_told(tmp_path: Path) -> None:
    """An event that was left out is named; the home goes on without it."""
    failed_seq = die(tmp_path, 0, POISON_EVOLVE).state.seq
    process = Process(tmp_path, 60)
    process.tell(meter_shows(9_000))
    process.end()

    assert process.opened.facts == (facts.Restarted(0), facts.Quarantined(0, failed_seq))
    assert process.state.meter.latest.a_ma == 9_000


@pytest.mark.parametrize(
    ("pauses", "fails_safe"),
    [
        pytest.param((0, 1, 2, 3), True, id="in a row"),
        pytest.param((0, 300, 599, 600), True, id="just within ten minutes"),
        pytest.param((0, 300, 500, 601), False, id="the first too long ago"),
        pytest.param((0, 300, 599, 1_300), False, id="all too long ago"),
        pytest.param((0, 300, 400), False, id="twice only"),
    ],
)
def test_fail_safe(tmp_path: Path, pauses: tuple[int, ...], fails_safe: bool) -> None:
    """After three failures within 10 minutes the decision code is not used for an hour."""
    *failures, last = pauses
    for seconds in failures:
        die(tmp_path, seconds, POISON_EVOLVE)
    opened = open_at(tmp_path, START_MS + 1_000 * last)
    ordered = [fact for fact in opened.facts if isinstance(fact, facts.FailSafeOrdered)]

    assert ordered == ([facts.FailSafeOrdered(0, START_MS + 1_000 * last + FAIL_SAFE_MS)] if fails_safe else [])
    shut(opened)


def test_state_that_no_decision_survives(tmp_path: Path) -> None:
    """What poisons every conclusion ends in fail-safe mode, which concludes without it, from the first event on."""
    die(tmp_path, 0, POISON_CONCLUDE)
    for seconds in (1, 2):
        process = Process(tmp_path, seconds)
        process.tell(facts.LinkChanged(0, up=True))
        with pytest.raises(CoreFailedError):
            process.end()
    process = Process(tmp_path, 3)
    process.tell(facts.LinkChanged(0, up=True), POISON_EVOLVE, charger_shows())
    process.end()

    assert isinstance(process.opened.facts[0], facts.FailSafeOrdered)
    assert process.state.chargers[GARAGE].point.issuer == Issuer.FAILSAFE


def test_nothing_but_errors_of_the_log(tmp_path: Path) -> None:
    """What can go wrong at a start has one base."""
    (tmp_path / "file").touch()
    with pytest.raises(LogError, match="file"):
        open_at(tmp_path / "file")
