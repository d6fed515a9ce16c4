"""A reading that is passed over would have led to nothing."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hems_actors.core.engine import conclude
from hems_actors.core.evolve import evolve
from hems_actors.core.facts import MeterReading
from tests.core.home import METER, Home

MILLIAMPS = st.one_of(st.integers(0, 12_000), st.sampled_from([8_999, 9_000, 9_001, 20_000]))
"""What the house takes on a phase beside a car at 16 A, under a limit of 25 A."""


def charging_home() -> Home:
    """Return a home whose Normal car charges at its maximum, long settled, beside an empty charger."""
    home = Home()
    home.charger(3)
    home.charger(2, plugged_in=True, max_ma=16_000)
    home.amps(1)
    home.settle(2, 6)
    for seconds in range(200):
        draw_a = home.state.chargers[2].point.current_ma / 1_000
        home.amps(*(draw_a + 1 + seconds % 2 / 100,) * 3)
        home.settle(2, draw_a)
        home.wait(5)
    return home


@settings(max_examples=60)
@given(st.lists(st.tuples(MILLIAMPS, MILLIAMPS, MILLIAMPS, st.booleans()), min_size=4, max_size=12))
def test_what_is_passed_over_leads_to_nothing(houses: list[tuple[int, int, int, bool]]) -> None:
    """Concluded in full, a reading that was passed over gives the same: nothing."""
    state = deepcopy(SETTLED.state)
    for house_a_ma, house_b_ma, house_c_ma, with_power in houses:
        a_ma, b_ma, c_ma = house_a_ma + 16_000, house_b_ma + 16_000, house_c_ma + 16_000
        a_w, b_w, c_w = (current_ma * 230 // 1_000 if with_power else None for current_ma in (a_ma, b_ma, c_ma))
        reading = MeterReading(METER, 0, True, None, a_w, b_w, c_w, a_ma, b_ma, c_ma, None, None, None)
        evolve(state, state.seq + 1, state.at_ms + 1_000, reading)
        in_full = deepcopy(state)
        in_full.calm = None

        assert conclude(state) == conclude(in_full)


def test_calm_readings_are_passed_over() -> None:
    """The second of two quiet readings costs no conclusion."""
    state = deepcopy(SETTLED.state)
    for _ in range(2):
        reading = MeterReading(METER, 0, True, None, 3_910, 3_910, 3_910, None, None, None, None, None, None)
        evolve(state, state.seq + 1, state.at_ms + 1_000, reading)
        assert conclude(state) == []

    assert state.passed_seq == state.fact_seq


@pytest.mark.parametrize(
    ("changes", "calm"),
    [
        pytest.param({"a_ma": 16_100}, True, id="a little more draw"),
        pytest.param({"a_ma": 9_000, "b_ma": 9_000, "c_ma": 9_000}, False, id="much less draw"),
        pytest.param({"a_ma": None, "b_ma": None, "c_ma": None}, False, id="no meter any more"),
        pytest.param({"draw_w": 11_000}, False, id="another meter"),
        pytest.param({"phase_count": 1}, False, id="another number of phases"),
    ],
)
def test_reports_that_disturb_the_calm(changes: dict[str, Any], calm: bool) -> None:
    """Only a report whose meter and phases stay, and whose draw does not fall, leaves it as it is."""
    state = deepcopy(SETTLED.state)
    for _ in range(2):
        reading = MeterReading(METER, 0, True, None, 3_910, 3_910, 3_910, None, None, None, None, None, None)
        evolve(state, state.seq + 1, state.at_ms + 1_000, reading)
        conclude(state)
    assert state.calm is not None

    evolve(state, state.seq + 1, state.at_ms + 1, state.chargers[2].report._replace(**changes))
    assert (state.calm is not None) == calm


def test_calm_readings_of_one_phase_are_passed_over() -> None:
    """A home of one phase is as quiet: its meter shows nothing of B and C."""
    home = Home(grid_phases=1)
    home.charger(2)
    for a_w in (500, 501, 502):
        home.wait(1)
        home.meter(power_w=a_w, a_w=a_w, a_ma=2_300)

    assert home.state.passed_seq == home.state.fact_seq


SETTLED = charging_home()
