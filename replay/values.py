"""Values of events as a person reads them: scaled, with unit, codes by their names."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

from hems_actors.core import enums
from hems_actors.core.registry import Event
from hems_actors.core.rules import RULES
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.schema import field_of

_CODES: Final[dict[str, type[IntEnum]]] = {
    "alarm": enums.Alarm,
    "car_phase": enums.CarPhase,
    "closing": enums.Closing,
    "deviation": enums.Deviation,
    "health": enums.Health,
    "issuer": enums.Issuer,
    "knowledge": enums.Knowledge,
    "mode": enums.Mode,
    "result": enums.Result,
    "timer": enums.Timer,
    "what": enums.What,
}
"""Field name to what its numbers mean."""
MODE_NAMES: Final[dict[int, str]] = {mode: mode.name.title().replace("_", "") for mode in enums.Mode}
"""As the API calls them."""
_INSTANTS: Final = ("since_ms", "at_ms", "until_ms")
_PHASES: Final = "ABC"


def value_text(field: str, value: Any, event: Event | None, local: LocalTime) -> str:  # noqa: ANN401 - any field's
    """Return *value* of *field* (`<kind>.<field>`) as text; *event* is the outcome it is part of."""
    name = field.rpartition(".")[2]
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {value_text(key, item, event, local)}" for key, item in value.items())
    if name == "value" and getattr(event, "what", None) == enums.What.CURRENT:
        return scaled("value_ma", value)
    if name in _INSTANTS:
        return local.text(value)
    return scaled(name, value)


def scaled(name: str, value: Any) -> str:  # noqa: ANN401 - any field's
    """Return *value* of the field *name* as text with its unit."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int):
        return str(value)
    if name == "rule" and value in RULES:
        return RULES[value].name
    if name.endswith("_mask"):
        return "".join(letter for bit, letter in enumerate(_PHASES) if value >> bit & 1) or "none"
    codes = _CODES.get(name)
    if codes is not None:
        return codes(value).name.lower() if value in codes.__members__.values() else str(value)
    _, unit, scale = field_of(name)
    digits = len(str(scale)) - 1
    text = f"{value / scale:.{digits}f}" if digits else str(value)
    return f"{text.rstrip('0').rstrip('.') if digits else text} {unit}".rstrip()
