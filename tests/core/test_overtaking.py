"""What may leave beside an open action: reductions always, starts and raises never (charging.md 5.3, 10)."""

from hems_actors.core import facts
from hems_actors.core.enums import Mode, Result
from tests.core.home import Home, writes


def charging_at_11_a() -> Home:
    """Return a home whose charger shows and draws 11 A, 11 s ago raised."""
    home = Home()
    home.charger(2, a_ma=0, b_ma=0, c_ma=0)
    home.amps(1)
    home.plug(2)
    home.settle(2, draw_a=6)
    home.wait(11)
    home.amps(7, 6, 6)
    home.settle(2, draw_a=11)
    home.wait(11)
    return home


def test_a_stop_overtakes_a_start_in_flight() -> None:
    """An overload while `power on` is in flight sends `power off` at once."""
    home = Home()
    home.charger(2, a_ma=0, b_ma=0, c_ma=0)
    home.amps(1)
    home.plug(2)
    home.sent(2)

    assert writes(home.amps(40, 40, 40)) == ["power off"]


def test_an_unplugging_overtakes_a_start_in_flight() -> None:
    """An Eco car unplugged while `power on` is in flight leaves its charger off."""
    home = Home()
    home.charger(2, mode=Mode.ECO)
    home.amps(-20, -20, -20)
    home.plug(2)
    home.sent(2)

    assert writes(home.unplug(2)) == ["power off"]


def test_a_cut_overtakes_a_raise_in_flight() -> None:
    """A cut back to the very current that is known still goes out, over the raise."""
    home = charging_at_11_a()
    home.amps(12, 11, 11)
    home.sent(2)
    home.draw(2, 12)

    assert writes(home.amps(26, 12, 12)) == ["current 11 A"]


def test_a_lower_raise_overtakes_a_raise_in_flight_by_what_is_known() -> None:
    """What leaves at once raises nothing: the charger shows 11 A; a raise to 14 A waits until that is durable."""
    home = charging_at_11_a()
    assert writes(home.amps(12, 11, 11)) == ["current 16 A"]
    home.draw(2, 11)

    assert writes(home.amps(22, 11, 11)) == ["current 11 A"]


def test_a_refused_raise_leaves_reductions_as_they_are() -> None:
    """After a refused raise to 16 A a small cut is still a cut, not a stop."""
    home = charging_at_11_a()
    home.amps(12, 11, 11)
    home.sent(2)
    home.answer(2, Result.INVALID)

    assert writes(home.amps(27, 12, 12)) == ["current 9 A"]


def test_a_raise_that_timed_out_and_is_no_longer_wanted_is_forgotten() -> None:
    """The charger shows 11 A, and 11 A is what it should be: nothing to write."""
    home = charging_at_11_a()
    assert writes(home.amps(12, 11, 11)) == ["current 16 A"]
    home.sent(2)
    home.answer(2, Result.TIMEOUT)

    assert writes(home.info(2, max_ma=11_000) + home.wait(59)) == []


def test_no_start_leaves_before_a_fresh_reading() -> None:
    """A start that was in flight when the link was lost waits for the first new reading after it is back."""
    home = Home()
    home.charger(2)
    home.amps(1)
    home.plug(2)
    home.sent(2)
    home.tell(facts.LinkChanged(0, up=False))
    home.wait(3_600)

    assert writes(home.tell(facts.LinkChanged(0, up=True))) == []
    assert writes(home.amps(30)) == []
