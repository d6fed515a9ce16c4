"""The recorded house: what the root meter showed, less chargers and battery, phase by phase.

Strategy: a charger shows a new draw a moment after the meter does, or before. Each change of draw is placed between the
readings where the house moves least by it. Where a charger's wiring is not configured, the one is taken by which the
house moves least.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise, product
from operator import itemgetter
from typing import Final, NamedTuple

from hems_actors.core.facts import MeterReading
from hems_actors.core.units import PHASES, VOLTAGE_DV_NOMINAL, volts_dv
from hems_actors.sim.plant.house import HouseStep, shared_by
from replay.whatif.record import Drawn, Record, Session, Unknown
from replay.whatif.sessions import car_of
from replay.whatif.silence import is_silent, silences_of
from replay.whatif.times import grid_of

Watts = tuple[float, float, float]
Reading = tuple[int, MeterReading]
Wiring = tuple[int, ...]
"""Grid phase (0 = A) of each terminal."""
WINDOW_MS_MAX: Final = 20_000
"""A change of draw is looked for so long before it shows at most."""
_THREE: Final = 3
_ANSWERED_W: Final = 5.0
"""A battery that moves by what the reading before showed, give or take so much, answers that."""


class House(NamedTuple):
    """The house without chargers and battery."""

    steps: list[HouseStep]
    wirings: dict[int, Wiring]
    guessed: tuple[int, ...]
    """Chargers whose wiring is that by which the house moves least."""
    voltage_dv: int
    phases: int
    """That the meter shows: 1 or 3."""


class Taken(NamedTuple):
    """The house once a charger is taken off, if it is wired like this and drew like that."""

    rest: list[Watts]
    wiring: Wiring
    drawn: list[Drawn]


def house_of(record: Record, battery_phases: tuple[int, ...]) -> House:
    """Return the house of *record*, with its battery evenly on *battery_phases*.

    What is not known of a charger's draw, on how many phases it was, is worked out and kept in *record*.
    """
    readings = _known(record)
    times_ms = [at_ms for at_ms, _reading in readings]
    voltage_dv = _voltage_dv(record)
    phases = phases_of(record)
    rest = _without_battery(record, readings, battery_phases)
    wirings: dict[int, Wiring] = {}
    guessed = []
    for source, own in record.chargers.items():
        candidates = _candidates(record, source, phases)
        if len(candidates) > 1:
            guessed.append(source)
        tried = [_taken(record, source, rest, times_ms, wiring) for wiring in candidates]
        best = min(tried, key=lambda taken: _movement(taken.rest))
        rest, wirings[source], own.drawn = best.rest, best.wiring, best.drawn
    early = _seen_by_battery(record, readings)
    steps = [HouseStep(at_ms - (at_ms in early), *watts, 0.0) for at_ms, watts in zip(times_ms, rest, strict=True)]
    steps[0] = steps[0]._replace(at_ms=min(record.from_ms, steps[0].at_ms))
    return House(steps, wirings, tuple(guessed), voltage_dv, phases)


def _watts(reading: MeterReading) -> Watts:
    """Return the power per phase that *reading* shows, + import; what a meter leaves out is 0."""
    powers = (reading.a_w, reading.b_w, reading.c_w)
    if powers == (None, None, None):
        amps = (reading.a_ma, reading.b_ma, reading.c_ma)
        volts = (reading.a_dv, reading.b_dv, reading.c_dv)
        if amps == (None, None, None):
            return (float(reading.power_w or 0), 0.0, 0.0)
        sizes = [(i or 0) * volts_dv(v) / 10_000 for i, v in zip(amps, volts, strict=True)]
        return _signed(sizes, reading.power_w)
    return (float(powers[0] or 0), float(powers[1] or 0), float(powers[2] or 0))


def _signed(sizes: Sequence[float], total_w: int | None) -> Watts:
    """Return *sizes* with the signs by which they add up to *total_w*: some meters show currents without a sign."""
    a_w, b_w, c_w = sizes
    if total_w is None or min(sizes) < 0:
        return (a_w, b_w, c_w)
    signs = min(product((1, -1), repeat=_THREE), key=lambda s: abs(s[0] * a_w + s[1] * b_w + s[2] * c_w - total_w))
    return (signs[0] * a_w, signs[1] * b_w, signs[2] * c_w)


def _without_battery(record: Record, readings: list[Reading], phases: tuple[int, ...]) -> list[Watts]:
    shares = shared_by(phases)
    times_ms = [at_ms for at_ms, _report in record.battery]
    rest = []
    for at_ms, reading in readings:
        index = bisect_right(times_ms, at_ms) - 1
        power_w = record.battery[index][1].power_w if index >= 0 else 0
        watts = _watts(reading)
        a_w, b_w, c_w = (watts[phase] - power_w * shares[phase] for phase in PHASES)
        rest.append((a_w, b_w, c_w))
    return rest


def _known(record: Record) -> list[Reading]:
    """Return what the root meter showed, again where the battery moved and it kept silent: it showed the same."""
    times_ms = [at_ms for at_ms, _ in record.readings]
    silences = silences_of(record)
    read = grid_of(times_ms)
    again = []
    for (_, before), (at_ms, after) in pairwise(record.battery):
        index = bisect_right(times_ms, at_ms) - 1
        moved = before.power_w != after.power_w and read is not None and read.first_ms(at_ms) == at_ms
        if moved and index >= 0 and times_ms[index] != at_ms and not is_silent(silences, at_ms):
            again.append((at_ms, record.readings[index][1]))
    return sorted([*record.readings, *again], key=itemgetter(0))


def _seen_by_battery(record: Record, readings: list[Reading]) -> set[int]:
    """Return when a reading shows a change that the battery had seen before: it had answered it already."""
    changes = {after[0]: before[1].power_w - after[1].power_w for before, after in pairwise(record.battery)}
    found = set()
    for (_, before), (at_ms, _reading) in pairwise(readings):
        answered_w = changes.get(at_ms)
        if answered_w and abs(answered_w - sum(_watts(before))) > _ANSWERED_W:
            found.add(at_ms)
    return found


def _candidates(record: Record, source: int, phases: int) -> list[Wiring]:
    """Return how the charger *source* may be wired."""
    charger = record.state.chargers[source]
    if phases == 1:
        return [(0,)]
    digits = tuple(int(digit) - 1 for digit in str(charger.config.rotation)) if charger.config.rotation else ()
    if digits and not charger.map.disproved:
        return [digits[: charger.config.phases]]
    if charger.config.phases == 1:
        return [(phase,) for phase in PHASES]
    return [(0, 1, 2), (1, 2, 0), (2, 0, 1)]


def _taken(record: Record, source: int, grid: list[Watts], times_ms: list[int], wiring: Wiring) -> Taken:
    """Return *grid* without the charger *source*, each plug-in on as many phases as its car says, or as fits best."""
    own = record.chargers[source]
    found = list(own.drawn)
    for session in own.sessions if any(change.unknown != Unknown.NOTHING for change in found) else ():
        inside = [index for index, change in enumerate(found) if _is_in(change, session)]
        if inside:
            counts = _counts(record, session, len(wiring))
            if any(found[index].unknown == Unknown.TOTAL for index in inside):
                counts = [*counts, 0]
            span = _span(found[max(0, inside[0] - 1)], session, times_ms)

            def moves(count: int, inside: list[int] = inside, span: slice = span) -> float:
                tried = [found[max(0, inside[0] - 1)].on(1), *(found[index].on(count) for index in inside)]
                return _movement(_taken_off(grid[span], times_ms[span], tried, wiring))

            best = counts[0] if len(counts) == 1 else min(counts, key=moves)
            for index in inside:
                found[index] = found[index].on(best)
    found = [change.on(len(wiring)) for change in found]
    return Taken(_taken_off(grid, times_ms, found, wiring), wiring, found)


def _is_in(change: Drawn, session: Session) -> bool:
    return session.from_ms <= change.to_ms and (session.to_ms is None or change.to_ms < session.to_ms)


def _counts(record: Record, session: Session, wired: int) -> list[int]:
    """Return on how many phases the car of *session* may charge."""
    reports = record.cars.get(car_of(session), [])
    said = next((report.phase_count for _, report in reports if report.phase_count), None)
    return [said] if said else list(range(wired, 0, -1))


def _span(before: Drawn, session: Session, times_ms: list[int]) -> slice:
    """Return which readings tell about *session*."""
    end = len(times_ms) if session.to_ms is None else bisect_right(times_ms, session.to_ms) + 1
    return slice(max(0, bisect_right(times_ms, max(before.to_ms, session.from_ms - WINDOW_MS_MAX)) - 1), end)


def _taken_off(grid: list[Watts], times_ms: list[int], drawn: list[Drawn], wiring: Wiring) -> list[Watts]:
    """Return *grid* less what was *drawn* over *wiring*, each change of it where the house moves least."""
    rest = list(grid)
    before = (0.0, 0.0, 0.0)
    start = 0
    for index, change in enumerate(drawn):
        after = _on_grid(change, wiring)
        first = bisect_right(times_ms, max(change.from_ms, change.to_ms - WINDOW_MS_MAX))
        last = bisect_right(times_ms, change.to_ms)
        if index == 0:
            place = 0
        else:
            first = max(first, start)
            place = _place(grid, first, max(first, last), before, after)
        _take(rest, grid, start, place, before)
        before, start = after, place
    _take(rest, grid, start, len(grid), before)
    return rest


def _take(rest: list[Watts], grid: list[Watts], start: int, end: int, drawn: Watts) -> None:
    a, b, c = drawn
    for index in range(start, end):
        a_w, b_w, c_w = grid[index]
        rest[index] = (a_w - a, b_w - b, c_w - c)


def _place(grid: list[Watts], first: int, last: int, before: Watts, after: Watts) -> int:
    """Return the first reading that shows *after* and no longer *before*: one of *first* .. *last*."""

    def moves(place: int) -> float:
        low, high = max(0, first - 1), min(len(grid) - 1, last)
        rest = [
            tuple(grid[index][phase] - (after if index >= place else before)[phase] for phase in PHASES)
            for index in range(low, high + 1)
        ]
        return sum(abs(one[phase] - other[phase]) for one, other in pairwise(rest) for phase in PHASES)

    return min(range(first, last + 1), key=moves)


def _on_grid(change: Drawn, wiring: Wiring) -> Watts:
    watts = [0.0, 0.0, 0.0]
    for power_w, phase in zip(change.terminals_w, wiring, strict=False):
        watts[phase] += power_w
    return (watts[0], watts[1], watts[2])


def _movement(rest: list[Watts]) -> float:
    """Return how much the house moves in all."""
    return sum(abs(one[phase] - other[phase]) for one, other in pairwise(rest) for phase in PHASES)


def _voltage_dv(record: Record) -> int:
    """Return the mean voltage of the first plausible readings."""
    shown = [v for _, reading in record.readings[:1_000] for v in (reading.a_dv, reading.b_dv, reading.c_dv) if v]
    return volts_dv(round(sum(shown) / len(shown))) if shown else VOLTAGE_DV_NOMINAL


def phases_of(record: Record) -> int:
    """Return how many phases the home has: as configured, else as its meter shows."""
    if record.state.config.grid_phases:
        return record.state.config.grid_phases
    reading = record.readings[-1][1]
    shows = any(value is not None for value in (reading.b_w, reading.b_ma, reading.c_w, reading.c_ma))
    return _THREE if shows else 1
