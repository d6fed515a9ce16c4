"""What is said over the optimizer's socket, in either direction: JSON objects with camelCase keys and whole numbers.

Unknown keys are refused. The unit ends each name: S (UTC, seconds since 1970), W, Ma (mA), Percent, UeurKwh
(micro-euro per kWh). Power and current are positive when drawn from the grid, a battery's when it charges.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

NONSENSE: Final = "nonsense"
"""Type of the mistakes that are not of form."""
SET_POINTS_MAX: Final = 100
SLOTS_MAX: Final = 2_000
CURRENT_MA_MAX: Final = 80_000

Second = Annotated[int, Field(ge=0, le=253_402_300_799)]
"""To the year 9999."""
Price = Annotated[int, Field(ge=-100_000_000, le=100_000_000)]
"""Micro-euro per kWh."""
Mode = Literal["normal", "eco", "ecoWithTargetTime", "ecoWithMinCurrent", "ecoMinWithTargetTime"]
"""What the charger's user chose; a set-point for one in `normal` changes nothing."""
Permille = Annotated[int, Field(ge=0, le=1_000)]


class Asked(BaseModel):
    """A part of a question, made from Python's own names."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class Said(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Meter(Asked):
    """The root meter's newest reading; None = not reported."""

    power_w: int | None
    phase_power_w: tuple[int | None, int | None, int | None]
    phase_current_ma: tuple[int | None, int | None, int | None]


class HomeBattery(Asked):
    """The home battery."""

    power_w: int
    level_percent: int | None


class PriceSlot(Asked):
    """What the home believes electricity to cost."""

    start_s: int
    end_s: int
    price_ueur_kwh: int


class ChargerState(Asked):
    """One charger: what it said, what its user set, and what a set-point for it may be."""

    charger: str
    """Its UUID, lower case, without braces."""
    connected: bool
    plugged_in: bool
    charging: bool | None
    power_on: bool
    current_ma: int
    """What it is set to, per phase."""
    draw_w: int | None
    phases: int | None
    """Those it uses, as it says."""
    min_ma: int
    max_ma: int
    """A set-point is 0 or from `min_ma` to `max_ma`."""
    mode: Mode
    target_percent: int
    end_s: int | None
    """When the user's target is due."""
    priority: int
    level_percent: int | None
    """Of the car that is assigned, as it says."""
    capacity_wh: int | None


class SiteState(Asked):
    """`POST /optimize`: the home as it is now."""

    id: int
    """The answer has to repeat it."""
    at_s: int
    phase_limit_ma: int
    """Per phase; 0 = none."""
    meter: Meter
    battery: HomeBattery | None
    prices: tuple[PriceSlot, ...]
    chargers: tuple[ChargerState, ...]


class Health(Said):
    """Answer of `GET /health`."""

    status: Literal["ok", "unhealthy"]


class SetPoint(Said):
    """What the optimizer wants of one charger."""

    charger: str = Field(max_length=64)
    target_ma: int = Field(ge=0, le=CURRENT_MA_MAX)
    """Per phase; 0 = off."""
    phases: Literal[1, 3] | None = None
    """None = as they are."""
    valid_until_s: Second


class Optimization(Said):
    """Answer of `POST /optimize`; local rules decide for a charger that it does not name."""

    id: int
    set_points: tuple[SetPoint, ...] = Field(max_length=SET_POINTS_MAX)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({point.charger for point in self.set_points}) != len(self.set_points):
            raise PydanticCustomError(NONSENSE, "expected each charger once")
        return self


class Slot(Said):
    """A stretch of time that something holds for."""

    start_s: Second
    end_s: Second


class WeatherSlot(Slot):
    """The weather expected; None = not said."""

    temperature_milli_c: int | None = Field(default=None, ge=-100_000, le=100_000)
    irradiance_w_m2: int | None = Field(default=None, ge=0, le=2_000)
    """Global, on the horizontal."""
    cloud_permille: Permille | None = None


class TariffSlot(Slot):
    """What electricity costs, and what is paid for it."""

    import_ueur_kwh: Price
    export_ueur_kwh: Price | None = None


class WeatherForecast(Said):
    """Answer of `GET /weather`; slots in time order, holes allowed."""

    issued_s: Second
    slots: tuple[WeatherSlot, ...] = Field(max_length=SLOTS_MAX)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.slots)
        return self


class DynamicTariff(Said):
    """Answer of `GET /tariff`; slots in time order, holes allowed."""

    slots: tuple[TariffSlot, ...] = Field(max_length=SLOTS_MAX)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.slots)
        return self


def _check_order(slots: tuple[Slot, ...]) -> None:
    before_s = 0
    for slot in slots:
        if not before_s <= slot.start_s < slot.end_s:
            raise PydanticCustomError(NONSENSE, "expected slots in time order that do not overlap")
        before_s = slot.end_s
