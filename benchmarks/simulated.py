"""The built-in day, simulated in this process."""

from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure, cpu_s
from hems_actors.sim.build import build
from hems_actors.sim.demo import BUILT_IN, play_to
from hems_actors.sim.scenario import read_scenario

ROUNDS: Final = 3


def simulated_figures(directory: Path) -> list[Figure]:
    """Return how long the built-in day takes, its log in *directory* included."""
    took_s = []
    for number in range(ROUNDS):
        path = directory / f"demo-{number}.msgpack"
        took_s.append(cpu_s(partial(_play, path)))
    return [Figure("simulated day (built-in demo, 5 s plant step)", min(took_s), "s", 1, 0.3)]


def _play(path: Path) -> None:
    play_to(build(*read_scenario(BUILT_IN)), path, [])
