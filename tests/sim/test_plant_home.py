"""The closed loop: what the root meter shows is what really flows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.enums import What
from hems_actors.sim.plant.battery import Battery
from hems_actors.sim.plant.cars import Car
from hems_actors.sim.plant.chargers import Charger
from hems_actors.sim.plant.faults import Happening, Plug, Unplug
from hems_actors.sim.plant.home import Home, Parts
from hems_actors.sim.plant.house import HouseStep, LoadStep, PvStep, house_steps, shared_by
from hems_actors.sim.plant.meters import MeterKind, Shown, charger_shows, meter_shows

EVENLY = shared_by((0, 1, 2))


def home(*happenings: Happening, battery: Battery | None = None, house_w: float = 300, pv_w: float = 0) -> Home:
    """Return a home with a steady load and roof, and a charger wired to B, C, A that is on at 10 A."""
    net_w = (house_w - pv_w) / 3
    charger = Charger(10, (1, 2, 0), power_on=True, current_ma=10_000)
    steps = [HouseStep(0, net_w, net_w, net_w, pv_w)]
    return Home(0, 5_000, Parts(steps, list(happenings), [charger], [Car(60, 1, 50_000, 10_000)], battery))


def test_a_car_shows_on_the_grid_phase_of_its_terminal() -> None:
    """A one-phase car at a charger wired BCA loads B, five seconds after it was plugged in."""
    house = home(Plug(7_000, 10, 60, None))
    house.advance(11_999)
    assert list(house.grid_w) == [100, 100, 100]
    house.advance(12_000)

    assert list(house.grid_w) == [100, 2_400, 100]
    assert charger_shows(house, house.chargers[10])["a_ma"] == 10_000


@given(st.lists(st.tuples(st.sampled_from(What), st.integers(0, 32_000), st.integers(1, 30_000)), max_size=8))
def test_meter_is_house_plus_chargers_plus_battery(writes: list[tuple[What, int, int]]) -> None:
    """Whatever is written, and whenever: the three phases add up to what the things draw."""
    battery = Battery(10_000, 5_000, 5_000, 5_000, EVENLY)
    house = home(Plug(0, 10, 60, 50), battery=battery, pv_w=2_000)
    for what, value, dt_ms in writes:
        house.write(10, what, value)
        house.advance(house.at_ms + dt_ms)
        drawn_w = house.draw_w(house.chargers[10])
        assert house.total_w() == pytest.approx(300 - 2_000 + drawn_w + battery.power_w)


@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=20))
def test_looking_more_often_changes_nothing(stretches_ms: list[int]) -> None:
    """The plant's course does not depend on when it is looked at."""
    looked_at, left_alone = (
        home(
            Plug(7_000, 10, 60, 50), Unplug(90_000, 10, 1_000), battery=Battery(10_000, 5_000, 5_000, 5_000, (1, 0, 0))
        )
        for _ in range(2)
    )
    for dt_ms in stretches_ms:
        looked_at.advance(looked_at.at_ms + dt_ms)
    left_alone.advance(sum(stretches_ms))

    assert looked_at.grid_w == left_alone.grid_w
    assert looked_at.cars[60].level_wh == pytest.approx(left_alone.cars[60].level_wh)


BATTERY = [  # house W, sun W, level -> power of the battery after a minute, import
    pytest.param(300, 3_300, 50, 3_000, 0, id="takes the surplus"),
    pytest.param(300, 9_300, 50, 5_000, -4_000, id="takes what it can"),
    pytest.param(2_300, 300, 50, -2_000, 0, id="feeds the house"),
    pytest.param(300, 3_300, 100, 0, -3_000, id="full"),
    pytest.param(2_300, 300, 0, 0, 2_000, id="empty"),
]


@pytest.mark.parametrize(("house_w", "pv_w", "level_percent", "battery_w", "grid_w"), BATTERY)
def test_battery_holds_the_root_meter_at_zero_by_itself(
    house_w: float, pv_w: float, level_percent: float, battery_w: float, grid_w: float
) -> None:
    """It charges from surplus and discharges into import, within its power and its level."""
    battery = Battery(10_000, 100 * level_percent, 5_000, 5_000, EVENLY)
    house = home(battery=battery, house_w=house_w, pv_w=pv_w)
    house.advance(60_000)

    assert (battery.power_w, house.total_w()) == pytest.approx((battery_w, grid_w))


METERS = [
    pytest.param(MeterKind.FULL, {"a_w": -1_000, "a_ma": -4_348, "a_dv": 2_300}, id="full"),
    pytest.param(MeterKind.POWER, {"a_w": -1_000}, id="powers only"),
    pytest.param(MeterKind.CURRENT, {"a_ma": -4_348, "a_dv": 2_300}, id="signed currents"),
    pytest.param(MeterKind.UNSIGNED, {"a_ma": 4_348, "a_dv": 2_300}, id="unsigned currents"),
]


@pytest.mark.parametrize(("kind", "phase_a"), METERS)
def test_meter_shows_what_its_kind_has(kind: MeterKind, phase_a: Shown) -> None:
    """Export of 1 kW on each phase, rounded to the fact's fields."""
    shown = meter_shows(home(house_w=0, pv_w=3_000), kind)

    assert shown["power_w"] == -3_000
    assert {name: value for name, value in shown.items() if name.startswith("a_")} == phase_a


def test_house_and_roof_are_merged_in_time_order() -> None:
    """The roof feeds its own phases; a load that contains it is left as it is."""
    load = [LoadStep(0, 100, 200, 300), LoadStep(2_000, 0, 0, 0)]
    pv = [PvStep(0, 0), PvStep(1_000, 600)]

    assert house_steps(load, pv, (0, 1)) == [
        HouseStep(0, 100, 200, 300, 0),
        HouseStep(1_000, -200, -100, 300, 600),
        HouseStep(2_000, -300, -300, 0, 600),
    ]
    assert house_steps(load, pv, ())[1] == HouseStep(1_000, 100, 200, 300, 600)
