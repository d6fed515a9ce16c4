"""Simulated homes whose logs the comparing tests share."""

from pathlib import Path

import pytest

from hems_actors.core import producers, shares
from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from tests.sim.homes import scenario

PRICE_FILE = "start_utc,end_utc,price_eur_per_mwh\n2025-06-14T22:00:00Z,2025-06-15T22:00:00Z,250\n"


def write_day(path: Path, *, duration_h: float = 2.0, **changes: object) -> Path:
    """Write the log of some hours of two cars, one on surplus and one at once, and return its path."""
    prices = path.with_name("prices.csv")
    prices.write_text(PRICE_FILE)
    home = scenario().home.model_dump(exclude_unset=True) | {"duration_h": duration_h}
    tables: dict[str, object] = {
        "seed": 1,
        "home": home,
        "sun": {"peak_w": 9000, "clouds": 0.6},
        "tariff": {"kind": "file", "file": str(prices)},
        "chargers": [
            {"name": "wallbox", "info": {"mode": "Eco", "car": "car"}},
            {"name": "garage", "wiring": "B"},
        ],
        "cars": [{"name": "car"}, {"name": "other", "phases": 1}],
        "visits": [
            {"car": "car", "charger": "wallbox", "from": home["start"].time()},
            {"car": "other", "charger": "garage", "from": home["start"].time()},
        ],
    }
    play_to(build(scenario(**(tables | changes))), path, [])
    return path


def start_after(patch: pytest.MonkeyPatch, delay_ms: int) -> None:
    """Let surplus charging begin only once there was enough surplus for *delay_ms*."""
    patch.setattr(producers, "START_MS", delay_ms)
    patch.setattr(shares, "START_MS", delay_ms)
