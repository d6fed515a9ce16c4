"""How much a car still needs, and what of that is assumed (charging.md section 8)."""

from typing import Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import CarPhase, Mode
from hems_actors.core.need import CAPACITY_ASSUMED, EFFICIENCY_PERCENT, LEVEL_ASSUMED, Need, delivered_ws, need_of
from tests.core.buyers import CAR, GARAGE
from tests.core.home import Home

KWH_WS: Final = 3_600_000


def home_with(**car: int | bool | None) -> Home:
    """Return a home with a car, which says of itself what *car* holds, at an Eco charger."""
    home = Home()
    home.car(CAR, **car)
    home.charger(GARAGE, car=CAR, mode=Mode.ECO, plugged_in=True)
    return home


def need(home: Home) -> Need:
    """Return what is needed now."""
    return need_of(home.state, home.state.chargers[GARAGE])


NEEDS: Final = [  # what the car says -> kWh at the charger, what is assumed
    pytest.param({"level_percent": 50, "capacity_wh": 45_000}, 15, 0, id="30 % of 45 kWh, at 90 %"),
    pytest.param({"level_percent": 79, "capacity_wh": 90_000}, 1, 0, id="1 % of 90 kWh"),
    pytest.param({"level_percent": 80, "capacity_wh": 45_000}, 0, 0, id="at its target"),
    pytest.param({"level_percent": 95, "capacity_wh": 45_000}, 0, 0, id="above it"),
    pytest.param({"level_percent": 35}, 25, CAPACITY_ASSUMED, id="capacity not known: 50 kWh"),
    pytest.param({"level_percent": 35, "capacity_wh": 0}, 25, CAPACITY_ASSUMED, id="capacity 0 is none"),
    pytest.param({"capacity_wh": 45_000}, 30, LEVEL_ASSUMED, id="level not known: 20 %"),
    pytest.param({}, 100 / 3, LEVEL_ASSUMED | CAPACITY_ASSUMED, id="nothing known"),
    pytest.param({"level_percent": 50, "capacity_wh": 45_000, "plugged_in": True}, 15, 0, id="it says it is here"),
    pytest.param(
        {"level_percent": 50, "capacity_wh": 45_000, "plugged_in": False},
        *(100 / 3, LEVEL_ASSUMED | CAPACITY_ASSUMED),
        id="it says it is not: another car",
    ),
]


@pytest.mark.parametrize(("car", "kwh", "assumed"), NEEDS)
def test_need(car: dict[str, int | bool | None], kwh: float, assumed: int) -> None:
    """(80 % - level) x capacity / 0.9."""
    found = need(home_with(**car))

    assert found.energy_ws == pytest.approx(kwh * KWH_WS, abs=1)
    assert found.assumed == assumed


def test_what_is_assumed_can_be_configured() -> None:
    """40 kWh, come with 30 %."""
    home = home_with()
    home.tell(facts.PlanningConfigured(0, 5_000, 1_800, capacity_wh=40_000, level_percent=30))

    assert need(home) == Need(50 * 40_000 * 36 * 100 // EFFICIENCY_PERCENT, 40_000, LEVEL_ASSUMED | CAPACITY_ASSUMED)


def test_what_was_given_is_taken_off() -> None:
    """Since the car last said its level; its next word starts anew."""
    home = home_with(level_percent=50, capacity_wh=45_000)
    home.report(GARAGE, draw_w=9_000)
    home.wait(1_200)
    home.tell(facts.Tick(0))
    assert need(home).energy_ws == 12 * KWH_WS
    assert delivered_ws(home.state, home.state.chargers[GARAGE]) == 3 * KWH_WS

    home.car(CAR, level_percent=56, capacity_wh=45_000)
    assert need(home).energy_ws == 12 * KWH_WS
    home.wait(400)
    home.tell(facts.Tick(0))
    assert need(home).energy_ws == 11 * KWH_WS


DRAWN: Final = [
    pytest.param({"draw_w": 9_000}, 9_000, id="power as measured"),
    pytest.param({"draw_w": -20}, 0, id="never less than none"),
    pytest.param({"a_ma": 10_000, "b_ma": 10_000, "c_ma": 0}, 4_600, id="currents of two terminals"),
    pytest.param({}, 0, id="nothing measured, nothing offered"),
]


@pytest.mark.parametrize(("report", "power_w"), DRAWN)
def test_energy_is_what_was_drawn(report: dict[str, int], power_w: int) -> None:
    """Measured power, else currents at 230 V, else what it is estimated to draw."""
    home = home_with(level_percent=50, capacity_wh=45_000)
    home.report(GARAGE, **report)
    home.wait(100)
    home.tell(facts.Tick(0))

    assert delivered_ws(home.state, home.state.chargers[GARAGE]) == power_w * 100


@pytest.mark.parametrize(
    ("car", "kwh"),
    [
        pytest.param({"capacity_wh": 45_000}, 0, id="level assumed: it has all it wants"),
        pytest.param(
            {"level_percent": 50, "capacity_wh": 45_000}, 15, id="level known: it does not have what was asked for"
        ),
    ],
)
def test_finished_car(car: dict[str, int], kwh: int) -> None:
    """A car that takes no more before its target."""
    home = home_with(**car)
    home.state.chargers[GARAGE].session.car_phase = CarPhase.FINISHED

    assert need(home).energy_ws == kwh * KWH_WS


def test_three_points_below_a_reached_target_nothing_is_needed() -> None:
    """It resumes at 77 % (charging.md section 8)."""
    home = home_with(level_percent=80, capacity_wh=45_000)
    home.amps(1, 1, 1)
    home.wait(61)
    for level, kwh in ((79, 0), (78, 0), (77, 1.5)):
        home.car(CAR, level_percent=level, capacity_wh=45_000)
        assert need(home).energy_ws == kwh * KWH_WS
