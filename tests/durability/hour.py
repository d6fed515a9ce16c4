"""The scripted hour: two chargers, starts, a phase switch, an overload, and a user who changes his mind.

| minute | what |
|---|---|
| 0 | the wallbox (Eco, three phases) has a car; sun for one phase |
| 2 | a car at the garage (Normal, phase B) starts at once and takes what the limit leaves |
| 5, 18, 34, 41, 52 | the user changes a setting and waits for the answer |
| 12-15 | an oven on phase B: the garage is cut, and raised again after it |
| 25-44 | sun for three phases: the wallbox switches |
| 44 | clouds: the wallbox stops; at 48 the sun is back |
| 55 | the garage's car leaves |
"""

from datetime import datetime, time
from random import Random
from typing import Final

from hems_actors.core import facts
from hems_actors.core.enums import Mode
from hems_actors.sim.build import Stage, build
from hems_actors.sim.happenings import happenings
from hems_actors.sim.plant.home import Home, Parts
from hems_actors.sim.plant.house import HouseStep
from hems_actors.sim.scenario import Scenario

WALLBOX: Final = 10
GARAGE: Final = 11
MINUTE_MS: Final = 60_000
CHANGE_MS: Final = 20_000
"""The house's load wobbles this often, and so the meter shows something new."""
START: Final = datetime(2025, 6, 15, 10)  # noqa: DTZ001 - local time of the home's zone

BASE_W: Final = (300.0, 300.0, 300.0)
OVEN: Final = (12, 15, 2_600.0)
SUN: Final = ((0, 2_700.0), (25, 10_800.0), (44, 0.0), (48, 3_200.0))
"""From which minute on the roof yields how much (W)."""

SETTINGS: Final = facts.SiteSettingsChanged(0, 19_000, 500, 900)
ECO: Final = facts.ChargingInfoChanged(WALLBOX, Mode.ECO, 60, 3, 90, 0, 6_000)
NORMAL: Final = facts.ChargingInfoChanged(GARAGE, Mode.NORMAL, 61, 1, 100, 14_000, 6_000)
REQUESTS: Final[tuple[tuple[int, facts.Fact], ...]] = (
    (5 * MINUTE_MS + 1_300, SETTINGS),
    (18 * MINUTE_MS + 2_100, ECO),
    (34 * MINUTE_MS + 700, SETTINGS._replace(tolerance_permille=450)),
    (41 * MINUTE_MS + 3_300, NORMAL),
    (52 * MINUTE_MS + 900, NORMAL._replace(max_ma=0)),
)
"""What the user asks for, and when (ms since the start)."""


def hour() -> Stage:
    """Return the hour, ready to run."""
    scenario = Scenario.model_validate(
        {
            "seed": 7,
            "home": {"name": "hour", "start": START, "duration_h": 1, "phase_limit_a_max": 20, "grid_phases": 3},
            "chargers": [
                {
                    "name": "wallbox",
                    "can_switch": True,
                    "desired_phases": 1,
                    "answer_s": 0.2,
                    "info": {"mode": "Eco", "car": "long", "target_percent": 90},
                },
                {
                    "name": "garage",
                    "wiring": "B",
                    "answer_s": 0.3,
                    "info": {"mode": "Normal", "car": "short", "target_percent": 100},
                },
            ],
            "cars": [
                {"name": "long", "phases": 3, "level_percent": 30},
                {"name": "short", "phases": 1, "level_percent": 40},
            ],
            "visits": [
                {"car": "long", "charger": "wallbox", "from": time(10)},
                {"car": "short", "charger": "garage", "from": time(10, 2), "to": time(10, 55)},
            ],
        }
    )
    stage = build(scenario)
    plant, moments = stage.home, stage.moments
    parts = Parts(
        _house(moments.start_ms, moments.end_ms),
        happenings(scenario, moments, stage.numbers),
        list(plant.chargers.values()),
        list(plant.cars.values()),
    )
    return stage._replace(home=Home(moments.start_ms, plant.step_ms, parts))


def _house(start_ms: int, end_ms: int) -> list[HouseStep]:
    random, steps = Random(7), []
    for at_ms in range(start_ms, end_ms, CHANGE_MS):
        minute = (at_ms - start_ms) // MINUTE_MS
        pv_w = next(power_w for since, power_w in reversed(SUN) if minute >= since)
        a_w, b_w, c_w = (base_w + random.randrange(40) - pv_w / 3 for base_w in BASE_W)
        if OVEN[0] <= minute < OVEN[1]:
            b_w += OVEN[2]
        steps.append(HouseStep(at_ms, a_w, b_w, c_w, pv_w))
    return steps
