"""What each charging mode does in each situation: the whole table (charging.md sections 3 and 5)."""

from collections.abc import Callable
from typing import Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import ChargingState, Issuer, Mode
from hems_actors.core.modes import ISSUERS, charging_state, has_minimum, has_target_time, is_eco
from hems_actors.core.state import SetPoint
from tests.core.buyers import CHEAP, DEAR, GARAGE, HOUR_S, buyer, park
from tests.core.home import METER, Home

MODES: Final = tuple(Mode)
CHEAP_NOW: Final = (CHEAP, *[DEAR] * 8)
CHEAP_LATER: Final = (*[DEAR] * 4, *[CHEAP] * 5)


def parked(
    mode: Mode,
    *hourly: int | None,
    house_a: float = 2,
    limit_a: int = 25,
    end_h: float = 6,
    level: int = 50,
    daily: int = 0,
) -> Home:
    """Return a home whose charger has a car with a deadline in *end_h* hours; it may buy *daily* % of its capacity."""
    home = buyer(*hourly, house_a=house_a, limit_a=limit_a)
    park(home, mode=mode, end_h=end_h, level=level, spot=True, daily_percent=daily)
    return home


def nothing(mode: Mode) -> Home:
    """No sun, prices high for now."""
    return parked(mode, *CHEAP_LATER)


def sun(mode: Mode) -> Home:
    """8 A are sold on each phase."""
    return parked(mode, *CHEAP_LATER, house_a=-8)


def slot_for_deadline(mode: Mode) -> Home:
    """The cheapest hour begins."""
    return parked(mode, *CHEAP_NOW)


def slot_bought(mode: Mode) -> Home:
    """The same; 30 % may be bought every day."""
    return parked(mode, *CHEAP_NOW, daily=30)


def slot_in_the_sun(mode: Mode) -> Home:
    """8 A are sold in it."""
    return parked(mode, *CHEAP_NOW, house_a=-8, daily=30)


def slot_over(mode: Mode) -> Home:
    """It was bought, and ended."""
    home = parked(mode, *CHEAP_NOW, daily=10, end_h=0)
    home.run(HOUR_S, 10)
    return home


def late(mode: Mode) -> Home:
    """The deadline was missed."""
    home = parked(mode, *CHEAP_LATER, end_h=0.2, limit_a=12)
    home.run(800, 10)
    return home


def given_up(mode: Mode) -> Home:
    """4 h ago."""
    home = parked(mode, *CHEAP_LATER, end_h=0.2, limit_a=12, house_a=7)
    home.run(4 * HOUR_S + 800, 60)
    return home


def target(mode: Mode) -> Home:
    """The car has its 80 %."""
    return parked(mode, *CHEAP_NOW, level=80, house_a=-8, daily=30)


def no_room(mode: Mode) -> Home:
    """The limit leaves 5 A."""
    return parked(mode, *CHEAP_NOW, house_a=20, daily=30)


def switched_off(mode: Mode) -> Home:
    """By hand, while it charged; or it was off already."""
    home = parked(mode, *CHEAP_NOW, daily=30)
    home.run(120, 10)
    home.report(GARAGE, power_on=False)
    return home


def finished(mode: Mode) -> Home:
    """The car takes no more, though its level is not known."""
    home = parked(mode, *CHEAP_NOW, house_a=-8, daily=30)
    home.run(120, 10)
    home.obedient[GARAGE].takes_ma = 0
    home.report(GARAGE)
    home.run(700, 10)
    return home


def without_meter(mode: Mode) -> Home:
    """The root meter is lost while it charges."""
    home = parked(mode, *CHEAP_NOW, daily=30)
    home.run(120, 10)
    home.tell(facts.ThingConnected(METER, connected=False))
    home.wait(100)
    return home


def unplugged(mode: Mode) -> Home:
    """The car left while it charged."""
    home = parked(mode, *CHEAP_NOW, daily=30)
    home.run(120, 10)
    home.unplug(GARAGE)
    return home


NORMAL: Final = "16 A 3p normal/normal"
OFF: Final = "off unknown/surplus_missing"
MINIMUM: Final = "6 A 3p min_current/min_current"
SUN: Final = "8 A 3p surplus_charging/surplus_charging"
BOUGHT: Final = "16 A 3p spot_market_charging/bought_slot"
PLANNED: Final = "16 A 3p time_requirement/planned_slot"
LATE: Final = "10 A 3p time_requirement/deadline_missed"
NO_ROOM: Final = "off unknown/no_headroom"
FULL: Final = "off unknown/target_reached"
BY_HAND: Final = "off unknown/user_wish"
SAFE: Final = "6 A 3p failsafe/failsafe"
LEFT: Final = "off unknown/unplugged"
AT_MINIMUM: Final = "6 A 3p normal/finished"
LITTLE_SUN: Final = "6 A 3p surplus_charging/surplus_charging"

