"""The tables between nymea's states and facts: integers, signs, steps, and nothing of what is spoiled."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core import facts
from hems_actors.core.enums import Result, ThingKind, What
from hems_actors.nymea.translate import (
    RULES,
    Rule,
    UnusableError,
    limits_ma,
    result_of,
    result_of_refusal,
    step_ma_of,
    value_of,
    written,
)

CHARGER, METER, BATTERY, CAR = ThingKind.CHARGER, ThingKind.METER, ThingKind.BATTERY, ThingKind.CAR
FACTS: dict[ThingKind, tuple[str, ...]] = {
    CHARGER: facts.ChargerReported._fields,
    METER: facts.MeterReading._fields,
    BATTERY: facts.BatteryReported._fields,
    CAR: facts.CarReported._fields,
}
ANY_RULE = st.sampled_from([rule for rules in RULES.values() for rule in rules.values()])
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
UNITS = st.sampled_from(["UnitAmpere", "UnitMilliAmpere", "UnitWatt", "UnitVolt", "UnitPercentage", "UnitNone", ""])


@pytest.mark.parametrize(
    ("kind", "name", "unit", "value", "expected"),
    [
        pytest.param(CHARGER, "power", "UnitNone", True, ("power_on", True), id="charging is enabled"),
        pytest.param(CHARGER, "maxChargingCurrent", "UnitAmpere", 6, ("current_ma", 6_000), id="A without a fraction"),
        pytest.param(CHARGER, "maxChargingCurrent", "UnitAmpere", 10.4, ("current_ma", 10_400), id="A with one"),
        pytest.param(CHARGER, "currentPower", "UnitWatt", 3679.9999, ("draw_w", 3_680), id="W, rounded"),
        pytest.param(CHARGER, "currentPhaseB", "UnitAmpere", 15.9996, ("b_ma", 16_000), id="a terminal's current"),
        pytest.param(CHARGER, "desiredPhaseCount", "UnitNone", 3, ("desired_phases", 3), id="phases have no unit"),
        pytest.param(METER, "currentPower", "UnitWatt", -1500.5, ("power_w", -1_500), id="export stays negative"),
        pytest.param(METER, "currentPower", "UnitWatt", 1.8e-12, ("power_w", 0), id="a residue is nothing"),
        pytest.param(METER, "currentPower", "UnitWatt", -0.0, ("power_w", 0), id="minus nothing is nothing"),
        pytest.param(METER, "currentPower", "UnitKiloWatt", 1.5, ("power_w", 1_500), id="kW"),
        pytest.param(METER, "currentPhaseC", "UnitAmpere", -6.5217, ("c_ma", -6_522), id="signed current"),
        pytest.param(METER, "currentPhaseA", "UnitMilliAmpere", 6_521, ("a_ma", 6_521), id="mA"),
        pytest.param(METER, "voltagePhaseA", "UnitVolt", 230.04, ("a_dv", 2_300), id="dV"),
        pytest.param(METER, "voltagePhaseA", "UnitVolt", 0, ("a_dv", 0), id="no voltage before the first reading"),
        pytest.param(BATTERY, "currentPower", "UnitWatt", 3497.2, ("power_w", 3_497), id="the battery charges"),
        pytest.param(BATTERY, "batteryLevel", "UnitPercentage", 55, ("level_percent", 55), id="level"),
        pytest.param(CAR, "capacity", "UnitKiloWattHour", 50.5, ("capacity_wh", 50_500), id="kWh"),
        pytest.param(CAR, "minChargingCurrent", "UnitAmpere", 6, ("min_ma", 6_000), id="car's least"),
        pytest.param(
            CAR, "acMaxChargingCurrent", "UnitAmpere", 32, ("max_ma", 32_000), id="car's most, by its new name"
        ),
    ],
)
def test_value(kind: ThingKind, name: str, unit: str, value: object, expected: tuple[str, object]) -> None:
    """Each state goes into one field, in its unit, with its sign."""
    rule = RULES[kind][name]

    assert (rule.field, value_of(rule, unit, value)) == expected


@pytest.mark.parametrize("kind", list(ThingKind))
def test_every_field_is_one_of_the_fact(kind: ThingKind) -> None:
    """What the tables say, the thing's actor can take."""
    fields = {rule.field for rule in RULES[kind].values()} - ({"connected"} if kind == METER else set())

    assert fields <= set(FACTS[kind])


