"""Contracts and their providers, in Paris unless said."""

from datetime import date
from typing import Final

from etm.tariff.hc_hp import HcHpContract
from etm.tariff.static_hc_hp_provider import StaticHcHpProvider
from tests.core.zones import transitions_s

EPOCH: Final = date(1970, 1, 1)
DAY_S: Final = 86_400
PARIS: Final = transitions_s("Europe/Paris")
HP: Final = 206_500
HC: Final = 157_900
"""The default prices, micro-euro per kWh."""


def contract(windows: list[str], summer: list[str] | None = None) -> HcHpContract:
    """Return the contract with these windows and the default prices."""
    table = {"windows": windows} if summer is None else {"windows": windows, "summer_windows": summer}
    return HcHpContract.read(table, "hems.toml: hc_hp")


def provider(
    windows: list[str], summer: list[str] | None = None, transitions: tuple[int, ...] = PARIS
) -> StaticHcHpProvider:
    """Return who tells the prices of these windows."""
    return StaticHcHpProvider(contract(windows, summer), lambda: transitions)


def day(text: str) -> int:
    """Return the number of an ISO date."""
    return (date.fromisoformat(text) - EPOCH).days
