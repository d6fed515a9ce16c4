"""Small homes for tests."""

from datetime import datetime, time
from typing import Any

from hems_actors.sim.scenario import Scenario

START = datetime(2025, 6, 15, 10)  # noqa: DTZ001 - local time of the home's zone


def scenario(**tables: Any) -> Scenario:  # noqa: ANN401 - as the file has them
    """Return a quiet hour with one charger and one car, plugged in from the start; *tables* replace its own."""
    whole: dict[str, Any] = {
        "seed": 1,
        "home": {"start": START, "duration_h": 1, "phase_limit_a_max": 25, "grid_phases": 3},
        "load": {"jitter_w": 20, "appliances_per_day": 0},
        "chargers": [{"name": "wallbox"}],
        "cars": [{"name": "car", "level_percent": 20}],
        "visits": [{"car": "car", "charger": "wallbox", "from": time(10)}],
    }
    return Scenario.model_validate(whole | tables)
