"""The home as the core knows it: parts of plain integers, changed only by `evolve`.

Each part is one restore event of a snapshot (`restore.PARTS`); nothing derivable is stored. Instants are
`at_ms`; `None` = never or unknown; `*_seq` is the number of the event a value came from.
"""

from dataclasses import dataclass, field
from typing import Final

from hems_actors.core.enums import CarPhase, Health, Issuer, Knowledge, Mode, OnExit, Timer
from hems_actors.core.facts import ChargerReported, MeterReading
from hems_actors.core.identity import Identity
from hems_actors.core.optimizer import Optimizer
from hems_actors.core.quiet import Quiet
from hems_actors.core.units import CURRENT_MA_MIN

NO_READING = MeterReading(0, 0, False, None, None, None, None, None, None, None, None, None, None)
NO_TIMERS: Final[list[int | None]] = [None] * len(Timer)
NO_REPORT = ChargerReported(0, False, False, 0, 0, 0, None, None, None, None, None, None, None, None)


@dataclass(slots=True)
class SiteConfig:
    """The home's configuration (`SiteConfigured`)."""

    phase_limit_max_ma: int = 0
    grid_phases: int = 0
    unbalance_limit_ma: int = 0
    on_exit: int = OnExit.SAFE
    meter: int = 0
    limit_seq: int = 0
    """Event that set the limit last, as configured or as a user has it."""


@dataclass(slots=True)
class SiteSettings:
    """The home's settings (`SiteSettingsChanged`, charging.md section 4)."""

    phase_limit_ma: int = 0
    tolerance_permille: int = 500
    battery_level_permille: int = 900


@dataclass(slots=True)
class Planning:
    """What plans assume (`PlanningConfigured`)."""

    house_ma: int = 5_000
    run_s_min: int = 1_800
    capacity_wh: int = 50_000
    level_percent: int = 20
    seq: int = 0


@dataclass(slots=True)
class Market:
    """The prices known, and of whom (`SpotMarketChanged`, `PricesKnown`)."""

    enabled: bool = False
    provider: int = 0
    slots: tuple[int, ...] = ()
    seq: int = 0


@dataclass(slots=True)
class SiteStatus:
    """Where the home stands: cycle, link, health, last surplus start."""

    cycle_at_ms: int | None = None
    cycle_seq: int = 0
    tick_at_ms: int = 0
    link_up: bool = False
    linked_at_ms: int = 0
    health: int = Health.NO_CONTROL
    health_at_ms: int = 0
    meter_connected: bool = True
    meter_lost_at_ms: int | None = None
    exiting: bool = False
    surplus_start_at_ms: int | None = None
    clock_offset_ms: int = 0
    transitions_s: tuple[int, ...] = ()
    log_lost: bool = False
    fail_safe_until_ms: int = 0


@dataclass(slots=True)
class Guard:
    """One phase's open overload: since when, the reading that caused the last cut, and what was taken."""

    began_at_ms: int | None = None
    cut_at_ms: int = 0
    reading_ma: int = 0
    taken_ma: int = 0


@dataclass(slots=True)
class Meter:
    """The root meter: the newest reading of any kind, and the newest complete one."""

    latest: MeterReading = NO_READING
    latest_seq: int = 0
    latest_at_ms: int = 0
    full: MeterReading = NO_READING
    full_seq: int = 0
    full_at_ms: int = 0
    interval_ms: int = 0
    """Between the last two complete readings."""
    signed: bool = False
    """Whether a phase current was ever negative."""
    changed_at_ms: int | None = None
    """Last complete reading that differed from the one before; None since (re)connection."""


Sample = tuple[int, int, int]
"""Instant (ms) and surplus (W) of one complete reading, and the sum (W ms) of the samples before it, each times how
long it held: a mean costs one subtraction. A plain tuple: one is made each second."""


@dataclass(slots=True)
class Battery:
    """The home battery; `source` 0 = none."""

    source: int = 0
    phases_mask: int = 0
    power_w: int = 0
    level_percent: int | None = None
    above: bool = False
    """At or above the considered level, or less than 5 points below it since (charging.md section 4)."""
    seq: int = 0


@dataclass(slots=True)
class Car:
    """What a car says of itself (`CarReported`)."""

    level_percent: int | None = None
    capacity_wh: int | None = None
    min_ma: int | None = None
    max_ma: int | None = None
    phase_count: int | None = None
    plugged_in: bool | None = None
    seq: int = 0


