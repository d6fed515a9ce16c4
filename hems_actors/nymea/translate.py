"""Between nymea's states and the fields of facts: pure tables, and whole numbers out of whatever comes.

Signs are the same on both sides: positive = from the grid, or into the thing. Nothing here logs or remembers.
"""

import math
import reprlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple

from hems_actors.core.enums import Result, ThingKind, What
from hems_actors.core.units import CURRENT_MA_MIN, floor_to

CONNECTED: Final = "connected"
POWER: Final = "power"
MAX_CHARGING_CURRENT: Final = "maxChargingCurrent"
DESIRED_PHASE_COUNT: Final = "desiredPhaseCount"
CURRENT_POWER: Final = "currentPower"

STEP_MA_WHOLE: Final = 1_000
"""Whole amps: on every grid that nymea knows, where a charger does not say its own."""
HIGH_MA_UNSAID: Final = 16_000
"""Most of a charger that does not say its own."""
_STEP_MA_MAX: Final = 32_000
_MILLI: Final = 1_000
_WHOLE_TYPES: Final = ("Uint", "Int")


class UnusableError(Exception):
    """A value that says nothing: wrong type, not finite, absurd."""


class Quantity(NamedTuple):
    """How a number of the wire becomes the integer of a field."""

    factors: Mapping[str, float]
    """The field's unit, by unit of the wire; empty = a mere count."""
    low: int
    high: int
    """What is beyond is absurd."""


class Rule(NamedTuple):
    """Where the value of a state goes."""

    field: str
    quantity: Quantity | None = None
    """None = a flag."""
    required: bool = False
    """Whether the fact cannot say that it is unknown."""


WATTS: Final = Quantity({"UnitWatt": 1, "UnitKiloWatt": 1_000, "UnitMilliWatt": 0.001}, -1_000_000, 1_000_000)
MILLIAMPS: Final = Quantity({"UnitAmpere": 1_000, "UnitMilliAmpere": 1}, -1_000_000, 1_000_000)
DECIVOLTS: Final = Quantity({"UnitVolt": 10, "UnitMilliVolt": 0.01}, 0, 10_000)
PERCENT: Final = Quantity({"UnitPercentage": 1}, 0, 100)
WATT_HOURS: Final = Quantity({"UnitKiloWattHour": 1_000}, 1, 1_000_000)
COUNT: Final = Quantity({}, 1, 3)
CURRENT_OFFERED: Final = MILLIAMPS._replace(low=0)

_PHASES: Final = "ABC"
_CONNECTED: Final = {CONNECTED: Rule("connected", required=True)}
_PHASE_CURRENTS: Final = {f"currentPhase{phase}": Rule(f"{phase.lower()}_ma", MILLIAMPS) for phase in _PHASES}
_CAR_LIMITS: Final = {"min": Rule("min_ma", CURRENT_OFFERED), "max": Rule("max_ma", CURRENT_OFFERED)}

RULES: Final[Mapping[ThingKind, Mapping[str, Rule]]] = {
    ThingKind.CHARGER: {
        **_CONNECTED,
        POWER: Rule("power_on", required=True),
        MAX_CHARGING_CURRENT: Rule("current_ma", CURRENT_OFFERED, required=True),
        "pluggedIn": Rule("plugged_in"),
        "charging": Rule("charging"),
        "phaseCount": Rule("phase_count", COUNT),
        DESIRED_PHASE_COUNT: Rule("desired_phases", COUNT),
        CURRENT_POWER: Rule("draw_w", WATTS),
        **_PHASE_CURRENTS,
    },
    ThingKind.METER: {
        **_CONNECTED,
        CURRENT_POWER: Rule("power_w", WATTS),
        **{f"currentPowerPhase{phase}": Rule(f"{phase.lower()}_w", WATTS) for phase in _PHASES},
        **_PHASE_CURRENTS,
        **{f"voltagePhase{phase}": Rule(f"{phase.lower()}_dv", DECIVOLTS) for phase in _PHASES},
    },
    ThingKind.BATTERY: {
        CURRENT_POWER: Rule("power_w", WATTS, required=True),
        "batteryLevel": Rule("level_percent", PERCENT),
    },
    ThingKind.CAR: {
        "batteryLevel": Rule("level_percent", PERCENT),
        "capacity": Rule("capacity_wh", WATT_HOURS),
        "minChargingCurrent": _CAR_LIMITS["min"],
        "maxChargingCurrent": _CAR_LIMITS["max"],
        "phaseCount": Rule("phase_count", COUNT),
        "acMinChargingCurrent": _CAR_LIMITS["min"],  # since 1.16 these three
        "acMaxChargingCurrent": _CAR_LIMITS["max"],
        "acPhaseCount": Rule("phase_count", COUNT),
        "pluggedIn": Rule("plugged_in"),
    },
}
"""Kind of thing, and name of a state, to where its value goes; states without a rule are nobody's business."""

