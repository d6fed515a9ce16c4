"""Tariffs, deadlines and modes for random homes: drawn apart, so that all else of a day stays what its seed made it."""

from random import Random
from typing import Any, Protocol

_MODES = ("Eco", "EcoWithTargetTime", "EcoWithTargetTime", "EcoWithMinCurrent", "EcoMinWithTargetTime", "Normal")
_WINDOWS = (
    ["22:30-06:30"],
    ["01:00-05:00", "13:00-17:00"],
    ["02:10-02:50", "03:20-06:00", "08:00-08:30", "11:00-15:10"],
)


class Times(Protocol):
    """Where in time a day's things are."""

    def at(self, hour: float) -> Any:  # noqa: ANN401 - a date and time
        """Return the instant *hour* hours into the day, as drawn."""


def add_plans(tables: dict[str, Any], random: Random, span: Times) -> None:
    """Give the home of *tables* a tariff, and its chargers deadlines and daily shares; two homes in five have none."""
    if random.random() < 0.4:
        return
    tables["tariff"] = {"kind": "hp_hc", "windows": random.choice(_WINDOWS), "enabled": random.random() < 0.9}
    tables["planning"] = {"minimum_run_min": random.choice((0, 10, 30)), "level_percent": random.choice((20, 60))}
    for charger in tables["chargers"]:
        charger["info"] |= {
            "mode": random.choice(_MODES),
            "end": span.at(1 + random.random() * 22),
            "repeat_days": random.choice(([], [1, 2, 3, 4, 5, 6, 7])),
            "spot_market_charging": random.random() < 0.7,
            "daily_spot_market_percent": random.choice((0, 5, 20)),
        }
    for change in tables["changes"]:
        if "mode" in change:
            change["mode"] = random.choice(_MODES)
    if random.random() < 0.2:
        begins = random.random() * 20
        tables["faults"].append({"kind": "prices_fail", "from": span.at(begins), "to": span.at(begins + 1)})
