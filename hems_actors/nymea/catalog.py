"""What there is at a `nymead`, found by interface and by the presence of states, never by class.

Everything here is plain checks: what is not as it should be is passed over and named in a list of problems.
"""

import re
import reprlib
from collections.abc import Container, Iterable, Mapping
from typing import Any, Final, NamedTuple

from hems_actors.core.enums import ThingKind
from hems_actors.core.identity import NAME_CHARS_MAX, Words, words_of
from hems_actors.nymea.translate import (
    CURRENT_POWER,
    INSTEAD,
    MAX_CHARGING_CURRENT,
    POWER,
    RULES,
)

THINGS_MAX: Final = 200
"""More than that are not looked at."""
SOLAR: Final = None
"""The kind of an inverter: shown, and nothing else."""
_STATES_MAX: Final = 500
_COMPLETE: Final = "ThingSetupStatusComplete"
_UUID: Final = re.compile(r"\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?", re.IGNORECASE)

Kind = ThingKind | None
Problems = list[str]

_KINDS: Final[tuple[tuple[str, Kind, frozenset[str]], ...]] = (
    ("evcharger", ThingKind.CHARGER, frozenset((MAX_CHARGING_CURRENT, POWER))),
    ("evchargerac", ThingKind.CHARGER, frozenset((MAX_CHARGING_CURRENT, POWER))),
    ("energymeter", ThingKind.METER, frozenset()),
    ("energystorage", ThingKind.BATTERY, frozenset()),
    ("electricvehicle", ThingKind.CAR, frozenset()),
    ("solarinverter", SOLAR, frozenset()),
)
"""Interface, what a thing with it is to the home, and the states it must have; the first that fits counts."""


class Shown(NamedTuple):
    """What a thing shows for one state, as it came."""

    value: object = None
    low: object = None
    high: object = None
    possible: object = None


class StateType(NamedTuple):
    """One state of a class: its name, type (`Double`), unit (`UnitWatt`) and what the class says of its values."""

    name: str
    type: str
    unit: str
    low: object = None
    high: object = None
    step: object = None
    possible: object = None

    @property
    def said(self) -> Shown:
        """What the class says of a thing's state that does not say it itself."""
        return Shown(None, self.low, self.high, self.possible)


class ThingClass(NamedTuple):
    """A class that the home has use for."""

    id: str
    kind: Kind
    states: Mapping[str, StateType]
    """By UUID; those without a rule are left out."""


class Thing(NamedTuple):
    """A thing that the home has use for, and all it shows."""

    uuid: str
    name: str
    of: ThingClass
    complete: bool
    """Whether its setup is done: else what it shows is worth nothing."""
    shown: Mapping[str, Shown]
    """By UUID of the state."""

    @property
    def kind(self) -> Kind:
        """What it is to the home."""
        return self.of.kind

    @property
    def words(self) -> Words:
        """Its UUID as events hold it."""
        return words_of(int(self.uuid.replace("-", ""), 16))


def uuid_of(value: object) -> str | None:
    """Return the UUID that *value* is, in lower case without braces; None = it is none."""
    found = _UUID.fullmatch(value) if isinstance(value, str) else None
    return found[1].lower() if found is not None else None


def entries(params: Mapping[str, Any], key: str) -> list[Mapping[str, Any]] | None:
    """Return the objects in the list *key* of *params*; None = there is no such list."""
    found = params.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else None


def class_of(entry: Mapping[str, Any], problems: Problems) -> ThingClass | None:
    """Return the class that *entry* of GetThingClasses describes; None = the home has no use for it."""
    uuid, interfaces = uuid_of(entry.get("id")), entry.get("interfaces")
    types = entries(entry, "stateTypes")
    if uuid is None or not isinstance(interfaces, list) or types is None:
        problems.append(f"class {reprlib.repr(entry.get('id'))}: no id, interfaces or stateTypes")
        return None
    states = dict(filter(None, (_state_type(state) for state in types[:_STATES_MAX])))
    names = {state.name for state in states.values()}
    for interface, kind, needed in _KINDS:
        if interface in interfaces and needed <= names:
            return ThingClass(uuid, kind, {key: state for key, state in states.items() if _counts(kind, state, names)})
    return None


def class_ids(things: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ids of the classes that *things*, entries of GetThings, are of, each once."""
    found = (uuid_of(thing.get("thingClassId")) for thing in things)
    return list(dict.fromkeys(uuid for uuid in found if uuid is not None))


def thing_of(entry: Mapping[str, Any], classes: Mapping[str, ThingClass], problems: Problems) -> Thing | None:
    """Return the thing that *entry* of GetThings describes; None = it is of none of *classes*, or spoiled."""
    uuid, of = uuid_of(entry.get("id")), classes.get(uuid_of(entry.get("thingClassId")) or "")
    if of is None:
        return None
    states = entries(entry, "states")
    if uuid is None or states is None:
        problems.append(f"thing {reprlib.repr(entry.get('id'))}: no id or states")
        return None
    name = entry.get("name")
    shown: dict[str, Shown] = {}
    for state in states[:_STATES_MAX]:
        state_id = uuid_of(state.get("stateTypeId"))
        known = of.states.get(state_id) if state_id is not None else None
        if state_id is not None and known is not None:
            shown[state_id] = shown_of(state, known.said)
    return Thing(
        uuid,
        name[:NAME_CHARS_MAX] if isinstance(name, str) else "",
        of,
        entry.get("setupStatus") == _COMPLETE,
        shown,
    )


def shown_of(entry: Mapping[str, Any], before: Shown) -> Shown:
    """Return what *entry*, of a thing's states or of a StateChanged, shows; what it leaves out is as *before*."""
    possible = entry.get("possibleValues")
    return Shown(
        entry.get("value", before.value),
        _or(entry.get("minValue"), before.low),
        _or(entry.get("maxValue"), before.high),
        possible if isinstance(possible, list) and possible else before.possible,
    )


def things_of(
    listed: Iterable[Mapping[str, Any]], classes: Mapping[str, ThingClass], problems: Problems
) -> dict[str, Thing]:
    """Return the things of *listed*, entries of GetThings, by UUID in order of names; 200 at most."""
    found = [thing for thing in (thing_of(entry, classes, problems) for entry in listed) if thing is not None]
    if len(found) > THINGS_MAX:
        problems.append(f"{len(found)} things are more than {THINGS_MAX}: the rest is passed over")
    found.sort(key=lambda thing: (thing.name, thing.uuid))
    return {thing.uuid: thing for thing in found[:THINGS_MAX]}


def _counts(kind: Kind, state: StateType, names: Container[str]) -> bool:
    """Return whether *state*, of a class that has *names*, says anything of a thing of *kind*."""
    if kind is SOLAR:
        return state.name == CURRENT_POWER
    return state.name in RULES[kind] and not (kind == ThingKind.CAR and INSTEAD.get(state.name) in names)


def _state_type(entry: Mapping[str, Any]) -> tuple[str, StateType] | None:
    uuid, name = uuid_of(entry.get("id")), entry.get("name")
    if uuid is None or not isinstance(name, str):
        return None
    kind, unit = entry.get("type"), entry.get("unit")
    return uuid, StateType(
        name,
        kind if isinstance(kind, str) else "",
        unit if isinstance(unit, str) else "",
        entry.get("minValue"),
        entry.get("maxValue"),
        entry.get("stepSize"),
        entry.get("possibleValues"),
    )


def _or(value: object, otherwise: object) -> object:
    return otherwise if value is None else value
