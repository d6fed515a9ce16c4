"""ExecuteAction as nymead does it: lenient with values, strict with limits, dangerous without params."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.nymea.fake.classes import StateDef
from tests.nymea.fake.things import Fault, Thing

if TYPE_CHECKING:
    from tests.nymea.fake.nymead import FakeNymead

TIMEOUT_MS: Final = 15_000
LATE_MS: Final = 3_500
AFTER_TIMEOUT_MS: Final = 20_000
_NO_ERROR: Final = "ThingErrorNoError"
_GRID_ERROR: Final = 1e-6
_DOES: Final[dict[Fault, tuple[str, int, int | None]]] = {
    Fault.NONE: (_NO_ERROR, 0, 0),
    Fault.NEVER_ANSWERS: ("ThingErrorTimeout", TIMEOUT_MS, None),
    Fault.ACTS_LATE: (_NO_ERROR, 0, LATE_MS),
    Fault.HARDWARE_FAILURE: ("ThingErrorHardwareFailure", 0, None),
    Fault.LIES: (_NO_ERROR, 0, None),
    Fault.ACTS_AFTER_TIMEOUT: ("ThingErrorTimeout", TIMEOUT_MS, AFTER_TIMEOUT_MS),
    Fault.CLAMPS: (_NO_ERROR, 0, 0),
}
"""With which error it answers, when, and when it acts, in ms."""
Answer = Callable[[dict[str, Any]], None]


class Executed(NamedTuple):
    """A command that passed all checks, whatever the device then made of it."""

    thing: str
    """Its name."""
    action: str
    value: Any


def execute(fake: "FakeNymead", params: dict[str, Any], answer: Answer) -> None:
    """Carry out the action that *params* describe; *answer* may come later."""
    error = _NO_ERROR
    thing = fake.things.get(params["thingId"])
    if thing is None:
        error = "ThingErrorThingNotFound"
    elif thing.setup != "Complete":
        error = "ThingErrorSetupFailed"
    else:
        kind = thing.kind
        names = [*kind.actions, *(state.name for state in kind.states if state.action)]
        name = next((each for each in names if kind.state_id(each) == params["actionTypeId"]), None)
        if name is None:
            error = "ThingErrorActionTypeNotFound"
        else:
            try:
                value = _value(thing, name, params.get("params"))
            except ValueError:
                error = "ThingErrorInvalidParameter"
            else:
                _perform(fake, thing, Executed(thing.name, name, value), answer)
                return
    answer({"thingError": error})


def _value(thing: Thing, name: str, params: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return what action *name* is to set; without params, that is the default, as with nymead."""
    if name in thing.kind.actions:
        return name == "connect"
    state = thing.kind.state(name)
    given = {param["paramTypeId"]: param["value"] for param in params} if isinstance(params, list) else {}
    value = given.pop(thing.kind.state_id(name), state.default)
    if given:
        raise ValueError
    return _within(thing, state, converted(state.type, value))


def converted(kind: str, value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Return *value* as the *kind* of a state, as leniently as Qt.

    Raises:
        ValueError: it cannot be.
    """
    if value is None or isinstance(value, list | dict):
        raise ValueError
    if kind == "Bool":
        return value not in ("", "0", "false") and bool(value)
    if kind == "String":
        return str(value)
    number = (
        float(str(value).strip())
        if isinstance(value, str)
        else float(str(value) if not isinstance(value, bool) else value)
    )
    return number if kind == "Double" else round(number)


def _within(thing: Thing, state: StateDef, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return *value* if the state may have it now.

    Raises:
        ValueError: it may not.
    """
    possible, limits = thing.possible[state.name], thing.limits[state.name]
    low, high = limits.get("minValue"), limits.get("maxValue")
    if possible and value not in possible:
        raise ValueError
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError
    if state.step:
        steps = (value - (low or 0)) / state.step
        if abs(steps - round(steps)) > _GRID_ERROR:
            raise ValueError
    return value


def _perform(fake: "FakeNymead", thing: Thing, command: Executed, answer: Answer) -> None:
    fake.executed.append(command)
    name = "connected" if command.action in thing.kind.actions else command.action
    clamped = thing.fault is Fault.CLAMPS and name == "maxChargingCurrent"
    value = min(command.value, thing.clamp_a) if clamped else command.value

    def act() -> None:
        if thing.id not in fake.things:
            return
        if thing.device is not None:
            thing.device(name, value)
        else:
            fake.set_state(thing, name, value)

    error, answers_ms, acts_ms = _DOES[thing.fault]
    if acts_ms is not None:
        _in(fake, acts_ms, act)
    _in(fake, answers_ms, lambda: answer({"thingError": error}))


def _in(fake: "FakeNymead", delay_ms: int, job: Callable[[], None]) -> None:
    if delay_ms:
        fake.later(delay_ms, job)
    else:
        job()
