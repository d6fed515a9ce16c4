"""What there is: by interface and states, whatever else the replies hold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.enums import ThingKind
from hems_actors.nymea.catalog import (
    SOLAR,
    THINGS_MAX,
    Kind,
    Shown,
    Thing,
    ThingClass,
    class_ids,
    class_of,
    entries,
    shown_of,
    thing_of,
    things_of,
    uuid_of,
)
from hems_actors.nymea.readings import all_values, charger_offers, solar_w, state_values
from tests.nymea.capture import needs_capture
from tests.nymea.session_capture import captured_replies

CLASS = "00000000-0000-0000-0000-0000000000c1"
THING = "00000000-0000-0000-0000-0000000000a1"
UNITS = {"maxChargingCurrent": "UnitAmpere", "currentPower": "UnitWatt", "minChargingCurrent": "UnitAmpere"}
UNITS |= {"acMinChargingCurrent": "UnitAmpere", "batteryLevel": "UnitPercentage"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def state_id(number: int) -> str:
    """Return the UUID of a state."""
    return f"00000000-0000-0000-0000-{number:012}"


def a_class(interfaces: list[str], *names: str, **more: object) -> dict[str, Any]:
    """Return the entry of a class with states *names*; *more* goes into each state."""
    states = [
        {"id": state_id(i), "name": name, "type": "Double", "unit": UNITS.get(name, "UnitNone"), **more}
        for i, name in enumerate(names)
    ]
    return {"id": f"{{{CLASS.upper()}}}", "interfaces": interfaces, "stateTypes": states, "name": "whatever"}


def a_thing(values: dict[str, Any], of: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return the entry of a thing of class *of* that shows *values*, which may hold whole states."""
    ids = {state["name"]: state["id"] for state in of["stateTypes"]}
    states = [
        {"stateTypeId": ids[name], **(value if isinstance(value, dict) else {"value": value})}
        for name, value in values.items()
    ]
    entry = {"id": THING, "thingClassId": CLASS, "name": "A thing", "states": states}
    return entry | {"setupStatus": "ThingSetupStatusComplete"} | more


def parsed(entry: dict[str, Any], of: dict[str, Any]) -> Thing:
    """Return *entry* of class *of* as the catalog has it."""
    known = class_of(of, [])
    assert known is not None
    thing = thing_of(entry, {known.id: known}, [])
    assert thing is not None
    return thing


@pytest.mark.parametrize(
    ("interfaces", "names", "kind"),
    [
        pytest.param(["evcharger", "power"], ["power", "maxChargingCurrent"], ThingKind.CHARGER, id="charger"),
        pytest.param(["evcharger", "evchargerac"], ["power", "maxChargingCurrent"], ThingKind.CHARGER, id="since 1.16"),
        pytest.param(["evchargerac"], ["power", "maxChargingCurrent"], ThingKind.CHARGER, id="by its new name alone"),
        pytest.param(["evcharger", "evchargerdc"], ["power"], None, id="a DC charger has no current to set"),
        pytest.param(["evcharger"], ["maxChargingCurrent"], None, id="one that cannot be switched"),
        pytest.param(["power"], ["power", "maxChargingCurrent"], None, id="states without the interface"),
        pytest.param(["smartmeter", "energymeter"], ["currentPower"], ThingKind.METER, id="meter"),
        pytest.param(["battery", "energystorage"], ["currentPower"], ThingKind.BATTERY, id="home battery"),
        pytest.param(["battery"], ["batteryLevel"], None, id="any battery"),
        pytest.param(["electricvehicle"], ["batteryLevel"], ThingKind.CAR, id="car"),
        pytest.param([["evcharger"], 7], ["power", "maxChargingCurrent"], None, id="spoiled interfaces"),
    ],
)
def test_kind_of_a_class(interfaces: list[str], names: list[str], kind: Kind) -> None:
    """Interface and states say what a thing is; other classes are left out."""
    found = class_of(a_class(interfaces, *names), [])

    assert (None if found is None else found.kind) == kind


def test_inverter_is_shown_only() -> None:
    """It has no kind, and one state."""
    entry = a_class(["solarinverter"], "currentPower", "totalEnergyProduced")
    thing = parsed(a_thing({"currentPower": -1234.5}, entry), entry)

    assert (thing.kind, all_values(thing, []), solar_w(thing)) == (SOLAR, {}, -1_234)


