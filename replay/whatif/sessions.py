"""Which car was plugged in when, and with which level: worked out from what chargers drew and cars said.

A car says its level in whole percent. Each time it goes up by one, the true level is known; so is then the level that
it came with, since what it drew until then is known.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from hems_actors.core.facts import CarReported
from hems_actors.core.units import VOLTAGE_DV_NOMINAL
from hems_actors.sim.plant.cars import EFFICIENCY
from replay.whatif.record import ChargerRecord, Drawn, Record, Session, Unknown, is_measured

HOUR_MS: Final = 3_600_000
NEAR_MS: Final = 60_000
"""A car and its charger say that it is plugged in within this time."""
_STEPS_MIN: Final = 5
"""So many steps of level tell the capacity better than the car does."""
_CAPACITY_SLACK: Final = 0.02
DREW_WH: Final = 50.0
"""Less is what an unmeasured charger was thought to deliver before it was known."""
_NOISE: Final = 0.05
_RISES_PERCENT: Final = 2
"""A level that should have risen by so much has."""
_FULL: Final = 100.0
_HALF: Final = 0.5


@dataclass(slots=True)
class Visit:
    """One plug-in of one car; levels in percent, None = unknown."""

    charger: int
    car: int
    """0 = an unknown one."""
    from_ms: int
    to_ms: int | None
    energy_wh: float
    """Drawn at the socket."""
    level_percent: float | None = None
    """It came with."""
    capacity_wh: float | None = None

    def level_after(self, energy_wh: float) -> float:
        """Return the level once *energy_wh* was drawn."""
        if self.level_percent is None or not self.capacity_wh:
            return 0.0
        return min(_FULL, self.level_percent + energy_wh * EFFICIENCY * _FULL / self.capacity_wh)


class Delivered:
    """What a charger delivered up to any instant, in Wh."""

    def __init__(self, own: ChargerRecord) -> None:
        self._times_ms = [change.to_ms for change in own.drawn]
        self._powers_w = [change.power_w for change in own.drawn]
        self._sums_wh = [0.0]
        for index in range(1, len(self._times_ms)):
            lasted_ms = self._times_ms[index] - self._times_ms[index - 1]
            self._sums_wh.append(self._sums_wh[-1] + self._powers_w[index - 1] * lasted_ms / HOUR_MS)

    def at(self, at_ms: int) -> float:
        """Return how much it was at *at_ms*."""
        index = bisect_right(self._times_ms, at_ms) - 1
        if index < 0:
            return 0.0
        return self._sums_wh[index] + self._powers_w[index] * (at_ms - self._times_ms[index]) / HOUR_MS

    def between(self, from_ms: int, to_ms: int) -> float:
        """Return how much it was from *from_ms* to *to_ms*."""
        return self.at(to_ms) - self.at(from_ms)


def visits_of(record: Record) -> list[Visit]:
    """Return all plug-ins of *record* in time order."""
    found = []
    for source, own in record.chargers.items():
        delivered = Delivered(own)
        for session in own.sessions:
            visit = _visit(record, source, session, delivered)
            found.append(visit)
    found.sort(key=lambda visit: (visit.from_ms, visit.charger))
    return found


def disbelieve(record: Record) -> list[str]:
    """Take back what an unmeasured charger was thought to deliver to a car that took nothing; say so.

    Its level never rose, or it was thought to take next to nothing of what was offered: noise at the root meter.
    """
    said = []
    for source, own in record.chargers.items():
        if is_measured(record, source):
            continue
        for session in own.sessions:
            to_ms = record.to_ms if session.to_ms is None else session.to_ms
            believed_wh = Delivered(own).between(session.from_ms, to_ms)
            noise = DREW_WH < believed_wh < _NOISE * _offered_wh(own, session.from_ms, to_ms)
            if believed_wh and (noise or _stays_flat(record, session, believed_wh)):
                own.drawn = [_without(change, session, to_ms) for change in own.drawn]
                name, when = record.names.get(source, f"thing {source}"), record.local.text(session.from_ms)[:16]
                said.append(f"{name} delivered nothing from {when.replace('T', ' ')} on, by meter or car")
    return said


def _offered_wh(own: ChargerRecord, from_ms: int, to_ms: int) -> float:
    """Return what the charger *own* offered on one phase."""
    total = 0.0
    for (at_ms, report), (next_ms, _) in pairwise([*own.reports, (to_ms, own.reports[-1][1])]):
        lasted_ms = min(next_ms, to_ms) - max(at_ms, from_ms)
        if report.power_on and lasted_ms > 0:
            total += report.current_ma * VOLTAGE_DV_NOMINAL / 10_000 * lasted_ms / HOUR_MS
    return total


def _stays_flat(record: Record, session: Session, believed_wh: float) -> bool:
    """Return whether the level of the car of *session* stays as it is, though it should rise by *believed_wh*."""
    to_ms = record.to_ms if session.to_ms is None else session.to_ms
    reports = record.cars.get(car_of(session), [])
    before = [report for at_ms, report in reports if at_ms <= session.from_ms + NEAR_MS][-1:]
    inside = [report for at_ms, report in reports if session.from_ms + NEAR_MS < at_ms <= to_ms - 1]
    levels = [report.level_percent for report in before + inside]
    if not levels or levels[0] is None or levels[0] == _FULL or any(level != levels[0] for level in levels):
        return False
    capacity_wh = (before + inside)[0].capacity_wh or record.state.planning.capacity_wh
    return believed_wh * EFFICIENCY * _FULL > _RISES_PERCENT * capacity_wh


def _without(change: Drawn, session: Session, to_ms: int) -> Drawn:
    """Return *change*, with no draw if it is one of *session*."""
    if not session.from_ms <= change.to_ms <= to_ms:
        return change
    return change._replace(terminals_w=(0.0, 0.0, 0.0), unknown=Unknown.NOTHING)


def _visit(record: Record, source: int, session: Session, delivered: Delivered) -> Visit:
    to_ms = record.to_ms if session.to_ms is None else session.to_ms
    car = car_of(session)
    visit = Visit(source, car, session.from_ms, session.to_ms, delivered.between(session.from_ms, to_ms))
    reports = [item for item in record.cars.get(car, []) if session.from_ms - 1 <= item[0] <= to_ms]
    before = [item for item in record.cars.get(car, []) if item[0] < session.from_ms - 1]
    _find_level(visit, before[-1:] + reports, delivered)
    return visit


def find_cars(record: Record) -> None:
    """Find the car of each session, assigned ones first: no car is plugged in twice at a time."""
    sessions = [session for own in record.chargers.values() for session in own.sessions]
    for session in sessions:
        session.found = None
    for session in sorted(sessions, key=lambda session: (not session.car, session.from_ms)):
        others = [other.found for other in sessions if other.found and _overlap(session, other)]
        session.found = _car_of(record, session, others)


def car_of(session: Session) -> int:
    """Return the car that was plugged in, as `find_cars` found it; 0 = an unknown one."""
    return session.found or 0


def _overlap(one: Session, other: Session) -> bool:
    return all(b.to_ms is None or a.from_ms < b.to_ms for a, b in ((one, other), (other, one)))


def _car_of(record: Record, session: Session, others: list[int]) -> int:
    """Return the assigned car unless it says otherwise, else one that says so then; none of *others*."""
    came: dict[int, int] = {}
    for number, reports in record.cars.items():
        if number in others:
            continue
        plugged = False
        for at_ms, report in reports:
            if report.plugged_in and not plugged and abs(at_ms - session.from_ms) <= NEAR_MS:
                came[number] = abs(at_ms - session.from_ms)
            plugged = bool(report.plugged_in)
    assigned = None if session.car in others else record.cars.get(session.car)
    if assigned and (session.car in came or not came) and _may_be_there(assigned, session):
        return session.car
    return min(came, key=lambda number: (came[number], number)) if came else 0


def _may_be_there(reports: list[tuple[int, CarReported]], session: Session) -> bool:
    """Return whether a car does not say that it is plugged in nowhere while *session* begins."""
    said = [report.plugged_in for at_ms, report in reports if at_ms <= session.from_ms + NEAR_MS]
    return not said or said[-1] is not False


def _find_level(visit: Visit, reports: list[tuple[int, CarReported]], delivered: Delivered) -> None:
    """Work out with which level the car came, and its capacity, from the steps of its level."""
    known = [(at_ms, report) for at_ms, report in reports if report.level_percent is not None]
    if not known:
        return
    first = known[0][1] if len(known) == 1 or known[0][0] >= visit.from_ms else known[1][1]
    at_start = next((report for at_ms, report in known if at_ms >= visit.from_ms), first)
    visit.capacity_wh = float(at_start.capacity_wh) if at_start.capacity_wh else None
    steps: list[tuple[float, float]] = []
    for (_, before), (at_ms, after) in pairwise(known):
        rise = (after.level_percent or 0) - (before.level_percent or 0)
        if rise == 1 and at_ms > visit.from_ms:
            steps.append((delivered.between(visit.from_ms, at_ms), float(after.level_percent or 0)))
    if len(steps) > _STEPS_MIN:
        fitted_wh = _capacity_wh(steps)
        if visit.capacity_wh is None or abs(fitted_wh / visit.capacity_wh - 1) > _CAPACITY_SLACK:
            visit.capacity_wh = fitted_wh
    said = float(at_start.level_percent or 0)
    visit.level_percent = min(_FULL, said + _HALF)
    if steps and visit.capacity_wh:
        came = median(level - wh * EFFICIENCY * _FULL / visit.capacity_wh for wh, level in steps)
        visit.level_percent = min(max(came, said), said + 1)


def _capacity_wh(steps: list[tuple[float, float]]) -> float:
    """Return the capacity by which the level rose as it did."""
    (first_wh, first), (last_wh, last) = steps[0], steps[-1]
    return (last_wh - first_wh) * EFFICIENCY * _FULL / (last - first)