INSTEAD: Final[Mapping[str, str]] = {
    "minChargingCurrent": "acMinChargingCurrent",
    "maxChargingCurrent": "acMaxChargingCurrent",
    "phaseCount": "acPhaseCount",
}
"""Of a car: an old name, and the one whose value counts where there is one."""

_RESULTS: Final[Mapping[str, Result]] = {
    "ThingErrorNoError": Result.OK,
    "ThingErrorTimeout": Result.TIMEOUT,
    "ThingErrorInvalidParameter": Result.INVALID,
    "ThingErrorMissingParameter": Result.INVALID,
    "ThingErrorHardwareFailure": Result.HARDWARE,
    "ThingErrorHardwareNotAvailable": Result.HARDWARE,
}


def value_of(rule: Rule, unit: str, value: object) -> int | bool:
    """Return *value*, in *unit* of the wire, as *rule*'s field has it.

    Raises:
        UnusableError: it is nothing of the kind.
    """
    if rule.quantity is not None:
        return integer_of(rule.quantity, unit, value)
    if isinstance(value, bool):
        return value
    raise UnusableError(f"{reprlib.repr(value)} is no flag")


def integer_of(quantity: Quantity, unit: str, value: object) -> int:
    """Return *value*, in *unit* of the wire, rounded to the integer that fields of *quantity* hold.

    Raises:
        UnusableError: it is no number, not finite, in another unit, or absurd.
    """
    factor = quantity.factors.get(unit) if quantity.factors else 1
    if factor is None:
        raise UnusableError(f"{reprlib.repr(unit)} is no unit of it")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnusableError(f"{reprlib.repr(value)} is no number")
    low, high = quantity.low / factor, quantity.high / factor
    if not low <= value <= high:  # not a number is neither
        raise UnusableError(f"{reprlib.repr(value)} is not from {low:g} to {high:g}")
    return round(value * factor)


def step_ma_of(kind: str, step: object) -> int:
    """Return the smallest step, in mA, that is on the grid of a current of type *kind* with stepSize *step*, in A.

    Raises:
        UnusableError: *step* is no number, or absurd.
    """
    if step is None:
        return STEP_MA_WHOLE
    if isinstance(step, bool) or not isinstance(step, (int, float)) or not 0 <= step <= _STEP_MA_MAX:
        raise UnusableError(f"{reprlib.repr(step)} is no step")
    if step == 0:
        return STEP_MA_WHOLE
    whole = Fraction(str(step)) * _MILLI
    step_ma = whole.numerator  # the first multiple that is whole
    if kind in _WHOLE_TYPES:
        step_ma = math.lcm(step_ma, _MILLI)
    if step_ma > _STEP_MA_MAX:
        raise UnusableError(f"{reprlib.repr(step)} is no step")
    return step_ma


def limits_ma(unit: str, low: object, high: object) -> tuple[int, int, tuple[str, ...]]:
    """Return the least and the most of a charging current in mA, safe where unsaid, and what cannot be used."""
    found, problems = [], []
    for name, value, unsaid in (("minValue", low, CURRENT_MA_MIN), ("maxValue", high, HIGH_MA_UNSAID)):
        try:
            found.append(unsaid if value is None else integer_of(CURRENT_OFFERED, unit, value))
        except UnusableError as error:
            problems.append(f"{name}: {error}")
            found.append(unsaid)
    return found[0], found[1], tuple(problems)


def written(what: int, value: int, step_ma: int) -> tuple[str, bool | int | float]:
    """Return the name of the state that *what* (`enums.What`) writes, and *value* as the wire has it.

    A current in mA becomes A on the grid of *step_ma*, rounded down.
    """
    if what == What.POWER:
        return POWER, bool(value)
    if what == What.PHASES:
        return DESIRED_PHASE_COUNT, value
    current_ma = floor_to(value, step_ma)
    return MAX_CHARGING_CURRENT, current_ma // _MILLI if current_ma % _MILLI == 0 else current_ma / _MILLI


def result_of(params: Mapping[str, Any]) -> Result:
    """Return what *params*, the answer to an action, say became of it."""
    error = params.get("thingError")
    return _RESULTS.get(error, Result.PERMANENT) if isinstance(error, str) else Result.PERMANENT


def result_of_refusal(error: str) -> Result:
    """Return what *error*, the text that a request was refused with, says became of an action."""
    if error.startswith("Invalid params"):
        return Result.INVALID
    return Result.TIMEOUT if error.startswith("Command timed out") else Result.PERMANENT
