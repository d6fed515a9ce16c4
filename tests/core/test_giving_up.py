"""Failed actions: tried again with back-off, given up after six tries, reductions never (charging.md section 11)."""

from collections.abc import Iterator

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Alarm, Closing, Result
from hems_actors.core.outcomes import ActionClosed
from tests.core.home import Home, of_kind, writes
from tests.core.test_ledger import closings, reducing_home, starting_home


def failing(home: Home, tries: int, result: Result = Result.TIMEOUT) -> Iterator[float]:
    """Let *tries* writes of charger 2 fail; yield the seconds until each next one."""
    for _ in range(tries):
        home.sent(2)
        home.answer(2, result)
        begun_ms = home.now_ms
        while not home.state.chargers[2].ledger.open_seq and home.now_ms < begun_ms + 3_600_000:
            home.wait(0.5)
        yield (home.now_ms - begun_ms) / 1_000


def test_tried_again_with_back_off() -> None:
    """1 s doubling: 1, 2, 4, 8, 16 s between six tries; then 10 min of rest."""
    assert list(failing(starting_home(), 6)) == [1, 2, 4, 8, 16, 600]


def test_a_reduction_is_tried_every_10_s_for_ever() -> None:
    """Its back-off ends at 10 s, and it is never given up; that it fails is an alarm."""
    home = reducing_home()

    assert list(failing(home, 9)) == [1, 2, 4, 8, 10, 10, 10, 10, 10]
    assert Closing.GAVE_UP not in closings(home)
    assert home.state.alarms == {(Alarm.NOT_OBEYING, 2): 1}


@pytest.mark.parametrize(
    ("tries", "given_up"), [pytest.param(5, False, id="5 tries"), pytest.param(6, True, id="6 tries: gave up")]
)
def test_six_tries(tries: int, given_up: bool) -> None:
    """The sixth failure in a row gives up, with an alarm that says how many."""
    home = starting_home()
    for _ in failing(home, tries - 1):
        pass
    home.sent(2)
    home.answer(2, Result.TIMEOUT)

    assert (Closing.GAVE_UP in closings(home)) is given_up
    assert home.state.alarms == ({(Alarm.GAVE_UP, 2): 6} if given_up else {})


@pytest.mark.parametrize(
    "result", [pytest.param(result, id=result.name.lower()) for result in Result if result is not Result.OK]
)
def test_no_answer_gives_up_a_reduction(result: Result) -> None:
    """Whatever the device says, the reduction goes on; a refused one becomes `power off`."""
    home = reducing_home()

    expected = "power off" if result is Result.INVALID else "current 10 A"
    assert expected in writes(home.answer(2, result) + home.wait(2))
    assert Closing.GAVE_UP not in closings(home)


def test_a_second_refusal_gives_up() -> None:
    """Refused, recomputed once, refused again: enough."""
    home = starting_home()
    home.answer(2, Result.INVALID)
    home.wait(1)
    home.sent(2)
    home.answer(2, Result.INVALID)

    assert closings(home) == [Closing.REFUSED, Closing.REFUSED, Closing.GAVE_UP]


def given_up_home() -> Home:
    """Return a home that just gave up on charger 2."""
    home = starting_home()
    home.answer(2, Result.PERMANENT)
    return home


@pytest.mark.parametrize(
    ("seconds", "tried"),
    [pytest.param(599.9, [], id="9:59.9: rests"), pytest.param(600, ["power on"], id="10:00: tried again")],
)
def test_10_min_of_rest(seconds: float, tried: list[str]) -> None:
    """Giving up ends after 10 min, and its alarm with it."""
    home = given_up_home()

    assert writes(home.wait(seconds)) == tried
    assert (home.state.alarms == {}) is bool(tried)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(lambda home: home.report(2, max_ma=16_000), id="a state of the charger changed"),
        pytest.param(lambda home: home.unplug(2) + home.plug(2), id="the car was unplugged and comes back"),
        pytest.param(lambda home: home.info(2, priority=1), id="the user changed its settings"),
        pytest.param(
            lambda home: (
                home.tell(facts.LinkChanged(0, up=False), facts.LinkChanged(0, up=True))
                + home.amps(1.1)
                + home.wait(90)
            ),
            id="the link came back",
        ),
    ],
)
def test_what_ends_the_rest(event: object) -> None:
    """Reconnection, any change of its states, or a user's change: worth another try."""
    home = given_up_home()
    assert callable(event)

    assert "power on" in writes([*event(home), *home.wait(60)])
    assert home.state.alarms == {}


def test_a_measurement_does_not_end_the_rest() -> None:
    """What a charger measures changes all the time and promises nothing."""
    home = given_up_home()

    assert writes(home.draw(2, 0.1) + home.wait(60)) == []


def test_a_refusal_after_a_time_out_is_recomputed_once() -> None:
    """Only a second refusal gives up, not a first one after another failure."""
    home = Home()
    home.charger(2)
    home.amps(1)
    home.plug(2)
    home.sent(2)
    home.answer(2, Result.TIMEOUT)
    home.wait(1)
    home.sent(2)

    closings = [event.closing for event in of_kind(home.answer(2, Result.INVALID), ActionClosed)]
    assert closings == [Closing.REFUSED]
