"""The types of the API, named as nymea's energy plugin names them."""

# ruff: noqa: N815 - fields are named as on the wire

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hems_actors.api.fields import (
    LAX,
    Ampere,
    Count,
    Instant,
    Note,
    Percent,
    Priority,
    Share,
    Uuid,
    Weekdays,
    Wire,
)


class ChargingMode(StrEnum):
    """How a charger is to charge; in the order of `core.enums.Mode`."""

    NORMAL = "ChargingModeNormal"
    ECO = "ChargingModeEco"
    ECO_WITH_TARGET_TIME = "ChargingModeEcoWithTargetTime"
    ECO_WITH_MIN_CURRENT = "ChargingModeEcoWithMinCurrent"
    ECO_MIN_WITH_TARGET_TIME = "ChargingModeEcoMinWithTargetTime"


class ChargingState(StrEnum):
    """Who sets the current, of the three that nymea knows; in the order of `core.enums.ChargingState`."""

    IDLE = "ChargingStateIdle"
    SURPLUS_CHARGING = "ChargingStateSurplusCharging"
    SPOT_MARKET_CHARGING = "ChargingStateSpotMarketCharging"
    TIME_REQUIREMENT = "ChargingStateTimeRequirement"


class ChargingActionIssuer(StrEnum):
    """Who sets a charger's current; in the order of `core.enums.Issuer`."""

    UNKNOWN = "ChargingActionIssuerUnknown"
    SURPLUS_CHARGING = "ChargingActionIssuerSurplusCharging"
    SPOT_MARKET_CHARGING = "ChargingActionIssuerSpotMarketCharging"
    TIME_REQUIREMENT = "ChargingActionIssuerTimeRequirement"
    OVERLOAD_PROTECTION = "ChargingActionIssuerOverloadProtection"
    NORMAL = "ChargingActionIssuerNormal"
    MIN_CURRENT = "ChargingActionIssuerMinCurrent"
    OPTIMIZER = "ChargingActionIssuerOptimizer"
    FAILSAFE = "ChargingActionIssuerFailsafe"


class EnergyError(StrEnum):
    """How a call that was understood went."""

    NO_ERROR = "EnergyErrorNoError"
    MISSING_PARAMETER = "EnergyErrorMissingParameter"
    INVALID_PARAMETER = "EnergyErrorInvalidParameter"


Mode = Annotated[ChargingMode, LAX]
Issuer = Annotated[ChargingActionIssuer, LAX]
Error = Annotated[EnergyError, LAX]


class ChargingInfo(Wire):
    """A charger's settings and what it does; in SetChargingInfo what is left out keeps its value."""

    evChargerId: Uuid
    """The charger: there is one ChargingInfo for each."""
    assignedCarId: Annotated[Uuid, Note(default="none")] | None = None
    """The car that charges there; absent = none. The UUID of zeros takes it away."""
    chargingMode: Annotated[Mode, Note(default="ChargingModeNormal")] | None = None
    """How it is to charge."""
    targetPercentage: Annotated[int, Field(ge=1, le=100), Note("%", default="80")] | None = None
    """Up to which level it charges, in all modes but Normal."""
    endDateTime: Annotated[Instant, Note("s since 1970, UTC", default="0")] | None = None
    """When the target is to be reached; 0 = no deadline. One that is past is refused unless it repeats."""
    repeatDays: Annotated[Weekdays, Note("1 = Monday .. 7, each once", default="[]")] | None = None
    """On which weekdays that is so, at the local time of day of endDateTime; [] = once."""
    spotMarketChargingEnabled: Annotated[bool, Note(default="false")] | None = None
    """Whether it buys in cheap slots."""
    dailySpotMarketPercentage: Annotated[Percent, Note("%", default="0")] | None = None
    """Share of the car's capacity that may be bought per day, from noon to noon; 0 = none."""
    maxChargingCurrent: Annotated[Ampere, Note("A per phase", default="0")] | None = None
    """At most; 0 = as much as the charger can. Rounded to mA; not below minChargingCurrent."""
    minChargingCurrent: Annotated[float, Field(ge=6, le=80), Note("A per phase", default="6")] | None = None
    """At least, when it charges at all. Rounded to mA."""
    priority: Annotated[Priority, Note(default="0")] | None = None
    """Higher goes first."""
    chargingState: Annotated[ChargingState, LAX, Note(read_only=True)] | None = None
    """Who sets the current now, if it is one of nymea's three; else idle."""
    issuer: Annotated[Issuer, Note(read_only=True)] | None = None
    """Who sets the current now."""
    reason: Annotated[str, Note(read_only=True)] | None = None
    """Why it is what it is, in words."""


class ChargingAction(Wire):
    """What a charger is to do."""

    issuer: Issuer
    """Who wants it."""
    chargingEnabled: bool
    """Whether it is to charge."""
    maxChargingCurrent: Ampere
    """At which current."""
    desiredPhaseCount: Annotated[int, Field(ge=0, le=3)]
    """On how many phases; 0 = not known."""


class ChargingSchedule(Wire):
    """One stretch of a plan: steady power, running now or to come."""

    evChargerId: Uuid
    """Whose plan."""
    startDateTime: Instant
    """When it begins, or began."""
    endDateTime: Instant
    """When it ends."""
    action: ChargingAction
    """What is planned."""


class SpotMarketProviderInfo(Wire):
    """Somebody who says what electricity costs."""

    providerId: Uuid
    """For SetSpotMarketConfiguration."""
    name: str
    """For people."""
    country: str
    """ISO 3166-1, two letters."""
    website: str
    """Where to read more."""


class ScoreEntry(Wire):
    """What electricity costs in a slot, and how cheap that is within its local day."""

    startDateTime: Instant
    """When the price begins."""
    endDateTime: Instant
    """When it ends."""
    value: Annotated[float, Note("EUR/kWh")]
    """The price; may be negative."""
    weighting: Share
    """1 = the cheapest of the day, 0 = the dearest."""


class Decision(Wire):
    """What was decided for a charger, and why; only what is another decision than the one before."""

    number: Count
    """Of the event in the log; they grow."""
    timestamp: Instant
    """When."""
    evChargerId: Uuid
    """For which charger."""
    chargingEnabled: bool
    """Whether it is to charge."""
    maxChargingCurrent: Ampere
    """At which current."""
    desiredPhaseCount: Annotated[int, Field(ge=0, le=3)]
    """On how many phases; 0 = as they are."""
    issuer: Issuer
    """Who wants it."""
    rule: str
    """Which rule decided, by the name it has in the log."""
    reason: str
    """What that rule says, in words."""
    because: str
    """The values it went by, each with the number of the event it came from; may be empty."""


class Experience(Wire):
    """A namespace beyond nymea's core, as Hello names them."""

    name: str
    """Of the namespace."""
    version: str
    """Of what it offers."""
