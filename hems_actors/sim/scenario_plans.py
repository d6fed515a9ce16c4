"""The scenario file's tables about what electricity costs and what plans assume, and how deadlines are written."""

from datetime import datetime, time
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from hems_actors.config.table import Table

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
