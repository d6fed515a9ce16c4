"""The coordinator and a disk that is slow or fails: what leaves, what waits, what is refused."""

import pytest

from hems_actors.actors.errors import LogLostError
from hems_actors.actors.messages import Execute, Request
from hems_actors.core.enums import What
from hems_actors.core.facts import LogLost, LogResumed, Restarted, Tick
from tests.actors.fakes import FULL
from tests.actors.stage import CUT, READING, RISE, SETTINGS, STOP, Stage


def test_rise_waits_for_the_disk_and_nothing_else_does(stage: Stage) -> None:
    """While a sync takes its time, cuts go out; the rise follows once it is durable."""
    stage.log.holds = True
    stage.core.answers = {"MeterReading": [RISE], "Tick": [STOP]}
    stage.start()
    stage.tell(READING, Tick(0))
    assert [entry for entry in stage.trace if entry[0] in (4, 5)] == [(5, Execute(4, What.POWER, 0))]

    stage.log.answer()
    stage.queue.run_until_idle()
    assert stage.trace[-1] == (4, Execute(2, What.CURRENT, 16_000))


def test_rise_that_was_overtaken_is_not_sent(stage: Stage) -> None:
    """What a newer action replaced while the disk was slow never leaves."""
    stage.log.holds = True
    stage.core.answers = {"MeterReading": [RISE]}
    stage.start()
    stage.tell(READING)
    stage.core.overtaken.add(2)
    stage.log.answer()
    stage.queue.run_until_idle()

    assert [entry for entry in stage.trace if entry[0] == 4] == []


@pytest.mark.parametrize("how", ["write", "sync", "later"])
def test_disk_that_fails_stops_no_cut(stage: Stage, how: str) -> None:
    """Reductions leave without a log; rises do not, requests are refused, and the core knows."""
    stage.core.answers = {"MeterReading": [RISE, STOP]}
    stage.log.holds = how == "later"
    stage.start()
    stage.log.fails = how != "later"
    future, second = stage.queue.future(), stage.queue.future()
    stage.tell(*([Request(SETTINGS, future)] if how == "sync" else []), READING)
    if how == "later":
        stage.log.answer("broken")
    stage.tell(Request(SETTINGS, second))

    assert [entry[0] for entry in stage.trace if entry[0] in (4, 5)] == [5]
    assert LogLost(0) in stage.core.seen
    assert stage.log.given_up is not None
    for refused in [second, *([future] if how == "sync" else [])]:
        with pytest.raises(LogLostError, match="make room"):
            refused.get()


def test_log_goes_on_once_the_disk_does(stage: Stage) -> None:
    """Tried every 60 s; the new segment's first event names what is not on disk."""
    stage.start()
    stage.log.fails = True
    stage.tell(Request(SETTINGS, stage.queue.future()))
    stage.tell(READING)
    given_up = []
    for delay_ms in (60_000, 59_999, 1):
        stage.after(delay_ms)
        given_up.append(stage.log.given_up)
        stage.log.fails = False
    assert given_up == [FULL, FULL, None]
    assert stage.trace[-2:] == [("resumed", 3), ("sync", (LogResumed(0, 1, 3),))]

    future = stage.queue.future()
    stage.tell(Request(SETTINGS, future))
    assert future.get() == 5


def test_new_segment_that_fails_again(stage: Stage) -> None:
    """Its sync tells: the log is lost once more, and tried once more."""
    stage.start()
    stage.log.fails = True
    stage.tell(Request(SETTINGS, stage.queue.future()))
    stage.log.fails = False
    stage.log.holds = True
    stage.after(60_000)
    stage.log.answer("still broken")
    stage.queue.run_until_idle()

    given_up = [stage.log.given_up]
    stage.after(60_000)
    assert [*given_up, stage.log.given_up] == ["still broken", None]
    resumed = [event for _, event in stage.log.events if isinstance(event, LogResumed)]
    assert [event.first_seq for event in resumed] == [1, 1]  # the first one may not be on disk either


def test_start_without_a_disk(stage: Stage) -> None:
    """A log that could not even be begun is a lost one: the home is protected all the same."""
    stage.log.given_up = "no disk"
    stage.core.answers = {"MeterReading": [CUT]}
    stage.start()
    stage.tell(Restarted(0), READING)

    assert stage.core.seen[:3] == [Restarted(0), LogLost(0), READING]
    assert stage.trace == [(4, Execute(4, What.CURRENT, 6_000))]


def test_stop_on_a_failed_disk_is_quiet(stage: Stage) -> None:
    """The file has no end; nobody is left to be told."""
    stage.start()
    stage.tell(READING)
    stage.log.fails = True
    stage.queue.stop()

    assert stage.trace == []
