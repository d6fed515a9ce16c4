"""The fake nymead does what the real one was seen to do, where no capture shows it: tokens, faults, restarts."""

from typing import Any, Final

import pytest

from tests.nymea.fake.client import START_MS, Client, World
from tests.nymea.fake.nymead import Options
from tests.nymea.fake.things import Fault, Thing

TOKEN: Final = "secret"  # noqa: S105 - of no use anywhere
AUTH: Final = Options(authentication_required=True, users={"admin": "right"})


def _greeted(world: World, *, token: str | None = None) -> Client:
    client = Client(world.fake)
    client.hello(token)
    return client


def _subscribed(world: World) -> Client:
    client = _greeted(world)
    client.subscribe()
    return client


def _execute(client: Client, thing: Thing, name: str, value: object) -> list[dict[str, Any]]:
    """Execute an action, and return what came at once."""
    state = thing.kind.state_id(name)
    params = [{"paramTypeId": state, "value": value}]
    return client.begin("Integrations.ExecuteAction", thingId=thing.id, actionTypeId=state, params=params)


def _said(messages: list[dict[str, Any]]) -> list[object]:
    """Return messages in short: values of changed states, errors of things, names of other notifications."""
    found: list[object] = []
    for message in messages:
        params = message.get("params", {})
        if message.get("notification") == "Integrations.StateChanged":
            found.append(params["value"])
        else:
            found.append(message.get("notification") or params.get("thingError") or message.get("error") or "ok")
    return found


def test_hello_comes_first() -> None:
    """Anything else is answered by closing, as is silence for 10 s."""
    world = World()
    hasty, silent, good = Client(world.fake), Client(world.fake), _greeted(world)
    hasty.send(b'{"id":1,"method":"JSONRPC.Version"}')
    assert hasty.is_closed
    world.wait(10_000)
    assert silent.is_closed
    assert not good.is_closed


def test_token_in_every_call() -> None:
    """Whoever calls without it, or with another, is turned away, and for 3 s everyone is."""
    world = World(AUTH, tokens=(TOKEN,))
    good = _greeted(world, token=TOKEN)
    assert good.call("Integrations.GetThings", token=TOKEN)["status"] == "success"
    assert good.call("Integrations.GetThings")["status"] == "unauthorized"
    assert good.is_closed

    locked = Client(world.fake)
    locked.send(b'{"id":1,"method":"JSONRPC.Hello"}')
    assert locked.is_closed
    world.wait(3_000)
    assert _greeted(world, token=TOKEN).call("Integrations.GetThings", token=TOKEN)["status"] == "success"


@pytest.mark.parametrize(
    ("options", "token"),
    [
        pytest.param(AUTH, None, id="no token where one is needed"),
        pytest.param(AUTH, "wrong", id="wrong token"),
        pytest.param(Options(), "wrong", id="wrong token where none is needed"),
    ],
)
def test_invalid_token(options: Options, token: str | None) -> None:
    """Hello is answered, with `authenticated` if there was a token; the next call is not."""
    world = World(options, tokens=(TOKEN,))
    client = Client(world.fake)
    assert client.hello(token).get("authenticated", False) is False
    assert client.call("Integrations.GetThings", token=token)["status"] == "unauthorized"


def test_authenticating() -> None:
    """A password gives a token that is valid at once; a wrong one is no error, but locks."""
    world = World(AUTH)
    client = _greeted(world)
    wrong = client.call("JSONRPC.Authenticate", username="admin", password="wrong", deviceName="x")  # noqa: S106 - the fake's
    assert wrong["params"] == {"success": False}
    assert world.fake.is_locked_down
    right = client.call("JSONRPC.Authenticate", username="admin", password="right", deviceName="x")["params"]  # noqa: S106
    assert client.call("Integrations.GetThings", token=right["token"])["status"] == "success"


@pytest.mark.parametrize(
    ("fault", "at_once", "in_4_s", "in_15_s", "in_20_s"),
    [
        pytest.param(Fault.NONE, [24.0, "ThingErrorNoError"], [], [], [], id="none"),
        pytest.param(Fault.NEVER_ANSWERS, [], [], ["ThingErrorTimeout"], [], id="never answers"),
        pytest.param(Fault.ACTS_LATE, ["ThingErrorNoError"], [24.0], [], [], id="acts late"),
        pytest.param(Fault.HARDWARE_FAILURE, ["ThingErrorHardwareFailure"], [], [], [], id="hardware failure"),
        pytest.param(Fault.LIES, ["ThingErrorNoError"], [], [], [], id="lies"),
        pytest.param(Fault.ACTS_AFTER_TIMEOUT, [], [], ["ThingErrorTimeout"], [24.0], id="acts after time-out"),
        pytest.param(Fault.CLAMPS, [20.0, "ThingErrorNoError"], [], [], [], id="clamps"),
    ],
)
def test_faults(
    fault: Fault, at_once: list[object], in_4_s: list[object], in_15_s: list[object], in_20_s: list[object]
) -> None:
    """What a client sees of each, and when."""
    world = World()
    wallbox = world.fake.add("wallbox", "A")
    wallbox.fault = fault
    client = _subscribed(world)

    assert _said(_execute(client, wallbox, "maxChargingCurrent", 24)) == at_once
    for until_ms, expected in ((4_000, in_4_s), (15_000, in_15_s), (20_000, in_20_s)):
        world.queue.run_until(START_MS + until_ms)
        assert _said(client.news()) == expected
    assert [tuple(command) for command in world.fake.executed] == [("A", "maxChargingCurrent", 24.0)]


