"""The HP/HC contract as configured: off-peak windows of each season, two prices; validated once, refused in one line.

```toml
windows = ["22:30-06:30"]                        # off-peak; all year, or outside summer_windows' season
summer_windows = ["01:30-07:00", "13:30-16:00"]  # from 1 April to 31 October, if they differ
hp_eur_kwh = 0.2065                              # peak (heures pleines), incl. tax
hc_eur_kwh = 0.1579                              # off-peak (heures creuses), incl. tax
```
"""

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from etm.errors import TariffError
from etm.tariff.windows import Window, brief, length_text, read_windows, total_min

BASE_EUR_KWH: Final = Decimal("0.1940")
"""The same supplier's single price up to 6 kVA, since 2026-02-01, incl. tax: what a contract is compared with."""
HP_EUR_KWH: Final = Decimal("0.2065")  # since 2026-02-01
HC_EUR_KWH: Final = Decimal("0.1579")
EUR_KWH_MAX: Final = 2
"""Three times the dearest regulated hour; a price in cents or per MWh is far above."""
OFF_PEAK_MIN: Final = 480
"""8 h a day, in every contract (charging.md section 9)."""
_STEP_EUR_KWH: Final = Decimal("0.000001")
_MICRO: Final = 6
_UNKNOWN: Final = "extra_forbidden"


def _read_price(value: object) -> Decimal:
    """Return *value* (EUR/kWh) if it is exact in micro-euro; a float counts as the decimal it is written as."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("price", "expected a number in EUR/kWh, not {value}", {"value": brief(value)})
    price = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    shown = {"value": brief(value)}
    if not price.is_finite() or not 0 <= price <= EUR_KWH_MAX:
        text = f"expected EUR/kWh from 0 to {EUR_KWH_MAX}, not {{value}}"
        raise PydanticCustomError("price_range", text, shown)
    if price.quantize(_STEP_EUR_KWH) != price:
        text = f"expected EUR/kWh with at most {_MICRO} decimals, not {{value}}"
        raise PydanticCustomError("price_decimals", text, shown)
    return price


def _read_summer(value: object) -> tuple[Window, ...] | None:
    return None if value is None else read_windows(value)


Windows = Annotated[tuple[Window, ...], PlainValidator(read_windows)]
SummerWindows = Annotated[tuple[Window, ...] | None, PlainValidator(_read_summer)]
Price = Annotated[Decimal, PlainValidator(_read_price)]


class HcHpContract(BaseModel):
    """An HP/HC contract."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    windows: Windows
    """Off-peak; local time."""
    summer_windows: SummerWindows = None
    """From 1 April to 31 October inclusive; None = as `windows`."""
    hp_eur_kwh: Price = HP_EUR_KWH
    hc_eur_kwh: Price = HC_EUR_KWH

    @field_validator("hc_eur_kwh")
    @classmethod
    def _below_peak(cls, hc_eur_kwh: Decimal, info: ValidationInfo) -> Decimal:
        hp_eur_kwh = info.data.get("hp_eur_kwh")
        if hp_eur_kwh is not None and hc_eur_kwh >= hp_eur_kwh:
            shown = {"hc": str(hc_eur_kwh), "hp": str(hp_eur_kwh)}
            raise PydanticCustomError("prices", "expected less than hp_eur_kwh = {hp}, not {hc}", shown)
        return hc_eur_kwh

    @property
    def hp_ueur_kwh(self) -> int:
        """The peak price, exact."""
        return int(self.hp_eur_kwh.scaleb(_MICRO))

    @property
    def hc_ueur_kwh(self) -> int:
        """The off-peak price, exact."""
        return int(self.hc_eur_kwh.scaleb(_MICRO))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but most likely a mistake, a line each."""
        seasons = (("windows", self.windows), ("summer_windows", self.summer_windows))
        return tuple(
            f"{key}: {length_text(total_min(windows))} off-peak a day, where contracts have 8 h: compare with the bill"
            for key, windows in seasons
            if windows is not None and total_min(windows) != OFF_PEAK_MIN
        )

    @classmethod
    def read(cls, table: object, place: str) -> Self:
        """Return the contract in *table*, which stands at *place*, such as `hems.toml: hc_hp`.

        Raises:
            TariffError: one line that names the first thing wrong: place, key, what was expected.
        """
        try:
            return cls.model_validate(table)
        except ValidationError as error:
            mistakes = error.errors(include_url=False)
            first = min(mistakes, key=lambda mistake: mistake["type"] != _UNKNOWN)  # a key misspelt is missing too
            raise TariffError(f"{place}{_key(first)}: {_expected(first)}") from error


def _key(mistake: ErrorDetails) -> str:
    return "".join(f".{part}" if str(part).isidentifier() else f".{brief(part)}" for part in mistake["loc"])


def _expected(mistake: ErrorDetails) -> str:
    match mistake["type"]:
        case "missing":
            return 'missing, expected the contract\'s off-peak windows such as ["22:30-06:30"]'
        case "extra_forbidden":
            return f"unknown key, expected one of {', '.join(HcHpContract.model_fields)}"
        case "model_type":
            return "expected a table"
        case _:
            return mistake["msg"]
