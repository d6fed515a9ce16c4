"""What energy from the grid cost: by the prices that a log knows, slot by slot."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from hems_actors.core.rates import Rates, Slot, unflat
from hems_actors.core.state import State

UEUR_WMS: Final = 3_600_000_000
"""W x ms x micro-euro per kWh to a micro-euro."""


class Prices:
    """Which price holds when: those given, else those that the state knows at the time."""

    def __init__(self, rates: Rates | None = None) -> None:
        self._fixed = rates is not None
        self._rates: Rates = rates or ()
        self._slots: tuple[int, ...] = ()

    def parts(self, state: State, from_ms: int, to_ms: int) -> Iterator[tuple[int, int | None]]:
        """Yield how long (ms) from *from_ms* to *to_ms* which price (micro-euro per kWh) holds; None = none is known.

        Args:
            state: its clock tells what the wall shows at an instant.
            from_ms: instant, as events have it.
            to_ms: after *from_ms*.
        """
        if not self._fixed and state.market.slots is not self._slots:
            self._slots = state.market.slots
            self._rates = unflat(self._slots)
        lead_ms = state.site.clock_offset_ms
        at_ms, end_ms = from_ms + lead_ms, to_ms + lead_ms
        index = bisect_right(self._rates, at_ms // 1_000, key=_end_s)
        while at_ms < end_ms:
            slot = self._rates[index] if index < len(self._rates) else None
            if slot is None or slot.start_s * 1_000 >= end_ms:
                yield end_ms - at_ms, None
                return
            if slot.start_s * 1_000 > at_ms:
                yield slot.start_s * 1_000 - at_ms, None
                at_ms = slot.start_s * 1_000
            until_ms = min(end_ms, slot.end_s * 1_000)
            yield until_ms - at_ms, slot.price_ueur_kwh
            at_ms = until_ms
            index += 1


class Bought:
    """Somebody's energy from the grid, and what it cost."""

    def __init__(self) -> None:
        self._ueur_wms = 0.0
        self._priced_wms = 0.0
        self._unpriced_wms = 0.0

    def add(self, power_w: float, parts: list[tuple[int, int | None]]) -> None:
        """Add *power_w* over *parts*, as `Prices.parts` has them."""
        for part_ms, price_ueur_kwh in parts:
            if price_ueur_kwh is None:
                self._unpriced_wms += power_w * part_ms
            else:
                self._priced_wms += power_w * part_ms
                self._ueur_wms += power_w * part_ms * price_ueur_kwh

    @property
    def cost_ueur(self) -> int | None:
        """What it cost, in micro-euro; None where no price was known at all."""
        if not self._priced_wms and self._unpriced_wms:
            return None
        return round(self._ueur_wms / UEUR_WMS)

    @property
    def unpriced_wh(self) -> int:
        """How much of it was bought while no price was known."""
        return round(self._unpriced_wms / 3_600_000)


def _end_s(slot: Slot) -> int:
    return slot.end_s
