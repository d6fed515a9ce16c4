"""The offsets of real zones as the log records them, and instants written as people write them."""

from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from hems_actors.actors import zone as recorded

FIRST_S: Final = 1_262_304_000
"""1 January 2010: from here on zones are recorded."""
LAST_S: Final = 1_924_992_000
"""1 January 2031."""
ZONES: Final = (
    "Europe/Vienna",
    "Europe/Paris",
    "Pacific/Chatham",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "UTC",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Santiago",
    "Pacific/Apia",
)
"""Offsets of 45 and 30 minutes, a change of 30 minutes, changes at midnight, Ramadan, and a day left out."""


@cache
def transitions_s(name: str, first_s: int = FIRST_S, last_s: int = LAST_S) -> tuple[int, ...]:
    """Return the offsets of the zone called *name* from *first_s* to *last_s*, as `ZoneKnown` has them."""
    return recorded.transitions_s(ZoneInfo(name), first_s * 1_000, last_s * 1_000)


def at(text: str) -> int:
    """Return the instant of an ISO time with its offset, in s."""
    return round(datetime.fromisoformat(text).timestamp())


def utc(at_s: int | None) -> str | None:
    """Return *at_s* as `2025-03-30T01:00Z`, with seconds only where there are some."""
    if at_s is None:
        return None
    moment = datetime.fromtimestamp(at_s, UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='seconds' if moment.second else 'minutes')}Z"
