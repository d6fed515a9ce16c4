"""From a scenario's `[sun]` and `[load]` to the steps of its house, built in or recorded."""

from random import Random
from typing import NamedTuple

from hems_actors.config.table import phase_indices
from hems_actors.sim.moments import Moments
from hems_actors.sim.plant.house import HouseStep, LoadStep, PvStep, house_steps
from hems_actors.sim.recorded import Columns, Poll, load_between, lost_windows, pv_of, read_polls
from hems_actors.sim.scenario import Scenario, Source, path_beside
from hems_actors.sim.weather import load_steps, noisy, sun_steps


class Profiles(NamedTuple):
    """What the house and the sky do over the scenario."""

    house: list[HouseStep]
    polls: list[Poll]
    """The recorded meter's own times; empty where the load is built in."""
    lost: list[tuple[int, int]]
    """When the recorded meter was not reached: from, to before (ms)."""


def build_profiles(scenario: Scenario, moments: Moments, source: Source | None) -> Profiles:
    """Return *scenario*'s profiles; the files it names stand beside the scenario file *source*.

    Raises:
        ScenarioError: a file is missing, or what is in it cannot be used.
    """
    # A chance of its own for each, so that a change to one does not move the other.
    sun_random, load_random = Random(f"sun {scenario.seed}"), Random(f"load {scenario.seed}")
    polls = _polls_of_load(scenario, moments, source)
    load: list[LoadStep] = (
        load_between(polls, phase_indices(scenario.load.phases), moments.start_ms, load_random)
        if polls
        else load_steps(scenario.load, moments, load_random)
    )
    pv_phases = () if scenario.sun.in_load else phase_indices(scenario.sun.phases)
    house = house_steps(load, _pv(scenario, moments, source, sun_random), pv_phases)
    return Profiles(house, polls, lost_windows(polls, moments.end_ms))


def _polls_of_load(scenario: Scenario, moments: Moments, source: Source | None) -> list[Poll]:
    load = scenario.load
    if load.file is None:
        return []
    columns = Columns(load.time_column, tuple(load.columns), load.unavailable_column)
    path = path_beside(source, "load", load.file)
    return read_polls(path, columns, moments.shift_ms(load.shown_from), moments.start_ms, moments.end_ms)


def _pv(scenario: Scenario, moments: Moments, source: Source | None, random: Random) -> list[PvStep]:
    sun = scenario.sun
    if sun.file is None:
        return sun_steps(sun, moments, random)
    columns = Columns(sun.time_column, (sun.column,))
    path = path_beside(source, "sun", sun.file)
    polls = read_polls(path, columns, moments.shift_ms(sun.shown_from), moments.start_ms, moments.end_ms)
    steps = pv_of(polls, moments.start_ms)
    if not sun.clouds:
        return steps
    return noisy(steps, sun.clouds, round(sun.cloud_period_s * 1_000), moments.end_ms, random)
