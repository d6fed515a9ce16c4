"""A thing of the fake nymead: its states with the limits they have now, and what is wrong with it."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from tests.nymea.fake.classes import ClassDef, StateDef, id_of

Device = Callable[[str, Any], object]


class Fault(Enum):
    """What a faulty device does with a command."""

    NONE = "does as told"
    NEVER_ANSWERS = "ThingErrorTimeout after 15 s, nothing done"
    ACTS_LATE = "acknowledges at once, acts 3.5 s later"
    HARDWARE_FAILURE = "ThingErrorHardwareFailure at once, nothing done"
    LIES = "acknowledges, does nothing"
    ACTS_AFTER_TIMEOUT = "ThingErrorTimeout after 15 s, acts 5 s after that"
    CLAMPS = "acknowledges, but sets no more than `clamp_a`"


class Thing:
    """One configured thing; change it through `FakeNymead`, which tells the clients."""

    def __init__(self, kind: ClassDef, name: str) -> None:
        self.kind = kind
        self.name = name
        self.id = id_of("thing", name)
        self.values: dict[str, Any] = {state.name: state.default for state in kind.states}
        self.limits: dict[str, dict[str, Any]] = {state.name: dict(state.limits) for state in kind.states}
        self.possible: dict[str, list[Any]] = {state.name: list(state.possible) for state in kind.states}
        self.fault = Fault.NONE
        self.clamp_a = 20.0
        self.setup = "Complete"
        """`None`, `InProgress`, `Complete` or `Failed`."""
        self.device: Device | None = None
        """What a command, by the state's name and its value, is handed to; None = the state is set."""

    def has(self, interface: str) -> bool:
        """Whether its class has *interface*."""
        return interface in self.kind.interfaces

    def changed(self, name: str) -> dict[str, Any]:
        """Return state *name* as `StateChanged` tells it."""
        limits = self.limits[name]
        return {
            "maxValue": limits.get("maxValue"),
            "minValue": limits.get("minValue"),
            "possibleValues": self.possible[name],
            "stateTypeId": self.kind.state_id(name),
            "thingId": self.id,
            "value": plain(self.values[name]),
        }

    def states(self) -> list[dict[str, Any]]:
        """Return all states as `GetThings` and `GetStateValues` do."""
        return [self._state(state) for state in self.kind.states]

    def json(self) -> dict[str, Any]:
        """Return it as `GetThings` does."""
        kind = self.kind
        actions = [kind.state_id(state.name) for state in kind.states if state.action]
        actions += [kind.state_id(name) for name in kind.actions]
        found: dict[str, Any] = {
            "id": self.id,
            "loggedStateTypeIds": [kind.state_id(state.name) for state in kind.states],
            "name": self.name,
            "params": [],
            "setupComplete": self.setup == "Complete",
            "setupError": "ThingErrorNoError" if self.setup == "Complete" else "ThingErrorSetupFailed",
            "setupStatus": f"ThingSetupStatus{self.setup}",
            "states": self.states(),
            "thingClassId": kind.id,
        }
        if actions:
            found["loggedActionTypeIds"] = actions
        if kind.settings:
            found["settings"] = [
                {"paramTypeId": kind.setting_id(setting.name), "value": setting.default} for setting in kind.settings
            ]
        return found

    def _state(self, state: StateDef) -> dict[str, Any]:
        return {
            "filter": "StateValueFilterNone",
            "possibleValues": self.possible[state.name],
            "stateTypeId": self.kind.state_id(state.name),
            "value": plain(self.values[state.name]),
        } | self.limits[state.name]


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return *value* as Qt writes it: a double without fraction as an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
