"""Random days with faults: the rules hold whatever happens. All 300: `python -m tests.sim.random_days`."""

from pathlib import Path

import pytest

from tests.sim.random_days import play_day

DAYS_IN_CI = 20


@pytest.mark.parametrize("seed", range(DAYS_IN_CI))
def test_random_day_breaks_no_rule(seed: int, tmp_path: Path) -> None:
    """Limit, set-points, writes, alarms."""
    assert play_day(seed, tmp_path / "day.msgpack").broken == []
