"""The server's minute: it begins the cycles while it comes; the own timer does if it stays away."""

import pytest

from hems_actors.core import facts
from hems_actors.core.engine import next_due_ms
from hems_actors.core.store_facts import CYCLE_MS
from tests.core.home import Home
from tests.core.test_restore import restored


def test_a_signal_begins_a_cycle() -> None:
    """Also a few seconds after the last one: the timer's cycles and the server's differ at first."""
    home = Home()
    home.tell(facts.Tick(0))
    home.wait(7)
    home.tell(facts.MinuteSignal(0))

    assert home.state.site.cycle_seq == home.state.fact_seq
    assert home.state.site.cycle_at_ms == home.now_ms


@pytest.mark.parametrize(
    ("seconds", "begins"),
    [
        pytest.param(60, False, id="a minute: the signal may be late"),
        pytest.param(119, False, id="a second before two minutes"),
        pytest.param(120, True, id="two minutes: nobody waits longer"),
    ],
)
def test_while_signals_come_the_timer_waits(seconds: int, begins: bool) -> None:
    """It would begin each cycle a moment before the signal does."""
    home = Home()
    home.tell(facts.MinuteSignal(0))
    assert next_due_ms(home.state) <= home.now_ms + 2 * CYCLE_MS

    home.wait(seconds)
    home.tell(facts.Tick(0))

    assert (home.state.site.cycle_at_ms == home.now_ms) == begins


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param(facts.MinuteSignalLost(0), id="it stays away"),
        pytest.param(facts.LinkChanged(0, up=False), id="the link is lost"),
        pytest.param(facts.Restarted(0), id="a start"),
    ],
)
def test_without_signals_the_timer_keeps_the_cycle(fact: facts.Fact) -> None:
    """A minute after the last cycle."""
    home = Home()
    home.tell(facts.MinuteSignal(0))
    assert restored(home).minute_signal

    home.tell(fact)
    home.wait(60)
    home.tell(facts.Tick(0))

    assert home.state.site.cycle_at_ms == home.now_ms
    assert not restored(home).minute_signal
