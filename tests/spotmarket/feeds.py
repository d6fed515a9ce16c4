"""Providers made for tests."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from hems_actors.core.enums import Failure, PriceProvider
from hems_actors.core.rates import Rates
from hems_actors.spotmarket.errors import ProviderError
from hems_actors.spotmarket.provider import About
from tests.spotmarket.answers import DAY_S, hourly

AT: Final = int(PriceProvider.AWATTAR_AT)


class Feed:
    """A provider that says what *answer* says, and notes what it was asked."""

    about = About("id", "feed", "AT", "https://example.org")
    days = 2

    def __init__(self, answer: Callable[[int, int], Rates], number: int = AT) -> None:
        self.number = number
        self.answer = answer
        self.asked: list[tuple[int, int]] = []

    def fetch(self, from_s: int, to_s: int) -> Rates:
        """Answer."""
        self.asked.append((from_s, to_s))
        return self.answer(from_s, to_s)


def says(rates: Rates) -> Callable[[int, int], Rates]:
    """Return what answers *rates*, whatever is asked."""
    return lambda _from_s, _to_s: rates


def down(_from_s: int, _to_s: int) -> Rates:
    """Fail."""
    raise ProviderError(Failure.DOWN, "feed: no connection")


class Market:
    """A feed that publishes tomorrow at 13:00 or as told, is out now and then, and answers from local midnight on."""

    about = About("id", "market", "AT", "https://example.org")
    number = AT
    days = 2

    def __init__(
        self, now: Callable[[], datetime], published: dict[int, str], outage: tuple[datetime, datetime]
    ) -> None:
        """*published* = when tomorrow is there, by day of the month; else 12:55."""
        self._now = now
        self._published = published
        self._outage = outage
        self.fetches: list[datetime] = []

    def fetch(self, from_s: int, to_s: int) -> Rates:
        """Answer."""
        now = self._now()
        self.fetches.append(now)
        if self._outage[0] <= now < self._outage[1]:
            raise ProviderError(Failure.TIMEOUT, "market: silent")
        is_out = f"{now:%H:%M}" >= self._published.get(now.day, "12:55")
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        end = midnight.timestamp() + (2 if is_out else 1) * DAY_S
        return hourly(from_s, min(to_s, int(end)))
