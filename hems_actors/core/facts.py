"""Facts: the input events, each one thing that happened outside the core.

A fact is a plain tuple of integers, flags and None; its number and instant travel beside it. The unit
ends each name; signs as in `units`. `source` is the number of the thing in the log's source table,
0 for the home itself. Fields may only be appended, with defaults (facts/replay.md section 5).
"""

from typing import NamedTuple


class Tick(NamedTuple):
    """The coordinator's timer fired, early or late: harmless."""

    source: int


class Restarted(NamedTuple):
    """The process started; readings are cached until proved fresh."""

    source: int


class ExitRequested(NamedTuple):
    """The process is about to end; `on_exit` applies."""

    source: int


class ClockOffset(NamedTuple):
    """Wall clock minus `at_ms`."""

    source: int
    offset_ms: int


class ZoneKnown(NamedTuple):
    """The home's UTC offsets: pairs of instant (s) and the offset (s) in force from then on."""

    source: int
    transitions_s: tuple[int, ...]


class CoreFailed(NamedTuple):
    """The core raised on event `failed_seq`; the process ended with this (design.md section 4)."""

    source: int
    failed_seq: int
    step: int


class Quarantined(NamedTuple):
    """Event `failed_seq` is passed over: the state cannot take it."""

    source: int
    failed_seq: int


class RecoveredWithLoss(NamedTuple):
    """A start found events `first_seq` .. `last_seq` damaged or missing; what chargers do is read back."""

    source: int
    first_seq: int
    last_seq: int


class LogLost(NamedTuple):
    """The log cannot be written any more: nothing may add load from here."""

    source: int


class LogResumed(NamedTuple):
    """The log goes on in a new segment; events `first_seq` .. `last_seq` are not on disk."""

    source: int
    first_seq: int
    last_seq: int


class FailSafeOrdered(NamedTuple):
    """A start, before `Restarted`: the core failed too often; only safe currents until `until_ms`."""

    source: int
    until_ms: int


class SiteConfigured(NamedTuple):
    """The home's configuration: first values and hard ceilings."""

    source: int
    phase_limit_max_ma: int
    """Main fuse per phase; 0 = none."""
    grid_phases: int
    """1 or 3; 0 = as the meter shows."""
    unbalance_limit_ma: int
    """0 = off."""
    on_exit: int
    meter: int
    """Source number of the root meter; 0 = none."""


class SiteSettingsChanged(NamedTuple):
    """The home's settings, whole (charging.md section 4)."""

    source: int
    phase_limit_ma: int
    """0 = no limit of its own."""
    tolerance_permille: int
    battery_level_permille: int


class ChargerConfigured(NamedTuple):
    """A charger's configuration, and what the thing itself offers."""

    source: int
    phases: int
    """Wired phases, 1 or 3."""
    rotation: int
    """Grid phases (1 = A) of terminals 1, 2, 3 as digits, e.g. 231; one digit if one-phase; 0 = unknown."""
    safe_ma: int
    step_ma: int
    can_switch: bool
    """Whether `desiredPhaseCount` offers 1 and 3."""


class ChargingInfoChanged(NamedTuple):
    """A charger's ChargingInfo, whole (charging.md section 4)."""

    source: int
    mode: int
    car: int
    """Source number of the assigned car; 0 = none."""
    priority: int
    target_percent: int
    max_ma: int
    """0 = the charger's."""
    min_ma: int
    end_s: int = 0
    """`endDateTime`, UTC; 0 = none."""
    repeat_mask: int = 0
    """`repeatDays`: bit 0 = Monday; 0 = once."""
    spot: bool = False
    daily_percent: int = 0
    """`dailySpotMarketPercentage` of the car's capacity."""


class PlanningConfigured(NamedTuple):
    """What plans assume (charging.md section 8)."""

    source: int
    house_ma: int
    """House load per phase in plans."""
    run_s_min: int
    """No planned run is shorter."""
    capacity_wh: int
    """Of a car that does not say."""
    level_percent: int
    """At plug-in, of a car that does not say."""


class SpotMarketChanged(NamedTuple):
    """The spot market, or a tariff of fixed windows, is used or not, and whose prices."""

    source: int
    enabled: bool
    provider: int
    """Number of the provider; 0 = none."""


