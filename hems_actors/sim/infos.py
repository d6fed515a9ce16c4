"""From `[chargers.info]` and `[[changes]]` to the ChargingInfos told over a scenario, deadlines as instants.

A change is merged into what was told before, as SetChargingInfo merges (charging.md section 4). A deadline that does
not repeat is then gone if it is past, or if the car it was for has left.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from hems_actors.config.locate import Key
from hems_actors.core.enums import Mode
from hems_actors.core.modes import has_target_time
from hems_actors.core.recurrence import is_past
from hems_actors.sim.happenings import stays
from hems_actors.sim.moments import Moments
from hems_actors.sim.scenario import Scenario
from hems_actors.sim.scenario_plans import End
from hems_actors.sim.scenario_things import Change, Info

MODES: Final = {
    "Normal": Mode.NORMAL,
    "Eco": Mode.ECO,
    "EcoWithTargetTime": Mode.ECO_WITH_TARGET_TIME,
    "EcoWithMinCurrent": Mode.ECO_WITH_MIN_CURRENT,
    "EcoMinWithTargetTime": Mode.ECO_MIN_WITH_TARGET_TIME,
}
_DEADLINE_KEYS: Final = ("end", "repeat_days")


class Told(NamedTuple):
    """The settings of one charger, whole, as they are told at an instant."""

    at_ms: int
    key: Key
    """Where the file says so."""
    given: frozenset[str]
    """What it names there."""
    charger: str
    info: Info
    end_s: int
    """Its `end`, UTC; 0 = none."""

    @property
    def repeat_mask(self) -> int:
        """The weekdays it repeats on: bit 0 = Monday; 0 = once."""
        return sum(1 << (day - 1) for day in self.info.repeat_days)


def told_at_start(scenario: Scenario, moments: Moments) -> list[Told]:
    """Return each charger's settings at the start, in the order of the file."""
    return [
        Told(
            moments.start_ms,
            ("chargers", i, "info"),
            frozenset(charger.info.model_fields_set),
            charger.name,
            charger.info,
            _end_s(charger.info.end, moments, moments.start_ms),
        )
        for i, charger in enumerate(scenario.chargers)
    ]


def told_later(scenario: Scenario, moments: Moments) -> Iterator[Told]:
    """Yield each charger's settings as `[[changes]]` leave them, in time order."""
    last = {told.charger: told for told in told_at_start(scenario, moments)}
    for i, change in sorted(enumerate(scenario.changes), key=lambda item: moments.at(item[1].at)):
        if change.charger in last:
            told = last[change.charger] = _changed(last[change.charger], i, change, scenario, moments)
            yield told


def past_deadlines(scenario: Scenario, moments: Moments) -> Iterator[tuple[Key, str]]:
    """Yield each deadline that is over when it is set and does not repeat: such settings are refused."""
    for told in (*told_at_start(scenario, moments), *told_later(scenario, moments)):
        named = [key for key in _DEADLINE_KEYS if key in told.given]
        if named and is_past(told.end_s, told.repeat_mask, told.at_ms // 1_000):
            yield (*told.key, named[0]), "expected a deadline after it is set, or one that repeats"


def _changed(before: Told, i: int, change: Change, scenario: Scenario, moments: Moments) -> Told:
    at_ms = moments.at(change.at)
    given = change.model_fields_set - {"at", "charger"}
    info = before.info.model_copy(update=change.model_dump(include=given))
    after = Told(at_ms, ("changes", i), frozenset(given), before.charger, info, before.end_s)
    if change.end is not None:
        return after._replace(end_s=_end_s(change.end, moments, at_ms))
    gone = is_past(before.end_s, before.repeat_mask, at_ms // 1_000) and not given.intersection(_DEADLINE_KEYS)
    left = not before.repeat_mask and _has_left(before, at_ms, scenario, moments)
    return after._replace(end_s=0) if gone or left else after


def _end_s(end: End, moments: Moments, at_ms: int) -> int:
    return 0 if isinstance(end, int) else moments.at(end, at_ms) // 1_000


def _has_left(told: Told, at_ms: int, scenario: Scenario, moments: Moments) -> bool:
    """Return whether a car that the deadline was for left the charger since *told*, and before *at_ms*."""
    visits = [visit for visit in scenario.visits if visit.charger == told.charger]
    ends_ms = [to_ms for visit in visits for _, to_ms in stays(visit, moments)]
    return has_target_time(MODES[told.info.mode]) and any(told.at_ms < to_ms <= at_ms for to_ms in ends_ms)
