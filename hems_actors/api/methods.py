"""The API in one table: methods and notifications. Introspect and INTERFACE.md are made from it."""

from typing import Final, NamedTuple

from hems_actors.api import calls, notices
from hems_actors.api.fields import Wire

NAMESPACE: Final = "EnergyPlugin"
ALIAS: Final = "NymeaEnergy"
JSONRPC: Final = "JSONRPC"
NAMESPACES: Final = (NAMESPACE, JSONRPC, ALIAS)
HELLO: Final = "JSONRPC.Hello"
FREE: Final = "PermissionScopeNone"
CONTROL: Final = "PermissionScopeControlThings"
ADMIN: Final = "PermissionScopeAdmin"
_RANGE: Final = "a value out of range"


class Method(NamedTuple):
    """One method."""

    name: str
    """`Namespace.Method`; those of EnergyPlugin go by the alias too."""
    params: type[Wire]
    returns: type[Wire]
    description: str
    errors: tuple[str, ...] = ()
    """What is answered with `EnergyErrorInvalidParameter`, unless it names another error."""
    permission: str = FREE


class Told(NamedTuple):
    """One notification."""

    name: str
    params: type[Wire]
    description: str


METHODS: Final = (
    Method(
        HELLO,
        calls.HelloAsked,
        calls.Hello,
        "Begins a connection: it must be the first call, within 10 s, and carries the token where one is needed.",
    ),
    Method("JSONRPC.Introspect", calls.Nothing, calls.Introspection, "Describes this API."),
    Method("JSONRPC.Version", calls.Nothing, calls.Version, "Says which versions these are."),
    Method("JSONRPC.KeepAlive", calls.KeepAliveAsked, calls.KeepAlive, "Answers, as a sign of life."),
    Method(
        "JSONRPC.SetNotificationStatus",
        calls.NotificationsAsked,
        calls.Notifications,
        "Replaces the set of namespaces whose notifications this connection gets; at first there are none.",
    ),
    Method(
        "EnergyPlugin.GetChargingInfos",
        calls.OneCharger,
        calls.ChargingInfos,
        "Gives the settings of all chargers, or of one.",
        ("an unknown evChargerId: then with an empty list",),
    ),
    Method(
        "EnergyPlugin.SetChargingInfo",
        calls.SetChargingInfo,
        calls.Done,
        "Changes settings of a charger. It also ends what somebody set at the charger by hand.",
        (
            _RANGE,
            "an unknown evChargerId or assignedCarId",
            "an endDateTime that is past and does not repeat",
            "a maxChargingCurrent, not 0, below minChargingCurrent",
        ),
        CONTROL,
    ),
    Method(
        "EnergyPlugin.GetChargingSchedules",
        calls.OneCharger,
        calls.ChargingSchedules,
        "Gives what is planned for all chargers, or for one: what runs now and what is to come.",
        ("an unknown evChargerId: then with an empty list",),
    ),
    Method(
        "EnergyPlugin.GetAvailableSpotMarketProviders",
        calls.Nothing,
        calls.Providers,
        "Gives who can be asked for prices: markets, and a contract's own table.",
    ),
    Method(
        "EnergyPlugin.GetSpotMarketConfiguration",
        calls.Nothing,
        calls.SpotMarketConfiguration,
        "Says whether prices are used, and whose.",
    ),
    Method(
        "EnergyPlugin.SetSpotMarketConfiguration",
        calls.SetSpotMarketConfiguration,
        calls.Done,
        "Uses prices or not. What is known of another provider's prices is forgotten.",
        ("an unknown providerId", "`EnergyErrorMissingParameter`: enabled, but no provider was ever chosen"),
        ADMIN,
    ),
    Method(
        "EnergyPlugin.GetSpotMarketScoreEntries",
        calls.OneDay,
        calls.ScoreEntries,
        "Gives the prices known of a local day, or of all, and how cheap each slot is within its day.",
        ("a date that is no instant: then with an empty list",),
    ),
    Method("EnergyPlugin.GetPhasePowerLimit", calls.Nothing, calls.PhasePowerLimit, "Gives the home's limit."),
    Method(
        "EnergyPlugin.SetPhasePowerLimit",
        calls.PhasePowerLimit,
        calls.Done,
        "Sets the home's limit.",
        (_RANGE, "a limit above the configured one"),
        ADMIN,
    ),
    Method(
        "EnergyPlugin.GetAcquisitionTolerance",
        calls.Nothing,
        calls.AcquisitionTolerance,
        "Gives how much import is accepted for charging on surplus.",
    ),
    Method(
        "EnergyPlugin.SetAcquisitionTolerance",
        calls.AcquisitionTolerance,
        calls.Done,
        "Sets how much import is accepted for charging on surplus.",
        (_RANGE,),
        ADMIN,
    ),
    Method(
        "EnergyPlugin.GetBatteryLevelConsideration",
        calls.Nothing,
        calls.BatteryLevelConsideration,
        "Gives from which level of the home battery on cars go first.",
    ),
    Method(
        "EnergyPlugin.SetBatteryLevelConsideration",
        calls.BatteryLevelConsideration,
        calls.Done,
        "Sets from which level of the home battery on cars go first.",
        (_RANGE,),
        ADMIN,
    ),
    Method(
        "EnergyPlugin.GetDecisions",
        calls.DecisionsAsked,
        calls.Decisions,
        "Gives what was decided for a charger, and why.",
        (_RANGE, "an unknown evChargerId: then with an empty list"),
    ),
    Method("EnergyPlugin.GetStatus", calls.Nothing, calls.Status, "Says how the home manager is."),
)
NOTIFICATIONS: Final = (
    Told("EnergyPlugin.ChargingInfoAdded", notices.InfoTold, "There is another charger."),
    Told("EnergyPlugin.ChargingInfoRemoved", notices.ChargerGone, "A charger is gone, and its settings with it."),
    Told("EnergyPlugin.ChargingInfoChanged", notices.InfoTold, "A charger's settings, or what it does, changed."),
    Told("EnergyPlugin.ChargingSchedulesChanged", notices.SchedulesTold, "Plans changed, or a stretch of one ended."),
    Told(
        "EnergyPlugin.SpotMarketConfigurationChanged",
        calls.SpotMarketConfiguration,
        "Whether prices are used, whose, or whether one is known now changed.",
    ),
    Told("EnergyPlugin.SpotMarketScoreEntriesChanged", notices.ScoresTold, "What is known of prices changed."),
    Told("EnergyPlugin.PhasePowerLimitChanged", calls.PhasePowerLimit, "The home's limit changed."),
    Told("EnergyPlugin.AcquisitionToleranceChanged", calls.AcquisitionTolerance, "The accepted import changed."),
    Told(
        "EnergyPlugin.BatteryLevelConsiderationChanged",
        calls.BatteryLevelConsideration,
        "The considered level of the home battery changed.",
    ),
    Told("EnergyPlugin.DecisionMade", notices.DecisionTold, "Another decision than the one before was made."),
)
_BY_NAME: Final = {method.name: method for method in METHODS}


def canonical(name: str) -> str:
    """Return the name in the table of the method or namespace a client calls *name*."""
    namespace, dot, rest = name.partition(".")
    return (NAMESPACE if namespace == ALIAS else namespace) + dot + rest


def method_of(name: str) -> Method | None:
    """Return the method a client calls *name*, by either namespace."""
    return _BY_NAME.get(canonical(name))
