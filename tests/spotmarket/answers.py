"""Answers as aWATTar writes them."""

import json
from collections.abc import Iterable

from hems_actors.core.rates import Rates, Slot

MIDNIGHT_S = 1_767_222_000
"""1 January 2026, midnight in Vienna."""
HOUR_S = 3_600
DAY_S = 86_400


def row(start_s: int = MIDNIGHT_S, length_s: int = HOUR_S, price: str = "100", unit: str = '"Eur/MWh"') -> str:
    """Return the JSON text of one row; *price* and *unit* as they are to be written."""
    times = f'"start_timestamp":{start_s * 1_000},"end_timestamp":{(start_s + length_s) * 1_000}'
    return f'{{{times},"marketprice":{price},"unit":{unit}}}'


def answer(*rows: str) -> bytes:
    """Return a whole answer of *rows*."""
    return f'{{"object":"list","data":[{",".join(rows)}],"url":"/at/v1/marketdata"}}'.encode()


def answer_of(rates: Iterable[Slot]) -> str:
    """Return the answer that says *rates*."""
    data = [
        {
            "start_timestamp": slot.start_s * 1_000,
            "end_timestamp": slot.end_s * 1_000,
            "marketprice": slot.price_ueur_kwh / 1_000,
            "unit": "Eur/MWh",
        }
        for slot in rates
    ]
    return json.dumps({"object": "list", "data": data})


def hourly(from_s: int, to_s: int, price_ueur_kwh: int = 100_000) -> Rates:
    """Return slots of an hour each; prices differ from hour to hour, but not from call to call."""
    return tuple(
        Slot(at_s, at_s + HOUR_S, price_ueur_kwh + at_s // HOUR_S % 24 * 1_000) for at_s in range(from_s, to_s, HOUR_S)
    )
