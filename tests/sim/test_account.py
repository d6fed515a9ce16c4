"""The account and what is printed of it."""

import json
from datetime import time
from pathlib import Path

import pytest

from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.report import Figures
from hems_actors.sim.table import table
from tests.sim.homes import scenario

STEADY = {"jitter_w": 5, "appliances_per_day": 0, "base_w": [100, 100, 100]}


def figures(tmp_path: Path, **tables: object) -> Figures:
    """Return the figures of the quiet hour with *tables*."""
    return play_to(build(scenario(load=STEADY, **tables)), tmp_path / "log.msgpack", [])


def test_energy_comes_from_where_it_flows(tmp_path: Path) -> None:
    """Without sun all is bought; the meter's import is house and car."""
    found = figures(tmp_path)
    car, house = found["cars"][0], found["house"]

    assert (car["sun_wh"], car["battery_wh"]) == (0, 0)
    assert car["energy_wh"] == pytest.approx(house["cars_wh"], abs=1)
    assert house["import_wh"] == pytest.approx(house["consumption_wh"] + house["cars_wh"], abs=2)
    assert (house["export_wh"], house["self_consumption_percent"]) == (0, None)


def test_sources_of_a_car_add_up(tmp_path: Path) -> None:
    """Sun, battery and grid together are what the car took at its socket."""
    sun = {"peak_w": 5_000, "sunrise": time(5), "sunset": time(21)}
    car = figures(tmp_path, sun=sun, battery={"capacity_kwh": 10, "level_percent": 60})["cars"][0]

    assert min(car["sun_wh"], car["battery_wh"], car["grid_wh"]) > 0
    assert car["sun_wh"] + car["battery_wh"] + car["grid_wh"] == car["energy_wh"]


def test_starts_stops_and_departures_are_counted(tmp_path: Path) -> None:
    """A car that leaves and returns: two starts, one stop, the level it left with."""
    visits = [
        {"car": "car", "charger": "wallbox", "from": time(10), "to": time(10, 20), "drives_kwh": 6},
        {"car": "car", "charger": "wallbox", "from": time(10, 40)},
    ]
    car = figures(tmp_path, visits=visits)["cars"][0]

    assert (car["starts"], car["stops"], len(car["departure_percent"])) == (2, 1, 1)
    assert 20 < car["departure_percent"][0] < 27
    assert 35 * 60 < car["charging_s"] < 40 * 60


def test_time_over_the_limit_is_measured(tmp_path: Path) -> None:
    """A house that is itself above the limit for the hour."""
    found = figures(tmp_path, home={"start": scenario().home.start, "duration_h": 0.5, "phase_limit_a_max": 0.4})

    assert [phase["longest_over_ms"] for phase in found["phases"]] == [1_800_000] * 3


def test_table_says_it_in_words(tmp_path: Path) -> None:
    """Every figure a householder asks for is in the table, and the object is JSON."""
    found = figures(tmp_path)
    text = table(json.loads(json.dumps(found)))

    for word in ("from sun", "battery", "grid", "starts", "level at departure", "bought", "sold", "limit", "never"):
        assert word in text
    assert f"({found['events']} events)" in text
