"""A contract's prices fit the port that a market's feed fits."""

from hems_actors.core.enums import PriceProvider
from hems_actors.core.rates import Rates, Slot
from hems_actors.spotmarket.provider import About, Provider, Static
from tests.spotmarket.answers import DAY_S, MIDNIGHT_S


class _Flat:
    """One price for all time."""

    def rates(self, from_s: int, to_s: int) -> Rates:
        """Return it."""
        return (Slot(from_s, to_s, 194_000),)


def test_a_tariff_is_a_provider() -> None:
    """It answers what its tariff says."""
    about = About("00000000-0000-0000-0000-000000000001", "Base", "FR", "https://example.org")
    provider: Provider = Static(PriceProvider.STATIC_HC_HP, about, _Flat())

    assert provider.fetch(MIDNIGHT_S, MIDNIGHT_S + DAY_S) == (Slot(MIDNIGHT_S, MIDNIGHT_S + DAY_S, 194_000),)
    assert (provider.number, provider.about, provider.days) == (3, about, 9)
