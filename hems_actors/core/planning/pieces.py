"""What a plan is made from, what it says, and the timeline the search works on."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Piece(NamedTuple):
    """A stretch of time with one price and one power."""

    start_s: int
    end_s: int
    """UTC, after the start."""
    price_ueur_kwh: int | None
    """None = not known."""
    power_w: int
    """What the charger can take then; 0 = it cannot charge."""


class Plan(NamedTuple):
    """When to charge."""

    runs: tuple[tuple[int, int], ...]
    """Start and end (UTC, s) of each run, in time order, never touching."""
    cost: int
    """Of what is bought at known prices, in micro-euro per kWh x Ws: 3.6e12 are one euro."""
    covered_ws: int
    """The need, or what the time is enough for."""
    unpriced_ws: int
    """How much of it is taken where no price is known."""
    proved: bool = True
    """Whether it is surely the best one: that was not given up for the work it would take."""


class Outlook(NamedTuple):
    """Pieces of time as columns; piece i lies between edges i and i + 1."""

    edges_s: list[int]
    price_ueur_kwh: list[int | None]
    power_w: list[int]


class Timeline(NamedTuple):
    """Time cut where price or power changes, and nowhere else; cell i lies between edges i and i + 1."""

    edges_s: list[int]
    price_ueur_kwh: list[int | None]
    rank: list[int]
    """The price plans are compared by: the known one, or what stands for an unknown one."""
    power_w: list[int]
    energy_ws: list[int]


class Stretch(NamedTuple):
    """Time in which the charger can charge without a gap, as long as possible."""

    first: int
    end: int
    """Its cells, as in a slice."""
    energy_ws: int


def outlook_of(pieces: Sequence[Piece]) -> Outlook:
    """Return *pieces* as columns.

    Raises:
        ValueError: a piece does not start where the one before it ends, or has no length.
    """
    edges_s = [piece.start_s for piece in pieces] + [piece.end_s for piece in pieces[-1:]]
    if [piece.end_s for piece in pieces] != edges_s[1:] or any(map(int.__ge__, edges_s, edges_s[1:])):
        raise ValueError("pieces: one has no length, or does not start where the one before it ends")
    return Outlook(edges_s, [piece.price_ueur_kwh for piece in pieces], [piece.power_w for piece in pieces])


def until(outlook: Outlook, end_s: int) -> Outlook:
    """Return *outlook* up to *end_s*, which lies after its beginning and not after its end."""
    end = bisect_left(outlook.edges_s, end_s)
    return Outlook([*outlook.edges_s[:end], end_s], outlook.price_ueur_kwh[:end], outlook.power_w[:end])


def timeline_of(outlook: Outlook) -> Timeline:
    """Return the timeline of *outlook*: how equal time was cut plays no part in it.

    Unpriced time after the last price ranks just below every known price, other unpriced time just above.
    """
    edges_s, price, power_w = outlook
    both = list(zip(price, power_w, strict=True))
    changes = [at for at, (one, other) in enumerate(pairwise(both), 1) if one != other]
    if len(changes) + 1 < len(both):
        firsts = [0, *changes]
        edges_s = [*[edges_s[at] for at in firsts], edges_s[-1]]
        price = [price[at] for at in firsts]
        power_w = [power_w[at] for at in firsts]
    energy_ws = [power * (end_s - start_s) for power, (start_s, end_s) in zip(power_w, pairwise(edges_s), strict=True)]
    return Timeline(edges_s, price, _ranks(price), power_w, energy_ws)


def _ranks(prices: Sequence[int | None]) -> list[int]:
    known = [price for price in prices if price is not None]
    if len(known) == len(prices):
        return known
    below, above = min(known, default=0) - 1, max(known, default=0) + 1
    last = max((at for at, price in enumerate(prices) if price is not None), default=-1)
    return [price if price is not None else below if at > last else above for at, price in enumerate(prices)]


def stretches_of(line: Timeline) -> list[Stretch]:
    """Return the stretches of *line*, in order."""
    power_w, count = line.power_w, len(line.power_w)
    if all(power_w):
        return [Stretch(0, count, sum(line.energy_ws))]
    firsts = [at for at in range(count) if power_w[at] and not (at and power_w[at - 1])]
    ends = [at + 1 for at in range(count) if power_w[at] and not (at + 1 < count and power_w[at + 1])]
    return [Stretch(first, end, sum(line.energy_ws[first:end])) for first, end in zip(firsts, ends, strict=True)]
