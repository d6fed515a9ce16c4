"""The fake nymead is as the real one was captured: framing byte for byte, answers in shape and outcome."""

import json
from typing import Any, Final

import pytest

from tests.nymea.capture import framing_rows, needs_capture, rows
from tests.nymea.fake.classes import SIMULATION
from tests.nymea.fake.client import Client, World
from tests.nymea.fake.nymead import Options
from tests.nymea.fake.things import Thing

pytestmark = needs_capture
SESSION: Final = [row for row in rows("session.jsonl") if row["dir"] != "mark" and isinstance(row["msg"], dict)]
REPLIES: Final = {
    row["msg"]["id"]: row["msg"]
    for row in SESSION
    if row["conn"] == "tcp" and row["dir"] == "in" and "status" in row["msg"]
}
REQUESTS: Final = [row["msg"] for row in SESSION if row["conn"] == "tcp" and row["dir"] == "out"]
CLASSES: Final = {each["name"]: each for each in REPLIES[3]["params"]["thingClasses"]} if REPLIES else {}
THINGS: Final = {each["name"]: each for each in REPLIES[14]["params"]["things"]} if REPLIES else {}
OPTIONS: Final = Options(uuid="3d1219c7-c4c5-404a-aa1f-6d2a48adfda4")
KINDS: Final = {each.id: each.name for each in SIMULATION}
UNKNOWN: Final = ("SetThingSettings", "GetPowerBalanceLogs", "GetThingPowerLogs")
CURRENT_LIMIT: Final = 58
"""The request that lowered the wallbox to 20 A."""


@pytest.mark.parametrize("row", framing_rows())
def test_framing(row: dict[str, Any]) -> None:
    """The same segments give the same bytes, and the same end."""
    world = World(OPTIONS)
    client = Client(world.fake)
    if "Hello" not in row["label"] or row["label"] == "second Hello":
        client.hello()
    before = len(client.raw)
    for segment in row["out"]:
        client.send(segment.encode())
    world.wait(10_000)

    assert client.raw[before:].decode() == row["in"]
    assert client.is_closed == row["eof"]


def _known(params: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return sorted(
        (each for each in params[key] if each["name"] in {kind.name for kind in SIMULATION}),
        key=lambda each: str(each["name"]),
    )


def _facts(each: dict[str, Any]) -> dict[str, Any]:
    """Return what matters of a thing class, without ids."""
    wanted = (
        "name",
        "type",
        "unit",
        "defaultValue",
        "minValue",
        "maxValue",
        "stepSize",
        "possibleValues",
        "allowedValues",
    )
    states = [{key: state[key] for key in wanted if key in state} for state in each["stateTypes"]]
    actions = {
        action["name"]: [{key: param[key] for key in wanted if key in param} for param in action["paramTypes"]]
        for action in each["actionTypes"]
    }
    settings = [setting["name"] for setting in each["settingsTypes"]]
    return {"interfaces": each["interfaces"], "states": states, "actions": actions, "settings": settings}


@pytest.mark.parametrize("name", sorted(kind.name for kind in SIMULATION))
def test_thing_class(name: str) -> None:
    """Interfaces, states, actions, limits, steps and defaults are the real ones; so are the keys."""
    kind = next(each for each in SIMULATION if each.name == name).json()

    assert _facts(kind) == _facts(CLASSES[name])
    assert _shape(kind) == _shape(CLASSES[name] | {"createMethods": ["x"]})


def _shape(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the names and kinds in *value*; whatever is in a list counts once."""
    if isinstance(value, dict):
        return {key: _shape(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return sorted({repr(_shape(each)) for each in value})
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "text"


def _ids() -> dict[str, str]:
    """Return the fake's id for each of the capture."""
    found = {}
    for kind in SIMULATION:
        real = CLASSES[kind.name]
        found[real["id"]] = kind.id
        for each in real["stateTypes"] + real["actionTypes"]:
            found[each["id"]] = kind.state_id(each["name"])
        for each in real["settingsTypes"]:
            found[each["id"]] = kind.setting_id(each["name"])
    return found | {thing["id"]: _id(name) for name, thing in THINGS.items()}


def _id(name: str) -> str:
    return Thing(SIMULATION[0], name).id


def _translated(message: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    text = json.dumps(message)
    for real, ours in ids.items():
        text = text.replace(real, ours)
    translated: dict[str, Any] = json.loads(text)
    return translated


def _comparable(message: dict[str, Any]) -> dict[str, Any]:
    """Return *message* without classes and things that only the real one has."""
    params = message.get("params", {})
    if "thingClasses" in params:
        return message | {"params": params | {"thingClasses": _known(params, "thingClasses")}}
    if "things" in params:
        things = [thing for thing in params["things"] if thing["thingClassId"] in KINDS]
        return message | {"params": params | {"things": things}}
    return message


def test_session() -> None:
    """The captured calls, made again: the same outcome, the same names and kinds in the answers."""
    world, ids = World(OPTIONS), _ids()
    client = Client(world.fake)
    compared = 0
    for request in REQUESTS:
        name = request["method"].rpartition(".")[2]
        if request["id"] == CURRENT_LIMIT:
            wallbox = next(thing for thing in world.fake.things.values() if thing.name == "Wallbox A")
            world.fake.set_limits(wallbox, "maxChargingCurrent", high=20)
        ours = _translated(request, ids)
        stove = "Stove" in str(request) or THINGS["Stove"]["id"] in str(request)
        if name in UNKNOWN or stove:
            continue
        client.send(json.dumps(ours).encode())
        replies = [message for message in client.news() if "status" in message]
        expected = _translated(REPLIES[request["id"]], ids)
        assert len(replies) == 1
        _agree(replies[0], expected)
        compared += 1
    assert compared > 60


def _agree(ours: dict[str, Any], real: dict[str, Any]) -> None:
    if "error" in real:
        assert ours == real
        return
    assert _shape(_comparable(ours)) == _shape(_comparable(real))
    for key in ("thingError", "energyError", "rootMeterThingId", "thingId"):
        assert ours["params"].get(key) == real["params"].get(key), real


@pytest.mark.parametrize(
    "name",
    [
        *("Integrations.StateChanged", "Integrations.ThingAdded", "Integrations.ThingRemoved"),
        *("Energy.RootMeterChanged", "Energy.PowerBalanceChanged", "Energy.PowerBalanceLogEntryAdded"),
        "Energy.ThingPowerLogEntryAdded",
    ],
)
def test_notifications(name: str) -> None:
    """They carry the same names and kinds of values."""
    ids = _ids()
    seen = [_translated(row["msg"], ids) for row in SESSION if row["msg"].get("notification") == name]
    world = World(OPTIONS)
    client = Client(world.fake)
    client.hello()
    client.subscribe()
    things = [world.fake.add(kind.name, kind.name) for kind in SIMULATION]
    for thing in things:
        for state in thing.kind.states:
            world.fake.set_state(thing, state.name, _other(thing.values[state.name]))
    world.fake.tell_minute()
    for thing in things:
        world.fake.remove(thing)

    ours = {repr(_shape(message)) for message in client.news() if message.get("notification") == name}
    real = {repr(_shape(message)) for message in seen if _is_known(message)}
    assert real
    assert real <= ours


def _other(value: object) -> object:
    return not value if isinstance(value, bool) else 7 if isinstance(value, int | float) else "charging"


def _is_known(message: dict[str, Any]) -> bool:
    thing = message["params"].get("thing")
    return thing is None or thing["thingClassId"] in KINDS
