"""Kinds of values in messages: their types, ranges and units, once for checks, Introspect and INTERFACE.md."""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Final, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

NO_UUID: Final = "00000000-0000-0000-0000-000000000000"
INSTANT_MAX: Final = (1 << 32) - 1
_UUID: Final = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAYS: Final = 7


class Wire(BaseModel):
    """Part of a message; its fields are named as on the wire."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    def wire(self) -> dict[str, Any]:
        """Return it as it is sent: what is absent has no key."""
        sent: dict[str, Any] = _plain(self.model_dump(mode="json", by_alias=True, exclude_none=True))
        return sent


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return *value* with whole numbers as integers, as nymea sends them."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


class Note(NamedTuple):
    """What a reader should know of a value beside its type and range."""

    unit: str = ""
    default: str = ""
    read_only: bool = False
    """Ignored in what clients send."""
    kind: str = ""
    """Its type on the wire where Python's does not tell."""


def _plain_uuid(text: str) -> str:
    """Return *text* in lower case without braces."""
    if not _UUID.fullmatch(text):
        raise PydanticCustomError("uuid", "no UUID")
    return text.strip("{}").lower()


def _each_once(days: list[int]) -> list[int]:
    if len(set(days)) != len(days):
        raise PydanticCustomError("too_long", "each weekday once")
    return sorted(days)


def _day(value: Any) -> int | date:  # noqa: ANN401 - any JSON value
    """Return the instant or the date that *value* says."""
    if type(value) is int:
        if not 0 <= value <= INSTANT_MAX:
            raise PydanticCustomError("less_than_equal", "no instant")
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("date", "no date")


Uuid = Annotated[str, AfterValidator(_plain_uuid), Note(kind="Uuid")]
Instant = Annotated[int, Field(ge=0, le=INSTANT_MAX), Note("s since 1970, UTC")]
Share = Annotated[float, Field(ge=0, le=1), Note("share")]
Percent = Annotated[int, Field(ge=0, le=100), Note("%")]
LimitAmpere = Annotated[int, Field(ge=0, le=250), Note("A per phase")]
Ampere = Annotated[float, Field(ge=0, le=80), Note("A per phase")]
Priority = Annotated[int, Field(ge=-100, le=100)]
Weekdays = Annotated[
    list[Annotated[int, Field(ge=1, le=_DAYS)]],
    Field(max_length=_DAYS, fail_fast=True),
    AfterValidator(_each_once),
    Note("1 = Monday .. 7"),
]
Day = Annotated[
    Any, AfterValidator(_day), Note("s since 1970 of any instant of the local day, or `YYYY-MM-DD`", kind="Variant")
]
Count = Annotated[int, Field(ge=0)]
LAX: Final = Strict(strict=False)
"""For enums: text counts as the member of that name."""
