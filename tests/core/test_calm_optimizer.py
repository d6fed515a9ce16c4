"""Passing readings over changes nothing beside an optimizer either: each that was passed over would lead to nothing."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hems_actors.core import facts
from hems_actors.core.enums import Mode
from tests.core.closed_loop import Loop, Post, steady
from tests.core.home import Home
from tests.core.test_calm_weather import SUNNY_AND_NOT, _doubted, _passed, _room_doubted
from tests.core.test_optimizer_properties import optimized_homes

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.fixture(autouse=True, scope="module")
def _doubt() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hems_actors.core.judge.is_calm", _doubted)
        patch.setattr("hems_actors.core.decide.leaves_room", _room_doubted)
        yield


@settings(max_examples=100, suppress_health_check=SLOW)
@given(optimized_homes())
def test_no_reading_of_a_wild_home_is_passed_over_wrongly(home: Home) -> None:
    """Whatever happens."""
    assert home.state.seq


@settings(max_examples=20, suppress_health_check=SLOW)
@given(
    st.lists(
        st.tuples(
            SUNNY_AND_NOT, st.integers(5, 200), st.integers(2, 4), st.sampled_from((0, 8_000, 16_000)), st.booleans()
        ),
        max_size=8,
    ),
    st.lists(st.sampled_from(Mode), min_size=1, max_size=3),
    st.booleans(),
)
def test_no_reading_under_any_weather_is_passed_over_wrongly(
    weather: list[tuple[int, int, int, int, bool]], modes: list[Mode], can_switch: bool
) -> None:
    """Under surplus that jumps, with answers that come, end and are gone."""
    posts = [Post(source, mode, rotation=123, can_switch=can_switch) for source, mode in enumerate(modes, 2)]
    loop = Loop(*posts)
    loop.tell(facts.OptimizerChanged(0, available=True, trouble=0))
    for power_w, seconds, source, target_ma, available in weather:
        loop.house = steady(power_w, 100, 100)
        loop.tell(facts.OptimizerChanged(0, available, trouble=0))
        loop.tell(facts.OptimizerAnswered(source, target_ma, 0, seconds // 2 + 1))
        _passed(loop, seconds)
        loop.tell(facts.Tick(0))


def _passed_in(loop: Loop, minutes: int) -> int:
    """Let *minutes* pass, each with its cycle in the end; return how many readings were passed over.

    The loop itself never begins a cycle at a reading each second: its next is always due just after the newest.
    """
    passed = 0
    for _ in range(minutes):
        passed += _passed(loop, 60)
        loop.tell(facts.Tick(0))
    return passed


def test_a_charger_that_the_optimizer_sets_is_looked_at() -> None:
    """No reading is passed over while its answer counts; in a quiet house nearly all are after it."""
    loop = Loop(Post(2, Mode.ECO, wiring=(0,), rotation=1, phases=1), house=steady(500))
    loop.tell(facts.OptimizerChanged(0, available=True, trouble=0), facts.OptimizerAnswered(2, 0, 0, 300))

    assert _passed_in(loop, 5) == 0
    assert _passed_in(loop, 5) >= 290
