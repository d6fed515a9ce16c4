"""A server that was away may show cars as absent until it has asked their chargers: no plug-in ends on that."""

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Issuer, Mode
from hems_actors.core.rules import Rule
from tests.core.home import Home, writes
from tests.core.obedient import Obedient
from tests.core.test_restore import restored

CHARGER = 2


def back_again(plugged_in: bool | None, mode: Mode = Mode.NORMAL) -> Home:
    """Return a home whose car charges; the link was lost and is back, and the car is shown as *plugged_in*."""
    home = Home()
    home.charger(CHARGER, mode=mode, plugged_in=True, obeys=Obedient())
    home.run(60)
    assert home.state.chargers[CHARGER].point.on
    home.tell(facts.LinkChanged(0, up=False))
    home.wait(5)
    home.report(CHARGER, plugged_in=plugged_in, power_on=True)
    home.tell(facts.LinkChanged(0, up=True))
    return home


def is_plugged(home: Home) -> bool:
    """Return whether the plug-in goes on, also after a restart."""
    assert restored(home).chargers[CHARGER].session == home.state.chargers[CHARGER].session
    return home.state.chargers[CHARGER].session.plugged


@pytest.mark.parametrize(
    ("seconds", "goes_on"),
    [
        pytest.param(89, True, id="not for 90 s"),
        pytest.param(151, False, id="from the next cycle after them"),
    ],
)
def test_an_absent_car_is_believed_after_a_while(seconds: int, goes_on: bool) -> None:
    """What the server shows after 90 s is not from before it was away."""
    home = back_again(plugged_in=False)

    home.run(seconds)

    assert is_plugged(home) == goes_on


def test_a_car_that_is_shown_again_was_never_gone() -> None:
    """Its plug-in is the same one, with all that is known of it."""
    home = back_again(plugged_in=False)
    session = home.state.chargers[CHARGER].session
    home.run(5)

    home.plug(CHARGER)
    home.run(120)

    assert home.state.chargers[CHARGER].session is session
    assert is_plugged(home)


def test_a_car_that_leaves_after_it_was_shown_is_gone_at_once() -> None:
    """The server asked the charger: it is believed."""
    home = back_again(plugged_in=True)
    home.run(5)

    home.unplug(CHARGER)

    assert not is_plugged(home)


def test_other_news_of_the_charger_prove_nothing() -> None:
    """Its other states may be old as well."""
    home = back_again(plugged_in=False)
    home.run(5)

    home.report(CHARGER, charging=False)

    assert is_plugged(home)


def test_the_doubt_ends_with_the_server_s_minute_too() -> None:
    """Whatever begins the cycle."""
    home = back_again(plugged_in=False)
    home.now_ms += 90_000

    home.tell(facts.MinuteSignal(0))

    assert not is_plugged(home)


@pytest.mark.parametrize("mode", [pytest.param(mode, id=mode.name) for mode in Mode])
def test_nothing_is_done_for_a_car_in_doubt(mode: Mode) -> None:
    """No start, raise or stop, though the meter is fresh: the set-point is held."""
    home = back_again(plugged_in=False, mode=Mode.NORMAL)
    home.info(CHARGER, mode=mode)

    found = home.run(80)

    assert writes(found, CHARGER) == []
    assert home.state.chargers[CHARGER].point.on


def test_an_overload_cuts_a_car_in_doubt() -> None:
    """It may be there, and draw."""
    home = back_again(plugged_in=False)
    home.run(5)

    home.house_ma = (20_000, 0, 0)
    home.run(3)

    point = home.state.chargers[CHARGER].point
    assert (point.issuer, point.rule) in (
        (Issuer.NORMAL, Rule.OVERLOAD_CUT),
        (Issuer.OVERLOAD_PROTECTION, Rule.OVERLOAD_STOP),
    )
