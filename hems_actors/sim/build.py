"""From a scenario to a plant ready to run."""

from itertools import chain
from typing import NamedTuple

from hems_actors.config.table import phase_indices
from hems_actors.sim.happenings import double_bookings, happenings, write_faults
from hems_actors.sim.infos import past_deadlines
from hems_actors.sim.mistakes import mistakes
from hems_actors.sim.moments import Moments
from hems_actors.sim.numbers import Numbers, numbers
from hems_actors.sim.plant.battery import Battery
from hems_actors.sim.plant.cars import Car
from hems_actors.sim.plant.chargers import Charger, Shows
from hems_actors.sim.plant.home import Home, Parts
from hems_actors.sim.plant.house import shared_by
from hems_actors.sim.prices import Prices, build_prices
from hems_actors.sim.profiles import Profiles, build_profiles
from hems_actors.sim.scenario import Scenario, Source, mistake
from hems_actors.sim.scenario_home import BatteryTable
from hems_actors.sim.scenario_things import CarTable, ChargerTable


def milli(amps: float) -> int:
    """Return *amps* in mA, whole."""
    return round(amps * 1_000)


class Stage(NamedTuple):
    """A scenario made ready: its plant, its profiles, its times and numbers."""

    scenario: Scenario
    moments: Moments
    numbers: Numbers
    profiles: Profiles
    home: Home
    prices: Prices | None = None
    """Without a tariff there are none."""


def build(scenario: Scenario, source: Source | None = None) -> Stage:
    """Return *scenario*, read from *source* if from any file, ready to run.

    Raises:
        ScenarioError: it contradicts itself, or a file it names cannot be used.
    """
    moments = Moments(scenario.home)
    for key, expected in chain(
        mistakes(scenario), double_bookings(scenario, moments), past_deadlines(scenario, moments)
    ):
        raise mistake(source, key, expected)
    named = numbers(scenario)
    profiles = build_profiles(scenario, moments, source)
    prices = build_prices(scenario, moments, source)
    parts = Parts(
        profiles.house,
        happenings(scenario, moments, named),
        [_charger(table, named, scenario, moments) for table in scenario.chargers],
        [_car(table, named) for table in scenario.cars],
        _battery(scenario.battery),
        round(scenario.home.voltage_v * 10),
    )
    home = Home(moments.start_ms, scenario.home.step_s * 1_000, parts)
    return Stage(scenario, moments, named, profiles, home, prices)


def _charger(table: ChargerTable, named: Numbers, scenario: Scenario, moments: Moments) -> Charger:
    return Charger(
        number=named.chargers[table.name],
        wiring=phase_indices(table.wiring),
        step_ma=milli(table.step_a),
        min_ma=milli(table.min_a),
        own_max_ma=milli(table.max_a),
        max_ma=milli(table.max_a),
        can_switch=table.can_switch,
        shows=Shows(
            power=table.meter != "none",
            currents=table.meter == "currents",
            phase_count=table.reports_phase_count,
            plugged_in=table.reports_plugged_in,
            charging=table.reports_charging,
        ),
        reaction_ms=milli(table.reaction_s),
        stop_ms=milli(table.stop_s),
        answer_ms=milli(table.answer_s),
        faults=write_faults(scenario, table.name, moments),
        power_on=table.power_on,
        current_ma=milli(table.current_a),
        desired_phases=table.desired_phases,
    )


def _car(table: CarTable, named: Numbers) -> Car:
    return Car(
        number=named.cars[table.name],
        phases=table.phases,
        capacity_wh=table.capacity_kwh * 1_000,
        level_wh=table.capacity_kwh * 10 * table.level_percent,
        min_ma=milli(table.min_a),
        max_ma=milli(table.max_a),
        taper_from_percent=table.taper_from_percent,
        full_percent=table.full_percent,
        sleeps=table.sleeps,
        reports=table.reports,
        shows_limits=table.reports_limits,
    )


def _battery(table: BatteryTable | None) -> Battery | None:
    if table is None:
        return None
    return Battery(
        capacity_wh=table.capacity_kwh * 1_000,
        level_wh=table.capacity_kwh * 10 * table.level_percent,
        max_charge_w=table.charge_w_max,
        max_discharge_w=table.discharge_w_max,
        shares=shared_by(phase_indices(table.phases)),
        efficiency=table.efficiency,
        min_wh=table.capacity_kwh * 10 * table.level_percent_min,
        shows_level=table.reports_level,
    )
