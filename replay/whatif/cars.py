"""The cars of a record as the plant has them, and when they come and go."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from hems_actors.core.facts import CarReported
from hems_actors.sim.plant.cars import EFFICIENCY, TAPER_MA_MIN, Car
from hems_actors.sim.plant.faults import Happening, Plug, Unplug
from replay.whatif.record import Record, is_measured
from replay.whatif.sessions import DREW_WH, Delivered, Visit

DRAWING_MA: Final = 1_000
HELD_MS: Final = 30_000
"""A car follows an offer that stood for so long."""
FOLLOWS_MS: Final = 9_000
"""A car draws within this time, or does not."""
_LOOK_MS: Final = 1_000
_MIN_MA: Final = 6_000
_SLACK_MA: Final = 500
_TAPER_PERCENT: Final = 95.0
_FULL: Final = 100.0
_NEVER_WAKES: Final = 1_000
_HALF: Final = 0.5
_HALF_FULL: Final = 50.0
_TAPER_SPAN: Final = 0.1


class Used(NamedTuple):
    """At an instant of a visit: what was offered and drawn per phase (mA), on how many, and at what level (%)."""

    at_ms: int
    offer_ma: int
    draw_ma: int
    phases: int
    level_percent: float
    drew: bool
    """Whether the car had drawn anything in this visit."""
    measured: bool


class Fleet(NamedTuple):
    """Cars as the plant has them, what will happen to them, and what was assumed of them."""

    cars: list[Car]
    happenings: list[Happening]
    reported: dict[int, CarReported]
    """What each known car said first of itself."""
    assumed: list[str]


def fleet_of(record: Record, visits: list[Visit], voltage_dv: int) -> Fleet:
    """Return the cars of *visits*."""
    by_car: dict[int, list[Visit]] = {}
    for number, visit in enumerate(visits, 1):
        by_car.setdefault(visit.car or -number, []).append(visit)
    cars: list[Car] = []
    happenings: list[Happening] = []
    assumed: list[str] = []
    for number, own in by_car.items():
        car, notes = _car(record, number, own, voltage_dv)
        cars.append(car)
        assumed += notes
        happenings += _happenings(car, own)
    happenings.sort(key=lambda item: (item.at_ms, not isinstance(item, Unplug)))
    reported = {number: reports[0][1] for number, reports in record.cars.items()}
    cars += [_idle(number, report) for number, report in reported.items() if number not in by_car]
    return Fleet(cars, happenings, reported, assumed)


def _car(record: Record, number: int, visits: list[Visit], voltage_dv: int) -> tuple[Car, list[str]]:
    """Return the car *number*, negative if nothing is known of it but this visit, and what was assumed."""
    report = record.cars[number][0][1] if number > 0 else None
    name = record.names.get(number, f"thing {number}") if number > 0 else _stranger(record, visits[0])
    notes = list(_assume_levels(record, visits, name))
    used = [item for visit in visits for item in _use(record, visit, voltage_dv)]
    phases = _phases(report, used, max(record.state.chargers[visit.charger].config.phases for visit in visits))
    most_ma = max((item.draw_ma for item in used), default=0)
    held_back = [
        item
        for item in used
        if item.draw_ma >= DRAWING_MA
        and item.offer_ma - item.draw_ma > _SLACK_MA
        and item.level_percent < _TAPER_PERCENT
    ]
    max_ma = max(record.state.chargers[visit.charger].report.max_ma for visit in visits)
    if report is not None and report.max_ma is not None:
        max_ma = report.max_ma
    elif held_back and most_ma >= DRAWING_MA and most_ma <= min(item.offer_ma for item in held_back):
        max_ma = most_ma
        notes.append(f"{name} takes at most {max_ma / 1_000:g} A, as it never took more of what was offered")
    else:
        notes.append(f"{name} takes up to {max_ma / 1_000:g} A, all that its charger can offer")
    min_ma = _minimum_ma(record, report, visits)
    if min_ma > _MIN_MA:
        notes.append(f"{name} takes no less than {min_ma / 1_000:g} A")
    taper, full = _taper([item for item in used if item.drew and item.offer_ma >= min_ma and item.measured], max_ma)
    first = visits[0]
    capacity_wh = first.capacity_wh or record.state.planning.capacity_wh
    return Car(
        number,
        phases,
        capacity_wh,
        capacity_wh * (first.level_percent or 0.0) / _FULL,
        min_ma,
        max_ma,
        taper_from_percent=taper,
        full_percent=full,
        sleeps=_sleeps(record, visits, min_ma),
        reports=number > 0,
        shows_limits=report is not None and report.max_ma is not None,
    ), notes


def _minimum_ma(record: Record, report: CarReported | None, visits: list[Visit]) -> int:
    """Return the least current the car takes: as it says, else the least offer that it ever followed."""
    if report is not None and report.min_ma is not None:
        return report.min_ma
    left: list[int] = []
    taken: list[int] = []
    for visit in visits:
        waiting: list[int] = []
        for offer_ma, drew in _followed(record, visit):
            if drew:
                left += waiting  # it began to draw as more was offered, without an off-on: it did not sleep
                taken.append(offer_ma)
            if drew or not offer_ma:
                waiting.clear()
            else:
                waiting.append(offer_ma)
    least_ma = min(taken, default=0)
    return least_ma if any(offer_ma < least_ma for offer_ma in left) else _MIN_MA


def _followed(record: Record, visit: Visit) -> Iterator[tuple[int, bool]]:
    """Yield each offer that stood long enough, 0 where none was made, and whether the car drew any of it."""
    delivered = Delivered(record.chargers[visit.charger])
    changes = _offers(record, visit)
    end_ms = record.to_ms if visit.to_ms is None else visit.to_ms
    for (at_ms, offer_ma), (next_ms, _) in pairwise([*changes, (end_ms, 0)]):
        if not offer_ma:
            yield 0, False
        elif next_ms - at_ms >= FOLLOWS_MS:
            full = visit.level_after(delivered.between(visit.from_ms, at_ms)) > _TAPER_PERCENT
            drew = delivered.between(next_ms - _LOOK_MS, next_ms) > 0
            if drew or not full:
                yield offer_ma, drew


def _offers(record: Record, visit: Visit) -> list[tuple[int, int]]:
    """Return what the car was offered in *visit*, each time that changed."""
    offers = [
        (at_ms, report.current_ma if report.power_on else 0)
        for at_ms, report in record.chargers[visit.charger].reports
        if visit.to_ms is None or at_ms <= visit.to_ms
    ]
    before = [offer_ma for at_ms, offer_ma in offers if at_ms < visit.from_ms][-1:]
    offers = [item for item in offers if item[0] >= visit.from_ms]
    if before and (not offers or offers[0][0] > visit.from_ms):
        offers.insert(0, (visit.from_ms, before[0]))
    return [item for index, item in enumerate(offers) if not index or offers[index - 1][1] != item[1]]


def _sleeps(record: Record, visits: list[Visit], min_ma: int) -> int:
    """Return how often the car has to be switched off and on before it draws: no more often than it ever was."""
    drew: list[int] = []
    refused = False
    for visit in visits:
        own = record.chargers[visit.charger]
        woken = _woken(record, visit, min_ma)
        if visit.energy_wh > DREW_WH:
            drew.append(woken)
        refused = refused or any(_holds(visit, at_ms) for at_ms in own.refused_ms)
        refused = refused or any(offer_ma >= min_ma and not took for offer_ma, took in _followed(record, visit))
    if drew:
        return min(drew)
    return _NEVER_WAKES if refused else 0


def _woken(record: Record, visit: Visit, min_ma: int) -> int:
    """Return how often the car was offered enough anew before it first drew in *visit*."""
    delivered = Delivered(record.chargers[visit.charger])
    starts = 0
    before_ma = 0
    for at_ms, offer_ma in _offers(record, visit):
        if delivered.between(visit.from_ms, at_ms) > 0:
            break
        starts += offer_ma >= min_ma and before_ma == 0
        before_ma = offer_ma
    return max(0, starts - 1)


def _assume_levels(record: Record, visits: list[Visit], name: str) -> Iterator[str]:
    """Give a level to each visit that has none; yield what was assumed."""
    planning = record.state.planning
    for visit in visits:
        if visit.capacity_wh is None:
            visit.capacity_wh = float(planning.capacity_wh)
            yield f"{name} has {planning.capacity_wh / 1_000:g} kWh, as plans assume"
        if visit.level_percent is not None:
            continue
        finished = [at_ms for at_ms in record.chargers[visit.charger].finished_ms if _holds(visit, at_ms)]
        taken_percent = visit.energy_wh * EFFICIENCY * _FULL / visit.capacity_wh
        if finished:
            visit.level_percent = max(0.0, _FULL - taken_percent)
            yield f"{name} came with {visit.level_percent:.0f} %: it was full once it had taken what it took"
        else:
            visit.level_percent = min(float(planning.level_percent), max(0.0, _FULL - taken_percent))
            yield f"{name} came with {visit.level_percent:.0f} %: it does not say its level"


def _use(record: Record, visit: Visit, voltage_dv: int) -> Iterator[Used]:
    """Yield what was drawn of what was offered, at the end of each stretch in which it could be followed."""
    own = record.chargers[visit.charger]
    measured = is_measured(record, visit.charger)
    times_ms = [change.to_ms for change in own.drawn]
    delivered = Delivered(own)
    since_ms, offer_ma = visit.from_ms, 0
    for (at_ms, report), (next_ms, _) in zip(
        own.reports, [*own.reports[1:], (record.to_ms, own.reports[-1][1])], strict=True
    ):
        end_ms = next_ms if visit.to_ms is None else min(next_ms, visit.to_ms)
        if not visit.from_ms <= at_ms < end_ms:
            continue
        now_ma = report.current_ma if report.power_on else 0
        if now_ma != offer_ma:
            since_ms, offer_ma = at_ms, now_ma
        if not offer_ma or end_ms - since_ms < HELD_MS:
            continue
        drawn = own.drawn[max(0, bisect_right(times_ms, end_ms - 1) - 1)]
        each_ma = round(max(drawn.terminals_w) * 10_000 / voltage_dv)
        phases = sum(power_w * 10_000 >= DRAWING_MA * voltage_dv for power_w in drawn.terminals_w)
        taken_wh = delivered.between(visit.from_ms, end_ms)
        yield Used(end_ms, offer_ma, each_ma, phases, visit.level_after(taken_wh), taken_wh > DREW_WH, measured)


def _phases(report: CarReported | None, used: list[Used], wired: int) -> int:
    """Return on how many phases the car charges: as it says, else as was seen, else as wired."""
    if report is not None and report.phase_count:
        return report.phase_count
    return max((item.phases for item in used), default=0) or wired


def _taper(used: list[Used], max_ma: int) -> tuple[float, float]:
    """Return the level from which on the car takes less and less, and that at which it takes no more."""
    drew = max((item.level_percent for item in used if item.draw_ma >= DRAWING_MA), default=0.0)
    rests = [item.level_percent for item in used if item.draw_ma < DRAWING_MA]
    full = min((level for level in rests if level > _HALF_FULL and level >= drew - _HALF), default=_FULL)
    found = [
        full - (full - item.level_percent) * max_ma / item.draw_ma
        for item in used
        if TAPER_MA_MIN + _SLACK_MA < item.draw_ma < min(item.offer_ma, max_ma) - _SLACK_MA
    ]
    taper = median(found) if found else min(_TAPER_PERCENT, full)
    return min(max(taper, 0.0), full - _TAPER_SPAN), full


def _happenings(car: Car, visits: list[Visit]) -> Iterator[Happening]:
    """Yield when *car* comes and goes; between two visits it drives as far as it did."""
    for index, visit in enumerate(visits):
        before = visits[index - 1] if index else None
        drove = before is not None and _drives_wh(before, visit) is not None
        yield Plug(visit.from_ms, visit.charger, car.number, None if drove or not index else visit.level_percent)
        if visit.to_ms is not None:
            after = visits[index + 1] if index + 1 < len(visits) else None
            drives_wh = None if after is None else _drives_wh(visit, after)
            yield Unplug(visit.to_ms, visit.charger, drives_wh or 0.0)


def _drives_wh(visit: Visit, after: Visit) -> float | None:
    """Return what the car used between two visits; None if it was charged elsewhere."""
    if visit.capacity_wh is None or after.level_percent is None:
        return None
    used_percent = visit.level_after(visit.energy_wh) - after.level_percent
    return None if used_percent < 0 else used_percent * visit.capacity_wh / _FULL


def _idle(number: int, report: CarReported) -> Car:
    """Return a car that was never plugged in."""
    capacity_wh = float(report.capacity_wh or 1)
    return Car(number, report.phase_count or 1, capacity_wh, capacity_wh * (report.level_percent or 0) / _FULL)


def _holds(visit: Visit, at_ms: int) -> bool:
    return visit.from_ms <= at_ms and (visit.to_ms is None or at_ms <= visit.to_ms)


def _stranger(record: Record, visit: Visit) -> str:
    charger = record.names.get(visit.charger, f"thing {visit.charger}")
    return f"the car at {charger} from {record.local.text(visit.from_ms)[:16].replace('T', ' ')} on"
