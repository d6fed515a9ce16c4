"""The scenario file's tables about what electricity costs and what plans assume, and how deadlines are written."""

from datetime import datetime, time
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from hems_actors.sim.scenario_home import Table

Weekday = Annotated[int, Field(ge=1, le=7)]
"""1 = Monday, as nymea counts."""


def _once_each(days: list[int]) -> list[int]:
    if len(days) != len(set(days)):
        raise PydanticCustomError("weekdays", "expected each weekday once")
    return days


End = datetime | time | Annotated[int, Field(ge=0, le=0)]
"""`endDateTime`: an instant, a time of day (its first one at or after the settings are told), or 0 = none."""
RepeatDays = Annotated[list[Weekday], AfterValidator(_once_each)]
TargetPercent = Annotated[int, Field(ge=1, le=100)]
SharePercent = Annotated[int, Field(ge=0, le=100)]
ModeName = Literal["Normal", "Eco", "EcoWithTargetTime", "EcoWithMinCurrent", "EcoMinWithTargetTime"]

FILE_KEYS: Final = ("file", "provider", "from", "published_at")
CONTRACT_KEYS: Final = ("windows", "summer_windows", "hp_eur_kwh", "hc_eur_kwh")


class TariffTable(Table):
    """`[tariff]`: who says what electricity costs: a file in place of a market, or a contract of fixed windows."""

    kind: Literal["file", "hp_hc"]
    enabled: bool = True
    file: str | None = None
    provider: Literal["awattar_at", "awattar_de"] = "awattar_at"
    shown_from: Annotated[datetime | None, Field(alias="from")] = None
    published_at: time = time(14)
    windows: Any = None
    """This and what follows are a contract's, who validates them."""
    summer_windows: Any = None
    hp_eur_kwh: Any = None
    hc_eur_kwh: Any = None


class PlanningTable(Table):
    """`[planning]`: what plans assume (charging.md section 8)."""

    house_a: Annotated[float, Field(ge=0, le=250)] = 5
    minimum_run_min: Annotated[int, Field(ge=0, le=1_440)] = 30
    capacity_kwh: Annotated[float, Field(gt=0, le=500)] = 50
    level_percent: Annotated[int, Field(ge=0, le=100)] = 20
