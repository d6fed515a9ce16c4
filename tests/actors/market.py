"""A prices' actor on a bench, and two days of prices for it."""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import StandingWanted
from hems_actors.actors.spot_market import (
    Job,
    Means,
    SpotMarket,
)
from hems_actors.core.facts import PricesKnown
from hems_actors.core.rates import Rates, flat
from hems_actors.spotmarket.memory import Memory
from hems_actors.spotmarket.provider import Provider
from tests.actors.fakes import START_MS, Bench
from tests.spotmarket.answers import DAY_S, HOUR_S, hourly
from tests.spotmarket.feeds import AT

SPOT: Final = -3
VIENNA: Final = ZoneInfo("Europe/Vienna")
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
START_S: Final = START_MS // 1_000
"""1 January 2026, 1:00 in Vienna."""
MIDNIGHT_S: Final = START_S - HOUR_S
TODAY: Final = hourly(MIDNIGHT_S, MIDNIGHT_S + DAY_S)
TOMORROW: Final = hourly(MIDNIGHT_S + DAY_S, MIDNIGHT_S + 2 * DAY_S)


def known(rates: Rates, number: int = AT) -> PricesKnown:
    """Return what is told when *rates* of the provider *number* are news."""
    return PricesKnown(HOME, number, flat(rates))


def start(bench: Bench, feed: Provider | None, *others: Provider, run: Callable[[Job], None] | None = None) -> Memory:
    """Start the actor on *bench*, asking *feed*, and able to ask *others*; return what it remembers."""
    memory = Memory(feed)
    start_with(bench, memory, *others, run=run)
    return memory


def start_with(
    bench: Bench,
    memory: Memory,
    *others: Provider,
    run: Callable[[Job], None] | None = None,
    zone: ZoneInfo | None = VIENNA,
    spread_s: int = 0,
) -> None:
    """Start the actor on *bench* with *memory*, able to ask *others* too."""
    providers = others if memory.provider is None else (memory.provider, *others)
    means = Means(bench.queue.time, providers, memory, zone, spread_s, run)
    bench.queue.spawn(SpotMarket, bench.place(SPOT), means)
    bench.queue.run_until_idle()
    bench.told.remove(StandingWanted(SPOT))
