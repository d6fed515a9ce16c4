"""Whatever can happen to a home, drawn by hypothesis: steps that are applied to a scripted home one by one."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from hems_actors.core import facts
from hems_actors.core.enums import Mode, OnExit, Result
from hems_actors.core.rates import Slot, flat
from tests.core.home import METER, START_MS, Home
from tests.core.obedient import Obedient

Step = Callable[[Home], object]
CHARGERS: Final = (2, 3)
CAR: Final = 5
BATTERY: Final = 6


FLAG: Final = st.booleans()
NOW_S: Final = START_MS // 1_000
PRICES: Final = st.lists(st.sampled_from((-20_000, 50_000, 50_000, 90_000)), min_size=1, max_size=8).map(
    lambda prices: flat(tuple(Slot(NOW_S + at * 300, NOW_S + (at + 1) * 300, price) for at, price in enumerate(prices)))
)
PLANS: Final = {
    "target_percent": st.sampled_from((50, 80, 100)),
    "end_s": st.sampled_from((0, NOW_S + 60, NOW_S + 1_200, NOW_S + 2_000, NOW_S + 30_000)),
    "repeat_mask": st.sampled_from((0, 0, 0b1111111)),
    "spot": FLAG,
    "daily_percent": st.sampled_from((0, 1, 30)),
}
"""Fields of ChargingInfoChanged that plans are made from."""


def home_of(draw: st.DrawFn) -> Home:
    """Return a home with two different chargers: one may obey, one is moved by the steps alone."""
    home = Home(
        limit_a=draw(st.sampled_from((0, 5, 16, 25))),
        meter=draw(st.sampled_from((METER, METER, 0))),
        grid_phases=draw(st.sampled_from((0, 1, 3))),
        on_exit=draw(st.sampled_from(OnExit)),
        unbalance_limit_ma=draw(st.sampled_from((0, 16_000))),
    )
    home.tell(facts.SpotMarketChanged(0, enabled=draw(FLAG), provider=1), facts.PricesKnown(0, 1, draw(PRICES)))
    home.tell(facts.BatteryConfigured(BATTERY, draw(st.sampled_from((0, 1, 7)))))
    for source in CHARGERS:
        home.charger(
            source,
            mode=draw(st.sampled_from(Mode)),
            phases=draw(st.sampled_from((1, 3))),
            rotation=draw(st.sampled_from((0, 1, 123, 231))),
            step_ma=draw(st.sampled_from((100, 1_000))),
            can_switch=draw(st.booleans()),
            desired_phases=draw(st.sampled_from((None, 1, 3))),
            car=draw(st.sampled_from((0, CAR))),
            obeys=Obedient(measures=draw(st.booleans())) if source == CHARGERS[0] else None,
            **draw(st.fixed_dictionaries({}, optional=PLANS)),
        )
        home.plug(source)
    home.house_ma = (draw(st.sampled_from((-25_000, 1_000, 9_000))), 1_000, 1_000)
    home.run(120, 10)
    return home


def _reading(amps: tuple[int, int, int], single: bool, complete: bool) -> Step:
    a_w, b_w, c_w = (a * 230 for a in amps)
    if single:
        return lambda home: home.meter(complete=complete, power_w=a_w, a_w=a_w)
    return lambda home: home.meter(complete=complete, power_w=a_w + b_w + c_w, a_w=a_w, b_w=b_w, c_w=c_w)


def _report(source: int, changes: dict[str, Any]) -> Step:
    return lambda home: home.report(source, **changes)


def _run(seconds: int) -> Step:
    return lambda home: home.run(seconds, 5)


def _tell(fact: facts.Fact) -> Step:
    return lambda home: home.tell(fact)


def _info(source: int, fields: dict[str, int]) -> Step:
    return lambda home: home.info(source, **fields)


def _answer(result: Result) -> Step:
    return lambda home: (home.sent(CHARGERS[1]), home.answer(CHARGERS[1], result))


def _follow(home: Home) -> object:
    if home.state.chargers[CHARGERS[1]].ledger.open_seq:
        home.settle(CHARGERS[1])
    return home


CURRENT_MA: Final = st.sampled_from((0, 900, 1_100, 6_000, 10_000, 16_000, 32_000))
CHANGES: Final = st.fixed_dictionaries(
    {},
    optional={
        "connected": st.sampled_from((True, True, True, False)),
        "power_on": FLAG,
        "current_ma": st.sampled_from((6_000, 10_000, 16_000, 32_000)),
        "max_ma": st.sampled_from((5_000, 10_000, 16_000, 32_000)),
        "plugged_in": st.sampled_from((True, True, False, None)),
        "charging": st.sampled_from((None, True, False)),
        "phase_count": st.sampled_from((None, 1, 3)),
        "desired_phases": st.sampled_from((None, 1, 3)),
        "draw_w": st.sampled_from((None, 0, 1_380, 11_040)),
        "a_ma": st.one_of(st.none(), CURRENT_MA),
        "b_ma": st.one_of(st.none(), CURRENT_MA),
        "c_ma": st.one_of(st.none(), CURRENT_MA),
    },
)
INFO: Final = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(Mode),
        "car": st.sampled_from((0, CAR)),
        "priority": st.integers(0, 2),
        "max_ma": st.sampled_from((0, 10_000)),
        "min_ma": st.sampled_from((6_000, 10_000)),
        **PLANS,
    },
)
AMPS: Final = st.sampled_from((-20, -7, -6, 0, 5, 12, 20, 26, 40))
LEVEL: Final = st.sampled_from((None, 50, 77, 80, 90))

EVENTS: Final[st.SearchStrategy[facts.Fact]] = st.one_of(
    st.builds(facts.BatteryReported, st.just(BATTERY), st.sampled_from((-3_000, 0, 3_000)), LEVEL),
    st.builds(facts.ThingConnected, st.just(METER), st.booleans()),
    st.builds(facts.LinkChanged, st.just(0), st.sampled_from((True, True, False))),
    st.just(facts.Tick(0)),
    st.just(facts.Restarted(0)),
    st.just(facts.ExitRequested(0)),
    st.builds(facts.PricesKnown, st.just(0), st.sampled_from((1, 1, 1, 2)), PRICES),
    st.builds(facts.SpotMarketChanged, st.just(0), FLAG, st.sampled_from((1, 1, 2))),
    st.builds(
        facts.PlanningConfigured,
        st.just(0),
        house_ma=st.sampled_from((0, 5_000)),
        run_s_min=st.sampled_from((0, 600)),
        capacity_wh=st.sampled_from((1_000, 50_000)),
        level_percent=st.sampled_from((20, 79)),
    ),
    st.builds(facts.ClockOffset, st.just(0), st.sampled_from((0, -600_000, 900_000))),
)
READINGS: Final = st.builds(
    _reading, st.tuples(AMPS, AMPS, AMPS), st.sampled_from((False, False, True)), st.sampled_from((True, True, False))
)
STEPS: Final[st.SearchStrategy[Step]] = st.one_of(
    READINGS,
    READINGS,
    st.builds(_report, st.sampled_from(CHARGERS), CHANGES),
    st.builds(_report, st.sampled_from(CHARGERS), st.just({"plugged_in": True, "connected": True})),
    st.sampled_from((1, 9, 30, 70, 130, 400)).map(lambda seconds: lambda home: home.wait(seconds)),
    st.sampled_from((10, 30, 130, 200)).map(_run),
    st.sampled_from((10, 30, 130, 200)).map(_run),
    st.builds(_info, st.sampled_from(CHARGERS), INFO),
    st.sampled_from(Result).map(_answer),
    st.just(_follow),
    st.just(_follow),
    EVENTS.map(_tell),
    st.just(_tell(facts.LinkChanged(0, up=True))),
    LEVEL.map(lambda level: lambda home: home.car(CAR, level_percent=level, max_ma=16_000)),
    st.sampled_from((0, 3, 10, 20)).map(lambda limit: lambda home: home.settings(limit_a=limit)),
    st.sampled_from((0.0, 1.0)).map(lambda tolerance: lambda home: home.settings(tolerance=tolerance)),
)


@st.composite
def wild_homes(draw: st.DrawFn) -> Home:
    """Draw a home after up to thirty steps of anything."""
    home = home_of(draw)
    for step in draw(st.lists(STEPS, min_size=8, max_size=40)):
        step(home)
    return home
