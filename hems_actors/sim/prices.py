"""What electricity costs over a scenario, and who says so when: a published price file, or a contract.

The file's prices are the truth from the first row on; a manager knows those of a local day from `published_at` of the
day before. Days and instants here are the true ones, whatever the machine's wall clock shows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Final, NamedTuple

from hems_actors.actors.clock import TimeSource
from hems_actors.actors.zone import DAY_MS, transitions_s
from hems_actors.config.tariff import hp_hc
from hems_actors.core.enums import Failure, PriceProvider
from hems_actors.core.localtime import day_of, day_start_s, instant_of
from hems_actors.core.rates import Rates, Slot
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.happenings import Windows, window_ms, within
from hems_actors.sim.moments import Moments
from hems_actors.sim.price_file import read_prices
from hems_actors.sim.scenario import Scenario, Source, mistake, path_beside
from hems_actors.sim.scenario_plans import TariffTable
from hems_actors.spotmarket.errors import ProviderError
from hems_actors.spotmarket.provider import About, Provider

DAYS: Final = 2
"""Today and tomorrow, as a day-ahead market has them."""
AROUND_MS: Final = 40 * DAY_MS
"""UTC offsets are known so far around the scenario: a contract looks a week beyond what is asked of it."""
_NUMBERS: Final = {"awattar_at": PriceProvider.AWATTAR_AT, "awattar_de": PriceProvider.AWATTAR_DE}


class Prices(NamedTuple):
    """A scenario's prices."""

    rates: Rates
    """What it costs in truth, from the local day of the start on."""
    transitions_s: tuple[int, ...]
    """The home's UTC offsets."""
    fails: Windows
    """When a fetch fails: from, to before (ms)."""
    table: TariffTable

    @property
    def number(self) -> int:
        """The provider's code in events."""
        return PriceProvider.STATIC_HC_HP if self.table.kind == "hp_hc" else _NUMBERS[self.table.provider]

    def provider(self, time: TimeSource) -> Provider:
        """Return who is to be asked for them, on a machine whose time is *time*."""
        if self.table.kind == "hp_hc":
            return Unsteady(hp_hc(self.table, lambda: self.transitions_s), self.fails, time)
        feed = PriceFeed(self.number, self.rates, Publication(self.table.published_at, self.transitions_s), time)
        return Unsteady(feed, self.fails, time)


class Publication:
    """When the prices of the next local day become known."""

    def __init__(self, of_day: time, transitions_s: tuple[int, ...]) -> None:
        """Publish at *of_day*, local time of *transitions_s*."""
        self._second = of_day.hour * 3_600 + of_day.minute * 60 + of_day.second
        self._transitions_s = transitions_s

    def known_until_s(self, now_s: int) -> int:
        """Return the end of the last local day whose prices are known at *now_s*."""
        day = day_of(self._transitions_s, now_s)
        published = instant_of(self._transitions_s, day, self._second) <= now_s
        return day_start_s(self._transitions_s, day + (2 if published else 1))


class PriceFeed:
    """A provider in place of a market's: says of *rates* what is published."""

    days: Final = DAYS

    def __init__(self, number: int, rates: Rates, publication: Publication, time: TimeSource) -> None:
        self.number = number
        self.about = About("", f"prices of a file, as {PriceProvider(number).name}", "", "")
        self._rates = rates
        self._publication = publication
        self._time = time

    def fetch(self, from_s: int, to_s: int) -> Rates:
        """Return the published prices from *from_s* to *to_s*."""
        to_s = min(to_s, self._publication.known_until_s(self._time.boot_ms() // 1_000))
        first = bisect_right(self._rates, from_s, key=_end_s)
        return self._rates[first : bisect_left(self._rates, to_s, lo=first, key=_start_s)]


class Unsteady:
    """A provider that cannot be reached now and then."""

    def __init__(self, provider: Provider, fails: Windows, time: TimeSource) -> None:
        self.number = provider.number
        self.about = provider.about
        self.days = provider.days
        self._provider = provider
        self._fails = fails
        self._time = time

    def fetch(self, from_s: int, to_s: int) -> Rates:
        """Return what the provider says.

        Raises:
            ProviderError: it cannot be reached.
        """
        if within(self._time.boot_ms(), self._fails):
            raise ProviderError(Failure.DOWN, f"{self.about.name}: not reached")
        return self._provider.fetch(from_s, to_s)


def build_prices(scenario: Scenario, moments: Moments, source: Source | None) -> Prices | None:
    """Return *scenario*'s prices, None without a tariff; the file it names stands beside the scenario file *source*.

    Raises:
        ScenarioError: the file is missing, or what is in it cannot be used.
    """
    table = scenario.tariff
    if table is None:
        return None
    offsets = transitions_s(moments.zone, moments.start_ms - AROUND_MS, moments.end_ms + AROUND_MS)
    from_s = day_start_s(offsets, day_of(offsets, moments.start_ms // 1_000))
    to_s = day_start_s(offsets, day_of(offsets, moments.end_ms // 1_000) + DAYS)
    if table.file is None:
        rates = hp_hc(table, lambda: offsets).fetch(from_s, to_s)
    else:
        path = path_beside(source, "tariff", table.file)
        rates = tuple(_shown(read_prices(path), moments.shift_ms(table.shown_from) // 1_000, from_s, to_s))
        if not _touches(rates, moments):
            raise ScenarioError(f"{path}: has no price in the scenario's time")
        for expected in _moved_days(rates, moments, moments.shift_ms(table.shown_from) // 1_000):
            raise mistake(source, ("tariff", "from"), expected)
    fails = [window_ms(fault, moments) for fault in scenario.faults if fault.kind == "prices_fail"]
    return Prices(rates, offsets, fails, table)


def _touches(rates: Rates, moments: Moments) -> bool:
    return any(slot.start_s * 1_000 < moments.end_ms and slot.end_s * 1_000 > moments.start_ms for slot in rates)


def _moved_days(rates: Rates, moments: Moments, shift_s: int) -> Iterator[str]:
    """Yield what is expected where *rates*, moved by *shift_s*, do not keep their local times of day."""
    for slot in rates if shift_s else ():
        recorded, shown = (_clock(at_s, moments) for at_s in (slot.start_s - shift_s, slot.start_s))
        if recorded.time() != shown.time():
            moved = f"the price of {recorded:%Y-%m-%d %H:%M} would begin at {shown:%H:%M}"
            yield f"expected a time from which local days stay local days: {moved}"


def _shown(rates: Rates, shift_s: int, from_s: int, to_s: int) -> Iterator[Slot]:
    for start_s, end_s, price_ueur_kwh in rates:
        if end_s + shift_s > from_s and start_s + shift_s < to_s:
            yield Slot(start_s + shift_s, end_s + shift_s, price_ueur_kwh)


def _clock(at_s: int, moments: Moments) -> datetime:
    return datetime.fromtimestamp(at_s, UTC).astimezone(moments.zone)


def _start_s(slot: Slot) -> int:
    return slot.start_s


def _end_s(slot: Slot) -> int:
    return slot.end_s
