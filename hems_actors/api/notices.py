"""What notifications carry, where that is not what a Get method gives."""

# ruff: noqa: N815 - fields are named as on the wire

from hems_actors.api.fields import Uuid, Wire
from hems_actors.api.models import ChargingInfo, ChargingSchedule, Decision, ScoreEntry


class InfoTold(Wire):
    """A ChargingInfo as it is now."""

    chargingInfo: ChargingInfo
    """Whole."""


class ChargerGone(Wire):
    """A ChargingInfo that is no more."""

    evChargerId: Uuid
    """Of the charger that was removed."""


class SchedulesTold(Wire):
    """All plans as they are now."""

    chargingSchedules: list[ChargingSchedule]
    """Of all chargers, as GetChargingSchedules gives them."""


class ScoresTold(Wire):
    """All prices as they are known now."""

    spotMarketScoreEntries: list[ScoreEntry]
    """Of all days, as GetSpotMarketScoreEntries gives them."""


class DecisionTold(Wire):
    """A new decision."""

    decision: Decision
    """What was decided, and why."""