class PricesKnown(NamedTuple):
    """What a provider says: slots as triples of start and end (UTC) and price (micro-euro per kWh)."""

    source: int
    provider: int
    slots: tuple[int, ...]


class PricesFailed(NamedTuple):
    """A provider was asked and said nothing usable; what is known stands."""

    source: int
    provider: int
    failure: int


class OptimizerChanged(NamedTuple):
    """The optimizer can be asked, or not any more and why: then nothing it said before counts."""

    source: int
    available: bool
    trouble: int


class OptimizerAnswered(NamedTuple):
    """What the optimizer wants of a charger, from now on for `valid_s`."""

    source: int
    target_ma: int
    """Per phase; 0 = off."""
    phases: int
    """1 or 3; 0 = as they are."""
    valid_s: int


class BatteryConfigured(NamedTuple):
    """The home battery's phases as a mask; 0 = unknown."""

    source: int
    phases_mask: int


class ThingAdded(NamedTuple):
    """A thing got its number, or another name: its UUID as four words of 32 bits, its name as code points."""

    source: int
    kind: int
    uuid: tuple[int, ...]
    name: tuple[int, ...]


class ThingRemoved(NamedTuple):
    """A thing is not there any more; what still comes from it comes too late."""

    source: int


class MinuteSignal(NamedTuple):
    """The server's minute log entry: a cycle begins."""

    source: int


class MinuteSignalLost(NamedTuple):
    """The server's minute log entries stay away: the own timer begins the cycles."""

    source: int


class LinkChanged(NamedTuple):
    """The link to the devices is up and everything was read again, or is lost."""

    source: int
    up: bool


class ThingConnected(NamedTuple):
    """A meter said whether it reaches its device."""

    source: int
    connected: bool


class MeterReading(NamedTuple):
    """One burst of the root meter: per phase power (W), current (mA), voltage (dV); None = not reported."""

    source: int
    age_ms: int
    complete: bool
    """False: sent at once because a phase is above its limit; may only lower."""
    power_w: int | None
    a_w: int | None
    b_w: int | None
    c_w: int | None
    a_ma: int | None
    b_ma: int | None
    c_ma: int | None
    a_dv: int | None
    b_dv: int | None
    c_dv: int | None


class BatteryReported(NamedTuple):
    """The home battery: power (+ charging) and level."""

    source: int
    power_w: int
    level_percent: int | None


class ChargerReported(NamedTuple):
    """All a charger says of itself, whole, whenever any of it changed or was read back.

    Terminal currents a, b, c are in the charger's own names, not the grid's.
    """

    source: int
    connected: bool
    power_on: bool
    """Charging enabled (`power`)."""
    current_ma: int
    """`maxChargingCurrent`."""
    min_ma: int
    max_ma: int
    plugged_in: bool | None
    charging: bool | None
    phase_count: int | None
    desired_phases: int | None
    draw_w: int | None
    a_ma: int | None
    b_ma: int | None
    c_ma: int | None


class CarReported(NamedTuple):
    """All a car says of itself; None = not reported."""

    source: int
    level_percent: int | None
    capacity_wh: int | None
    min_ma: int | None
    max_ma: int | None
    phase_count: int | None
    plugged_in: bool | None


class ActionSent(NamedTuple):
    """The charger's actor handed an action to the link."""

    source: int
    action_seq: int


class ActionAnswered(NamedTuple):
    """The device answered an action, or its time ran out; it proves nothing about the effect."""

    source: int
    action_seq: int
    result: int


Fact = (
    Tick
    | Restarted
    | ExitRequested
    | ClockOffset
    | ZoneKnown
    | CoreFailed
    | Quarantined
    | RecoveredWithLoss
    | LogLost
    | LogResumed
    | FailSafeOrdered
    | SiteConfigured
    | SiteSettingsChanged
    | ChargerConfigured
    | ChargingInfoChanged
    | PlanningConfigured
    | SpotMarketChanged
    | PricesKnown
    | PricesFailed
    | OptimizerChanged
    | OptimizerAnswered
    | BatteryConfigured
    | ThingAdded
    | ThingRemoved
    | MinuteSignal
    | MinuteSignalLost
    | LinkChanged
    | ThingConnected
    | MeterReading
    | BatteryReported
    | ChargerReported
    | CarReported
    | ActionSent
    | ActionAnswered
)
