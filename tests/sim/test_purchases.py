"""What energy cost: each stretch at its own price, to the micro-euro."""

from datetime import time
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.rates import Rates, Slot
from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.purchases import UNPRICED, Purchases, Timeline
from hems_actors.sim.report import Figures
from tests.sim.homes import START, scenario

RATES: Final[Rates] = (Slot(0, 900, 100_000), Slot(900, 1_800, -20_000), Slot(2_700, 3_600, 300_001))
"""A quarter hour each, with a hole from 1,800 s to 2,700 s."""

PARTS = [  # from (s), length (s) -> slots and lengths (s)
    pytest.param(0, 900, [(0, 900)], id="a whole slot"),
    pytest.param(10, 20, [(0, 20)], id="within a slot"),
    pytest.param(890, 20, [(0, 10), (1, 10)], id="over an edge"),
    pytest.param(1_700, 200, [(1, 100), (UNPRICED, 100)], id="into a hole"),
    pytest.param(1_900, 100, [(UNPRICED, 100)], id="within a hole"),
    pytest.param(2_600, 200, [(UNPRICED, 100), (2, 100)], id="out of a hole"),
    pytest.param(3_500, 200, [(2, 100), (UNPRICED, 100)], id="over the end"),
    pytest.param(4_000, 100, [(UNPRICED, 100)], id="behind the end"),
    pytest.param(-100, 200, [(UNPRICED, 100), (0, 100)], id="before the first"),
    pytest.param(0, 4_000, [(0, 900), (1, 900), (UNPRICED, 900), (2, 900), (UNPRICED, 400)], id="all"),
]


@pytest.mark.parametrize(("from_s", "length_s", "parts"), PARTS)
def test_time_is_cut_at_prices(from_s: int, length_s: int, parts: list[tuple[int, int]]) -> None:
    """Slots by their number, and how much of each."""
    found = Timeline(RATES).parts(from_s * 1_000, length_s * 1_000)

    assert found == [(number, part_s * 1_000) for number, part_s in parts]


@given(st.lists(st.integers(1, 2_000_000), min_size=1, max_size=20))
def test_time_in_pieces_is_the_same_time(lengths_ms: list[int]) -> None:
    """However a stretch is asked for, each slot gets as much of it."""
    timeline, at_ms = Timeline(RATES), -500_000
    pieces: dict[int, int] = {}
    for length_ms in lengths_ms:
        for number, part_ms in timeline.parts(at_ms, length_ms):
            pieces[number] = pieces.get(number, 0) + part_ms
        at_ms += length_ms
    whole: dict[int, int] = {}
    for number, part_ms in Timeline(RATES).parts(-500_000, sum(lengths_ms)):
        whole[number] = whole.get(number, 0) + part_ms

    assert pieces == whole


def test_cost_is_energy_times_price() -> None:
    """4 kW: 1 kWh at 100,000 and 1 kWh at -20,000 micro-euro, 1 kWh in the hole, and half of one at 300,001."""
    bought = Purchases()
    bought.add(4_000, Timeline(RATES).parts(0, 3_150_000))

    assert bought.cost_ueur(RATES) == 100_000 - 20_000 + 150_000  # 150,000.5 is rounded to even
    assert (bought.priced_wh(), bought.unpriced_wh()) == (2_500, 1_000)
    assert bought.average_ueur_kwh(RATES) == 92_000


def test_negative_prices_pay() -> None:
    """Who buys below zero has less to pay than nothing."""
    bought = Purchases()
    bought.add(8_000, [(1, 900_000)])

    assert (bought.cost_ueur(RATES), bought.average_ueur_kwh(RATES)) == (-40_000, -20_000)


@pytest.mark.parametrize("parts", [pytest.param([], id="none"), pytest.param([(UNPRICED, 900_000)], id="unpriced")])
def test_nothing_bought_at_a_price_has_no_mean(parts: list[tuple[int, int]]) -> None:
    """No price is none, not 0."""
    bought = Purchases()
    bought.add(4_000, parts)

    assert (bought.cost_ueur(RATES), bought.average_ueur_kwh(RATES)) == (0, None)


QUARTERS: Final = """start_utc,end_utc,price_eur_per_mwh
2025-06-15T08:00:00Z,2025-06-15T08:15:00Z,100
2025-06-15T08:15:00Z,2025-06-15T08:30:00Z,-20.5
2025-06-15T08:30:00Z,2025-06-15T08:45:00Z,0
"""
"""The first three quarters of the quiet hour."""