def test_closing_does_not_cancel() -> None:
    """What a gone client commanded is done all the same."""
    world = World()
    wallbox = world.fake.add("wallbox", "A")
    wallbox.fault = Fault.ACTS_AFTER_TIMEOUT
    client = _subscribed(world)
    _execute(client, wallbox, "power", False)
    world.fake.drop_all()
    world.wait(20_000)

    assert client.is_closed
    assert client.news() == []
    assert wallbox.values["power"] is False


def test_limits_change() -> None:
    """The device lowers its limit: the value follows in the same notification; more is then refused."""
    world = World()
    wallbox = world.fake.add("wallbox", "A", maxChargingCurrent=32.0)
    client = _subscribed(world)
    world.fake.set_limits(wallbox, "maxChargingCurrent", high=20)

    (change,) = client.news()
    assert change["params"] | {"minValue": 6, "maxValue": 20, "value": 20} == change["params"]
    assert _said(_execute(client, wallbox, "maxChargingCurrent", 24)) == ["ThingErrorInvalidParameter"]


def test_burst_ends_with_the_balance() -> None:
    """A reading of the root meter: changed states first, the power balance once, last; what is equal is silent."""
    world = World()
    world.fake.add("smartMeter", "Grid")
    world.fake.add("solarInverter", "PV", currentPower=-2_000.0)
    client = _subscribed(world)
    world.fake.set_meter((10_000, -2_000, 0))

    told = client.news()
    assert [message["notification"] for message in told[:-1]] == ["Integrations.StateChanged"] * 8
    assert told[-1]["notification"] == "Energy.PowerBalanceChanged"
    assert (
        told[-1]["params"] | {"currentPowerAcquisition": 1_840, "currentPowerConsumption": 3_840} == told[-1]["params"]
    )
    world.fake.set_meter((10_000, -2_000, 0))
    assert client.news() == []
    world.fake.set_state(next(iter(world.fake.things.values())), "currentPhaseA", 11.0)
    assert _said(client.news()) == [11.0]


def test_root_meter_comes_and_goes() -> None:
    """The first meter becomes root meter; without it the balance has no acquisition, until another is added."""
    world = World()
    client = _subscribed(world)
    grid = world.fake.add("smartMeter", "Grid")
    world.fake.add("smartMeter", "Second")
    added = ["Energy.RootMeterChanged", "Integrations.ThingAdded", "Integrations.ThingAdded"]
    assert _said(client.news()) == added
    world.fake.set_meter((1_000, 0, 0))
    client.news()

    world.fake.remove(grid)
    told = client.news()
    assert _said(told) == ["Integrations.ThingRemoved", "Energy.RootMeterChanged", "Energy.PowerBalanceChanged"]
    assert told[1]["params"] == {}
    assert told[2]["params"]["currentPowerAcquisition"] == 0
    assert client.call("Energy.GetRootMeter")["params"] == {}
    third = world.fake.add("smartMeter", "Third")
    assert client.news()[0]["params"] == {"rootMeterThingId": third.id}


def test_restart() -> None:
    """Refused for 1.5 s; states are as before but cars are unplugged; the balance is zero until something changes."""
    world = World()
    grid = world.fake.add("smartMeter", "Grid")
    wallbox = world.fake.add("wallbox", "A", pluggedIn=True, maxChargingCurrent=16.0)
    world.fake.set_meter((5_000, 0, 0))
    before = _subscribed(world)
    world.fake.restart()
    assert before.is_closed
    with pytest.raises(ConnectionRefusedError):
        Client(world.fake)
    world.wait(1_500)

    after = _subscribed(world)
    assert (wallbox.values["pluggedIn"], wallbox.values["maxChargingCurrent"]) == (False, 16)
    assert grid.values["currentPower"] == 1_150
    assert after.call("Energy.GetPowerBalance")["params"]["currentPowerAcquisition"] == 0
    world.fake.set_meter((6_000, 0, 0))
    told = after.news()
    assert told[0]["id"] == 0
    assert told[-1]["params"]["currentPowerAcquisition"] == 1_380