@dataclass(slots=True)
class ChargerConfig:
    """A charger's configuration (`ChargerConfigured`)."""

    phases: int = 3
    rotation: int = 0
    safe_ma: int = CURRENT_MA_MIN
    step_ma: int = 1_000
    can_switch: bool = False


@dataclass(slots=True)
class ChargerInfo:
    """A charger's ChargingInfo (`ChargingInfoChanged`)."""

    mode: int = Mode.NORMAL
    car: int = 0
    priority: int = 0
    target_percent: int = 80
    max_ma: int = 0
    min_ma: int = CURRENT_MA_MIN
    seq: int = 0
    end_s: int = 0
    end_second: int = 0
    """Local time of day of `end_s` when it was set: the offset then may be forgotten later."""
    repeat_mask: int = 0
    spot: bool = False
    daily_percent: int = 0


@dataclass(slots=True)
class Session:
    """This plug-in: forgotten at unplug."""

    plugged: bool = False
    at_ms: int = 0
    seq: int = 0
    car_phase: int = CarPhase.IDLE
    drew: bool = False
    nudges: int = 0
    nudged_at_ms: int | None = None
    finished_percent: int | None = None
    full: bool = False
    """Level reached the target; resumes three points below."""
    wish_ma: int | None = None
    """What the user set by hand: a maximum, 0 = off."""
    cap_ma: int = 0
    """Offer held near an underused draw; 0 = none."""
    switch_tries: int = 0
    reached_seq: int = 0
    """Report that said the charger can be reached again."""
    one_phase: bool = False
    """A three-phase offer was seen to be used on one phase."""
    energy_ws: int = 0
    """Delivered up to `energy_at_ms`."""
    energy_at_ms: int = 0
    power_w: int = 0
    """Drawn since then."""
    level_energy_ws: int = 0
    """Delivered when the assigned car last said its level."""


@dataclass(slots=True)
class SetPoint:
    """The last decision for a charger."""

    seq: int = 0
    on: bool = False
    current_ma: int = 0
    phases: int = 0
    target_ma: int = 0
    issuer: int = Issuer.UNKNOWN
    rule: int = 0
    changed_at_ms: int = 0
    uncredited_at_ms: int = 0
    """Since when what it draws is house load to the surplus: it was switched on, or left SurplusCharging."""
    lowered_at_ms: int = 0
    cut_at_ms: int | None = None
    """Last overload cut: no raise for 30 s."""
    stopped_by_overload: bool = False
    switched_at_ms: int | None = None


@dataclass(slots=True)
class Ledger:
    """What the charger is known to be set to, and the one action in flight."""

    known_on: bool = False
    known_ma: int = 0
    known_phases: int = 0
    verified_at_ms: int = 0
    off_at_ms: int | None = None
    """When `power` was last seen to be off."""
    open_seq: int = 0
    """0 = nothing in flight."""
    open_what: int = 0
    open_value: int = 0
    open_reduces: bool = False
    open_attempt: int = 0
    open_at_ms: int = 0
    sent_at_ms: int = 0
    """Of the newest action handed to the link, open or not."""
    sent: bool = False
    result: int | None = None
    """How the open action was answered; None = not yet."""
    result_seq: int = 0
    failures: int = 0
    """Tries in a row that failed."""
    retry_at_ms: int = 0
    gave_up_at_ms: int | None = None
    refused_what: int = 0
    refused_value: int = 0
    recent: tuple[int, ...] = ()
    """Triples (what, value, until_ms) of own actions that may still act late."""


@dataclass(slots=True)
class PhaseMap:
    """Which grid phases a charger loads (charging.md section 6)."""

    phases_mask: int = 0
    knowledge: int = Knowledge.UNKNOWN
    wiring: int = 0
    """Learned grid phase (1 = A) of terminal 1; survives unplugging."""
    evidence_mask: int = 0
    step_ma: int = 0
    """Own step under observation, signed; 0 = none."""
    step_at_ms: int = 0
    evidence_at_ms: int | None = None
    """Last own step that is large enough to be evidence."""
    disproved: bool = False
    """The configured rotation contradicts what was seen."""
    before_seq: int = 0
    before_a_ma: int = 0
    before_b_ma: int = 0
    before_c_ma: int = 0
    before_battery_w: int = 0
    before_draw_ma: int = 0
    before_draw_w: int | None = None
    spoiled: bool = False


