"""The scenario file's tables about chargers and cars, and about what happens to them and when."""

from datetime import datetime, time
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from hems_actors.config.table import Ampere, Name, Percent, Phases, Share, Table
from hems_actors.sim.scenario_plans import End, ModeName, RepeatDays, SharePercent, TargetPercent

Moment = datetime | time
"""A local date and time, or a time of day: the first one at or after the start."""
Seconds = Annotated[float, Field(gt=0, le=86_400)]


STEPS_A: Final = (1, 0.1, 0.01, 0.001)
"""The steps of real chargers (charging.md section 1)."""


def _step(step_a: float) -> float:
    if step_a not in STEPS_A:
        raise PydanticCustomError("step", "expected 1, 0.1, 0.01 or 0.001")
    return step_a


class Info(Table):
    """`[chargers.info]`: the charger's ChargingInfo at the start (charging.md section 4)."""

    mode: ModeName = "Normal"
    car: str | None = None
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    target_percent: TargetPercent = 80
    max_charging_current_a: Ampere = 0
    min_charging_current_a: Annotated[float, Field(ge=6, le=80)] = 6
    end: End = 0
    repeat_days: RepeatDays = Field(default_factory=list)
    spot_market_charging: bool = False
    daily_spot_market_percent: SharePercent = 0


class ChargerTable(Table):
    """`[[chargers]]`: a charger, how it is wired, what it shows and what it is set to at the start."""

    name: Name
    wiring: Phases = "ABC"
    wiring_configured: bool = True
    min_a: Annotated[float, Field(ge=6, le=80)] = 6
    max_a: Annotated[float, Field(ge=6, le=80)] = 16
    step_a: Annotated[float, AfterValidator(_step)] = 1
    safe_a: Ampere = 6
    can_switch: bool = False
    meter: Literal["currents", "power", "none"] = "currents"
    reports_phase_count: bool = True
    reports_plugged_in: bool = True
    reports_charging: bool = True
    reaction_s: Annotated[float, Field(ge=0, le=60)] = 5
    stop_s: Annotated[float, Field(ge=0, le=60)] = 3
    answer_s: Annotated[float, Field(ge=0, le=14)] = 0.02
    power_on: bool = False
    current_a: Ampere = 6
    desired_phases: Literal[1, 3] = 3
    info: Info = Info()


class CarTable(Table):
    """`[[cars]]`: a car and its battery."""

    name: Name
    phases: Annotated[int, Field(ge=1, le=3)] = 3
    capacity_kwh: Annotated[float, Field(gt=0, le=500)] = 60
    level_percent: Percent = 50
    min_a: Ampere = 6
    max_a: Annotated[float, Field(gt=0, le=80)] = 16
    taper_from_percent: Percent = 95
    full_percent: Annotated[float, Field(gt=0, le=100)] = 100
    sleeps: Annotated[int, Field(ge=0, le=100)] = 0
    reports: bool = True
    reports_limits: bool = False


class Visit(Table):
    """`[[visits]]`: a car is plugged in at a charger, once or daily."""

    car: str
    charger: str
    plugged_from: Annotated[Moment, Field(alias="from")]
    to: Moment | None = None
    level_percent: Percent | None = None
    drives_kwh: Annotated[float, Field(ge=0, le=500)] = 0
    daily: bool = False


class Change(Table):
    """`[[changes]]`: settings as a user changes them at a given time; absent keys keep their value."""

    at: Moment
    charger: str | None = None
    mode: ModeName | None = None
    car: str | None = None
    priority: Annotated[int, Field(ge=-100, le=100)] | None = None
    target_percent: TargetPercent | None = None
    max_charging_current_a: Ampere | None = None
    min_charging_current_a: Annotated[float, Field(ge=6, le=80)] | None = None
    end: End | None = None
    repeat_days: RepeatDays | None = None
    spot_market_charging: bool | None = None
    daily_spot_market_percent: SharePercent | None = None
    phase_power_limit_a: Annotated[int, Field(ge=0, le=250)] | None = None
    acquisition_tolerance: Share | None = None
    battery_level_consideration: Share | None = None
    spot_market_enabled: bool | None = None


WRITE_FAULTS: Final = ("no_answer", "late_answer", "acts_after_timeout", "refuses", "invalid", "ignores")
CHARGER_FAULTS: Final = (*WRITE_FAULTS, "clamps", "button", "disconnects")
METER_FAULTS: Final = ("meter_lost", "meter_slow", "meter_frozen", "meter_unsigned")
OTHER_FAULTS: Final = ("link_lost", "prices_fail")


class Fault(Table):
    """`[[faults]]`: something goes wrong from `from` to `to`."""

    kind: Literal[
        "no_answer",
        "late_answer",
        "acts_after_timeout",
        "refuses",
        "invalid",
        "ignores",
        "clamps",
        "button",
        "disconnects",
        "meter_lost",
        "meter_slow",
        "meter_frozen",
        "meter_unsigned",
        "link_lost",
        "prices_fail",
    ]
    charger: str | None = None
    begins: Annotated[Moment, Field(alias="from")]
    to: Moment | None = None
    delay_s: Seconds | None = None
    current_a: Ampere | None = None
    power: bool | None = None
    period_s: Seconds | None = None
