"""The action ledger: verified by what the charger shows, tried again, given up (charging.md section 11)."""

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Closing, Deviation, Result, What
from hems_actors.core.ledger import ledger_due_ms, shown
from hems_actors.core.outcomes import ActionClosed, ActionIntended, DeviationSeen
from tests.core.home import NO_REPORT, Home, of_kind, writes


def starting_home() -> Home:
    """Return a home that wants to switch charger 2 on: `power on` is intended and sent."""
    home = Home()
    home.charger(2)
    home.amps(1)
    home.plug(2)
    home.sent(2)
    return home


def reducing_home() -> Home:
    """Return a home whose charger 2 draws 16 A and is to be lowered to 10 A: intended and sent."""
    home = Home()
    home.charger(2, power_on=True, current_ma=16_000, plugged_in=True, desired_phases=3)
    home.amps(1)
    home.settle(2)
    home.info(2, max_ma=10_000)
    home.sent(2)
    return home


def closings(home: Home) -> list[Closing]:
    """Return how actions of charger 2 ended so far."""
    return [Closing(event.closing) for event in home.all_of(ActionClosed, 2)]


def test_after_a_loss_nothing_counts_as_sent() -> None:
    """Whether the open write left is among what was lost: what the charger shows is not taken for its effect."""
    home = starting_home()
    home.tell(facts.RecoveredWithLoss(0, 1, 2))

    [seen] = of_kind(home.follow(2), DeviationSeen)

    assert Deviation(seen.deviation) is Deviation.LATE_EFFECT
    assert closings(home) == []
    assert home.state.chargers[2].map.step_ma == 0


@pytest.mark.parametrize(
    ("what", "value"),
    [
        pytest.param(What.POWER, 1, id="power"),
        pytest.param(What.CURRENT, 16_000, id="current"),
        pytest.param(What.PHASES, 3, id="phases"),
    ],
)
def test_shown(what: What, value: int) -> None:
    """What a report shows of each kind of write."""
    report = NO_REPORT._replace(power_on=True, current_ma=16_000, desired_phases=3)

    assert shown(report, what) == value


def test_shown_is_verified() -> None:
    """The charger shows the value: verified, whatever it answers later."""
    home = starting_home()
    home.follow(2)

    assert closings(home) == [Closing.VERIFIED]
    assert home.state.chargers[2].ledger.known_on


def test_ok_proves_nothing() -> None:
    """An OK alone leaves the action open."""
    home = starting_home()
    home.answer(2)

    assert closings(home) == []


def test_a_time_out_may_still_act() -> None:
    """A value shown together with a time-out counts."""
    home = starting_home()
    home.follow(2)
    home.answer(2, Result.TIMEOUT)

    assert closings(home) == [Closing.VERIFIED]


@pytest.mark.parametrize(
    ("seconds", "closed"),
    [pytest.param(19.9, [], id="19.9 s: open"), pytest.param(20, [Closing.UNVERIFIED], id="20 s: unverified")],
)
def test_20_s_to_show(seconds: float, closed: list[Closing]) -> None:
    """Verified within 20 s of being sent, or it counts as failed."""
    home = starting_home()
    home.answer(2)
    home.wait(seconds)

    assert closings(home) == closed


def test_the_time_runs_from_sending() -> None:
    """What waited in a queue has its 20 s all the same."""
    home = Home()
    home.charger(2)
    home.amps(1)
    home.plug(2)
    home.wait(15)
    home.sent(2)
    home.wait(19.9)
    assert closings(home) == []

    home.wait(0.1)
    assert closings(home) == [Closing.UNVERIFIED]


@pytest.mark.parametrize(
    ("result", "closed"),
    [
        pytest.param(Result.TIMEOUT, [Closing.TIMED_OUT], id="timeout"),
        pytest.param(Result.INVALID, [Closing.REFUSED], id="invalid parameter"),
        pytest.param(Result.HARDWARE, [Closing.FAILED], id="hardware failure"),
        pytest.param(Result.PERMANENT, [Closing.FAILED, Closing.GAVE_UP], id="permanent: not tried again"),
    ],
)
def test_errors_close_at_once(result: Result, closed: list[Closing]) -> None:
    """An error answer ends the try without waiting for the 20 s."""
    home = starting_home()
    home.answer(2, result)

    assert closings(home) == closed


def test_answers_to_older_actions_say_nothing() -> None:
    """Only the open action's answer counts."""
    home = starting_home()
    home.tell(facts.ActionAnswered(2, 1, Result.PERMANENT), facts.ActionSent(2, 1))

    assert closings(home) == []


def test_an_open_action_is_unknown_when_the_link_is_lost() -> None:
    """Nothing can be verified without a link; after it is back, what is still needed is tried anew."""
    home = starting_home()
    home.tell(facts.LinkChanged(0, up=False))
    assert closings(home) == [Closing.UNVERIFIED]

    assert writes(home.tell(facts.LinkChanged(0, up=True)) + home.amps(2) + home.wait(2)) == ["power on"]


def test_an_overtaken_action_is_no_failure() -> None:
    """A reduction over an open action takes its place in the ledger; the older one is not judged any more."""
    home = reducing_home()
    home.info(2, max_ma=8_000)
    assert of_kind([home.noted[-1].outcome], ActionIntended)[0].value == 8_000

    home.sent(2)
    home.follow(2)
    assert closings(home)[-1] is Closing.VERIFIED
    assert home.state.chargers[2].ledger.failures == 0


@pytest.mark.parametrize(
    ("story", "seconds"),
    [
        pytest.param(lambda home: home.answer(2), 20, id="open: verification"),
        pytest.param(lambda home: home.answer(2, Result.TIMEOUT), 1, id="failed: retry"),
        pytest.param(lambda home: home.answer(2, Result.PERMANENT), 600, id="gave up: end of the rest"),
        pytest.param(lambda home: home.follow(2), None, id="verified: nothing"),
    ],
)
def test_when_the_ledger_is_due(story: object, seconds: int | None) -> None:
    """A tick is wanted when the ledger changes by time alone."""
    home = starting_home()
    assert callable(story)
    story(home)

    due_ms = ledger_due_ms(home.state, home.state.chargers[2])
    assert due_ms == (None if seconds is None else home.now_ms + seconds * 1_000)
