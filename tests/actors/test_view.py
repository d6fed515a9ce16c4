"""The published view: what readers get, and that it stays as it was."""

from hems_actors.actors.published import Published, view_of
from hems_actors.actors.view import View
from hems_actors.core.enums import Alarm, CarPhase, Health, Issuer, Mode, ThingKind
from hems_actors.core.facts import BatteryReported
from hems_actors.core.identity import Identity
from hems_actors.core.state import Battery, Charger, State


def test_view_shows_the_home_and_shares_nothing() -> None:
    """What happens to the state afterwards does not reach it."""
    state = State(seq=9, at_ms=70, battery=Battery(source=5, power_w=-300, level_percent=40))
    charger = state.chargers[4] = Charger(4)
    charger.point.on, charger.point.current_ma, charger.point.issuer = True, 9_000, Issuer.NORMAL
    state.alarms[(Alarm.GAVE_UP, 4)] = 6
    view = view_of(state)
    charger.point.current_ma = 0
    state.chargers.clear()
    state.alarms.clear()

    assert (view.seq, view.at_ms, view.health) == (9, 70, Health.NO_CONTROL)
    assert view.battery == BatteryReported(5, -300, 40)
    ((source, shown),) = view.chargers
    assert (source, shown.on, shown.current_ma, shown.issuer) == (4, True, 9_000, Issuer.NORMAL)
    assert shown.car_phase == CarPhase.IDLE
    assert view.alarms == ((Alarm.GAVE_UP, 4, 6),)


def test_home_without_a_battery() -> None:
    """None, not a battery at 0 W."""
    assert view_of(State()).battery is None


def test_what_did_not_change_is_shared() -> None:
    """A frame that only read the meter costs little: settings and things are those of the view before."""
    state = State()
    charger = state.chargers[4] = Charger(4)
    charger.info.mode, charger.info.seq = Mode.ECO, 7
    state.things[4] = Identity(ThingKind.CHARGER, (1, 2, 3, 4), (65,))
    first = view_of(state)
    second = view_of(state, first)
    assert second.things is first.things
    assert dict(second.chargers)[4].info is dict(first.chargers)[4].info
    assert dict(first.chargers)[4].info.mode == Mode.ECO

    charger.info.end_s = 90
    state.things[5] = Identity(ThingKind.CAR, (1, 2, 3, 5), (66,))
    third = view_of(state, second)
    assert dict(third.chargers)[4].info.end_s == 90
    assert (list(second.things), list(third.things)) == ([4], [4, 5])


def test_listeners_get_each_view() -> None:
    """In the order they came, whoever publishes."""
    published, heard = Published(), list[View]()
    published.publish(State(seq=1))
    published.listen(heard.append)
    published.publish(State(seq=2))

    assert heard == [published.view]
    assert published.view.seq == 2
