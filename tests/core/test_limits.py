"""Whatever meters and chargers say: nothing in (0, 6) A, offers fit, raises on complete readings only, all pure."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hems_actors.core import facts
from hems_actors.core.clip import RAISE_MA_MAX
from hems_actors.core.decide import decide
from hems_actors.core.electric import (
    bounds_ma,
    draw_at_reading_ma,
    is_certain,
    mask_of,
    offer_ma,
    reading_currents_ma,
    site_limit_ma,
)
from hems_actors.core.engine import STAGES
from hems_actors.core.enums import Health, Mode
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.overload import HOLD_MS
from hems_actors.core.restore import restored_events
from hems_actors.core.state import Charger, State
from hems_actors.core.steps import SETTLE_MS
from hems_actors.core.units import CURRENT_MA_MIN, PHASES
from tests.core.closed_loop import Loop, Post
from tests.core.home import METER, START_MS

LIMIT_MA = 25_000
ROUNDING_MA = 10
SOURCES = (2, 3, 4)
Story = list[tuple[int, facts.Fact]]
ANY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

AMPS = st.integers(-30_000, 40_000)
SETTING = st.sampled_from((0, 6_000, 8_000, 11_000, 16_000, 32_000))
READINGS = st.builds(
    facts.MeterReading,
    st.just(METER),
    st.just(0),
    st.sampled_from((True, True, True, False)),
    *[st.none()] * 4,
    *[AMPS] * 3,
    *[st.none()] * 3,
)


def _report(source: int, values: tuple[Any, ...]) -> facts.ChargerReported:
    connected, power_on, current_ma, plugged_in, draw_ma, count = values
    amps = (None, None, None) if draw_ma is None else (draw_ma, 0, 0) if count == 1 else (draw_ma,) * 3
    return facts.ChargerReported(
        source, connected, power_on, current_ma, 6_000, 32_000, plugged_in, None, count, None, None, *amps
    )


REPORTS = st.builds(
    _report,
    st.sampled_from(SOURCES),
    st.tuples(
        st.sampled_from((True, True, True, False)),
        st.booleans(),
        SETTING,
        st.sampled_from((True, True, None, False)),
        st.one_of(st.none(), st.integers(0, 33_000)),
        st.sampled_from((None, 1, 3)),
    ),
)
INFOS = st.builds(
    facts.ChargingInfoChanged,
    st.sampled_from(SOURCES),
    st.sampled_from(Mode),
    st.just(0),
    st.integers(-1, 1),
    st.just(80),
    SETTING,
    st.sampled_from((6_000, 8_000)),
)
OTHERS = st.sampled_from(
    (
        facts.Tick(0),
        facts.Tick(0),
        facts.LinkChanged(0, up=True),
        facts.ThingConnected(METER, connected=False),
        facts.ThingConnected(METER, connected=True),
        facts.SiteSettingsChanged(0, 16_000, 0, 900),
        facts.SiteSettingsChanged(0, 0, 1_000, 0),
    )
)
STORY = st.lists(
    st.tuples(st.sampled_from((0, 100, 1_000, 5_000, 9_999, 10_000, 61_000)), READINGS | REPORTS | INFOS | OTHERS),
    min_size=5,
    max_size=40,
)


def home() -> State:
    """Return a home of three different chargers, linked."""
    state = State()
    for event in (
        facts.SiteConfigured(0, LIMIT_MA, 3, 0, 1, METER),
        facts.ChargerConfigured(2, 3, 123, 6_000, 1_000, can_switch=False),
        facts.ChargerConfigured(3, 1, 2, 6_000, 100, can_switch=False),
        facts.ChargerConfigured(4, 1, 0, 6_000, 1_000, can_switch=False),
        facts.LinkChanged(0, up=True),
    ):
        evolve(state, state.seq + 1, START_MS, event)
    return state


class Moment(NamedTuple):
    """One fact concluded: what was offered (mA, phases) when decisions began, the state now, what was decided."""

    before: dict[int, tuple[int, int]]
    state: State
    decided: list[SetPointDecided]


def live(story: Story) -> Iterator[Moment]:
    """Yield a moment for each fact of *story*."""
    state, at_ms = home(), START_MS
    for gap_ms, fact in story:
        at_ms += gap_ms
        evolve(state, state.seq + 1, at_ms, fact)
        before: dict[int, tuple[int, int]] = {}
        decided: list[SetPointDecided] = []
        for stage in STAGES:
            if stage is decide:
                before = {c.source: (offer_ma(c), c.point.phases) for c in state.chargers.values()}
            for outcome in stage(state):
                evolve(state, state.seq + 1, at_ms, outcome)
                if isinstance(outcome, SetPointDecided):
                    decided.append(outcome)
        yield Moment(before, state, decided)


@ANY
@given(STORY)
def test_no_set_point_between_0_and_6_a(story: Story) -> None:
    """A set-point is 0 or at least 6 A, on its step, and off means 0."""
    for _before, state, decided in live(story):
        for point in decided:
            assert point.on == (point.current_ma > 0)
            assert point.current_ma == 0 or point.current_ma >= CURRENT_MA_MIN
            assert point.current_ma % state.chargers[point.source].config.step_ma == 0


@ANY
@given(STORY)
def test_raises_only_on_complete_readings(story: Story) -> None:
    """An offer above 0 grows only by a complete reading, new or still standing, by 5 A at most, within its bounds."""
    for before, state, decided in live(story):
        for point in decided:
            was_ma, phases = before[point.source]
            if was_ma and point.current_ma > was_ma and point.phases == phases:
                assert is_news(state)
                assert point.current_ma - was_ma <= RAISE_MA_MAX
                assert point.current_ma <= bounds_ma(state, state.chargers[point.source])[1]


def is_news(state: State) -> bool:
    """Return whether a complete reading just came, or the newest one still stands at a cycle (the meter is silent)."""
    return state.fact_seq in (state.meter.full_seq, state.site.cycle_seq)


@ANY
@given(STORY)
def test_no_start_or_raise_without_trust(story: Story) -> None:
    """Without fresh readings, or to nobody plugged in, nothing starts and nothing rises."""
    for before, state, decided in live(story):
        for point in decided:
            charger = state.chargers[point.source]
            if state.site.health in (Health.CACHED, Health.HOLD) or not charger.session.plugged:
                assert point.current_ma <= before[point.source][0]


@ANY
@given(STORY)
def test_offers_fit_under_the_limit(story: Story) -> None:
    """After a complete reading what is offered fits on each phase, but for a cut's hold and a step that settles."""
    for _before, state, _decided in live(story):
        if state.meter.full_seq != state.fact_seq or state.site.health != Health.GOOD:
            continue
        for phase in PHASES:
            offering = [c for c in state.chargers.values() if offer_ma(c) and c.report.connected]
            on_phase = [c for c in offering if mask_of(state, c) >> phase & 1]
            held = state.guards[phase].cut_at_ms and state.at_ms - state.guards[phase].cut_at_ms <= HOLD_MS
            if on_phase and not held and not any(is_settling(state, c) for c in on_phase):
                known = [c for c in on_phase if is_certain(c)]
                growth_ma = sum(offer_ma(c) - draw_at_reading_ma(state, c) for c in known)
                current_ma = reading_currents_ma(state.meter.full, state.meter)[phase]
                assert current_ma + growth_ma <= site_limit_ma(state)


