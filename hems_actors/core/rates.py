"""Prices of energy over time, as a provider says them.

Slots are as long as the provider makes them, hourly and quarter-hourly side by side; holes are time without a price.
"""

from typing import NamedTuple


class Slot(NamedTuple):
    """A stretch of one price."""

    start_s: int
    end_s: int
    """UTC, after the start."""
    price_ueur_kwh: int
    """Micro-euro per kWh; may be negative."""


Rates = tuple[Slot, ...]
"""Slots in time order that do not overlap; holes are allowed."""

_FIELDS = len(Slot._fields)


def merged(known: Rates, news: Rates) -> Rates:
    """Return *known* with *news* instead of what they overlap.

    A known slot that is overlapped in part keeps the rest, on one side or on both. Equal neighbours stay separate.
    """
    found: list[Slot] = []
    at = 0
    for slot in known:
        rest = slot
        while at < len(news) and news[at].end_s <= rest.start_s:
            found.append(news[at])
            at += 1
        while at < len(news) and news[at].start_s < rest.end_s:
            new = news[at]
            if rest.start_s < new.start_s:
                found.append(rest._replace(end_s=new.start_s))
            rest = rest._replace(start_s=new.end_s)
            if rest.start_s >= rest.end_s:
                break
            found.append(new)
            at += 1
        if rest.start_s < rest.end_s:
            found.append(rest)
    return (*found, *news[at:])


def forget_before(known: Rates, at_s: int) -> Rates:
    """Return *known* without the slots that ended at or before *at_s*; one that is running stays whole."""
    return tuple(slot for slot in known if slot.end_s > at_s)


def priced_s(rates: Rates, from_s: int, to_s: int) -> int:
    """Return for how long between *from_s* and *to_s* a price is known."""
    return sum([max(0, min(slot.end_s, to_s) - max(slot.start_s, from_s)) for slot in rates])


def flat(rates: Rates) -> tuple[int, ...]:
    """Return *rates* as events carry them: start, end and price of each slot in turn."""
    return tuple(number for slot in rates for number in slot)


def unflat(numbers: tuple[int, ...]) -> Rates:
    """Return the slots of *numbers*, the inverse of `flat`.

    Raises:
        ValueError: *numbers* are no whole slots, or not in time order without overlap.
    """
    if len(numbers) % _FIELDS:
        raise ValueError(f"rates: {len(numbers)} numbers, but a slot has {_FIELDS}: start, end, price")
    rates = tuple(Slot(*numbers[at : at + _FIELDS]) for at in range(0, len(numbers), _FIELDS))
    before_s = None
    for number, slot in enumerate(rates):
        if slot.start_s >= slot.end_s:
            raise ValueError(f"rates: slot {number} ends at {slot.end_s}, not after its start {slot.start_s}")
        if before_s is not None and slot.start_s < before_s:
            raise ValueError(
                f"rates: slot {number} starts at {slot.start_s}, before slot {number - 1} ends, {before_s}"
            )
        before_s = slot.end_s
    return rates
