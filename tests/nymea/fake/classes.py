"""The thing classes of nymea's own simulation, with their real names, types, units and limits.

Ids are made from names, so that they are the same in each run.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_OID, uuid5

JsonValue = Any


def id_of(*names: str) -> str:
    """Return the id of what is called *names*."""
    return str(uuid5(NAMESPACE_OID, ".".join(names)))


class StateDef(NamedTuple):
    """A state of a thing class; with `action`, it can be written by an action of that display name."""

    name: str
    type: str
    unit: str = "UnitNone"
    default: JsonValue = 0
    minimum: float | None = None
    maximum: float | None = None
    step: float = 0
    possible: tuple[JsonValue, ...] = ()
    action: str = ""

    @property
    def limits(self) -> dict[str, JsonValue]:
        """The limits it has, by their names on the wire."""
        both = {"minValue": self.minimum, "maxValue": self.maximum}
        return {name: limit for name, limit in both.items() if limit is not None}


class ClassDef(NamedTuple):
    """A thing class."""

    name: str
    interfaces: tuple[str, ...]
    states: tuple[StateDef, ...]
    actions: tuple[str, ...] = ()
    """Those without params."""
    settings: tuple[StateDef, ...] = ()

    @property
    def id(self) -> str:
        """Its id."""
        return id_of(self.name)

    def state(self, name: str) -> StateDef:
        """Return the state called *name*."""
        return next(state for state in self.states if state.name == name)

    def state_id(self, name: str) -> str:
        """Return the id of the state, or action, called *name*."""
        return id_of(self.name, name)

    def setting_id(self, name: str) -> str:
        """Return the id of the setting called *name*."""
        return id_of(self.name, "setting", name)

    def json(self) -> dict[str, JsonValue]:
        """Return it as `GetThingClasses` does."""
        written = [(index, state) for index, state in enumerate(self.states) if state.action]
        return {
            "actionTypes": [
                {
                    "displayName": state.action,
                    "id": self.state_id(state.name),
                    "index": index,
                    "name": state.name,
                    "paramTypes": [self._param(0, state, self.state_id(state.name))],
                }
                for index, state in written
            ]
            + [
                {"displayName": name, "id": self.state_id(name), "index": index, "name": name, "paramTypes": []}
                for index, name in enumerate(self.actions)
            ],
            "browsable": False,
            "browserItemActionTypes": [],
            "createMethods": ["CreateMethodUser"],
            "discoveryParamTypes": [],
            "discoveryType": "DiscoveryTypePrecise",
            "displayName": f"Simulated {self.name}",
            "eventTypes": [],
            "id": self.id,
            "interfaces": list(self.interfaces),
            "name": self.name,
            "paramTypes": [],
            "pluginId": id_of("plugin"),
            "providedInterfaces": [],
            "settingsTypes": [
                self._param(index, setting, self.setting_id(setting.name))
                for index, setting in enumerate(self.settings)
            ],
            "setupMethod": "SetupMethodJustAdd",
            "stateTypes": [self._state(index, state) for index, state in enumerate(self.states)],
            "vendorId": id_of("vendor"),
        }

    def _param(self, index: int, state: StateDef, param_id: str) -> dict[str, JsonValue]:
        return {
            "allowedValues": list(state.possible),
            "defaultValue": state.default,
            "displayName": state.name,
            "id": param_id,
            "index": index,
            "inputType": "InputTypeNone",
            "name": state.name,
            "readOnly": False,
            "stepSize": state.step,
            "type": state.type,
            "unit": state.unit,
        } | state.limits

    def _state(self, index: int, state: StateDef) -> dict[str, JsonValue]:
        return {
            "defaultValue": state.default,
            "displayName": state.name,
            "id": self.state_id(state.name),
            "index": index,
            "ioType": "IOTypeNone",
            "name": state.name,
            "possibleValues": list(state.possible),
            "possibleValuesDisplayNames": [str(value) for value in state.possible],
            "stepSize": state.step,
            "type": state.type,
            "unit": state.unit,
        } | state.limits


def _watts(*names: str) -> Iterable[StateDef]:
    return (StateDef(name, "Double", "UnitWatt") for name in names)


def _kwh(*names: str) -> Iterable[StateDef]:
    return (StateDef(name, "Double", "UnitKiloWattHour") for name in names)


_PHASE: Final = StateDef("phase", "String", default="A", possible=("A", "B", "C", "All"))
_EVENLY: Final = _PHASE._replace(default="All")


def _wallbox(name: str, *, meter: bool, step: float) -> ClassDef:
    return ClassDef(
        name,
        ("evcharger", "power", *(("smartmeterconsumer", "smartmeter") if meter else ()), "connectable"),
        (
            StateDef("connected", "Bool", default=True),
            StateDef("power", "Bool", default=True, action="Enable/disable charging"),
            StateDef(
                "maxChargingCurrent", "Double", "UnitAmpere", 6, 6, 32, step, action="Set maximum charging current"
            ),
            *(_watts("currentPower") if meter else ()),
            *(_kwh("totalEnergyConsumed") if meter else ()),
            StateDef("pluggedIn", "Bool", default=False),
            StateDef("charging", "Bool", default=False),
            StateDef("phaseCount", "Uint", "UnitNone", 1, 1, 3),
            StateDef("desiredPhaseCount", "Uint", "UnitNone", 3, 1, 3, 0, (1, 3), action="Set desired phase count"),
            *(_kwh("sessionEnergy") if meter else ()),
        ),
        ("connect", "disconnect"),
        (_EVENLY, StateDef("maxChargingCurrentUpperLimit", "Double", "UnitAmpere", 63)),
    )


def _car(name: str, level_action: str, settings: tuple[StateDef, ...]) -> ClassDef:
    return ClassDef(
        name,
        ("electricvehicle", "battery"),
        (
            StateDef("capacity", "Double", "UnitKiloWattHour", 50),
            StateDef("batteryCritical", "Bool", default=False),
            StateDef("batteryLevel", "Int", "UnitPercentage", 0, 0, 100, action=level_action),
            StateDef("pluggedIn", "Bool", default=False, action="Plug/unplug"),
            StateDef("minChargingCurrent", "Uint", "UnitAmpere", 6, 6, 16, action="Set minimal charging current"),
            StateDef("phaseCount", "Uint", "UnitNone", 3, 1, 3),
        ),
        (),
        settings,
    )


SIMULATION: Final = (
    _wallbox("wallbox", meter=True, step=0.1),
    _wallbox("wallboxNoMeter", meter=False, step=1),
    ClassDef(
        "smartMeter",
        ("energymeter", "smartmeter"),
        (
            *_kwh("totalEnergyConsumed", "totalEnergyProduced"),
            *_watts("currentPower"),
            *_kwh(*(f"energy{way}Phase{phase}" for way in ("Consumed", "Produced") for phase in "ABC")),
            *_watts(*(f"currentPowerPhase{phase}" for phase in "ABC")),
            *(StateDef(f"currentPhase{phase}", "Double", "UnitAmpere") for phase in "ABC"),
            *(StateDef(f"voltagePhase{phase}", "Double", "UnitVolt") for phase in "ABC"),
        ),
    ),
    ClassDef(
        "solarInverter",
        ("solarinverter", "smartmeterproducer", "smartmeter"),
        (*_kwh("totalEnergyProduced"), *_watts("currentPower")),
        (),
        (
            StateDef("maxCapacity", "Double", "UnitWatt", 10_000),
            _EVENLY,
            StateDef("hoursOffset", "Int", "UnitNone", 0, -24, 24),
        ),
    ),
    ClassDef(
        "battery",
        ("energystorage", "battery", "smartmeter"),
        (
            StateDef("batteryCritical", "Bool", default=False),
            StateDef("batteryLevel", "Int", "UnitPercentage", 0, 0, 100),
            *_watts("currentPower"),
            StateDef("chargingState", "String", default="idle", possible=("idle", "charging", "discharging")),
            StateDef("capacity", "Double", "UnitKiloWattHour", 10),
        ),
        (),
        (
            StateDef("capacity", "Double", "UnitKiloWattHour", 10),
            StateDef("chargingRate", "Double", "UnitWatt", 10_000),
            _PHASE,
        ),
    ),
    _car("apiCar", "", ()),
    _car(
        "genericCar",
        "Set battery level",
        (
            StateDef("phaseCount", "Uint", "UnitNone", 3, 1, 3),
            StateDef("capacity", "Double", "UnitKiloWattHour", 50, 20, 200),
        ),
    ),
    ClassDef(
        "manualConsumer",
        ("smartmeterconsumer", "smartmeter"),
        (*_kwh("totalEnergyConsumed"), StateDef("currentPower", "Double", "UnitWatt", action="Set power")),
        (),
        (_PHASE,),
    ),
)

_RENAMED: Final[Mapping[str, str]] = {"minChargingCurrent": "acMinChargingCurrent", "phaseCount": "acPhaseCount"}
_AC_MAX: Final = StateDef("acMaxChargingCurrent", "Uint", "UnitAmpere", 32, 16, 80)


def named_1_16(classes: Iterable[ClassDef]) -> tuple[ClassDef, ...]:
    """Return *classes* with the interfaces and states of nymea 1.16: `evchargerac`, `acMinChargingCurrent` ..."""
    return tuple(_named_1_16(each) for each in classes)


def _named_1_16(each: ClassDef) -> ClassDef:
    if "evcharger" in each.interfaces:
        return each._replace(interfaces=("evchargerac", *each.interfaces))
    if "electricvehicle" in each.interfaces:
        renamed = (state._replace(name=_RENAMED.get(state.name, state.name)) for state in each.states)
        return each._replace(states=(*renamed, _AC_MAX))
    return each
