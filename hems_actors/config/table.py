"""Tables of a configuration file, and the types of their values."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Table(BaseModel):
    """A table of a file: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise PydanticCustomError("zone", "expected a time zone such as Europe/Vienna") from error
    return name


def _phase_names(names: str) -> str:
    if not names or len(names) != len(set(names)) or not set(names) <= set("ABC"):
        raise PydanticCustomError("phases", "expected phases such as A, B or BCA, each at most once")
    return names


Zone = Annotated[str, AfterValidator(_known_zone)]
Phases = Annotated[str, AfterValidator(_phase_names)]
Name = Annotated[str, Field(min_length=1, max_length=40)]
HomeName = Annotated[str, Field(pattern="^[A-Za-z0-9_]{1,40}$")]
Percent = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]
Ampere = Annotated[float, Field(ge=0, le=80)]
FuseAmpere = Annotated[float, Field(ge=0, le=250)]


def phase_indices(names: str) -> tuple[int, ...]:
    """Return the phases called *names*, 0 = A, in that order."""
    return tuple("ABC".index(name) for name in names)


class PlanningTable(Table):
    """`[planning]`: what plans assume (charging.md section 8)."""

    house_a: FuseAmpere = 5
    minimum_run_min: Annotated[int, Field(ge=0, le=1_440)] = 30
    capacity_kwh: Annotated[float, Field(gt=0, le=500)] = 50
    level_percent: Annotated[int, Field(ge=0, le=100)] = 20


class Settings(Table):
    """`[settings]`: the home's settings as a user may change them (charging.md section 4)."""

    phase_power_limit_a: Annotated[int, Field(ge=0, le=250)] = 0
    acquisition_tolerance: Share = 0.5
    battery_level_consideration: Share = 0.9
