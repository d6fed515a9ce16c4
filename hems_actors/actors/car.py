"""A car's actor."""

from typing import Final

from hems_actors.actors.runtime import Place
from hems_actors.actors.thing import Merge, ReportingThing
from hems_actors.core.facts import CarReported

_ABSENT: Final = dict.fromkeys(("level_percent", "capacity_wh", "min_ma", "max_ma", "phase_count", "plugged_in"))


class Car(ReportingThing[CarReported]):
    """Tells `CarReported`; a car may keep any of its states to itself."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, Merge(CarReported, place.source, _ABSENT, ()))
