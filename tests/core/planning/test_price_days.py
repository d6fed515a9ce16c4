"""On days of real prices each plan costs the optimum."""

import pytest

from tests.core.planning.price_days import NEEDS_TICKS, RUNS_S_MIN, SHARED, Window, check, windows

WINDOWS = list(windows()) if SHARED.is_dir() else []


@pytest.mark.parametrize("window", [pytest.param(window, id=window.name) for window in WINDOWS])
def test_day_costs_the_optimum(window: Window) -> None:
    """Small and large needs, without a minimum run and with 30 min."""
    for need_ticks in NEEDS_TICKS:
        for run_s_min in RUNS_S_MIN:
            check(window, need_ticks, run_s_min)
