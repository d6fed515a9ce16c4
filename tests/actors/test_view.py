"""The published view: what readers get, and that it stays as it was."""

from hems_actors.actors.view import view_of
from hems_actors.core.enums import Alarm, CarPhase, Health, Issuer
from hems_actors.core.facts import BatteryReported
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
