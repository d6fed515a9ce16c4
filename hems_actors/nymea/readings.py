"""What a thing's states say, in the fields of its fact."""

from typing import Final

from hems_actors.actors.messages import StateValue
from hems_actors.core.enums import ThingKind
from hems_actors.nymea.catalog import SOLAR, Problems, Shown, StateType, Thing
from hems_actors.nymea.translate import (
    CONNECTED,
    DESIRED_PHASE_COUNT,
    MAX_CHARGING_CURRENT,
    RULES,
    STEP_MA_WHOLE,
    WATTS,
    UnusableError,
    integer_of,
    limits_ma,
    step_ma_of,
    value_of,
)

Values = dict[str, StateValue]

_REACHED: Final = (ThingKind.CHARGER, ThingKind.METER)
"""Kinds whose facts say whether the device can be reached."""
_SWITCHING: Final = (1, 3)


def state_values(kind: ThingKind, state: StateType, shown: Shown, problems: Problems) -> Values:
    """Return what *shown* says for *state* of a thing of *kind*; a value that cannot be used is None or left out."""
    rule = RULES[kind][state.name]
    values: Values = {}
    try:
        values[rule.field] = value_of(rule, state.unit, shown.value)
    except UnusableError as error:
        problems.append(f"{state.name}: {error}")
        if not rule.required:
            values[rule.field] = None
    if kind == ThingKind.CHARGER and state.name == MAX_CHARGING_CURRENT:
        values["min_ma"], values["max_ma"], more = limits_ma(state.unit, shown.low, shown.high)
        problems += more
    return values


def all_values(thing: Thing, problems: Problems) -> Values:
    """Return all that *thing* says; one whose setup is not done cannot be reached, or says nothing."""
    kind = thing.kind
    if kind is SOLAR or not (thing.complete or kind in _REACHED):
        return {}
    values: Values = {CONNECTED: True} if kind in _REACHED else {}
    for state_id, shown in thing.shown.items():
        values |= state_values(kind, thing.of.states[state_id], shown, problems)
    return values if thing.complete else {**values, CONNECTED: False}


def charger_offers(thing: Thing, problems: Problems) -> tuple[int, bool]:
    """Return the step (mA) that the charger *thing* takes, and whether it switches between 1 and 3 phases."""
    step_ma, can_switch = STEP_MA_WHOLE, False
    for state_id, state in thing.of.states.items():
        if state.name == MAX_CHARGING_CURRENT:
            try:
                step_ma = step_ma_of(state.type, state.step)
            except UnusableError as error:
                problems.append(f"stepSize: {error}")
        elif state.name == DESIRED_PHASE_COUNT:
            possible = thing.shown.get(state_id, state.said).possible
            can_switch = isinstance(possible, list) and all(phases in possible for phases in _SWITCHING)
    return step_ma, can_switch


def solar_w(thing: Thing) -> int | None:
    """Return what the inverter *thing* produces, negative; None = it does not say."""
    for state_id, shown in thing.shown.items():
        try:
            return integer_of(WATTS, thing.of.states[state_id].unit, shown.value) if thing.complete else None
        except UnusableError:
            return None
    return None
