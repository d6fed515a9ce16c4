"""Values and instants as people read them, for the marks of a picture."""

from typing import Final

from hems_actors.core.describe import field_text
from hems_actors.core.units import mask_phases
from hems_actors.eventlog.localtime import LocalTime

_RUN: Final = 3
_WEEKDAYS: Final = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")  # 1 January 1970 was a Thursday
_PHASES: Final = "ABC"
_SHOWN_RUNS: Final = 12


def value_text(name: str, value: int | bool | None) -> str:
    """Return *value* of the field *name* with its unit, or its code's name in words."""
    return field_text(name, value).replace("_", " ")


def energy_text(energy_wh: int) -> str:
    """Return an energy in kWh."""
    return f"{energy_wh / 1000:.1f} kWh"


def power_text(power_w: int) -> str:
    """Return a power in kW."""
    return f"{power_w / 1000:.2f} kW"


def price_text(price_ueur_kwh: int) -> str:
    """Return a price in cents."""
    return f"{price_ueur_kwh / 10_000:.2f} ct/kWh"


def phases_text(mask: int) -> str:
    """Return the phases of *mask*."""
    letters = "".join(_PHASES[phase] for phase in mask_phases(mask))
    return {"": "unknown phases", "ABC": "all phases"}.get(letters, f"phase {' and '.join(letters)}")


def time_text(local: LocalTime, at_ms: int) -> str:
    """Return weekday and local time to the minute, or second where there are any."""
    text = local.text(at_ms)
    if "T" not in text:
        return text
    clock = text[11:19].removesuffix(":00") if text[17:19] == "00" else text[11:19]
    return f"{_WEEKDAYS[local.day(at_ms) % 7]} {clock}"


def wall_text(local: LocalTime, wall_s: int) -> str:
    """Return weekday and local time of the wall clock's *wall_s*."""
    return time_text(local, wall_s * 1000 - local.clock_offset_ms)


def runs_text(local: LocalTime, runs: tuple[int, ...]) -> str:
    """Return when a plan charges, and at which power."""
    triples = [runs[at : at + _RUN] for at in range(0, len(runs), _RUN)]
    shown = [
        f"{wall_text(local, from_s)} to {wall_text(local, to_s)} at {power_text(power_w)}"
        for from_s, to_s, power_w in triples[:_SHOWN_RUNS]
    ]
    if len(triples) > _SHOWN_RUNS:
        shown.append(f"{len(triples) - _SHOWN_RUNS} more")
    return "; ".join(shown) or "not at all"
