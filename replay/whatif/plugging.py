"""When a car was plugged in at a charger that does not say so, but measures: by when it drew what it was offered."""

from bisect import bisect_right
from itertools import pairwise
from typing import Final

from replay.whatif.record import ChargerRecord, Record, Session, is_measured

FOLLOWS_MS: Final = 15_000
"""A car that is there draws within this time of an offer, and stops within it."""
IGNORED_MS: Final = 60_000
"""An offer that stands for so long without a draw is made to nobody."""
REACTION_MS: Final = 5_000


def find_sessions(record: Record) -> list[str]:
    """Set the sessions of chargers that do not say when a car is plugged in; say so."""
    said = []
    for source, own in record.chargers.items():
        tells = is_measured(record, source) or any(report.charging is not None for _, report in own.reports)
        if tells and all(report.plugged_in is None for _, report in own.reports):
            assigned = record.state.chargers[source].info.car
            own.sessions = _sessions(own, assigned, record.from_ms, record.to_ms)
            name = record.names.get(source, f"thing {source}")
            said.append(f"a car is plugged in at {name} while it draws what it is offered: {len(own.sessions)} times")
    return said


def _sessions(own: ChargerRecord, car: int, from_ms: int, to_ms: int) -> list[Session]:
    offers = _offers(own)
    found: list[Session] = []
    for before, change in pairwise([own.drawn[0]._replace(terminals_w=(0.0, 0.0, 0.0)), *own.drawn]):
        at_ms = max(change.to_ms, from_ms)
        offered = _since(offers, at_ms)
        if change.power_w > 0 and before.power_w <= 0:
            if found and found[-1].to_ms is None and (ignored_ms := _ignored(offers, found[-1], own, at_ms)):
                found[-1].to_ms = ignored_ms
            if not found or found[-1].to_ms is not None:
                late = at_ms - offered > FOLLOWS_MS
                found.append(Session(max(from_ms, at_ms - REACTION_MS if late else offered - 1), car=car))
        elif change.power_w <= 0 < before.power_w and found and offered and at_ms - offered > 0:
            stood = _offer(offers, at_ms) and _offer(offers, at_ms - FOLLOWS_MS)
            found[-1].to_ms = at_ms if stood else None
    if found and found[-1].to_ms is None:
        found[-1].to_ms = _ignored(offers, found[-1], own, to_ms)
    return found


def _offers(own: ChargerRecord) -> list[tuple[int, int]]:
    """Return what was offered (mA), each time that changed."""
    every = [(at_ms, report.current_ma if report.power_on else 0) for at_ms, report in own.reports]
    return [item for before, item in pairwise([(0, -1), *every]) if item[1] != before[1]]


def _offer(offers: list[tuple[int, int]], at_ms: int) -> int:
    index = bisect_right(offers, (at_ms, 1 << 31)) - 1
    return offers[index][1] if index >= 0 else 0


def _since(offers: list[tuple[int, int]], at_ms: int) -> int:
    """Return since when, at *at_ms*, anything is offered."""
    since_ms = 0
    for (_, before), (change_ms, now) in pairwise([(0, 0), *offers]):
        if change_ms > at_ms:
            break
        if now and not before:
            since_ms = change_ms
    return since_ms


def _ignored(offers: list[tuple[int, int]], session: Session, own: ChargerRecord, until_ms: int) -> int | None:
    """Return when an offer began that nobody took, after the last draw in *session* and before *until_ms*."""
    last_ms = max((d.to_ms for d in own.drawn if d.to_ms < until_ms and d.power_w <= 0), default=session.from_ms)
    for (at_ms, offer_ma), (next_ms, _) in pairwise([*offers, (until_ms, 0)]):
        if offer_ma and at_ms >= last_ms > session.from_ms and min(next_ms, until_ms) - at_ms >= IGNORED_MS:
            return at_ms - 1
    return None