def is_settling(state: State, charger: Charger) -> bool:
    """Return whether the charger was just changed or written to, or its step is still observed."""
    last_ms = max(charger.point.changed_at_ms, charger.ledger.sent_at_ms)
    return charger.map.step_ma != 0 or state.at_ms - last_ms < SETTLE_MS


@ANY
@given(STORY)
def test_stages_are_pure(story: Story) -> None:
    """Each stage asked twice answers the same and leaves the state as it was."""
    state, at_ms = home(), START_MS
    for gap_ms, fact in story:
        at_ms += gap_ms
        evolve(state, state.seq + 1, at_ms, fact)
        for stage in STAGES:
            whole = restored_events(state)
            outcomes = stage(state)
            assert stage(state) == outcomes
            assert restored_events(state) == whole
            for outcome in outcomes:
                evolve(state, state.seq + 1, at_ms, outcome)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, 5_500), st.integers(0, 5_500), st.integers(-9_000, 3_000)), min_size=4, max_size=12
    ),
    st.lists(
        st.tuples(st.sampled_from(Mode), st.sampled_from(("A", "B", "ABC")), st.booleans(), st.integers(0, 1)),
        min_size=1,
        max_size=3,
    ),
)
def test_obeying_homes_are_safe(house: list[tuple[int, int, int]], chargers: list[tuple[Mode, str, bool, int]]) -> None:
    """In a home whose chargers obey no phase stays above the limit longer than 25 s because of a car.

    5 s until the meter says so, 5 s until the car follows, 10 s more where the cut was not enough.
    """
    posts = [
        Post(
            source,
            mode=mode,
            wiring=tuple("ABC".index(letter) for letter in on),
            phases=len(on),
            rotation=(123 if on == "ABC" else "ABC".index(on) + 1) if known else 0,
            counts_phases=known,
            priority=priority,
        )
        for source, (mode, on, known, priority) in enumerate(chargers, 2)
    ]
    loop = Loop(*posts, house=lambda at_s: house[at_s // 40 % len(house)])
    over_s = [0, 0, 0]
    for _ in range(400):
        loop.live(1)
        house_ma = [watts * 1_000 // 230 for watts in loop.house(loop.at_s)]
        for phase, current_ma in enumerate(loop.currents_ma()):
            over_s[phase] = (
                over_s[phase] + 1 if current_ma > LIMIT_MA + ROUNDING_MA and house_ma[phase] <= LIMIT_MA else 0
            )
        assert max(over_s) <= 25, f"at {loop.at_s} s"