TABLE: Final[dict[Callable[[Mode], Home], tuple[str, str, str, str, str]]] = {
    # situation: Normal, Eco, EcoWithTargetTime, EcoWithMinCurrent, EcoMinWithTargetTime
    nothing: (NORMAL, OFF, OFF, MINIMUM, MINIMUM),
    sun: (NORMAL, SUN, SUN, SUN, SUN),
    slot_for_deadline: (NORMAL, OFF, PLANNED, MINIMUM, MINIMUM),  # the minimum alone is enough for that deadline
    slot_bought: (NORMAL, BOUGHT, PLANNED, BOUGHT, MINIMUM),
    slot_in_the_sun: (NORMAL, BOUGHT, PLANNED, BOUGHT, SUN),
    slot_over: (NORMAL, OFF, OFF, MINIMUM, MINIMUM),
    late: ("10 A 3p normal/normal", OFF, LATE, MINIMUM, LATE),
    given_up: (NO_ROOM, OFF, OFF, NO_ROOM, NO_ROOM),
    target: (NORMAL, FULL, FULL, FULL, FULL),
    no_room: (NO_ROOM, NO_ROOM, NO_ROOM, NO_ROOM, NO_ROOM),
    switched_off: (BY_HAND, BY_HAND, BY_HAND, BY_HAND, BY_HAND),
    finished: (AT_MINIMUM, OFF, OFF, LITTLE_SUN, LITTLE_SUN),
    without_meter: (SAFE, SAFE, SAFE, SAFE, SAFE),
    unplugged: (LEFT, LEFT, LEFT, LEFT, LEFT),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("situation", TABLE)
def test_table(situation: Callable[[Mode], Home], mode: Mode) -> None:
    """Set-point, phases, issuer and rule, a few minutes into the situation."""
    home = situation(mode)
    if situation is not without_meter:
        home.run(240, 10)

    assert home.line(GARAGE) == TABLE[situation][mode]


def test_minimum_is_raised_for_a_deadline_it_cannot_meet() -> None:
    """15 kWh in 2 h: 4.1 kW give 8.3, the cheap hour gives the rest."""
    home = parked(Mode.ECO_MIN_WITH_TARGET_TIME, *CHEAP_NOW, end_h=2)
    home.run(HOUR_S, 10)

    assert PLANNED in home.line(GARAGE)


@pytest.mark.parametrize(
    ("mode", "eco", "target_time", "minimum"),
    [
        pytest.param(Mode.NORMAL, False, False, False, id="Normal"),
        pytest.param(Mode.ECO, True, False, False, id="Eco"),
        pytest.param(Mode.ECO_WITH_TARGET_TIME, True, True, False, id="EcoWithTargetTime"),
        pytest.param(Mode.ECO_WITH_MIN_CURRENT, True, False, True, id="EcoWithMinCurrent"),
        pytest.param(Mode.ECO_MIN_WITH_TARGET_TIME, True, True, True, id="EcoMinWithTargetTime"),
    ],
)
def test_what_a_mode_has(mode: Mode, eco: bool, target_time: bool, minimum: bool) -> None:
    """As their names say; who sets the current in each follows from that."""
    assert (is_eco(mode), has_target_time(mode), has_minimum(mode)) == (eco, target_time, minimum)
    assert (Issuer.NORMAL in ISSUERS[mode], Issuer.SURPLUS_CHARGING in ISSUERS[mode]) == (not eco, eco)


STATES: Final = [
    pytest.param(True, Issuer.SURPLUS_CHARGING, ChargingState.SURPLUS_CHARGING, id="surplus"),
    pytest.param(True, Issuer.SPOT_MARKET_CHARGING, ChargingState.SPOT_MARKET_CHARGING, id="bought slot"),
    pytest.param(True, Issuer.TIME_REQUIREMENT, ChargingState.TIME_REQUIREMENT, id="deadline"),
    pytest.param(True, Issuer.NORMAL, ChargingState.IDLE, id="Normal is idle to nymea"),
    pytest.param(True, Issuer.MIN_CURRENT, ChargingState.IDLE, id="so is the minimum"),
    pytest.param(True, Issuer.FAILSAFE, ChargingState.IDLE, id="and fail-safe"),
    pytest.param(False, Issuer.SURPLUS_CHARGING, ChargingState.IDLE, id="off is idle"),
]


@pytest.mark.parametrize(("on", "issuer", "expected"), STATES)
def test_charging_state(on: bool, issuer: Issuer, expected: ChargingState) -> None:
    """Who sets the current, as nymea's users see it."""
    assert charging_state(SetPoint(on=on, issuer=issuer)) == expected
