"""Whatever the optimizer says, to whatever home, these hold."""

from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hems_actors.core import facts
from hems_actors.core.engine import next_due_ms
from hems_actors.core.enums import Issuer, Mode, What
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import ActionIntended, SetPointDecided
from hems_actors.core.restore import restored_events
from hems_actors.core.rules import RULES
from hems_actors.core.state import State
from hems_actors.core.units import CURRENT_MA_MIN
from tests.core.closed_loop import Loop, Post, steady
from tests.core.home import Home
from tests.core.wild import CHARGERS, STEPS, Step, home_of

ANYTHING = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SAID: Final[st.SearchStrategy[facts.Fact]] = st.one_of(
    st.builds(facts.OptimizerChanged, st.just(0), st.sampled_from((True, True, True, False)), st.integers(0, 7)),
    *[
        st.builds(
            facts.OptimizerAnswered,
            st.sampled_from((*CHARGERS, 77)),
            st.one_of(st.sampled_from((0, 5_999, 6_000, 10_000, 16_000, 99_000)), st.integers(-1, 80_000)),
            st.sampled_from((0, 0, 1, 3)),
            st.sampled_from((1, 20, 70, 600, 3_600)),
        )
    ]
    * 3,
)
ANSWERED: Final[st.SearchStrategy[Step]] = SAID.map(lambda fact: lambda home: home.tell(fact))


@st.composite
def optimized_homes(draw: st.DrawFn) -> Home:
    """Draw a home after up to forty steps of anything, an optimizer among them."""
    home = home_of(draw)
    home.tell(facts.OptimizerChanged(0, available=True, trouble=0))
    for step in draw(st.lists(st.one_of(ANSWERED, STEPS), min_size=8, max_size=40)):
        step(home)
    return home


def _restored(home: Home) -> State:
    again = State()
    for event in restored_events(home.state):
        evolve(again, home.state.seq, home.state.at_ms, event)
    return again


@ANYTHING
@given(optimized_homes())
def test_nothing_between_0_and_6_a(home: Home) -> None:
    """A current written or decided is 0 or at least 6 A, on the step grid, and at most what charger and user allow."""
    written = [(action.source, action.value) for action in home.all_of(ActionIntended) if action.what == What.CURRENT]
    decided = [(point.source, point.current_ma) for point in home.all_of(SetPointDecided) if point.on]
    for source, current_ma in written + decided:
        assert CURRENT_MA_MIN <= current_ma <= 32_000, home.line(source)
        assert current_ma % home.state.chargers[source].config.step_ma == 0
    assert all(point.current_ma == 0 for point in home.all_of(SetPointDecided) if not point.on)


@ANYTHING
@given(optimized_homes())
def test_the_restored_state_is_the_state(home: Home) -> None:
    """What the optimizer said is in a snapshot; the restored home goes on alike."""
    again = Home()
    again.state, again.now_ms = _restored(home), home.now_ms
    home.obedient.clear()

    assert again.state == home.state
    assert restored_events(again.state) == restored_events(home.state)
    assert next_due_ms(again.state) == next_due_ms(home.state)
    for amps in (26, -15, 5):
        assert again.amps(amps, 5, 0) == home.amps(amps, 5, 0)
        assert again.tell(facts.Tick(0)) == home.tell(facts.Tick(0))
    assert again.state == home.state


@ANYTHING
@given(optimized_homes())
def test_always_due_ahead_and_operands_are_named(home: Home) -> None:
    """No tick can chase itself; a decision carries as many operands as its rule names, or none."""
    assert next_due_ms(home.state) > home.state.at_ms
    for _seq, _at_ms, outcome in home.noted:
        if isinstance(outcome, SetPointDecided):
            assert len(outcome.operands) in (0, 2 * len(RULES[outcome.rule].operands)), outcome


@ANYTHING
@given(optimized_homes())
def test_it_never_sets_a_charger_in_normal(home: Home) -> None:
    """Once a charger is in mode Normal and looked at again, the optimizer is not its issuer."""
    for source in CHARGERS:
        home.info(source, mode=Mode.NORMAL)
    home.tell(facts.LinkChanged(0, up=True))
    home.report(CHARGERS[0], connected=True)
    before = len(home.noted)
    home.tell(facts.OptimizerAnswered(CHARGERS[0], 10_000, 0, 600))
    home.run(130, 10)

    later = [noted.outcome for noted in home.noted[before:]]
    assert not [
        outcome
        for outcome in later
        if isinstance(outcome, SetPointDecided) and outcome.issuer == Issuer.OPTIMIZER and outcome.rule == 33
    ]


WIRINGS: Final = (((0, 1, 2), 123), ((0,), 1), ((2,), 3), ((1, 2, 0), 231))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(WIRINGS), st.sampled_from(Mode), st.booleans()), min_size=1, max_size=3),
    st.tuples(*[st.integers(-20, 20)] * 3),
    st.lists(
        st.tuples(st.integers(2, 4), st.integers(0, 40_000), st.sampled_from((0, 1, 3)), st.integers(1, 300)),
        min_size=1,
        max_size=12,
    ),
    st.integers(5, 120),
)
def test_no_phase_over_its_limit(
    cars: list[tuple[tuple[tuple[int, ...], int], Mode, bool]],
    house_a: tuple[int, int, int],
    answers: list[tuple[int, int, int, int]],
    every_s: int,
) -> None:
    """Under a steady house no phase ever carries more than its limit, whatever is asked for, and whenever it ends."""
    posts = [
        Post(source, mode, wiring, rotation=rotation, phases=len(wiring), can_switch=switches and len(wiring) == 3)
        for source, ((wiring, rotation), mode, switches) in enumerate(cars, 2)
    ]
    a_w, b_w, c_w = (amps * 230 for amps in house_a)
    loop = Loop(*posts, house=steady(a_w, b_w, c_w), limit_a=25)
    loop.live(30)
    loop.tell(facts.OptimizerChanged(0, available=True, trouble=0))
    for source, target_ma, phases, valid_s in answers:
        loop.tell(facts.OptimizerAnswered(source, target_ma, phases, valid_s))
        loop.live(every_s)
    loop.live(120)

    assert max(loop.loudest_ma) <= 25_000
