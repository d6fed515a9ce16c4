"""Source numbers of a simulated home's things: fixed by their place in the scenario file."""

from collections.abc import Mapping
from typing import NamedTuple

from hems_actors.sim.scenario import Scenario

METER = 1
BATTERY = 2
CHARGER_FIRST = 10
CAR_FIRST = 60


class Numbers(NamedTuple):
    """Name to source number."""

    chargers: Mapping[str, int]
    cars: Mapping[str, int]

    def sources(self) -> dict[int, str]:
        """Return source number to name of every thing, as a log's header has it."""
        named = {METER: "meter", BATTERY: "battery"}
        return named | {number: name for names in self for name, number in names.items()}


def numbers(scenario: Scenario) -> Numbers:
    """Return the numbers of *scenario*'s chargers and cars."""
    return Numbers(
        {charger.name: CHARGER_FIRST + i for i, charger in enumerate(scenario.chargers)},
        {car.name: CAR_FIRST + i for i, car in enumerate(scenario.cars)},
    )