@pytest.mark.parametrize(
    ("name", "unit", "value", "why"),
    [
        pytest.param("currentPower", "UnitWatt", math.nan, "nan is not from", id="not a number"),
        pytest.param("currentPower", "UnitWatt", math.inf, "inf is not from", id="infinite"),
        pytest.param("currentPower", "UnitWatt", 10**400, "is not from", id="an endless integer"),
        pytest.param("currentPower", "UnitWatt", 1e7, "is not from", id="ten megawatts"),
        pytest.param("currentPower", "UnitWatt", "1500", "'1500' is no number", id="text"),
        pytest.param("currentPower", "UnitWatt", True, "True is no number", id="a flag"),
        pytest.param("currentPower", "UnitVolt", 1500, "'UnitVolt' is no unit of it", id="another unit"),
        pytest.param("currentPower", "", 1500, "'' is no unit of it", id="no unit"),
        pytest.param("voltagePhaseA", "UnitVolt", -230, "is not from 0 to 1000", id="negative voltage"),
        pytest.param("connected", "UnitNone", 1, "1 is no flag", id="a number for a flag"),
        pytest.param("connected", "UnitNone", None, "None is no flag", id="nothing"),
    ],
)
def test_unusable_value(name: str, unit: str, value: object, why: str) -> None:
    """It is refused, and why is one short line."""
    with pytest.raises(UnusableError, match=why) as caught:
        value_of(RULES[METER][name], unit, value)

    assert len(str(caught.value)) < 100


@given(ANY_RULE, UNITS, ANY_VALUE)
def test_any_value_is_whole_or_refused(rule: Rule, unit: str, value: object) -> None:
    """No float leaves, nothing absurd, and no other error than the one."""
    try:
        shown = value_of(rule, unit, value)
    except UnusableError:
        return

    assert type(shown) is (bool if rule.quantity is None else int)
    assert rule.quantity is None or rule.quantity.low <= shown <= rule.quantity.high


@pytest.mark.parametrize(
    ("kind", "step", "step_ma"),
    [
        pytest.param("Double", 1, 1_000, id="whole amps"),
        pytest.param("Double", 0.1, 100, id="tenths"),
        pytest.param("Double", 0.001, 1, id="milliamps"),
        pytest.param("Double", 0.0001, 1, id="finer than what is reckoned in"),
        pytest.param("Double", 0.0015, 3, id="every second one is whole"),
        pytest.param("Double", 0.25, 250, id="quarters"),
        pytest.param("Uint", 0.1, 1_000, id="a whole number takes no tenths"),
        pytest.param("Uint", 2, 2_000, id="even amps"),
        pytest.param("Double", 0, 1_000, id="none said: whole amps are on every grid"),
        pytest.param("Uint", None, 1_000, id="none at all"),
    ],
)
def test_step(kind: str, step: object, step_ma: int) -> None:
    """What is a multiple of it is on the charger's grid."""
    assert step_ma_of(kind, step) == step_ma


@pytest.mark.parametrize("step", [-1, math.nan, math.inf, 1e9, "1", True, [], 1 / 3])
def test_unusable_step(step: object) -> None:
    """It is refused."""
    with pytest.raises(UnusableError):
        step_ma_of("Double", step)


@pytest.mark.parametrize(
    ("low", "high", "expected", "problems"),
    [
        pytest.param(6, 20, (6_000, 20_000), 0, id="as the thing says now"),
        pytest.param(None, None, (6_000, 16_000), 0, id="unsaid: safe ones"),
        pytest.param("6", math.nan, (6_000, 16_000), 2, id="spoiled: the same"),
    ],
)
def test_limits(low: object, high: object, expected: tuple[int, int], problems: int) -> None:
    """A charger always has limits."""
    found = limits_ma("UnitAmpere", low, high)

    assert (found[:2], len(found[2])) == (expected, problems)