@pytest.mark.parametrize(
    ("names", "values", "min_ma"),
    [
        pytest.param(["minChargingCurrent"], {"minChargingCurrent": 7}, 7_000, id="old name"),
        pytest.param(["acMinChargingCurrent"], {"acMinChargingCurrent": 8}, 8_000, id="new name"),
        pytest.param(
            ["acMinChargingCurrent", "minChargingCurrent"],
            {"acMinChargingCurrent": 8, "minChargingCurrent": 7},
            8_000,
            id="both: the new one counts",
        ),
    ],
)
def test_names_of_a_car(names: list[str], values: dict[str, int], min_ma: int) -> None:
    """A car's limits are read by either name."""
    entry = a_class(["electricvehicle"], *names)

    assert all_values(parsed(a_thing(values, entry), entry), []) == {"min_ma": min_ma}


@pytest.mark.parametrize(
    ("text", "uuid"),
    [
        pytest.param(THING, THING, id="plain"),
        pytest.param(f"{{{THING.upper()}}}", THING, id="braces and upper case"),
        pytest.param("nonsense", None, id="nonsense"),
        pytest.param(THING + "0", None, id="too long"),
        pytest.param(THING + "\n", None, id="a line end"),
        pytest.param(7, None, id="no text"),
    ],
)
def test_uuid(text: object, uuid: str | None) -> None:
    """One way to write each."""
    assert uuid_of(text) == uuid


CHARGER = a_class(
    ["evcharger"], "power", "maxChargingCurrent", "desiredPhaseCount", "pluggedIn", "connected", stepSize=1
)


@pytest.mark.parametrize(
    ("states", "can_switch"),
    [
        pytest.param({"desiredPhaseCount": {"value": 3, "possibleValues": [1, 3]}}, True, id="1 and 3"),
        pytest.param({"desiredPhaseCount": {"value": 3, "possibleValues": [1]}}, False, id="1 only"),
        pytest.param({"desiredPhaseCount": 3}, False, id="unsaid"),
        pytest.param({}, False, id="not there"),
    ],
)
def test_phase_switching(states: dict[str, Any], can_switch: bool) -> None:
    """A charger switches if it offers both."""
    assert charger_offers(parsed(a_thing(states, CHARGER), CHARGER), []) == (1_000, can_switch)


def test_limits_are_those_of_the_thing() -> None:
    """Now, not those of its class; where it does not say, the class's count."""
    entry = a_class(["evcharger"], "power", "maxChargingCurrent", minValue=6, maxValue=32)
    shown = {"maxChargingCurrent": {"value": 16, "maxValue": 20}}
    thing = parsed(a_thing(shown, entry), entry)

    expected = {"connected": True, "current_ma": 16_000, "min_ma": 6_000, "max_ma": 20_000}
    assert all_values(thing, []) == expected


def test_limit_changes_alone() -> None:
    """A StateChanged that leaves out what did not change takes nothing away."""
    changed = shown_of({"value": 20, "maxValue": 20}, Shown(32, 6, 32, [1, 3]))

    assert changed == Shown(20, 6, 20, [1, 3])


@pytest.mark.parametrize("status", ["ThingSetupStatusInProgress", "ThingSetupStatusFailed", None, 3])
def test_thing_that_is_not_set_up(status: object) -> None:
    """It cannot be reached, whatever it shows; one that cannot say so says nothing."""
    thing = parsed(a_thing({"connected": True, "power": True}, CHARGER, setupStatus=status), CHARGER)
    assert all_values(thing, []) == {"connected": False, "power_on": True}

    entry = a_class(["energystorage"], "currentPower")
    assert all_values(parsed(a_thing({"currentPower": 5}, entry, setupStatus=status), entry), []) == {}


def test_spoiled_values_are_named() -> None:
    """What can be unknown becomes unknown, what cannot is left out; each is named."""
    problems: list[str] = []
    thing = parsed(a_thing({"power": "yes", "pluggedIn": 1, "connected": None}, CHARGER), CHARGER)

    assert all_values(thing, problems) == {"connected": True, "plugged_in": None}
    assert [problem.partition(":")[0] for problem in problems] == ["power", "pluggedIn", "connected"]


