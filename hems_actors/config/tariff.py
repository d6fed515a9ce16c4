"""The one place where ETM's tariffs are wired in: an HP/HC contract as a provider of prices."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from etm.errors import TariffError
from etm.tariff.hc_hp import HcHpContract
from etm.tariff.static_hc_hp_provider import StaticHcHpProvider
from hems_actors.config.locate import Key
from hems_actors.config.table import Table
from hems_actors.core.enums import PriceProvider
from hems_actors.spotmarket.provider import About, Static

CONTRACT_KEYS: Final = ("windows", "summer_windows", "hp_eur_kwh", "hc_eur_kwh")
ABOUT: Final = About("0f7aa4bd-2a7c-5e0f-9b0d-0b8c6f3f6d6e", "HP/HC", "FR", "https://www.edf.fr")


def contract_mistakes(table: Table) -> Iterator[tuple[Key, str]]:
    """Yield the first thing that is wrong with *table* as a contract, if anything is."""
    try:
        _contract(table)
    except TariffError as error:
        key, _, expected = str(error).removeprefix(".").partition(": ")
        yield ("tariff", key), expected


def contract_warnings(table: Table) -> tuple[str, ...]:
    """Return what is allowed in *table*, a contract, but most likely a mistake, a line each."""
    return _contract(table).warnings


def hp_hc(table: Table, transitions: Callable[[], tuple[int, ...]]) -> Static:
    """Return the contract in *table*, which was found good, as a provider in the local time of *transitions*.

    Raises:
        TariffError: it is not good after all.
    """
    return Static(PriceProvider.STATIC_HC_HP, ABOUT, StaticHcHpProvider(_contract(table), transitions))


def _contract(table: Table) -> HcHpContract:
    given: Mapping[str, Any] = table.model_dump(include=set(CONTRACT_KEYS) & table.model_fields_set)
    return HcHpContract.read(given, "")
