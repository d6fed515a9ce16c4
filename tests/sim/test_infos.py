"""Modes, deadlines and shares as the facts they are told as, at the start and when a user changes them."""

from datetime import UTC, datetime, time
from typing import Any, Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Mode, PriceProvider
from hems_actors.core.state import State
from hems_actors.sim.build import Stage, build
from hems_actors.sim.opening import later_facts, missing_facts, opening_facts
from tests.sim.homes import START, scenario

SEVEN_S: Final = round(datetime(2025, 6, 16, 5, tzinfo=UTC).timestamp())
"""Monday, 7:00 in Vienna, the first one after the start: Sunday, 10:00."""
DAY_S: Final = 86_400
TARIFF: Final = {"kind": "hp_hc", "windows": ["22:30-06:30"]}


def stage_of(info: dict[str, Any], *changes: dict[str, Any], hours: float = 100, **tables: Any) -> Stage:  # noqa: ANN401
    """Return a home whose wallbox is set to *info*, and changed as *changes* say."""
    home = {"start": START, "duration_h": hours, "phase_limit_a_max": 25, "grid_phases": 3}
    chargers = [{"name": "wallbox", "info": info}]
    load = {"jitter_period_s": 3_600, "appliances_per_day": 0}
    return build(scenario(home=home, load=load, chargers=chargers, changes=list(changes), **tables))


def told(stage: Stage) -> list[facts.ChargingInfoChanged]:
    """Return what is told of the wallbox, first to last."""
    later = [fact for _at_ms, fact in later_facts(stage)]
    return [fact for fact in (*opening_facts(stage), *later) if isinstance(fact, facts.ChargingInfoChanged)]


MODES = [
    pytest.param("Normal", Mode.NORMAL, id="Normal"),
    pytest.param("Eco", Mode.ECO, id="Eco"),
    pytest.param("EcoWithTargetTime", Mode.ECO_WITH_TARGET_TIME, id="EcoWithTargetTime"),
    pytest.param("EcoWithMinCurrent", Mode.ECO_WITH_MIN_CURRENT, id="EcoWithMinCurrent"),
    pytest.param("EcoMinWithTargetTime", Mode.ECO_MIN_WITH_TARGET_TIME, id="EcoMinWithTargetTime"),
]


@pytest.mark.parametrize(("name", "mode"), MODES)
def test_mode_is_told(name: str, mode: Mode) -> None:
    """Each of the five."""
    assert told(stage_of({"mode": name}))[0].mode == mode


def test_a_whole_charging_info_is_told() -> None:
    """Deadline as an instant, weekdays as bits from Monday on."""
    (found,) = told(
        stage_of(
            {
                "mode": "EcoWithTargetTime",
                "end": time(7),
                "repeat_days": [5, 1, 7],
                "spot_market_charging": True,
                "daily_spot_market_percent": 20,
            }
        )
    )

    assert (found.end_s, found.repeat_mask, found.spot, found.daily_percent) == (SEVEN_S, 0b1010001, True, 20)


ENDS = [
    pytest.param(time(7), SEVEN_S, id="time of day"),
    pytest.param(datetime(2025, 6, 17, 7), SEVEN_S + DAY_S, id="local date and time"),  # noqa: DTZ001
    pytest.param(datetime(2025, 6, 16, 7, tzinfo=UTC), SEVEN_S + 7_200, id="with an offset"),
    pytest.param(0, 0, id="none"),
]


@pytest.mark.parametrize(("end", "end_s"), ENDS)
def test_end_is_an_instant(end: object, end_s: int) -> None:
    """A time of day is its first one at or after the start."""
    assert told(stage_of({"end": end}))[0].end_s == end_s


def test_end_of_a_change_is_the_first_after_it() -> None:
    """Changed on Tuesday noon: Wednesday's 7:00."""
    change = {"at": datetime(2025, 6, 17, 12), "charger": "wallbox", "end": time(7)}  # noqa: DTZ001

    assert [fact.end_s for fact in told(stage_of({}, change))] == [0, SEVEN_S + 2 * DAY_S]


SUNDAY_NOON = {"at": time(12), "charger": "wallbox"}
TUESDAY_NOON = {"at": datetime(2025, 6, 17, 12), "charger": "wallbox"}  # noqa: DTZ001
LEFT = {"visits": [{"car": "car", "charger": "wallbox", "from": time(10), "to": time(11)}]}
ONCE = {"mode": "EcoWithTargetTime", "end": time(7)}

