"""The provider port: whoever says what electricity costs, a market's feed or a contract's table."""

from typing import Final, NamedTuple, Protocol

from hems_actors.core.rates import Rates

STATIC_DAYS: Final = 9
"""How far ahead a contract's prices are told: a week from any hour of today, and a day."""


class About(NamedTuple):
    """A provider as nymea's GetAvailableSpotMarketProviders shows one."""

    provider_id: str
    """A UUID, for life."""
    name: str
    country: str
    """ISO 3166-1, two letters."""
    website: str


class Provider(Protocol):
    """One source of prices; two that differ in what they charge are two providers."""

    @property
    def number(self) -> int:
        """The provider's code in events."""

    @property
    def about(self) -> About:
        """What users see of it."""

    @property
    def days(self) -> int:
        """How many local days to ask for at once, today included."""

    def fetch(self, from_s: int, to_s: int) -> Rates:
        """Return what is known of prices from *from_s* to *to_s*, maybe a little more, maybe nothing.

        May block for as long as its own time-outs allow, and is called from any thread.

        Raises:
            ProviderError: there was no answer, or one that is refused whole.
        """


class Tariff(Protocol):
    """Prices that follow from a contract alone."""

    def rates(self, from_s: int, to_s: int) -> Rates:
        """Return the prices from *from_s* to *to_s*, without a hole."""


class Static:
    """A contract's prices as a provider: always there, never late, never failing."""

    def __init__(self, number: int, about: About, tariff: Tariff, days: int = STATIC_DAYS) -> None:
        self.number = number
        self.about = about
        self.days = days
        self._tariff = tariff

    def fetch(self, from_s: int, to_s: int) -> Rates:
        """Return the prices from *from_s* to *to_s*."""
        return self._tariff.rates(from_s, to_s)
