"""What energy from the grid cost: added up slot by slot of the true prices, whether the manager knew them or not."""

from typing import Final

from hems_actors.core.rates import Rates

UNPRICED: Final = -1
"""Stands for all time without a price."""
_WMS_PER_KWH: Final = 3_600_000_000
_WMS_PER_WH: Final = 3_600_000


class Timeline:
    """Which price holds when; asked in time order."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._i = 0

    def parts(self, from_ms: int, dt_ms: int) -> list[tuple[int, int]]:
        """Return for *dt_ms* from *from_ms* on, not before what was asked last: number of the slot, and how long (ms).

        *dt_ms* is above 0; the number is `UNPRICED` where there is no slot.
        """
        rates, to_ms = self._rates, from_ms + dt_ms
        found: list[tuple[int, int]] = []
        while from_ms < to_ms:
            while self._i < len(rates) and rates[self._i].end_s * 1_000 <= from_ms:
                self._i += 1
            slot = rates[self._i] if self._i < len(rates) else None
            if slot is None or slot.start_s * 1_000 >= to_ms:
                until_ms, number = to_ms, UNPRICED
            elif slot.start_s * 1_000 > from_ms:
                until_ms, number = slot.start_s * 1_000, UNPRICED
            else:
                until_ms, number = min(to_ms, slot.end_s * 1_000), self._i
            found.append((number, until_ms - from_ms))
            from_ms = until_ms
        return found


class Purchases:
    """Somebody's energy from the grid, in W x ms, by slot."""

    def __init__(self) -> None:
        self._wms: dict[int, float] = {}

    def add(self, power_w: float, parts: list[tuple[int, int]]) -> None:
        """Add *power_w* over *parts*, as `Timeline.parts` has them."""
        for number, part_ms in parts:
            self._wms[number] = self._wms.get(number, 0.0) + power_w * part_ms

    def cost_ueur(self, rates: Rates) -> int:
        """Return what was bought at a price of *rates* cost, in micro-euro; each slot's is rounded."""
        return sum(
            round(wms * rates[number].price_ueur_kwh / _WMS_PER_KWH)
            for number, wms in self._wms.items()
            if number != UNPRICED
        )

    def priced_wh(self) -> int:
        """Return how much was bought where there is a price."""
        return round(sum(wms for number, wms in self._wms.items() if number != UNPRICED) / _WMS_PER_WH)

    def unpriced_wh(self) -> int:
        """Return how much was bought where there is none."""
        return round(self._wms.get(UNPRICED, 0.0) / _WMS_PER_WH)

    def average_ueur_kwh(self, rates: Rates) -> int | None:
        """Return the mean price, None if less than 1 Wh was bought at any."""
        priced = [(wms, rates[number].price_ueur_kwh) for number, wms in self._wms.items() if number != UNPRICED]
        if not self.priced_wh():
            return None
        return round(sum(wms * price for wms, price in priced) / sum(wms for wms, _price in priced))
