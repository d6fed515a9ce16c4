"""When the root meter of a record said nothing though it should have: it was lost, frozen or slow.

A meter is silent too where nothing changes. It should have spoken where a charger drew otherwise, unless a home battery
made up for that.
"""

from bisect import bisect_right
from itertools import pairwise
from typing import Final, NamedTuple

from hems_actors.core.facts import ThingConnected
from replay.whatif.record import Record

SEEN_W: Final = 100.0
"""A charger that draws so much more or less shows at the root meter."""
SHORT_MS: Final = 30_000
"""A meter may be silent for so long."""


class Silence(NamedTuple):
    """From after one instant to before another."""

    from_ms: int
    to_ms: int


def silences_of(record: Record) -> list[Silence]:
    """Return when the root meter kept silent, in time order."""
    lost = list(_lost(record))
    times_ms = [at_ms for at_ms, _ in record.readings]
    if not record.battery:
        changes = sorted(_changes(record))
        for from_ms, to_ms in pairwise(times_ms):
            index = bisect_right(changes, (from_ms,))
            inside = [change for change in changes[index : index + 2] if change[1] < to_ms - SHORT_MS]
            if to_ms - from_ms > SHORT_MS and inside:
                lost.append(Silence(from_ms, to_ms))
    return sorted(lost)


def is_silent(silences: list[Silence], at_ms: int) -> bool:
    """Return whether *at_ms* is in one of *silences*."""
    return any(silence.from_ms < at_ms < silence.to_ms for silence in silences)


def _lost(record: Record) -> list[Silence]:
    found: list[Silence] = []
    since_ms: int | None = None
    for at_ms, fact in record.told:
        if isinstance(fact, ThingConnected) and fact.source == record.state.config.meter:
            if fact.connected and since_ms is not None:
                found.append(Silence(since_ms, at_ms))
            since_ms = None if fact.connected else since_ms or at_ms
    return found if since_ms is None else [*found, Silence(since_ms, record.to_ms + 1)]


def _changes(record: Record) -> list[tuple[int, int]]:
    """Return when chargers began to draw otherwise: after one instant, by another."""
    return [
        (after.from_ms, after.to_ms)
        for own in record.chargers.values()
        for before, after in pairwise(own.drawn)
        if abs(after.power_w - before.power_w) >= SEEN_W
    ]
