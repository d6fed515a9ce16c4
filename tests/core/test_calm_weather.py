"""Passing facts over changes nothing: each that was passed over is concluded in full here, and leads to nothing."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hems_actors.core.actions import act
from hems_actors.core.calm import is_calm, leaves_room
from hems_actors.core.decide import decide
from hems_actors.core.enums import Mode
from hems_actors.core.facts import MeterReading
from hems_actors.core.judge import CONCERNED
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.overload import find_cuts
from hems_actors.core.state import State
from hems_actors.core.timing import has_nothing_to_decide
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


def _room_doubted(state: State) -> bool:
    """Say what `leaves_room` says, and look whether it is right."""
    room = leaves_room(state)
    if room:
        cuts = find_cuts(state)
        assert (cuts.events, cuts.offers) == ([], {})
        assert has_nothing_to_decide(state)
    return room


@pytest.fixture(autouse=True, scope="module")
def _doubt() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hems_actors.core.judge.is_calm", _doubted)
        patch.setattr("hems_actors.core.decide.leaves_room", _room_doubted)
        yield


def _passed(loop: Loop, seconds: int, hesitation_ma: int = 0) -> int:
    """Let *seconds* pass with a reading each second and cars that hesitate; return how many readings were passed."""
    loop.interval_s, passed = 1, 0
    for second in range(seconds):
        for post in loop.posts:
            if hesitation_ma and post.draw_ma > 6_000 and second % 3 == 0:
                post.draw_ma -= second * 7_919 % hesitation_ma
                loop.tell(post.report())
                post.follow(loop.now_ms)
        loop.live(1)
        passed += loop.state.passed_seq == loop.state.meter.latest_seq
    return passed


def _clouds(at_s: int) -> tuple[int, int, int]:
    """Sun that crosses the thresholds of start and stop again and again."""
    surplus_w = (400, 900, 2_500, 5_200, 1_600)[at_s // 97 % 5] + at_s % 13 * 20
    return -surplus_w, 200, 150


def _bright_and_dim(at_s: int) -> tuple[int, int, int]:
    """Sun for one phase, then for three, by turns."""
    sun_w = 7_000 if at_s // 700 % 2 else 2_500
    return -sun_w // 3, -sun_w // 3, -sun_w // 3 + at_s % 13 * 20


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
    st.booleans(),
    st.sampled_from((0, 300, 2_000)),
)
def test_no_reading_under_any_weather_is_passed_over_wrongly(
    weather: list[tuple[int, int]], modes: list[Mode], battery_w: int | None, can_switch: bool, hesitation_ma: int
) -> None:
    """With cars in any modes, under surplus that jumps, a reading that was passed over would have led to nothing."""
    wirings = ((0, 1, 2), (0,), (1,))
    posts = (
        Post(
            source,
            mode,
            wiring,
            rotation=wiring[0] + 1 if len(wiring) == 1 else 123,
            phases=len(wiring),
            can_switch=can_switch and len(wiring) == 3,
        )
        for source, (mode, wiring) in enumerate(zip(modes, wirings, strict=False), 2)
    )
    loop = Loop(*posts)
    loop.battery_w, loop.battery_percent = battery_w, 50
    for power_w, seconds in weather:
        loop.house = steady(power_w, 100, 100)
        _passed(loop, seconds, hesitation_ma)


@pytest.mark.parametrize(
    ("mode", "house", "hesitation_ma"),
    [
        pytest.param(Mode.NORMAL, steady(500), 0, id="full current, quiet house"),
        pytest.param(Mode.NORMAL, steady(500), 400, id="a draw that is another every 3 s"),
        pytest.param(Mode.NORMAL, _kettle, 0, id="near the limit, but not at this voltage"),
        pytest.param(Mode.ECO, steady(500), 0, id="no sun"),
        pytest.param(Mode.ECO, _clouds, 400, id="clouds"),
    ],
)
def test_most_readings_are_passed_over(mode: Mode, house: House, hesitation_ma: int) -> None:
    """Of 600 readings with a car plugged in, two of three at least cost a few comparisons."""
    loop = Loop(Post(2, mode, wiring=(0,), rotation=1, phases=1), house=house)

    assert _passed(loop, 600, hesitation_ma) >= 400


def test_a_car_that_switches_phases_with_the_sun_is_passed_over() -> None:
    """On surplus that goes from one phase's to three phases' power and back, two of three readings cost little."""
    loop = Loop(Post(2, Mode.ECO, rotation=123, can_switch=True), house=_bright_and_dim)
    passed = _passed(loop, 3_000)

    assert passed >= 2_000
    assert {noted.outcome.phases for noted in loop.noted if isinstance(noted.outcome, SetPointDecided)} >= {1, 3}


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
