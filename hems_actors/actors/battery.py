"""The home battery's actor."""

from hems_actors.actors.runtime import Place
from hems_actors.actors.thing import Merge, ReportingThing
from hems_actors.core.facts import BatteryReported


class Battery(ReportingThing[BatteryReported]):
    """Tells `BatteryReported` once the power is known; the level may stay unknown."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, Merge(BatteryReported, place.source, {"level_percent": None}, ("power_w",)))
