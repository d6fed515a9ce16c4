"""The scenario file's tables about the home itself: where and when, meter, sun, load, battery."""

from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import Field

from hems_actors.config.table import Ampere, FuseAmpere, HomeName, Percent, Phases, Share, Table, Zone

Watt = Annotated[float, Field(ge=0, le=200_000)]


class HomeTable(Table):
    """`[home]`: where, when, and the configuration that no request exceeds."""

    name: HomeName = "home"
    zone: Zone = "Europe/Vienna"
    start: datetime
    duration_h: Annotated[float, Field(gt=0, le=24 * 400)] = 24
    step_s: Annotated[int, Field(ge=1, le=60)] = 5
    phase_limit_a_max: FuseAmpere
    grid_phases: Literal[0, 1, 3] = 0
    unbalance_limit_a: Ampere = 0
    on_exit: Literal["keep", "safe", "stop"] = "safe"
    voltage_v: Annotated[float, Field(ge=180, le=260)] = 230


class Meter(Table):
    """`[meter]`: the root meter."""

    kind: Literal["full", "power", "current", "unsigned", "none"] = "full"
    phases: Literal[1, 3] = 3
    times: Literal["period", "load"] = "period"
    period_s: Annotated[float, Field(ge=1, le=3600)] = 5


class Sun(Table):
    """`[sun]`: the roof, from a clear-sky day with clouds, or from a CSV file."""

    peak_w: Watt = 0
    sunrise: time = time(6)
    sunset: time = time(20)
    clouds: Share = 0
    cloud_period_s: Annotated[float, Field(ge=1, le=3600)] = 30
    phases: Phases = "ABC"
    file: str | None = None
    time_column: str = "time_utc"
    column: str = "pv_w"
    shown_from: Annotated[datetime | None, Field(alias="from")] = None
    in_load: bool = False


class Load(Table):
    """`[load]`: what the house draws without its chargers, from a model or from a CSV file."""

    base_w: list[Watt] = Field(min_length=3, max_length=3, default_factory=lambda: [100.0, 100.0, 100.0])
    jitter_w: Watt = 10
    jitter_period_s: Annotated[float, Field(ge=1, le=3600)] = 15
    appliances_per_day: Annotated[int, Field(ge=0, le=500)] = 24
    appliance_w_max: Watt = 2_000
    file: str | None = None
    time_column: str = "time_utc"
    columns: list[str] = Field(min_length=1, max_length=3, default_factory=lambda: ["house_w"])
    phases: Phases = "ABC"
    unavailable_column: str | None = None
    shown_from: Annotated[datetime | None, Field(alias="from")] = None


class BatteryTable(Table):
    """`[battery]`: the home battery."""

    capacity_kwh: Annotated[float, Field(gt=0, le=1000)]
    level_percent: Percent = 50
    charge_w_max: Watt = 5_000
    discharge_w_max: Watt = 5_000
    efficiency: Annotated[float, Field(ge=0.5, le=1)] = 0.95
    level_percent_min: Percent = 5
    phases: Phases = "ABC"
    phases_configured: bool = True
    reports_level: bool = True
