"""From a scenario's visits and faults to what happens in the plant, in time order."""

from collections.abc import Iterator

from hems_actors.config.locate import Key
from hems_actors.sim.moments import Moments
from hems_actors.sim.numbers import Numbers
from hems_actors.sim.plant.faults import Clamp, FaultWindow, Happening, Plug, Press, Reach, Unplug, WriteFault
from hems_actors.sim.scenario import Scenario
from hems_actors.sim.scenario_things import WRITE_FAULTS, Fault, Visit

LATE_MS = {"late_answer": 8_000, "acts_after_timeout": 20_000}
Windows = list[tuple[int, int]]
"""Stretches of time: from, to before (ms)."""
_WRITE_FAULTS = dict(zip(WRITE_FAULTS, WriteFault, strict=True))


def window_ms(fault: Fault, moments: Moments) -> tuple[int, int]:
    """Return from when to before when *fault* is on; without an end it lasts to the scenario's."""
    from_ms = moments.at(fault.begins)
    to_ms = moments.end_ms if fault.to is None else moments.at(fault.to, from_ms)
    return from_ms, to_ms


def within(at_ms: int, windows: Windows) -> bool:
    """Return whether *at_ms* is in any of *windows*."""
    return bool(windows) and any(from_ms <= at_ms < to_ms for from_ms, to_ms in windows)


def stays(visit: Visit, moments: Moments) -> Iterator[tuple[int, int]]:
    """Yield from when to when the car is plugged in, once or for each day of the scenario."""
    from_ms = moments.at(visit.plugged_from)
    to_ms = moments.end_ms if visit.to is None else moments.at(visit.to, from_ms)
    yield from_ms, to_ms
    while visit.daily and (from_ms := moments.next_day(from_ms)) < moments.end_ms:
        to_ms = moments.next_day(to_ms)
        yield from_ms, to_ms


def happenings(scenario: Scenario, moments: Moments, numbers: Numbers) -> list[Happening]:
    """Return all that happens to the plant, by instant; at one instant cars leave before others come."""
    found: list[Happening] = []
    for visit in scenario.visits:
        charger, car = numbers.chargers[visit.charger], numbers.cars[visit.car]
        for from_ms, to_ms in stays(visit, moments):
            found.append(Plug(from_ms, charger, car, visit.level_percent))
            if to_ms < moments.end_ms:
                found.append(Unplug(to_ms, charger, visit.drives_kwh * 1_000))
    for fault in scenario.faults:
        if fault.charger is not None:
            found += _of_fault(fault, numbers.chargers[fault.charger], moments)
    return sorted(found, key=lambda happening: (happening.at_ms, not isinstance(happening, Unplug)))


def write_faults(scenario: Scenario, charger: str, moments: Moments) -> list[FaultWindow]:
    """Return when writes to *charger* fail, and how."""
    return [
        FaultWindow(
            _WRITE_FAULTS[fault.kind],
            *window_ms(fault, moments),
            LATE_MS.get(fault.kind, 0) if fault.delay_s is None else round(fault.delay_s * 1_000),
        )
        for fault in scenario.faults
        if fault.charger == charger and fault.kind in _WRITE_FAULTS
    ]


def double_bookings(scenario: Scenario, moments: Moments) -> Iterator[tuple[Key, str]]:
    """Yield each visit that ends before it begins, or that overlaps another at its charger or of its car."""
    booked: list[tuple[int, int, Visit]] = []
    for i, visit in enumerate(scenario.visits):
        own = list(stays(visit, moments))
        if own[0][1] <= own[0][0]:
            yield ("visits", i, "to"), "expected a time after from"
        for from_ms, to_ms in own:
            if any(
                from_ms < other_to and other_from < to_ms and (visit.car == other.car or visit.charger == other.charger)
                for other_from, other_to, other in booked
            ):
                yield ("visits", i, "from"), "expected a time when neither car nor charger is taken by another visit"
            booked.append((from_ms, to_ms, visit))


def _of_fault(fault: Fault, charger: int, moments: Moments) -> list[Happening]:
    from_ms, to_ms = window_ms(fault, moments)
    match fault.kind:
        case "clamps":
            max_ma = round((fault.current_a or 0) * 1_000)
            return [Clamp(from_ms, charger, max_ma), Clamp(to_ms, charger, None)]
        case "button":
            current_ma = None if fault.current_a is None else round(fault.current_a * 1_000)
            return [Press(from_ms, charger, fault.power, current_ma)]
        case "disconnects":
            return [Reach(from_ms, charger, connected=False), Reach(to_ms, charger, connected=True)]
        case _:
            return []
