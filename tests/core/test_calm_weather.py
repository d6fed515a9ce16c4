"""Passing readings over changes nothing: each that was passed over is concluded in full here, and leads to nothing."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hems_actors.core.actions import act
from hems_actors.core.calm import is_calm
from hems_actors.core.decide import decide
from hems_actors.core.enums import Mode
from hems_actors.core.facts import MeterReading
from hems_actors.core.judge import CONCERNED
from hems_actors.core.state import State
from tests.core.closed_loop import House, Loop, Post, steady
from tests.core.home import Home
from tests.core.wild import wild_homes

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
SUNNY_AND_NOT = st.sampled_from((-9_000, -4_200, -1_500, -700, 300, 2_000, 4_500))


def _doubted(state: State) -> bool:
    """Say what `is_calm` says, and look whether it is right."""
    calm = is_calm(state)
    if calm:
        state.passed_seq = 0
        found = [outcome for look in CONCERNED[MeterReading] for outcome in look(state)]
        assert [*found, *decide(state), *act(state)] == []
        state.passed_seq = state.fact_seq
    return calm


@pytest.fixture(autouse=True, scope="module")
def _doubt() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hems_actors.core.judge.is_calm", _doubted)
        yield


def _passed(loop: Loop, seconds: int) -> int:
    """Let *seconds* pass with a reading each second; return how many readings were passed over."""
    loop.interval_s, passed = 1, 0
    for _ in range(seconds):
        loop.live(1)
        passed += loop.state.passed_seq == loop.state.meter.latest_seq
    return passed


def _clouds(at_s: int) -> tuple[int, int, int]:
    """Sun that crosses the thresholds of start and stop again and again."""
    surplus_w = (400, 900, 2_500, 5_200, 1_600)[at_s // 97 % 5] + at_s % 13 * 20
    return -surplus_w, 200, 150


def _kettle(at_s: int) -> tuple[int, int, int]:
    """A house that comes near its limit of 25 A: at 180 V it would be over."""
    return 1_500 + 400 * (at_s // 30 % 2), 200, 100


@settings(max_examples=100, suppress_health_check=SLOW)
@given(wild_homes())
def test_no_reading_of_a_wild_home_is_passed_over_wrongly(home: Home) -> None:
    """Whatever happens, a reading that was passed over would have led to nothing."""
    assert home.state.seq


@settings(max_examples=20, suppress_health_check=SLOW)
@given(
    st.lists(st.tuples(SUNNY_AND_NOT, st.integers(5, 200)), max_size=8),
    st.lists(st.sampled_from(Mode), min_size=1, max_size=3),
    st.sampled_from((None, -1_000, 1_500)),
)
def test_no_reading_under_any_weather_is_passed_over_wrongly(
    weather: list[tuple[int, int]], modes: list[Mode], battery_w: int | None
) -> None:
    """With cars in any modes, under surplus that jumps, a reading that was passed over would have led to nothing."""
    wirings = ((0,), (1,), (0, 1, 2))
    posts = (
        Post(source, mode, wiring, rotation=wiring[0] + 1 if len(wiring) == 1 else 123, phases=len(wiring))
        for source, (mode, wiring) in enumerate(zip(modes, wirings, strict=False), 2)
    )
    loop = Loop(*posts)
    loop.battery_w, loop.battery_percent = battery_w, 50
    for power_w, seconds in weather:
        loop.house = steady(power_w, 100, 100)
        _passed(loop, seconds)


@pytest.mark.parametrize(
    ("mode", "house"),
    [
        pytest.param(Mode.NORMAL, steady(500), id="full current, quiet house"),
        pytest.param(Mode.NORMAL, _kettle, id="near the limit, but not at this voltage"),
        pytest.param(Mode.ECO, steady(500), id="no sun"),
        pytest.param(Mode.ECO, _clouds, id="clouds"),
    ],
)
def test_most_readings_are_passed_over(mode: Mode, house: House) -> None:
    """Of 600 readings with a car plugged in, two of three at least cost a few comparisons."""
    loop = Loop(Post(2, mode, wiring=(0,), rotation=1, phases=1), house=house)

    assert _passed(loop, 600) >= 400


@pytest.mark.parametrize(
    "reading",
    [
        pytest.param(lambda loop: loop.reading(complete=False), id="incomplete"),
        pytest.param(lambda loop: loop.reading()._replace(c_w=None), id="a phase is missing"),
        pytest.param(lambda loop: loop.reading()._replace(b_w=25 * 230 + 1), id="over the limit"),
    ],
)
def test_other_readings_are_looked_at(reading: Callable[[Loop], MeterReading]) -> None:
    """A reading outside the bounds is not passed over."""
    loop = Loop(Post(2, wiring=(0,), rotation=1, phases=1), house=steady(500))
    _passed(loop, 60)
    loop.tell(reading(loop))

    assert loop.state.passed_seq != loop.state.meter.latest_seq
