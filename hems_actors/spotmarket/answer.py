"""What aWATTar answers, as prices: `data[]` of start and end (ms, UTC), price and unit; refused whole or taken whole.

Prices become integers once, here: Eur/MWh as written in the JSON text, times 1000, rounded half to even, is micro-euro
per kWh. No binary fraction comes between.
"""

import json
import reprlib
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Annotated, Any, Final, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from hems_actors.core.enums import Failure
from hems_actors.core.rates import Rates, Slot
from hems_actors.spotmarket.errors import ProviderError

UNIT: Final = "eur/mwh"
ROWS_MAX: Final = 1_000
"""Two days in slots of 5 min are 576."""
SLOT_S_MAX: Final = 86_400
AROUND_S: Final = 7 * 86_400
"""So far from what was asked for a slot may be; farther off, the instants are no milliseconds of this time."""
EUR_MWH_MAX: Final = 100_000
"""The market's own bound is 20 times less."""
_STEP_EUR_MWH: Final = Decimal("0.001")  # 1 micro-euro per kWh
_SHOWN: Final = 60

_MALFORMED: Final = Failure.MALFORMED
_REFUSED: Final = Failure.REFUSED


def _decimal(price: object) -> object:
    """Return a price written without a point as the Decimal that others are read as; anything else is left to fail."""
    return Decimal(price) if type(price) is int else price


class _Row(BaseModel):
    """One slot; further keys are the provider's own business."""

    model_config = ConfigDict(strict=True, frozen=True)

    start_timestamp: int
    end_timestamp: int
    marketprice: Annotated[Decimal, Field(allow_inf_nan=False), BeforeValidator(_decimal)]
    unit: str


class _Answer(BaseModel):
    """A whole answer."""

    model_config = ConfigDict(strict=True, frozen=True)

    data: list[_Row]


def rates_of(body: bytes, from_s: int, to_s: int) -> Rates:
    """Return the prices in *body*, the answer to a question for *from_s* to *to_s*; none is no error.

    Slots may have any length up to a day, and lengths may differ; equal rows count once, any order is taken.

    Raises:
        ProviderError: MALFORMED or REFUSED, naming the first thing wrong and where it stands.
    """
    answer = _read(body)
    if len(answer.data) > ROWS_MAX:
        _refuse(f"data: {len(answer.data)} rows, {ROWS_MAX} at most")
    slots = sorted({_near(index, _slot(index, row), from_s, to_s) for index, row in enumerate(answer.data)})
    for slot, following in pairwise(slots):
        if following.start_s < slot.end_s:
            equal = (slot.start_s, slot.end_s) == (following.start_s, following.end_s)
            what = "has two prices" if equal else f"overlaps the one from {following.start_s} s"
            _refuse(f"data: the slot from {slot.start_s} s {what}")
    return tuple(slots)


def rows_of(body: bytes) -> tuple[Slot, ...]:
    """Return the rows of *body*, a kept answer of any age and length, one by one in the order they stand in.

    Raises:
        ProviderError: as `rates_of`, but rows may be anywhere, overlap, and be as many as they like.
    """
    return tuple(_slot(index, row) for index, row in enumerate(_read(body).data))


def price_ueur_kwh(place: str, eur_mwh: Decimal) -> int:
    """Return *eur_mwh*, finite and written at *place*, in micro-euro per kWh, rounded half to even.

    Raises:
        ProviderError: REFUSED, no market has such a price.
    """
    if not -EUR_MWH_MAX <= eur_mwh <= EUR_MWH_MAX:
        _refuse(f"{place}: {_brief(eur_mwh)} Eur/MWh is beyond any market")
    return int(eur_mwh.quantize(_STEP_EUR_MWH, ROUND_HALF_EVEN).scaleb(3))


def _read(body: bytes) -> _Answer:
    try:
        tree = json.loads(
            body.decode("utf-8"), parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_key_once
        )
    except ProviderError:
        raise
    except (ValueError, ArithmeticError, RecursionError) as error:
        # not UTF-8, not JSON, more digits or levels than there can be
        raise ProviderError(_MALFORMED, f"the answer is no JSON: {_brief(error)}") from error
    try:
        return _Answer.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ProviderError(_MALFORMED, f"{_place(first)}: {first['msg']}, not {_brief(first['input'])}") from error


def _slot(index: int, row: _Row) -> Slot:
    """Return *row* as a slot; each refusal names the row."""
    place = f"data[{index}]"
    if row.unit.replace(" ", "").lower() != UNIT:
        _refuse(f"{place}.unit: expected Eur/MWh, not {_brief(row.unit)}")
    (start_s, start_rest), (end_s, end_rest) = divmod(row.start_timestamp, 1_000), divmod(row.end_timestamp, 1_000)
    if start_rest or end_rest:
        _refuse(f"{place}: starts or ends within a second")
    if end_s <= start_s:
        _refuse(f"{place}.end_timestamp: {_brief(row.end_timestamp)} is not after the start")
    if end_s - start_s > SLOT_S_MAX:
        _refuse(f"{place}: is longer than a day")
    return Slot(start_s, end_s, price_ueur_kwh(f"{place}.marketprice", row.marketprice))


def _near(index: int, slot: Slot, from_s: int, to_s: int) -> Slot:
    """Return *slot*; the refusal names the row."""
    if slot.start_s < from_s - AROUND_S or slot.end_s > to_s + AROUND_S:
        text = f"{_brief(slot.start_s * 1_000)} is more than a week from what was asked for"
        _refuse(f"data[{index}].start_timestamp: {text}")
    return slot


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProviderError(_MALFORMED, f"an object of the answer has a key twice: {_brief([key for key, _ in pairs])}")
    return found


def _no_number(name: str) -> NoReturn:
    raise ProviderError(_MALFORMED, f"{name} in the answer is no number")


def _refuse(text: str) -> NoReturn:
    raise ProviderError(_REFUSED, text)


def _place(error: ErrorDetails) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]]
    return "".join(parts).lstrip(".") or "the answer"


def _brief(value: object) -> str:
    """Return *value*, which a server wrote, in few words, however much it is."""
    text = str(value) if isinstance(value, Exception | Decimal) else reprlib.repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
