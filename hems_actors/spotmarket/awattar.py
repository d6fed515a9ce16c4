"""aWATTar, Austria and Germany: day-ahead prices without a token (charging.md section 9)."""

from typing import Final

from hems_actors.core.enums import PriceProvider
from hems_actors.core.rates import Rates
from hems_actors.spotmarket.answer import rates_of
from hems_actors.spotmarket.errors import ProviderError
from hems_actors.spotmarket.provider import About
from hems_actors.spotmarket.web import Limits, Web

AT: Final = About("db7a04c7-386b-5c86-846d-ab4ec2069d16", "aWATTar Austria", "AT", "https://www.awattar.at")
DE: Final = About("d98a982e-ab2c-58f8-bb60-2ce6a97719de", "aWATTar Germany", "DE", "https://www.awattar.de")
DAYS: Final = 2
"""Today and tomorrow: nobody knows more of a day-ahead market."""


class Awattar:
    """The feed of one country."""

    days: Final = DAYS

    def __init__(self, number: int, about: About, address: str, limits: Limits | None = None) -> None:
        """Ask at *address*.

        Raises:
            AddressError: it is none.
        """
        self.number = number
        self.about = about
        self._web = Web(address, limits)

    def fetch(self, from_s: int, to_s: int) -> Rates:
        """Return the prices from *from_s* to *to_s* as far as they are published, net, without fees.

        Raises:
            ProviderError: no answer, or one that is refused whole.
        """
        body = self._web.get(f"/v1/marketdata?start={from_s * 1_000}&end={to_s * 1_000}")
        try:
            return rates_of(body, from_s, to_s)
        except ProviderError as error:
            raise ProviderError(error.failure, f"{self.about.name}: {error}") from error


def awattar_at(address: str = "https://api.awattar.at", limits: Limits | None = None) -> Awattar:
    """Return the Austrian feed."""
    return Awattar(PriceProvider.AWATTAR_AT, AT, address, limits)


def awattar_de(address: str = "https://api.awattar.de", limits: Limits | None = None) -> Awattar:
    """Return the German feed."""
    return Awattar(PriceProvider.AWATTAR_DE, DE, address, limits)
