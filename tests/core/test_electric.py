"""Quantities derived from the state: currents, limits, masks, draws (charging.md sections 1, 5.6, 6)."""

from dataclasses import replace
from typing import Any

import pytest

from hems_actors.core import electric, facts
from hems_actors.core.enums import Knowledge
from hems_actors.core.outcomes import PhasesJudged
from tests.core.home import Home

CAR = 5


@pytest.mark.parametrize(
    ("power_w", "current_ma", "voltage_dv", "signed", "found_ma"),
    [
        pytest.param(2_300, None, None, False, 10_000, id="power alone, 230 V"),
        pytest.param(2_300, None, 2_000, False, 11_500, id="power alone, 200 V"),
        pytest.param(2_300, 9_000, 2_300, False, 10_000, id="power says more than current"),
        pytest.param(2_300, 12_000, 2_300, False, 12_000, id="current says more: reactive load"),
        pytest.param(-2_300, 12_000, 2_300, False, -12_000, id="export: the power gives the sign"),
        pytest.param(-2_300, 9_000, 2_300, False, -10_000, id="export, power says more"),
        pytest.param(-1, 700, 2_300, False, -700, id="1 W of export, more current: export"),
        pytest.param(0, 700, 2_300, False, 700, id="no power, some current: import"),
        pytest.param(None, None, None, False, 0, id="nothing reported"),
        pytest.param(None, 5_000, None, False, 5_000, id="current alone"),
        pytest.param(None, -5_000, None, False, 5_000, id="negative current of a meter not known as signed"),
        pytest.param(None, -5_000, None, True, -5_000, id="negative current of a signed meter"),
    ],
)
def test_phase_current(
    power_w: int | None, current_ma: int | None, voltage_dv: int | None, signed: bool, found_ma: int
) -> None:
    """A fuse feels current: sign(P) x max(|I|, |P|/V)."""
    assert electric.phase_current_ma(power_w, current_ma, voltage_dv, signed=signed) == found_ma


@pytest.mark.parametrize(
    ("values", "currents_ma", "power_w"),
    [
        pytest.param({"a_w": 2_300, "b_w": -2_300, "c_w": 0}, (10_000, -10_000, 0), 0, id="three phases"),
        pytest.param({"power_w": 4_600}, (20_000, 0, 0), 4_600, id="the total alone is phase A's"),
        pytest.param({"power_w": 4_600, "a_w": 2_300}, (10_000, 0, 0), 4_600, id="the meter's own total stands"),
        pytest.param({"a_ma": 10_000, "b_ma": -1_000, "c_ma": 0}, (10_000, -1_000, 0), 2_070, id="signed currents"),
        pytest.param(
            {"a_ma": 10_000, "b_ma": 1_000, "c_ma": 0}, (10_000, 1_000, 0), 2_530, id="currents without power"
        ),
        pytest.param({}, (0, 0, 0), 0, id="an empty reading"),
    ],
)
def test_reading(values: dict[str, Any], currents_ma: tuple[int, int, int], power_w: int) -> None:
    """A reading's currents and total, from whatever the meter reports."""
    home = Home()
    home.meter(**values)
    meter = home.state.meter

    assert electric.reading_currents_ma(meter.full, meter) == currents_ma
    assert electric.reading_power_w(meter.full, meter) == power_w


@pytest.mark.parametrize(
    ("ceiling_a", "setting_a", "limit_ma"),
    [
        pytest.param(25, 0, 25_000, id="no setting: the ceiling"),
        pytest.param(25, 16, 16_000, id="a lower setting"),
        pytest.param(25, 32, 25_000, id="no setting exceeds the ceiling"),
        pytest.param(0, 16, 16_000, id="no ceiling: the setting"),
        pytest.param(0, 0, 0, id="no limit at all"),
    ],
)
def test_limit(ceiling_a: int, setting_a: int, limit_ma: int) -> None:
    """The lower of ceiling and setting; 0 is none."""
    home = Home(limit_a=ceiling_a)
    home.settings(limit_a=setting_a)

    assert electric.site_limit_ma(home.state) == limit_ma


@pytest.mark.parametrize(
    ("grid_phases", "values", "mask"),
    [
        pytest.param(1, {"a_w": 0, "b_w": 0, "c_w": 0}, 0b001, id="configured: one"),
        pytest.param(3, {"a_w": 0}, 0b111, id="configured: three, whatever the meter shows"),
        pytest.param(0, None, 0b111, id="no reading yet: all"),
        pytest.param(0, {"a_w": 0}, 0b001, id="the meter shows one"),
        pytest.param(0, {"a_w": 0, "c_ma": 0}, 0b111, id="the meter shows C"),
    ],
)
def test_phases_of_the_home(grid_phases: int, values: dict[str, Any] | None, mask: int) -> None:
    """The home's phases: configured, else as the meter shows, never silently A."""
    home = Home(grid_phases=grid_phases)
    if values is not None:
        home.meter(**values)

    assert electric.site_mask(home.state) == mask