def test_minutes() -> None:
    """While they are told, one entry for the home each minute, 0.55 s late; counted for all clients alike."""
    world = World()
    world.fake.add("smartMeter", "Grid")
    client, other = _subscribed(world), _greeted(world)
    other.subscribe("Energy")
    world.fake.begin_minutes()
    world.wait(180_000)
    world.fake.stop_minutes()
    world.wait(180_000)

    told = [message for message in client.news() if message["notification"] == "Energy.PowerBalanceLogEntryAdded"]
    stamps = [message["params"]["powerBalanceLogEntry"]["timestamp"] for message in told]
    assert stamps == [START_MS // 60_000 * 60 + 60 * minute for minute in (1, 2, 3)]
    assert [message["params"]["sampleRate"] for message in told] == ["SampleRate1Min"] * 3
    theirs = [message for message in other.news() if message["notification"] == "Energy.PowerBalanceLogEntryAdded"]
    assert theirs == told


def test_without_energy_experience() -> None:
    """No namespace, no notifications, no mention in Hello."""
    world = World(Options(energy=False))
    client = Client(world.fake)
    assert client.hello()["experiences"] == []
    client.subscribe()
    assert client.call("Energy.GetRootMeter")["error"] == "No such namespace"
    world.fake.add("smartMeter", "Grid")
    world.fake.set_meter((1_000, 0, 0))
    world.fake.tell_minute()
    assert {message["notification"] for message in client.news()} == {
        "Integrations.ThingAdded",
        "Integrations.StateChanged",
    }


def test_names_of_1_16() -> None:
    """Chargers are `evchargerac` too; cars say which of their currents are AC."""
    world = World(Options(names_1_16=True))
    assert world.fake.classes["wallbox"].interfaces[:2] == ("evchargerac", "evcharger")
    car = world.fake.add("genericCar", "Car")
    assert {"acMinChargingCurrent", "acMaxChargingCurrent", "acPhaseCount"} <= set(car.values)
    assert _said(_execute(_greeted(world), car, "acMinChargingCurrent", 8)) == ["ThingErrorNoError"]


def test_calls_fail_by_chance() -> None:
    """About as often as it is told, in the ways of a bad day."""
    world = World()
    wallbox = world.fake.add("wallbox", "A")
    client = _greeted(world)
    world.fake.failing = 0.5
    said = [_said(_execute(client, wallbox, "power", turn % 2 == 0)) for turn in range(200)]
    world.wait(20_000)
    late = _said(client.news())

    assert said.count(["ThingErrorNoError"]) in range(70, 130)
    assert [] in said
    assert "ThingErrorTimeout" in late
    assert "Command timed out" in [client.call("Integrations.GetThings").get("error") for _ in range(20)]


@pytest.mark.parametrize(
    ("name", "sent", "becomes"),
    [
        pytest.param("power", "no", True, id="any text is true"),
        pytest.param("power", "false", False, id="but false"),
        pytest.param("power", 0, False, id="zero"),
        pytest.param("power", None, None, id="null"),
        pytest.param("power", [True], None, id="list"),
        pytest.param("maxChargingCurrent", "12.5", 12.5, id="number as text"),
        pytest.param("maxChargingCurrent", 16.05, None, id="off the grid"),
        pytest.param("maxChargingCurrent", 32.1, None, id="too much"),
        pytest.param("desiredPhaseCount", 2, None, id="not possible"),
        pytest.param("desiredPhaseCount", 1.2, 1, id="rounded"),
    ],
)
def test_values(name: str, sent: object, becomes: object) -> None:
    """Lenient with types, strict with limits."""
    world = World()
    wallbox = world.fake.add("wallbox", "A", power=becomes is False)
    before = dict(wallbox.values)
    said = _said(_execute(_greeted(world), wallbox, name, sent))

    assert said == ["ThingErrorInvalidParameter" if becomes is None else "ThingErrorNoError"]
    assert wallbox.values == before | ({} if becomes is None else {name: becomes})


@pytest.mark.parametrize(
    ("params", "becomes"),
    [
        pytest.param({}, True, id="missing"),
        pytest.param({"params": {"power": False}}, True, id="an object"),
        pytest.param({"params": []}, True, id="none given"),
    ],
)
def test_without_params_the_default_is_executed(params: dict[str, Any], becomes: bool) -> None:
    """The danger: charging is switched on."""
    world = World()
    wallbox = world.fake.add("wallbox", "A", power=False)
    client = _greeted(world)
    client.call("Integrations.ExecuteAction", thingId=wallbox.id, actionTypeId=wallbox.kind.state_id("power"), **params)
    assert wallbox.values["power"] is becomes


def test_setup_that_failed() -> None:
    """Its things say so, and do nothing."""
    world = World()
    wallbox = world.fake.add("wallbox", "A")
    wallbox.setup = "Failed"
    client = _greeted(world)
    things = client.call("Integrations.GetThings", thingId=f"{{{wallbox.id.upper()}}}")["params"]["things"]
    assert things[0]["setupStatus"] == "ThingSetupStatusFailed"
    assert _said(_execute(client, wallbox, "power", True)) == ["ThingErrorSetupFailed"]


def test_renaming() -> None:
    """The thing stays the same."""
    world = World()
    wallbox = world.fake.add("wallbox", "A")
    client = _subscribed(world)
    world.fake.rename(wallbox, "Garage")
    (told,) = client.news()
    assert told["notification"] == "Integrations.ThingChanged"
    assert (told["params"]["thing"]["id"], told["params"]["thing"]["name"]) == (wallbox.id, "Garage")
