"""What the rest of the process may know of the home, as an immutable view."""

from collections.abc import Mapping
from typing import NamedTuple

from hems_actors.core.enums import ChargingState
from hems_actors.core.facts import BatteryReported, ChargerReported, ChargingInfoChanged, MeterReading
from hems_actors.core.identity import Identity


class PlanView(NamedTuple):
    """What stands planned for one purpose (`PlanMade`)."""

    seq: int
    until_s: int
    need_wh: int
    runs: tuple[int, ...]
    """Triples of from (s), to (s) and power (W)."""
    phases: int
    current_ma: int


class ChargerView(NamedTuple):
    """One charger: what it last said of itself, and what was decided for it."""

    report: ChargerReported
    on: bool
    current_ma: int
    phases: int
    issuer: int
    rule: int
    phases_mask: int
    """Grid phases it is known to load; 0 = unknown."""
    car_phase: int
    info: ChargingInfoChanged
    """Its settings, as the newest fact said them."""
    info_seq: int
    charging_state: ChargingState
    plugged: bool
    deadline_at_s: int
    """Pursued now; 0 = none."""
    plans: tuple[PlanView, ...]
    """By `enums.Purpose`."""
    point_seq: int
    """Number of the decision: a new one for each."""
    open_seq: int
    """Number of the action in flight; 0 = none."""
    level_percent: int | None
    """Of the car that is assigned, as it says."""
    capacity_wh: int | None
    """Of the same."""


class MarketView(NamedTuple):
    """Who says what electricity costs, and what is known of it."""

    enabled: bool
    provider: int
    slots: tuple[int, ...]
    """Triples of from (s), to (s) and price (micro-euro per kWh)."""
    seq: int


class SettingsView(NamedTuple):
    """The home's settings and the ceiling they cannot exceed."""

    phase_limit_ma: int
    tolerance_permille: int
    battery_level_permille: int
    limit_max_ma: int
    """Of the configuration; 0 = none."""


class View(NamedTuple):
    """The home after event `seq`."""

    seq: int
    at_ms: int
    clock_offset_ms: int
    health: int
    reading: MeterReading
    battery: BatteryReported | None
    chargers: tuple[tuple[int, ChargerView], ...]
    """Source number and view, in the order chargers were configured."""
    alarms: tuple[tuple[int, int, int], ...]
    """Alarm, source and value of each active alarm, oldest first."""
    settings: SettingsView
    market: MarketView
    things: Mapping[int, Identity]
    """By number, those that are gone too."""
    transitions_s: tuple[int, ...]
    """UTC offsets, as `ZoneKnown` has them."""
    minute_signal: bool
    """Whether the server's minute begins the cycles."""
    meter: int
    """Source number of the root meter; 0 = none."""
