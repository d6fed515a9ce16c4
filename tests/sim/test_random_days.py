"""Random days with faults: the rules hold whatever happens. All 300: `python -m tests.sim.random_days`."""

from pathlib import Path

import pytest

from hems_actors.sim.random_home import random_scenario
from tests.sim.random_days import play_day

DAYS_IN_CI = 20
ONCE_BROKEN = (538,)
"""A car on two phases of three, that takes less than its offer: cut from the offer, an excess lasted 15 s."""


@pytest.mark.parametrize("seed", [*range(DAYS_IN_CI), *ONCE_BROKEN])
def test_random_day_breaks_no_rule(seed: int, tmp_path: Path) -> None:
    """Limit, set-points, writes, alarms."""
    assert play_day(seed, tmp_path / "day.msgpack").broken == []


def test_random_homes_plan() -> None:
    """Three in five have a tariff; each mode is among their chargers', and deadlines once and daily."""
    scenarios = [random_scenario(seed) for seed in range(100)]
    infos = [charger.info for scenario in scenarios if scenario.tariff is not None for charger in scenario.chargers]

    assert 45 <= sum(scenario.tariff is not None for scenario in scenarios) <= 75
    assert {info.mode for info in infos} == {
        *("Normal", "Eco", "EcoWithTargetTime", "EcoWithMinCurrent", "EcoMinWithTargetTime"),
    }
    assert {bool(info.repeat_days) for info in infos} == {True, False}
