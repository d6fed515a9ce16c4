"""Built-in profiles and the instants of a scenario."""

from datetime import UTC, datetime, time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.sim.moments import Moments, epoch_ms
from hems_actors.sim.plant.house import PvStep
from hems_actors.sim.scenario_home import HomeTable, Load, Sun
from hems_actors.sim.weather import clear_sky, load_steps, noisy, sun_steps

HOUR_MS = 3_600_000
MOMENTS = Moments(HomeTable(start=datetime(2025, 6, 15), phase_limit_a_max=25))  # noqa: DTZ001 - local
SUN = Sun(peak_w=8_000, clouds=0.5, sunrise=time(5), sunset=time(21))


@given(st.integers(-HOUR_MS, 17 * HOUR_MS))
def test_clear_sky_is_an_arch(at_ms: int) -> None:
    """Between 0 and 1, 0 outside the day, the same before and after noon."""
    share = clear_sky(at_ms, 0, 16 * HOUR_MS)

    assert 0 <= share <= 1
    assert (share > 0) == (0 < at_ms < 16 * HOUR_MS)
    assert share == pytest.approx(clear_sky(16 * HOUR_MS - at_ms, 0, 16 * HOUR_MS))


def test_profiles_depend_on_the_seed_alone() -> None:
    """The same seed, the same day; another seed, another."""
    load = Load(appliances_per_day=30)
    for profile in (
        lambda seed: sun_steps(SUN, MOMENTS, Random(seed)),
        lambda seed: load_steps(load, MOMENTS, Random(seed)),
    ):
        assert profile(1) == profile(1)
        assert profile(1) != profile(2)


def test_profiles_stay_within_their_bounds() -> None:
    """The sun never gives more than the peak, the house never less than its base load; both in time order."""
    sun = sun_steps(SUN, MOMENTS, Random(1))
    load = load_steps(Load(appliances_per_day=100), MOMENTS, Random(1))

    assert all(0 <= step.power_w <= 8_000 for step in sun)
    assert all(min(step[1:]) >= 100 for step in load)
    for steps in (sun, load):
        instants = [step.at_ms for step in steps]
        assert instants == sorted(set(instants))
        assert instants[0] == MOMENTS.start_ms


def test_recorded_sun_gets_noise_around_its_values() -> None:
    """Ten-second noise keeps to its share of the recorded power, and to the line between two rows."""
    steps = noisy([PvStep(0, 1_000), PvStep(600_000, 2_000)], 0.3, 10_000, 1_200_000, Random(1))

    assert len(steps) == 120
    for at_ms, power_w in steps:
        recorded_w = 1_000 + min(at_ms, 600_000) / 600
        assert 0.7 * recorded_w <= power_w <= 1.3 * recorded_w


INSTANTS = [  # moment -> UTC
    pytest.param(time(7, 30), (2025, 6, 15, 5, 30), id="time of day"),
    pytest.param(datetime(2025, 6, 16, 7), (2025, 6, 16, 5, 0), id="local"),  # noqa: DTZ001
    pytest.param(datetime(2025, 6, 16, 7, tzinfo=UTC), (2025, 6, 16, 7, 0), id="with an offset"),
]


@pytest.mark.parametrize(("moment", "utc"), INSTANTS)
def test_moment_is_local_unless_it_has_an_offset(moment: datetime | time, utc: tuple[int, int, int, int, int]) -> None:
    """Vienna in summer is two hours ahead."""
    assert MOMENTS.at(moment) == epoch_ms(datetime(*utc, tzinfo=UTC))


def test_time_of_day_is_the_first_after_the_start() -> None:
    """A time before the start means the next day, at the same local time, over a change of the clocks too."""
    moments = Moments(HomeTable(start=datetime(2025, 3, 29, 12), phase_limit_a_max=25, duration_h=48))  # noqa: DTZ001

    at_ms = moments.at(time(8))
    assert at_ms == epoch_ms(datetime(2025, 3, 30, 6, tzinfo=UTC))
    assert moments.next_day(at_ms) == epoch_ms(datetime(2025, 3, 31, 6, tzinfo=UTC))
