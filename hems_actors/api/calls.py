"""What each method takes and gives."""

# ruff: noqa: N815 - fields are named as on the wire

from typing import Annotated, Any

from pydantic import Field

from hems_actors.api.fields import Count, Day, Instant, LimitAmpere, Note, Share, Uuid, Wire
from hems_actors.api.models import (
    ChargingInfo,
    ChargingSchedule,
    Decision,
    Error,
    Experience,
    ScoreEntry,
    SpotMarketProviderInfo,
)


class Nothing(Wire):
    """Takes nothing."""


class Done(Wire):
    """How a Set method went; without an error it is on disk."""

    energyError: Error
    """`EnergyErrorNoError`, or why nothing was changed."""


class Maybe(Wire):
    """What may be asked in vain."""

    energyError: Error | None = None
    """Only where there is one: unknown id, or a value out of range."""


class OneCharger(Wire):
    """All chargers or one."""

    evChargerId: Uuid | None = None
    """Absent = all."""


class ChargingInfos(Maybe):
    """Settings of chargers."""

    chargingInfos: list[ChargingInfo]
    """By charger, in the order they came."""


class SetChargingInfo(Wire):
    """Settings for a charger."""

    chargingInfo: ChargingInfo
    """What is to change; read-only fields are ignored."""


class ChargingSchedules(Maybe):
    """What is planned."""

    chargingSchedules: list[ChargingSchedule]
    """By charger, then in time order."""


class Providers(Wire):
    """Who can be asked for prices."""

    providers: list[SpotMarketProviderInfo]
    """All of them."""


class SpotMarketConfiguration(Wire):
    """Whether prices are used, and whose."""

    enabled: bool
    """Whether they are used."""
    available: bool
    """Whether a price is known for this moment."""
    providerId: Uuid | None = None
    """Whose; absent = never chosen."""


class SetSpotMarketConfiguration(Wire):
    """Use prices or not."""

    enabled: bool
    """Whether they are to be used."""
    providerId: Uuid | None = None
    """Whose; absent = as before."""


class OneDay(Wire):
    """All days or one."""

    date: Day | None = None
    """Absent = all days of which prices are known."""


class ScoreEntries(Maybe):
    """What electricity costs."""

    spotMarketScoreEntries: list[ScoreEntry]
    """In time order."""


class PhasePowerLimit(Wire):
    """The home's limit per phase; a current in spite of its name."""

    phasePowerLimit: Annotated[LimitAmpere, Note("A per phase", default="0")]
    """0 = the configured limit alone; never above that."""


class AcquisitionTolerance(Wire):
    """How much import is accepted for charging on surplus."""

    acquisitionTolerance: Annotated[Share, Note("share", default="0.5")]
    """0 = none, 1 = start regardless. Rounded to 0.001."""


class BatteryLevelConsideration(Wire):
    """From which level of the home battery on a car may have what charges it."""

    batteryLevelConsideration: Annotated[Share, Note("share", default="0.9")]
    """0 = the car always first, 1 = the battery first until it is full. Rounded to 0.001."""


class DecisionsAsked(Wire):
    """A charger and a stretch of time."""

    evChargerId: Uuid
    """Whose decisions."""
    from_: Annotated[Instant | None, Field(alias="from")] = None
    """From then on; absent = as far back as is known."""
    to: Instant | None = None
    """Up to then; absent = up to now."""


class Decisions(Maybe):
    """What was decided."""

    decisions: list[Decision]
    """In time order, at most the 500 newest of the time asked for."""


class Status(Wire):
    """How the home manager is."""

    degraded: list[str]
    """Why it cannot do all that it should, in words; [] = all is well."""
    linkUp: bool
    """Whether it is connected to nymead and has read everything."""
    link: str
    """The same, in words."""
    log: str
    """Where the event log stands, in words."""
    chargers: Count
    """How many chargers there are."""


class HelloAsked(Wire):
    """Who asks."""

    locale: str | None = None
    """Echoed; texts are English."""


class Hello(Wire):
    """Who answers."""

    server: str
    """`nymea`: the protocol spoken."""
    name: str
    """Of the home."""
    version: str
    """Of this program."""
    uuid: Annotated[str, Note(kind="Uuid")]
    """Of the home, in braces."""
    language: str
    """As asked for."""
    locale: str
    """As asked for."""
    protocol_version: Annotated[str, Field(alias="protocol version")]
    """Of nymea's protocol."""
    initialSetupRequired: bool
    """Always false."""
    authenticationRequired: bool
    """Whether calls need a token."""
    pushButtonAuthAvailable: bool
    """Always false."""
    experiences: list[Experience]
    """What is offered beyond nymea's core."""
    authenticated: bool | None = None
    """Where tokens are needed and one was given: whether it is good."""
    permissionScopes: list[str] | None = None
    """With a good token: what it allows, which is all."""
    username: str | None = None
    """With a good token: its name."""


class Version(Wire):
    """Versions."""

    version: str
    """Of this program."""
    protocol_version: Annotated[str, Field(alias="protocol version")]
    """Of nymea's protocol."""


class KeepAliveAsked(Wire):
    """A sign of life."""

    sessionId: str
    """Anything."""


class KeepAlive(Wire):
    """The same back."""

    sessionId: str
    """What was sent."""
    success: bool
    """Always true."""


class NotificationsAsked(Wire):
    """What a client wants to be told; it replaces what it wanted before."""

    enabled: bool | None = None
    """All or nothing."""
    namespaces: list[str] | None = None
    """Of these; unknown ones are dropped, and `enabled` does not count beside it."""


class Notifications(Wire):
    """What a client is told from now on."""

    enabled: bool
    """Whether anything."""
    namespaces: list[str]
    """Of these."""


class Introspection(Wire):
    """The API in its own words."""

    enums: dict[str, Any]
    """Name to values."""
    flags: dict[str, Any]
    """Name to the enum they combine."""
    methods: dict[str, Any]
    """Name to description, params, returns and permission."""
    notifications: dict[str, Any]
    """Name to description and params."""
    types: dict[str, Any]
    """Name to fields: `o:` may be absent, `r:` is ignored in what is sent."""
