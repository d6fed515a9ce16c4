"""The charger's actor: one call per action, one answer per call, then a read-back."""

import pytest

from hems_actors.actors.charger import ANSWER_MS_MAX, Charger
from hems_actors.actors.messages import Answered, Call, Execute, ReadBack
from hems_actors.core.enums import Result, What
from hems_actors.core.facts import ActionAnswered, ActionSent
from tests.actors.fakes import Bench


@pytest.fixture
def charger(bench: Bench) -> Bench:
    """A charger, number 4, that was just told to offer 10 A by action 71."""
    bench.queue.spawn(Charger, bench.place(4))
    bench.tell(4, Execute(71, What.CURRENT, 10_000))
    return bench


def test_action_is_sent(charger: Bench) -> None:
    """The link gets the call, the coordinator hears that it left."""
    assert charger.sent == [Call(71, 4, What.CURRENT, 10_000, charger.directory[4])]
    assert charger.told == [ActionSent(4, 71)]


@pytest.mark.parametrize("result", list(Result))
def test_answer_is_reported_and_read_back(charger: Bench, result: Result) -> None:
    """Whatever the answer, only the states prove anything; the timer is over."""
    charger.tell(4, Answered(71, result))
    charger.after(ANSWER_MS_MAX)

    assert charger.told[1:] == [ActionAnswered(4, 71, result)]
    assert charger.sent[1:] == [ReadBack(4, charger.directory[4])]


def test_no_answer_is_a_time_out_after_16_s(charger: Bench) -> None:
    """Not a millisecond sooner; and the device is asked what it did."""
    charger.after(ANSWER_MS_MAX - 1)
    assert charger.told[1:] == []

    charger.after(1)
    assert charger.told[1:] == [ActionAnswered(4, 71, Result.TIMEOUT)]
    assert charger.sent[1:] == [ReadBack(4, charger.directory[4])]


def test_answer_after_the_time_out_is_ignored(charger: Bench) -> None:
    """Its effect shows as states."""
    charger.after(ANSWER_MS_MAX)
    charger.tell(4, Answered(71, Result.OK))

    assert charger.told[1:] == [ActionAnswered(4, 71, Result.TIMEOUT)]


def test_reduction_overlaps_an_open_action(charger: Bench) -> None:
    """Both are sent, each keeps its own time, answers may come in any order."""
    charger.after(10_000)
    charger.tell(4, Execute(75, What.POWER, 0), Answered(75, Result.OK))
    charger.after(6_000)

    assert charger.told[1:] == [
        ActionSent(4, 75),
        ActionAnswered(4, 75, Result.OK),
        ActionAnswered(4, 71, Result.TIMEOUT),
    ]
