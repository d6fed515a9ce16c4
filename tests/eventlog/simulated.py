"""A small log of a simulated home: every event is the real core's, every frame the real writer's."""

from datetime import time
from pathlib import Path

from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from tests.sim.homes import scenario


def write_simulated(path: Path, *, duration_h: float = 1.1, seed: int = 1) -> None:
    """Write the log of a car that charges on surplus."""
    sunny = scenario(
        seed=seed,
        home=scenario().home.model_dump(exclude_unset=True) | {"duration_h": duration_h, "step_s": 60},
        meter={"period_s": 600},
        sun={"peak_w": 9000, "clouds": 0},
        load={"jitter_w": 0, "appliances_per_day": 0},
        chargers=[{"name": "wallbox", "info": {"mode": "Eco", "car": "car"}}],
        visits=[{"car": "car", "charger": "wallbox", "from": time(10, 5)}],
    )
    play_to(build(sunny), path, [])