MERGED = [  # info, change, tables -> deadline, weekdays after the change
    pytest.param(ONCE, SUNDAY_NOON | {"priority": 1}, {}, (SEVEN_S, 0), id="to come: kept"),
    pytest.param(ONCE, TUESDAY_NOON | {"priority": 1}, {}, (0, 0), id="past: gone"),
    pytest.param(ONCE, SUNDAY_NOON | {"priority": 1}, LEFT, (0, 0), id="the car has left: gone"),
    pytest.param(
        ONCE | {"mode": "Eco"}, SUNDAY_NOON | {"priority": 1}, LEFT, (SEVEN_S, 0), id="it was not for that car: kept"
    ),
    pytest.param(
        ONCE | {"repeat_days": [1]}, TUESDAY_NOON | {"priority": 1}, {}, (SEVEN_S, 1), id="past, but it repeats: kept"
    ),
    pytest.param(
        ONCE | {"repeat_days": [1]}, SUNDAY_NOON | {"priority": 1}, LEFT, (SEVEN_S, 1), id="left, but it repeats: kept"
    ),
    pytest.param(ONCE | {"repeat_days": [1]}, SUNDAY_NOON | {"repeat_days": []}, {}, (SEVEN_S, 0), id="once now"),
    pytest.param(ONCE | {"repeat_days": [1]}, SUNDAY_NOON | {"end": 0}, {}, (0, 1), id="taken back"),
    pytest.param(ONCE, TUESDAY_NOON | {"repeat_days": [3]}, {}, (SEVEN_S, 4), id="past, and repeated from now on"),
]


@pytest.mark.parametrize(("info", "change", "tables", "after"), MERGED)
def test_change_is_merged(
    info: dict[str, Any], change: dict[str, Any], tables: dict[str, Any], after: tuple[int, int]
) -> None:
    """What a change does not name keeps its value, as far as it still means anything."""
    found = told(stage_of(info, change, **tables))[-1]

    assert (found.end_s, found.repeat_mask) == after


def test_changes_build_on_each_other() -> None:
    """In time order, whatever the order in the file."""
    found = told(
        stage_of(
            {"mode": "Eco"},
            {"at": time(13), "charger": "wallbox", "daily_spot_market_percent": 10},
            {"at": time(12), "charger": "wallbox", "spot_market_charging": True, "target_percent": 60},
        )
    )

    assert [(fact.spot, fact.daily_percent, fact.target_percent) for fact in found] == [
        (False, 0, 80),
        (True, 0, 60),
        (True, 10, 60),
    ]


def test_planning_is_always_told() -> None:
    """As configured, or as assumed."""
    table = {"house_a": 7.5, "minimum_run_min": 0, "capacity_kwh": 64.5, "level_percent": 10}

    assert facts.PlanningConfigured(0, 5_000, 1_800, 50_000, 20) in opening_facts(stage_of({}))
    assert facts.PlanningConfigured(0, 7_500, 0, 64_500, 10) in opening_facts(stage_of({}, planning=table))


def test_market_is_told_where_there_is_a_tariff() -> None:
    """Nobody's prices without one."""
    changed = facts.SpotMarketChanged(0, enabled=True, provider=PriceProvider.STATIC_HC_HP)

    assert changed in opening_facts(stage_of({}, tariff=TARIFF))
    assert not any(isinstance(fact, facts.SpotMarketChanged) for fact in opening_facts(stage_of({})))


def test_home_changes_settings_and_market_apart() -> None:
    """One change may be two facts, and names only what it changes."""
    both = {"at": time(12), "spot_market_enabled": False, "acquisition_tolerance": 0.25}
    found = later_facts(stage_of({}, both, {"at": time(13), "spot_market_enabled": True}, tariff=TARIFF))
    off, on = (facts.SpotMarketChanged(0, enabled, PriceProvider.STATIC_HC_HP) for enabled in (False, True))

    assert [fact for _at_ms, fact in found] == [facts.SiteSettingsChanged(0, 0, 250, 900), off, on]


def test_changes_of_one_instant_keep_their_order() -> None:
    """As the file has them."""
    home, charger = {"at": time(12), "acquisition_tolerance": 0}, {"at": time(12), "charger": "wallbox", "mode": "Eco"}
    kinds = [facts.SiteSettingsChanged, facts.ChargingInfoChanged]

    assert [type(fact) for _at_ms, fact in later_facts(stage_of({}, home, charger))] == kinds
    assert [type(fact) for _at_ms, fact in later_facts(stage_of({}, charger, home))] == kinds[::-1]


KNOWN = [  # what the log knows -> whether planning, and market, are told again
    pytest.param({}, {}, (False, True), id="nothing, but what is assumed anyway"),
    pytest.param({"house_ma": 6_000}, {}, (True, True), id="another configuration"),
    pytest.param({}, {"seq": 3}, (False, False), id="a user has it off"),
    pytest.param({}, {"seq": 3, "enabled": True, "provider": 3}, (False, False), id="as it is"),
]


@pytest.mark.parametrize(("planning", "market", "again"), KNOWN)
def test_restart_tells_what_differs(planning: dict[str, int], market: dict[str, int], again: tuple[bool, bool]) -> None:
    """Configuration wins where it differs; what a user set stands."""
    state = State()
    for part, values in ((state.planning, planning), (state.market, market)):
        for name, value in values.items():
            setattr(part, name, value)
    kinds = {type(fact) for fact in missing_facts(stage_of({}, tariff=TARIFF), state)}

    assert (facts.PlanningConfigured in kinds, facts.SpotMarketChanged in kinds) == again