@dataclass(slots=True)
class Draw:
    """What a charger draws per active phase, and what it drew when the meter was last read."""

    seen_ma: int = 0
    """Measured, from its newest report."""
    before_ma: int = 0
    before_reading: int = 0
    low_ma: int = 0
    low_until_ms: int = 0
    estimate_ma: int | None = None
    """Unmeasured: as the steps at the root meter showed it; None = not seen, anything up to the offer."""


@dataclass(slots=True)
class Deadline:
    """When a charger's car has to have its target, and where that stands."""

    at_s: int = 0
    """Pursued now; 0 = none."""
    missed: bool = False
    """It is over, and charging goes on."""
    judged_seq: int = 0
    """`ChargingInfoChanged` or plug-in that it was last set by."""


@dataclass(slots=True)
class Plan:
    """The last `PlanMade` for one purpose, and what it was made from."""

    seq: int = 0
    until_s: int = 0
    need_ws: int = 0
    energy_ws: int = 0
    """Delivered in this plug-in when it was made."""
    at_s: int = 0
    runs: tuple[int, ...] = ()
    phases_mask: int = 0
    phases: int = 0
    current_ma: int = 0
    base_w: int = 0
    bought_ws: int = 0
    """Charged in bought slots since `until_s` is what it is: it counts against the day's share."""


@dataclass(slots=True)
class Charger:
    """All parts of one charger."""

    source: int
    config: ChargerConfig = field(default_factory=ChargerConfig)
    info: ChargerInfo = field(default_factory=ChargerInfo)
    report: ChargerReported = NO_REPORT
    report_seq: int = 0
    session: Session = field(default_factory=Session)
    point: SetPoint = field(default_factory=SetPoint)
    ledger: Ledger = field(default_factory=Ledger)
    map: PhaseMap = field(default_factory=PhaseMap)
    draw: Draw = field(default_factory=Draw)
    plans: tuple[Plan, Plan] = field(default_factory=lambda: (Plan(), Plan()))
    """By `Purpose`."""
    deadline: Deadline = field(default_factory=Deadline)
    timers: list[int | None] = field(default_factory=NO_TIMERS.copy)


@dataclass(slots=True)
class State:
    """The whole home; `seq` and `at_ms` are those of the newest event, `fact_seq` of the newest fact."""

    seq: int = 0
    at_ms: int = 0
    fact_seq: int = 0
    on_surplus: tuple[Charger, ...] = field(default=(), compare=False)
    """The chargers whose issuer is SurplusCharging, as `note_surplus` finds them."""
    fact_type: type | None = field(default=None, compare=False)
    """Class of the newest fact: lets a stage pass over what cannot concern it; None after a restore."""
    calm: Quiet | None = field(default=None, compare=False)
    """What `calm` worked out for readings to come; None = not since the last event that could change it."""
    passed_seq: int = field(default=-1, compare=False)
    """Number of the newest reading that was passed over; -1 = none."""
    config: SiteConfig = field(default_factory=SiteConfig)
    settings: SiteSettings = field(default_factory=SiteSettings)
    site: SiteStatus = field(default_factory=SiteStatus)
    planning: Planning = field(default_factory=Planning)
    market: Market = field(default_factory=Market)
    optimizer: Optimizer = field(default_factory=Optimizer)
    guards: tuple[Guard, Guard, Guard] = field(default_factory=lambda: (Guard(), Guard(), Guard()))
    meter: Meter = field(default_factory=Meter)
    samples: list[Sample] = field(default_factory=list)
    battery: Battery = field(default_factory=Battery)
    cars: dict[int, Car] = field(default_factory=dict)
    chargers: dict[int, Charger] = field(default_factory=dict)
    alarms: dict[tuple[int, int], int] = field(default_factory=dict)
    """(alarm, source) to its value, while active."""
    minute_signal: bool = False
    """Whether the server's minute begins the cycles."""
    things: dict[int, Identity] = field(default_factory=dict)
    """By number, in that order; those that are gone too."""
    gone: tuple[int, ...] = field(default=(), compare=False)
    """Numbers of those that are gone."""


def note_surplus(state: State) -> None:
    """Note anew which chargers charge on surplus; after every change of an issuer."""
    state.on_surplus = tuple(
        charger for charger in state.chargers.values() if charger.point.issuer == Issuer.SURPLUS_CHARGING
    )


def note_gone(state: State) -> None:
    """Note anew whose facts come too late; after every change of what is there."""
    state.gone = tuple(source for source, identity in state.things.items() if identity.gone)
