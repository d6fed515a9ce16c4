"""Score entries: how cheap each slot is within its local day, as nymea's GetSpotMarketScoreEntries shows it."""

from typing import Final, NamedTuple

from hems_actors.core.localtime import day_of
from hems_actors.core.rates import Rates

_PLACES: Final = 4


class Score(NamedTuple):
    """A slot's place among those of its local day."""

    start_s: int
    end_s: int
    """UTC."""
    price_ueur_kwh: int
    weighting: float
    """0..1: 1 = the cheapest of the day, 0 = the dearest; in between as the price is."""


def scores_of(rates: Rates, transitions_s: tuple[int, ...], day: int) -> tuple[Score, ...]:
    """Return the scores of the slots that begin on the local date *day*, in time order.

    A day of one price has no dearest slot: all are the cheapest. Days have 23, 24 or 25 h.

    Args:
        rates: known prices, of any days.
        transitions_s: the home's UTC offsets, as `ZoneKnown` has them.
        day: a local date, as `core.localtime` counts them.
    """
    slots = [slot for slot in rates if day_of(transitions_s, slot.start_s) == day]
    lowest = min([slot.price_ueur_kwh for slot in slots], default=0)
    span = max([slot.price_ueur_kwh for slot in slots], default=0) - lowest
    return tuple(
        Score(*slot, round(1 - (slot.price_ueur_kwh - lowest) / span, _PLACES) if span else 1.0) for slot in slots
    )
