"""What holds for a while and is no reading: prices, and the runs of plans as long as each plan stood."""

from collections.abc import Iterator
from typing import Final

from hems_actors.core.facts import PricesKnown
from hems_actors.core.outcomes import PlanMade
from hems_actors.core.state import State
from hems_actors.eventlog.localtime import LocalTime

_TRIPLE: Final = 3
Run = tuple[int, int, int, int, int]
"""Charger, purpose, from (ms), to (ms), power (W)."""


class Prices:
    """The newest price of each slot."""

    def __init__(self) -> None:
        self._slots: dict[int, tuple[int, int]] = {}

    def begin(self, state: State, local: LocalTime) -> None:
        """Take what *state* knows."""
        self._take(state.market.slots, local)

    def take(self, event: PricesKnown, local: LocalTime) -> None:
        """Take what *event* tells."""
        self._take(event.slots, local)

    def rows(self, first_ms: int, last_ms: int) -> list[tuple[int, int, int]]:
        """Return from (ms), to (ms) and price (micro-euro per kWh) of those that touch the log, in time order."""
        rows = [(from_ms, to_ms, price) for from_ms, (to_ms, price) in sorted(self._slots.items())]
        return [row for row in rows if row[1] > first_ms and row[0] < last_ms]

    def _take(self, slots: tuple[int, ...], local: LocalTime) -> None:
        for from_s, to_s, price in _triples(slots):
            shift_ms = local.clock_offset_ms
            self._slots[from_s * 1_000 - shift_ms] = (to_s * 1_000 - shift_ms, price)


class Plans:
    """The runs of plans, each as far as it stood."""

    def __init__(self) -> None:
        self._standing: dict[tuple[int, int], tuple[int, list[tuple[int, int, int]]]] = {}
        self._runs: list[Run] = []

    def begin(self, at_ms: int, state: State, local: LocalTime) -> None:
        """Take what stands in *state*."""
        for charger in state.chargers.values():
            for purpose, plan in enumerate(charger.plans):
                if plan.seq:
                    self._stand(at_ms, charger.source, purpose, plan.runs, local)

    def take(self, at_ms: int, event: PlanMade, local: LocalTime) -> None:
        """Take a plan made at *at_ms*: the one before for the same purpose ends."""
        self._stand(at_ms, event.source, event.purpose, event.runs if event.until_s else (), local)

    def rows(self) -> list[Run]:
        """Return all runs; those that stand go on behind the log's end, as planned."""
        for key in list(self._standing):
            self._end(key, 2**62)

        return sorted(self._runs, key=lambda run: (run[2], run))

    def _stand(self, at_ms: int, source: int, purpose: int, runs: tuple[int, ...], local: LocalTime) -> None:
        self._end((source, purpose), at_ms)
        shift_ms = local.clock_offset_ms
        shown = [
            (from_s * 1_000 - shift_ms, to_s * 1_000 - shift_ms, power_w) for from_s, to_s, power_w in _triples(runs)
        ]
        self._standing[source, purpose] = (at_ms, shown)

    def _end(self, key: tuple[int, int], at_ms: int) -> None:
        began_ms, runs = self._standing.pop(key, (0, []))
        for from_ms, to_ms, power_w in runs:
            start, end = max(from_ms, began_ms), min(to_ms, at_ms)
            if start < end:
                self._runs.append((*key, start, end, power_w))


def _triples(numbers: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    for at in range(0, len(numbers) - _TRIPLE + 1, _TRIPLE):
        yield numbers[at], numbers[at + 1], numbers[at + 2]