def figures(tmp_path: Path, **tables: Any) -> Figures:  # noqa: ANN401 - as the file has them
    """Return the figures of the quiet hour at `QUARTERS` with *tables*."""
    path = tmp_path / "prices.csv"
    path.write_text(QUARTERS, encoding="utf-8")
    load = {"jitter_w": 0, "appliances_per_day": 0, "base_w": [400, 300, 300]}
    tariff = {"kind": "file", "file": str(path), "published_at": time(14)}
    stage = build(scenario(**{"load": load, "tariff": tariff, "chargers": [{"name": "wallbox"}], **tables}))
    return play_to(stage, tmp_path / "log.msgpack", [])


def test_house_pays_for_its_hour(tmp_path: Path) -> None:
    """1 kW without cars: 250 Wh at 100, -20.5, 0 EUR/MWh, and 250 Wh at no price."""
    found = figures(tmp_path, visits=[])
    house, (car,) = found["house"], found["cars"]

    assert (house["cost_ueur"], house["unpriced_wh"]) == (25_000 - 5_125, 250)
    assert house["average_price_ueur_kwh"] == 26_500
    assert (car["cost_ueur"], car["unpriced_wh"], car["average_price_ueur_kwh"]) == (0, 0, None)
    assert found["total_cost_ueur"] == 19_875


def test_car_and_house_share_what_is_bought(tmp_path: Path) -> None:
    """Without sun, both pay for what they draw: the total is that of the meter."""
    found = figures(tmp_path)
    house, (car,) = found["house"], found["cars"]

    assert car["cost_ueur"] + house["cost_ueur"] == found["total_cost_ueur"]
    assert car["cost_ueur"] > house["cost_ueur"] > 19_000
    assert (house["cost_ueur"], house["unpriced_wh"]) == (19_875, 250)
    assert car["unpriced_wh"] == pytest.approx(11_040 / 4, abs=50)


def test_what_the_sun_gives_costs_nothing(tmp_path: Path) -> None:
    """A roof that covers house and car: nothing is bought, nothing is paid."""
    chargers = [{"name": "wallbox", "info": {"mode": "Eco"}}]
    sun = {"peak_w": 30_000, "sunrise": time(5), "sunset": time(21)}
    found = figures(tmp_path, chargers=chargers, sun=sun)
    (car,) = found["cars"]

    assert car["sun_wh"] == car["energy_wh"] > 5_000
    assert found["total_cost_ueur"] == 0
    assert car["average_price_ueur_kwh"] is None


def test_only_the_grid_s_part_is_paid(tmp_path: Path) -> None:
    """Sun, battery and grid at once, all at one price: each pays for what it has from the grid."""
    path = tmp_path / "flat.csv"
    path.write_text(
        "start_utc,end_utc,price_eur_per_mwh\n2025-06-15T00:00:00Z,2025-06-16T00:00:00Z,200\n", encoding="utf-8"
    )
    sun = {"peak_w": 5_000, "sunrise": time(5), "sunset": time(21), "clouds": 0.5}
    battery = {"capacity_kwh": 10, "level_percent": 60}
    stage = build(scenario(sun=sun, battery=battery, tariff={"kind": "file", "file": str(path)}))
    found = play_to(stage, tmp_path / "log.msgpack", [])
    house, (car,) = found["house"], found["cars"]

    assert min(car["sun_wh"], car["battery_wh"], car["grid_wh"]) > 500
    assert car["cost_ueur"] == pytest.approx(car["grid_wh"] * 200, abs=100)
    assert house["cost_ueur"] == pytest.approx((house["import_wh"] - car["grid_wh"]) * 200, abs=200)
    assert {car["average_price_ueur_kwh"], house["average_price_ueur_kwh"]} == {200_000}


def test_without_a_tariff_nobody_says_what_it_cost(tmp_path: Path) -> None:
    """Null, in each place."""
    found = play_to(build(scenario()), tmp_path / "log.msgpack", [])

    assert (found["tariff"], found["total_cost_ueur"]) == (None, None)
    for one in (found["house"], *found["cars"]):
        assert (one["cost_ueur"], one["average_price_ueur_kwh"], one["unpriced_wh"]) == (None, None, None)


def test_starts_are_counted_by_local_day(tmp_path: Path) -> None:
    """A night over midnight: one start on each date."""
    found = figures(
        tmp_path,
        tariff=None,
        home={"start": START.replace(hour=23, minute=30), "duration_h": 1, "phase_limit_a_max": 25, "grid_phases": 3},
        visits=[
            {"car": "car", "charger": "wallbox", "from": time(23, 30), "to": time(23, 50)},
            {"car": "car", "charger": "wallbox", "from": time(0, 10)},
        ],
    )

    assert found["cars"][0]["starts_by_day"] == {"2025-06-15": 1, "2025-06-16": 1}