def test_name_is_cut() -> None:
    """At 64 characters; one that is no text is none."""
    long, none = (parsed(a_thing({}, CHARGER, name=name), CHARGER).name for name in ("x" * 1_000, 7))

    assert (long, none) == ("x" * 64, "")


def test_too_many_things() -> None:
    """The first 200 by name are looked at, and somebody is told."""
    known = class_of(CHARGER, [])
    assert known is not None
    listed = [a_thing({}, CHARGER, id=state_id(i), name=f"{i:03}") for i in reversed(range(THINGS_MAX + 1))]
    problems: list[str] = []
    found = things_of(listed, {known.id: known}, problems)

    assert [thing.name for thing in found.values()] == [f"{i:03}" for i in range(THINGS_MAX)]
    assert problems == ["201 things are more than 200: the rest is passed over"]


@given(st.dictionaries(st.sampled_from(["id", "interfaces", "stateTypes"]), JSON), JSON, JSON)
def test_spoiled_class(entry: dict[str, Any], state: Any, interfaces: Any) -> None:  # noqa: ANN401 - any JSON
    """Whatever is there instead of a class, it is one or none."""
    for spoiled in (entry, entry | {"id": CLASS, "interfaces": interfaces, "stateTypes": [state]}):
        assert isinstance(class_of(spoiled, []), ThingClass | None)


@given(st.dictionaries(st.sampled_from(["id", "name", "states", "setupStatus"]), JSON), JSON)
def test_spoiled_thing(entry: dict[str, Any], value: Any) -> None:  # noqa: ANN401 - any JSON
    """Whatever is there instead of a thing, it is one or none, and can be read."""
    known = class_of(CHARGER, [])
    assert known is not None
    shown = {
        name: {"value": value, "minValue": value, "maxValue": value, "possibleValues": value} for name in ("power",)
    }
    shown["maxChargingCurrent"] = shown["desiredPhaseCount"] = shown["power"]
    for spoiled in (entry | {"thingClassId": CLASS}, a_thing(shown, CHARGER)):
        thing = thing_of(spoiled, {known.id: known}, [])
        if thing is not None:
            all_values(thing, [])
            charger_offers(thing, [])


def test_lists_that_are_none() -> None:
    """A reply without its list is told from an empty one."""
    assert (entries({}, "things"), entries({"things": [1, {}]}, "things")) == (None, [{}])


@needs_capture
def test_captured_things() -> None:
    """The real server's things are found, with what they offer and show."""
    classes = {}
    for entry in captured_replies("thingClasses")[0]["thingClasses"]:
        known = class_of(entry, [])
        if known is not None:
            classes[known.id] = known
    last = captured_replies("things")[-1]["things"]
    problems: list[str] = []
    things = {thing.name: thing for thing in things_of(last, classes, problems).values()}

    assert problems == []
    assert len(class_ids(last)) == 8
    assert {name: thing.kind for name, thing in things.items()} == {
        "Car API": ThingKind.CAR,
        "Car generic": ThingKind.CAR,
        "Grid meter": ThingKind.METER,
        "House battery": ThingKind.BATTERY,
        "PV roof": SOLAR,
        "Wallbox A": ThingKind.CHARGER,
        "Wallbox B (no meter)": ThingKind.CHARGER,
    }
    assert charger_offers(things["Wallbox A"], []) == (100, True)
    assert charger_offers(things["Wallbox B (no meter)"], []) == (1_000, True)
    assert all_values(things["Wallbox A"], problems) == {
        "connected": True,
        "power_on": True,
        "current_ma": 20_000,
        "min_ma": 6_000,
        "max_ma": 20_000,
        "plugged_in": False,
        "charging": False,
        "phase_count": 3,
        "desired_phases": 3,
        "draw_w": 0,
    }
    assert len(all_values(things["Grid meter"], problems)) == 11
    assert problems == []


def test_one_state_of_a_thing() -> None:
    """A state of a car has no limits of its own."""
    entry = a_class(["electricvehicle"], "maxChargingCurrent")
    known = class_of(entry, [])
    assert known is not None
    (state,) = known.states.values()

    assert state_values(ThingKind.CAR, state, Shown(32), []) == {"max_ma": 32_000}