@pytest.mark.parametrize(
    ("mask", "knowledge", "loaded", "certain", "active"),
    [
        pytest.param(0, Knowledge.UNKNOWN, 0b111, False, 3, id="unknown: all phases"),
        pytest.param(0b010, Knowledge.CORRELATED, 0b010, True, 1, id="B, confirmed"),
        pytest.param(0b010, Knowledge.PROVISIONAL, 0b111, False, 3, id="B, seen once: still the worst case"),
        pytest.param(0b011, Knowledge.CONTRADICTED, 0b011, False, 2, id="the union of both"),
        pytest.param(0b111, Knowledge.COUNTED, 0b111, True, 3, id="all three"),
    ],
)
def test_phases_of_a_charger(mask: int, knowledge: Knowledge, loaded: int, certain: bool, active: int) -> None:
    """A charger counts on each phase it may load."""
    home = Home()
    charger = home.charger(2, rotation=0, phases=3)
    home.store(PhasesJudged(2, mask, knowledge))

    assert electric.mask_of(home.state, charger) == loaded
    assert electric.is_certain(charger) is certain
    assert electric.active_phases(home.state, charger) == active


@pytest.mark.parametrize(
    ("phases", "phase_count", "car_phases", "active"),
    [
        pytest.param(3, None, None, 3, id="nothing known: as offered"),
        pytest.param(3, 1, 3, 1, id="the charger counts"),
        pytest.param(3, None, 2, 2, id="the car says"),
        pytest.param(1, 3, 3, 1, id="never more than wired"),
    ],
)
def test_active_phases(phases: int, phase_count: int | None, car_phases: int | None, active: int) -> None:
    """The phases in use: as the charger counts, else as the car says, else as offered."""
    home = Home()
    home.car(CAR, phase_count=car_phases)
    charger = home.charger(2, phases=phases, rotation=0, phase_count=phase_count, car=CAR)

    assert electric.active_phases(home.state, charger) == active


@pytest.mark.parametrize(
    ("report_fields", "info", "car", "bounds_ma"),
    [
        pytest.param({}, {}, {}, (6_000, 25_000), id="the limit"),
        pytest.param({"max_ma": 16_000}, {}, {}, (6_000, 16_000), id="the charger's maximum"),
        pytest.param({"min_ma": 3_000}, {}, {}, (6_000, 25_000), id="never under 6 A"),
        pytest.param({"min_ma": 7_500}, {}, {}, (8_000, 25_000), id="a minimum off the grid: up"),
        pytest.param({"max_ma": 15_999}, {}, {}, (6_000, 15_000), id="a maximum off the grid: down"),
        pytest.param({}, {"max_ma": 10_000, "min_ma": 8_000}, {}, (8_000, 10_000), id="the user's"),
        pytest.param({}, {}, {"max_ma": 13_000, "min_ma": 9_000}, (9_000, 13_000), id="the car's"),
        pytest.param({}, {}, {"level_percent": 50}, (6_000, 25_000), id="a car without bounds"),
        pytest.param({"max_ma": 10_000}, {"min_ma": 12_000}, {}, (12_000, 10_000), id="crossed: not possible"),
    ],
)
def test_bounds(
    report_fields: dict[str, Any], info: dict[str, Any], car: dict[str, Any], bounds_ma: tuple[int, int]
) -> None:
    """Maximum = min(charger, car, user, limit), minimum = max(charger, car, user, 6 A), on the charger's grid."""
    home = Home()
    if car:
        home.car(CAR, **car)
    charger = home.charger(2, **report_fields)
    home.info(2, car=CAR, **info)

    assert electric.bounds_ma(home.state, charger) == bounds_ma


def test_before_any_charging_info() -> None:
    """A charger nobody gave settings for charges as it can: as with the settings nymea begins with."""
    home = Home()
    home.tell(facts.ChargerConfigured(2, 3, 123, 6_000, 1_000, can_switch=False))
    home.report(2)
    charger = home.state.chargers[2]
    bounds_ma, info = electric.bounds_ma(home.state, charger), replace(charger.info)

    home.info(2)

    assert bounds_ma == electric.bounds_ma(home.state, charger) == (6_000, 25_000)
    assert info == replace(charger.info, seq=0)


def test_no_more_than_80_a() -> None:
    """Without any limit, IEC 61851 ends at 80 A."""
    home = Home(limit_a=0)
    charger = home.charger(2, max_ma=100_000)

    assert electric.bounds_ma(home.state, charger) == (6_000, 80_000)


def test_a_wish_by_hand_is_a_maximum() -> None:
    """What the user set at the charger bounds it."""
    home = Home()
    charger = home.charger(2, current_ma=16_000, plugged_in=True, power_on=True)
    home.report(2, current_ma=10_000)

    assert electric.bounds_ma(home.state, charger) == (6_000, 10_000)
