"""What a user changed: one set of settings against the one before."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from hems_actors.core.facts import ChargingInfoChanged
from replay.values import MODE_NAMES
from replay.why.case import Case
from replay.why.words import current, listed

_TEXTS: Final[dict[str, tuple[str, Callable[[Any], str]]]] = {
    "mode": ("mode", lambda value: MODE_NAMES.get(value, str(value))),
    "priority": ("priority", str),
    "target_percent": ("target", lambda value: f"{value} %"),
    "max_ma": ("maximum", lambda value: current(value) if value else "the charger's own"),
    "min_ma": ("minimum", current),
    "spot": ("cheap hours", lambda value: "allowed" if value else "not allowed"),
    "daily_percent": ("share of the capacity to buy a day", lambda value: f"{value} %"),
}


def changes_of(case: Case, infos: Sequence[ChargingInfoChanged]) -> str:
    """Return what the second of *infos* changed; nothing if there are not two."""
    if len(infos) < 2:  # noqa: PLR2004 - one alone shows no change
        return ""
    before, after = infos[-2:]
    told = [
        f"{name} from {shown(getattr(before, field))} to {shown(getattr(after, field))}"
        for field, (name, shown) in _TEXTS.items()
        if getattr(before, field) != getattr(after, field)
    ]
    if before.car != after.car:
        told.append(f"car from {_car(case, before.car)} to {_car(case, after.car)}")
    if (before.end_s, before.repeat_mask) != (after.end_s, after.repeat_mask):
        told.append(f"deadline from {_deadline(case, before)} to {_deadline(case, after)}")
    return listed(told)


def _car(case: Case, source: int) -> str:
    return case.found.name(source) if source else "none"


def _deadline(case: Case, info: ChargingInfoChanged) -> str:
    if not info.end_s:
        return "none"
    text = case.teller.wall(case.state, info.end_s)
    return f"{text}, repeated" if info.repeat_mask else text