@pytest.mark.parametrize(
    ("what", "value", "step_ma", "expected"),
    [
        pytest.param(What.POWER, 1, 100, ("power", True), id="on"),
        pytest.param(What.POWER, 0, 100, ("power", False), id="off"),
        pytest.param(What.CURRENT, 6_000, 100, ("maxChargingCurrent", 6), id="6 and not 6.0"),
        pytest.param(What.CURRENT, 6_500, 100, ("maxChargingCurrent", 6.5), id="6.5"),
        pytest.param(What.CURRENT, 10_370, 100, ("maxChargingCurrent", 10.3), id="rounded down"),
        pytest.param(What.CURRENT, 15_999, 1_000, ("maxChargingCurrent", 15), id="rounded down to whole amps"),
        pytest.param(What.PHASES, 3, 100, ("desiredPhaseCount", 3), id="phases"),
    ],
)
def test_written(what: What, value: int, step_ma: int, expected: tuple[str, Any]) -> None:
    """Names and numbers are nymea's, of the type it has."""
    found = written(what, value, step_ma)

    assert found == expected
    assert type(found[1]) is type(expected[1])


@given(st.integers(6_000, 80_000), st.sampled_from([1, 10, 100, 250, 1_000]))
def test_written_current_is_on_the_grid_and_no_more(current_ma: int, step_ma: int) -> None:
    """It reads back as the same multiple, never above what was asked for."""
    back_ma = round(written(What.CURRENT, current_ma, step_ma)[1] * 1_000)

    assert back_ma % step_ma == 0
    assert current_ma - step_ma < back_ma <= current_ma


@pytest.mark.parametrize(
    ("params", "result"),
    [
        pytest.param({"thingError": "ThingErrorNoError"}, Result.OK, id="done"),
        pytest.param({"thingError": "ThingErrorTimeout"}, Result.TIMEOUT, id="no answer"),
        pytest.param({"thingError": "ThingErrorInvalidParameter"}, Result.INVALID, id="refused value"),
        pytest.param({"thingError": "ThingErrorMissingParameter"}, Result.INVALID, id="no value"),
        pytest.param({"thingError": "ThingErrorHardwareFailure"}, Result.HARDWARE, id="failed"),
        pytest.param({"thingError": "ThingErrorHardwareNotAvailable"}, Result.HARDWARE, id="away"),
        pytest.param({"thingError": "ThingErrorThingNotFound"}, Result.PERMANENT, id="no such thing"),
        pytest.param({"thingError": "ThingErrorSetupFailed"}, Result.PERMANENT, id="never set up"),
        pytest.param({"thingError": "ThingErrorUnsupportedFeature"}, Result.PERMANENT, id="not of it"),
        pytest.param({"thingError": "ThingErrorOfTomorrow"}, Result.PERMANENT, id="unknown"),
        pytest.param({"thingError": 7}, Result.PERMANENT, id="no text"),
        pytest.param({}, Result.PERMANENT, id="nothing said"),
    ],
)
def test_result(params: dict[str, Any], result: Result) -> None:
    """A success of the request is not one of the action."""
    assert result_of(params) == result


@pytest.mark.parametrize(
    ("error", "result"),
    [
        pytest.param("Invalid params: Missing required key: thingId in ...", Result.INVALID, id="shape"),
        pytest.param("Command timed out", Result.TIMEOUT, id="no answer"),
        pytest.param("No such method", Result.PERMANENT, id="anything else"),
        pytest.param("", Result.PERMANENT, id="nothing said"),
    ],
)
def test_result_of_a_refusal(error: str, result: Result) -> None:
    """A refused request has a text only."""
    assert result_of_refusal(error) == result
