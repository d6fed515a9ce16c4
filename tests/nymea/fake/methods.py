"""The calls the fake nymead answers: their params, and what comes back."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.nymea.fake.balance import ZERO
from tests.nymea.fake.params import Refused

if TYPE_CHECKING:
    from tests.nymea.fake.nymead import FakeNymead
    from tests.nymea.fake.session import Session

Params = dict[str, Any]
NAMESPACES: Final = (
    *("Integrations", "Zigbee", "System", "Configuration", "Debug", "Rules", "Transfers", "AppData", "Energy"),
    *("ZWave", "JSONRPC", "Scripts", "Logging", "Tags", "Users", "ModbusRtu", "NetworkManager"),
)
_OK: Final = "ThingErrorNoError"
_UNKNOWN_THING: Final = "ThingErrorThingNotFound"


class Method(NamedTuple):
    """One call."""

    params: Mapping[str, str]
    run: "Callable[[FakeNymead, Session, Params], Params]"
    permission: str = "PermissionScopeNone"


def hello(fake: "FakeNymead", session: "Session", params: Params) -> Params:
    """Say who it is."""
    options = fake.options
    locale = params.get("locale", "en_US")
    found: Params = {
        "authenticationRequired": options.authentication_required,
        "experiences": [{"name": "Energy", "version": "1.0"}] if options.energy else [],
        "initialSetupRequired": options.initial_setup,
        "language": locale,
        "locale": locale,
        "name": options.name,
        "protocol version": options.protocol_version,
        "pushButtonAuthAvailable": False,
        "server": "nymea",
        "uuid": f"{{{options.uuid}}}",
        "version": options.version,
    }
    if session.token:
        valid = session.token in fake.tokens
        found |= {"authenticated": valid}
        found |= {"permissionScopes": ["PermissionScopeAdmin"], "username": "admin"} if valid else {}
    return found


def version(fake: "FakeNymead", _session: "Session", _params: Params) -> Params:
    """Say what it is."""
    return {
        "protocol version": fake.options.protocol_version,
        "qtBuildVersion": "5.15.8",
        "qtVersion": "5.15.8",
        "version": fake.options.version,
    }


def keep_alive(_fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """Answer."""
    return {"sessionId": params["sessionId"], "success": True}


def set_notification_status(fake: "FakeNymead", session: "Session", params: Params) -> Params:
    """Replace what the client is told of."""
    known = [name for name in NAMESPACES if fake.options.energy or name != "Energy"]
    asked = params.get("namespaces", known if params.get("enabled") else [])
    session.namespaces = tuple(name for name in asked if name in known)
    return {"enabled": bool(session.namespaces), "namespaces": list(session.namespaces)}


def authenticate(fake: "FakeNymead", session: "Session", params: Params) -> Params:
    """Give a token for a password."""
    if fake.options.users.get(params["username"]) != params["password"]:
        fake.lock_down()
        return {"success": False}
    session.token = fake.new_token()
    return {"success": True, "token": session.token, "username": params["username"], "scopes": ["PermissionScopeAdmin"]}


def introspect(_fake: "FakeNymead", _session: "Session", _params: Params) -> Params:
    """List the methods."""
    methods = {
        name: {"description": "", "params": dict(method.params), "permissionScope": method.permission, "returns": {}}
        for name, method in METHODS.items()
    }
    return {"enums": {}, "flags": {}, "methods": methods, "notifications": {}, "types": {}}


def get_thing_classes(fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """List the classes, in no order."""
    wanted = params.get("thingClassIds")
    classes = [each.json() for each in fake.classes.values() if wanted is None or each.id in wanted]
    fake.random.shuffle(classes)
    return {"thingClasses": classes, "thingError": _OK}


def get_things(fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """List the things, in no order."""
    if "thingId" in params and params["thingId"] not in fake.things:
        return {"thingError": _UNKNOWN_THING}
    things = [thing.json() for thing in fake.things.values() if params.get("thingId", thing.id) == thing.id]
    fake.random.shuffle(things)
    return {"thingError": _OK, "things": things}


def get_state_value(fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """Return one value."""
    thing = fake.things.get(params["thingId"])
    if thing is None:
        return {"thingError": _UNKNOWN_THING}
    values = {state["stateTypeId"]: state["value"] for state in thing.states()}
    if params["stateTypeId"] not in values:
        return {"thingError": "ThingErrorStateTypeNotFound"}
    return {"thingError": _OK, "value": values[params["stateTypeId"]]}


def get_state_values(fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """Return all values of a thing."""
    thing = fake.things.get(params["thingId"])
    return {"thingError": _UNKNOWN_THING} if thing is None else {"thingError": _OK, "values": thing.states()}


def add_thing(fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """Add a thing."""
    kind = next((each for each in fake.classes.values() if each.id == params["thingClassId"]), None)
    if kind is None:
        return {"thingError": "ThingErrorThingClassNotFound"}
    return {"thingError": _OK, "thingId": fake.add(kind.name, params["name"]).id}


def remove_thing(fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """Remove a thing."""
    thing = fake.things.get(params["thingId"])
    if thing is None:
        return {"thingError": _UNKNOWN_THING}
    fake.remove(thing)
    return {"thingError": _OK}


def get_root_meter(fake: "FakeNymead", _session: "Session", _params: Params) -> Params:
    """Return the root meter, if any."""
    return {} if fake.root is None else {"rootMeterThingId": fake.root.id}


def set_root_meter(fake: "FakeNymead", _session: "Session", params: Params) -> Params:
    """Make a meter the root meter."""
    thing = fake.things.get(params["rootMeterThingId"])
    if thing is None or not thing.has("energymeter"):
        return {"energyError": "EnergyErrorInvalidParameter"}
    fake.set_root(thing)
    return {"energyError": "EnergyErrorNoError"}


def get_power_balance(fake: "FakeNymead", _session: "Session", _params: Params) -> Params:
    """Return the balance last told; zeros after a restart."""
    return {**ZERO, **fake.balance, **fake.totals}


def _later(_fake: "FakeNymead", _session: "Session", _params: Params) -> Params:
    raise Refused("answered elsewhere")


METHODS: Final[Mapping[str, Method]] = {
    "JSONRPC.Hello": Method({"o:locale": "String"}, hello),
    "JSONRPC.Version": Method({}, version),
    "JSONRPC.KeepAlive": Method({"sessionId": "String"}, keep_alive),
    "JSONRPC.SetNotificationStatus": Method({"o:enabled": "Bool", "o:namespaces": "Strings"}, set_notification_status),
    "JSONRPC.Authenticate": Method({"deviceName": "String", "password": "String", "username": "String"}, authenticate),
    "JSONRPC.Introspect": Method({}, introspect),
    "Integrations.GetThingClasses": Method({"o:thingClassIds": "Uuids", "o:vendorId": "Uuid"}, get_thing_classes),
    "Integrations.GetThings": Method({"o:thingId": "Uuid"}, get_things),
    "Integrations.GetStateValue": Method({"stateTypeId": "Uuid", "thingId": "Uuid"}, get_state_value),
    "Integrations.GetStateValues": Method({"thingId": "Uuid"}, get_state_values),
    "Integrations.ExecuteAction": Method(
        {"actionTypeId": "Uuid", "o:params": "Params", "thingId": "Uuid"}, _later, "PermissionScopeControlThings"
    ),
    "Integrations.AddThing": Method({"thingClassId": "Uuid", "name": "String", "o:thingParams": "Params"}, add_thing),
    "Integrations.RemoveThing": Method({"thingId": "Uuid"}, remove_thing),
    "Energy.GetRootMeter": Method({}, get_root_meter),
    "Energy.SetRootMeter": Method({"rootMeterThingId": "Uuid"}, set_root_meter, "PermissionScopeAdmin"),
    "Energy.GetPowerBalance": Method({}, get_power_balance),
}
EXECUTE: Final = "Integrations.ExecuteAction"
