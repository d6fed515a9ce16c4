"""The French peak / off-peak tariff (heures pleines / heures creuses): prices by the clock on the wall.

Rules (charging.md section 9), and what is fixed here where it leaves a choice:
- Windows are local time. Each edge is the first instant at which clocks show its time or a later one: a window over a
  clock change is shorter or longer by the change, one that lies in the gap is left out, none comes twice.
- Summer is 1 April to 31 October. As in a meter's calendar the season changes at local midnight, within a window too:
  each date has the windows of its own season only, a window over midnight giving its end to the morning of each date
  and its start to the evening. So every date has its season's off-peak hours in full.
- A slot is the whole stretch of one price, never cut at midnight or where somebody's question begins or ends: the same
  stretch is the same slot in each answer, so that telling prices again changes no plan.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from etm.tariff.hc_hp import HcHpContract
from etm.tariff.windows import Window, parts_of
from hems_actors.core.localtime import day_of, instant_of
from hems_actors.core.rates import Rates, Slot

SUMMER_FIRST: Final = (4, 1)  # month, day
SUMMER_LAST: Final = (10, 31)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE_S: Final = 60
_AROUND_DAYS: Final = 7
"""Looked at on both sides of a question to find whole slots; even with a window lost to a gap none lasts that long."""


def is_summer(day: int) -> bool:
    """Return whether the date *day* (days since 1 January 1970) is in summer: 1 April to 31 October inclusive."""
    date = _EPOCH + timedelta(days=day)
    return SUMMER_FIRST <= (date.month, date.day) <= SUMMER_LAST


class StaticHcHpProvider:
    """What *contract* says electricity costs, whenever asked: holds no state, may be asked by any thread."""

    def __init__(self, contract: HcHpContract, transitions: Callable[[], tuple[int, ...]]) -> None:
        """Tell prices in the local time of *transitions*, the home's UTC offsets as `ZoneKnown` records them.

        They are asked for each time, since those known today do not reach far.
        """
        winter = _parts_s(contract.windows)
        self._winter = winter
        self._summer = winter if contract.summer_windows is None else _parts_s(contract.summer_windows)
        self._peak_ueur_kwh = contract.hp_ueur_kwh
        self._off_peak_ueur_kwh = contract.hc_ueur_kwh
        self._transitions = transitions

    def rates(self, from_s: int, to_s: int) -> Rates:
        """Return the slots in force from *from_s* to before *to_s*: whole, without a hole, peak and off-peak in turn.

        The first may begin before *from_s*, the last end after *to_s*. No time asked for: no slots.
        """
        transitions_s = self._transitions()
        first_day = day_of(transitions_s, from_s) - _AROUND_DAYS
        last_day = day_of(transitions_s, to_s) + _AROUND_DAYS
        slots: list[Slot] = []
        for start_s, end_s in _joined(self._windows_s(transitions_s, first_day, last_day)):
            if slots:
                slots.append(Slot(slots[-1].end_s, start_s, self._peak_ueur_kwh))
            slots.append(Slot(start_s, end_s, self._off_peak_ueur_kwh))
        return tuple(slot for slot in slots if from_s < slot.end_s and slot.start_s < to_s and from_s < to_s)

    def _windows_s(self, transitions_s: tuple[int, ...], first_day: int, last_day: int) -> Iterator[tuple[int, int]]:
        """Yield start and end (UTC) of what is off-peak between midnights, date by date; empty where a gap took it."""
        for day in range(first_day, last_day + 1):
            for start_s, end_s in self._summer if is_summer(day) else self._winter:
                yield instant_of(transitions_s, day, start_s), instant_of(transitions_s, day, end_s)


def _parts_s(windows: tuple[Window, ...]) -> tuple[tuple[int, int], ...]:
    return tuple((start_min * _MINUTE_S, end_min * _MINUTE_S) for start_min, end_min in parts_of(windows))


def _joined(stretches: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return *stretches*, ascending, with those that touch made one and empty ones left out."""
    joined: list[tuple[int, int]] = []
    for start_s, end_s in stretches:
        if joined and joined[-1][1] == start_s:
            joined[-1] = (joined[-1][0], end_s)
        elif start_s < end_s:
            joined.append((start_s, end_s))
    return joined
