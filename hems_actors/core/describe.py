"""One canonical text per event: for transcripts, reports and people."""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Final

from hems_actors.core import enums
from hems_actors.core.civil import utc_text
from hems_actors.core.identity import name_of, uuid_text
from hems_actors.core.registry import Event
from hems_actors.core.restored import Restored, Value
from hems_actors.core.rules import RULES, RuleText
from hems_actors.core.units import mask_phases

FIELD_CODES: Final[dict[str, type[IntEnum]]] = {
    "mode": enums.Mode,
    "issuer": enums.Issuer,
    "what": enums.What,
    "result": enums.Result,
    "closing": enums.Closing,
    "timer": enums.Timer,
    "deviation": enums.Deviation,
    "car_phase": enums.CarPhase,
    "knowledge": enums.Knowledge,
    "health": enums.Health,
    "alarm": enums.Alarm,
    "on_exit": enums.OnExit,
    "step": enums.CoreStep,
    "kind": enums.ThingKind,
    "provider": enums.PriceProvider,
    "failure": enums.Failure,
    "purpose": enums.Purpose,
    "cause": enums.PlanCause,
    "ending": enums.Ending,
    "trouble": enums.Trouble,
}
"""Fields whose numbers are codes."""
_SCALED: Final = {
    "_ma": (1_000, "A"),
    "_dv": (10, "V"),
    "_ms": (1_000, "s"),
    "_permille": (1_000, ""),
    "_ueur_kwh": (1_000, "EUR/MWh"),
}
_PLAIN: Final = {"_w": "W", "_wh": "Wh", "_percent": "%", "_s": "s", "_seq": ""}
_LETTERS: Final = "ABC"
_INSTANTS: Final = ("at_ms", "since_ms", "until_ms")
_INSTANTS_S: Final = ("end_s", "until_s", "deadline_s", "slot_end_s")
_RUN: Final = 3


def describe(event: Event, names: Mapping[int, str]) -> str:
    """Return *event* in one line: who, what, and each field with its unit.

    Args:
        event: any event of the registry.
        names: source number to the thing's name; an unknown number is shown as it is.
    """
    source = event.source
    who = names.get(source, str(source)) if source else "home"
    if isinstance(event, Restored):
        return f"{who} Restored part={event.part} {event.values}"
    shown = [f"{_stem(name)}={field_text(name, value)}" for name, value in _fields(event) if name != "operands"]
    operands = getattr(event, "operands", ())
    if operands:
        shown.append(f"because {operands_text(getattr(event, 'rule', 0), operands)}")
    return " ".join([who, type(event).__name__, *shown])


def field_text(name: str, value: Value) -> str:
    """Return *value* of field *name* with its unit, or its code's name."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int):
        return _TRIPLES[name](value) if name in _TRIPLES else ",".join(str(item) for item in value)
    if name in FIELD_CODES:
        return _code(FIELD_CODES[name], value)
    if name in _WORDS:
        return _WORDS[name](value)
    return _measure(name, value)


def _measure(name: str, value: int) -> str:
    """Return a number with the unit its field's name ends in."""
    if name in _INSTANTS:
        return str(value)
    if name in _INSTANTS_S:
        return utc_text(value) if value else "none"
    for suffix, (scale, unit) in _SCALED.items():
        if name.endswith(suffix):
            return _decimal(value, scale) + (f" {unit}" if unit else "")
    for suffix, unit in _PLAIN.items():
        if name.endswith(suffix):
            return f"{value} {unit}".rstrip()
    return str(value)


def _letters(mask: int) -> str:
    return "".join(_LETTERS[phase] for phase in mask_phases(mask)) or "?"


def operands_text(rule: int, operands: tuple[int, ...]) -> str:
    """Return a decision's operands by name, each with the number of the event it came from."""
    names = RULES.get(rule, RuleText("", (), "")).operands
    pairs = list(zip(operands[::2], operands[1::2], strict=False))
    shown = []
    for index, (value, seq) in enumerate(pairs):
        name = names[index] if index < len(names) else f"operand{index + 1}"
        shown.append(f"{_stem(name)} {field_text(name, value)} (#{seq})")
    return ", ".join(shown)


def _fields(event: Event) -> list[tuple[str, Value]]:
    return [(name, getattr(event, name)) for name in event._fields[1:]]


def _code(kind: type[IntEnum], value: int) -> str:
    try:
        return kind(value).name.lower()
    except ValueError:
        return str(value)


def _decimal(value: int, scale: int) -> str:
    """Return value / scale exactly, without a float and without trailing zeros."""
    sign, magnitude = ("-" if value < 0 else ""), abs(value)
    digits = len(str(scale)) - 1
    fraction = str(magnitude % scale).rjust(digits, "0").rstrip("0")
    return f"{sign}{magnitude // scale}" + (f".{fraction}" if fraction else "")


def _stem(name: str) -> str:
    """Return a field's name without its unit, which stands beside the value."""
    for suffix in (*_SCALED, *_PLAIN):
        if name.endswith(suffix) and name not in _INSTANTS and not name.endswith("_seq"):
            return name.removesuffix(suffix)
    return name


def _runs(numbers: tuple[int, ...]) -> str:
    """Return the runs of a plan: from, to, power."""
    triples = [numbers[at : at + _RUN] for at in range(0, len(numbers), _RUN)]
    return ",".join(f"{utc_text(from_s)}/{utc_text(to_s)}@{power_w}W" for from_s, to_s, power_w in triples) or "none"


def _slots(numbers: tuple[int, ...]) -> str:
    """Return how many slots there are, and from when to when."""
    if not numbers:
        return "none"
    return f"{len(numbers) // _RUN} from {utc_text(numbers[0])} to {utc_text(numbers[-2])}"


def _weekdays(mask: int) -> str:
    """Return the weekdays of *mask*, Monday = 1."""
    return "".join(str(day) for day in range(1, 8) if mask >> (day - 1) & 1) or "none"


def _assumed(bits: int) -> str:
    """Return what a plan had to assume."""
    return (
        "+".join(name for at, name in enumerate(("level", "capacity", "prices", "best")) if bits >> at & 1) or "nothing"
    )


_TRIPLES: Final[dict[str, Callable[[tuple[int, ...]], str]]] = {
    "runs": _runs,
    "slots": _slots,
    "uuid": uuid_text,
    "name": name_of,
}
_WORDS: Final[dict[str, Callable[[int], str]]] = {
    "rule": lambda value: RULES[value].name if value in RULES else str(value),
    "phase": lambda value: _LETTERS[value],
    "phases_mask": _letters,
    "repeat_mask": _weekdays,
    "assumed": _assumed,
}
