"""`--what-if tariff=...`: prices from a file, or written down, for the whole log.

`0.25` is one price (EUR/kWh); `0.27,0.20@22:00-06:00` has another one between local times of day, as often as wanted;
anything else is a CSV file with the columns start_utc, end_utc, price_eur_per_mwh.
"""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.core.enums import PriceProvider
from hems_actors.core.localtime import DAY_S, second_of_day
from hems_actors.core.rates import Rates, Slot
from hems_actors.eventlog.localtime import LocalTime
from replay.whatif.errors import WhatIfError
from replay.whatif.values import time_of_day_s

PROVIDER: Final = int(PriceProvider.STATIC_HC_HP)
COLUMNS: Final = ("start_utc", "end_utc", "price_eur_per_mwh")
_WRITTEN: Final = re.compile(r"[+-]?[0-9.]+(,|$)")
_QUARTER_S: Final = 900
_AHEAD_S: Final = 2 * DAY_S
"""Prices are known for so long before and after the log."""
_EUR_KWH_MAX: Final = 10
_UEUR: Final = 1_000_000
_MWH: Final = 1_000
_BYTES_MAX: Final = 50_000_000


class Window(NamedTuple):
    """Another price, from one local second of day to before another, maybe across midnight."""

    from_s: int
    to_s: int
    price_ueur_kwh: int

    def holds(self, second: int) -> bool:
        """Return whether it holds at *second* of the day."""
        if self.from_s < self.to_s:
            return self.from_s <= second < self.to_s
        return second >= self.from_s or second < self.to_s


def read_tariff(text: str, local: LocalTime, from_ms: int, to_ms: int) -> Rates:
    """Return the prices that *text* stands for, from before *from_ms* to after *to_ms*.

    Raises:
        ValueError: it is no tariff; the text says what was expected.
        WhatIfError: the file is none.
    """
    if not _WRITTEN.match(text):
        return _of_file(Path(text), local.wall_ms(from_ms) // 1_000, local.wall_ms(to_ms) // 1_000)
    first, *rest = text.split(",")
    price, windows = _price(first), [_window(part) for part in rest]
    start_s = (local.wall_ms(from_ms) // 1_000 - _AHEAD_S) // _QUARTER_S * _QUARTER_S
    end_s = local.wall_ms(to_ms) // 1_000 + _AHEAD_S
    slots: list[Slot] = []
    for at_s in range(start_s, end_s, _QUARTER_S):
        second = second_of_day(local.transitions_s, at_s)
        held = next((window.price_ueur_kwh for window in windows if window.holds(second)), price)
        last = slots[-1] if slots else None
        if last is not None and last.price_ueur_kwh == held and at_s - last.start_s < DAY_S:
            slots[-1] = last._replace(end_s=at_s + _QUARTER_S)
        else:
            slots.append(Slot(at_s, at_s + _QUARTER_S, held))
    return tuple(slots)


def _window(text: str) -> Window:
    price, at, times = text.partition("@")
    start, dash, end = times.partition("-")
    if not (at and dash):
        raise ValueError("expected prices such as 0.27,0.20@22:00-06:00")
    seconds = (time_of_day_s(start), time_of_day_s(end))
    if any(second % _QUARTER_S for second in seconds) or seconds[0] == seconds[1]:
        raise ValueError("expected times on quarter hours, such as 0.20@22:00-06:00")
    return Window(*seconds, _price(price))


def _price(text: str, per: int = 1) -> int:
    """Return *text*, EUR per kWh x *per*, as micro-euro per kWh."""
    expected = f"expected a price between -{_EUR_KWH_MAX * per} and {_EUR_KWH_MAX * per} EUR"
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(expected) from error
    if not price.is_finite() or abs(price) > _EUR_KWH_MAX * per:
        raise ValueError(expected)
    return round(price * _UEUR / per)


def _of_file(path: Path, from_s: int, to_s: int) -> Rates:
    try:
        if path.stat().st_size > _BYTES_MAX:
            raise WhatIfError(f"{path}: larger than {_BYTES_MAX // _UEUR} MB: no list of prices")
        with path.open(encoding="utf-8", newline="") as file:
            slots = tuple(_rows(path, file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not CSV in UTF-8"
        raise WhatIfError(f"--what-if tariff: {path}: cannot be read as prices: {why}") from error
    found = tuple(slot for slot in slots if slot.end_s > from_s - _AHEAD_S and slot.start_s < to_s + _AHEAD_S)
    if not any(slot.start_s < to_s and slot.end_s > from_s for slot in found):
        raise WhatIfError(f"--what-if tariff: {path}: has no price for the time of the log")
    return found


def _rows(path: Path, lines: Iterator[str]) -> Iterator[Slot]:
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise WhatIfError(f"--what-if tariff: {path}:1: no column {missing[0]!r}")
    before_s: int | None = None
    for row in reader:
        place = f"--what-if tariff: {path}:{reader.line_num}"
        try:
            slot = Slot(_utc_s(row[COLUMNS[0]]), _utc_s(row[COLUMNS[1]]), _price(row[COLUMNS[2]] or "", _MWH))
        except (TypeError, ValueError) as error:
            raise WhatIfError(f"{place}: {error}") from error
        if slot.end_s <= slot.start_s or (before_s is not None and slot.start_s < before_s):
            raise WhatIfError(f"{place}: expected a time after that of the line before, and an end after its start")
        before_s = slot.end_s
        yield slot


def _utc_s(text: str) -> int:
    instant = datetime.fromisoformat(text)
    return int((instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)).timestamp())
