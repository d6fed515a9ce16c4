"""Values as a person says them: powers, currents, times, how old something is."""

from typing import Final

from hems_actors.core.enums import Issuer
from hems_actors.core.modes import ISSUERS
from hems_actors.core.state import State
from hems_actors.core.units import power_w_of
from hems_actors.core.wall import at_ms_of
from replay.text import counted
from replay.times import Clock
from replay.values import MODE_NAMES

_KILO: Final = 1_000
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 86_400_000
_OLD_MS: Final = 10 * _MINUTE_MS
ISSUER_NAMES: Final[dict[int, str]] = {
    Issuer.UNKNOWN: "nobody",
    Issuer.SURPLUS_CHARGING: "surplus charging",
    Issuer.SPOT_MARKET_CHARGING: "the cheap slots",
    Issuer.TIME_REQUIREMENT: "the plan for the deadline",
    Issuer.OVERLOAD_PROTECTION: "overload protection",
    Issuer.NORMAL: "charging at once",
    Issuer.MIN_CURRENT: "the minimum current",
    Issuer.OPTIMIZER: "the optimizer",
    Issuer.FAILSAFE: "the fail-safe",
}
_ASKED: Final[dict[int, str]] = {
    Issuer.NORMAL: "at once",
    Issuer.SURPLUS_CHARGING: "on surplus",
    Issuer.SPOT_MARKET_CHARGING: "in slots bought for the day",
    Issuer.TIME_REQUIREMENT: "as planned for the deadline",
    Issuer.MIN_CURRENT: "at the minimum current whenever a car is plugged in",
}


def power(watts: int) -> str:
    """Return a power: 420 W, 1.38 kW."""
    return f"{watts} W" if abs(watts) < _KILO else f"{watts / _KILO:.2f} kW"


def current(milliamperes: int) -> str:
    """Return a current: 16 A, 27.5 A."""
    return f"{milliamperes / _KILO:.1f}".removesuffix(".0") + " A"


def energy(watt_hours: int) -> str:
    """Return an energy: 310 Wh, 3.2 kWh."""
    return f"{watt_hours} Wh" if abs(watt_hours) < _KILO else f"{watt_hours / _KILO:.1f} kWh"


def price(ueur_kwh: int) -> str:
    """Return a price: 15.8 ct/kWh."""
    return f"{ueur_kwh / 10_000:.1f} ct/kWh"


def offer(current_ma: int, phases: int) -> str:
    """Return what is offered to a car: 6 A on 3 phases (4.14 kW)."""
    on = max(1, phases)
    return f"{current(current_ma)} on {counted(on, 'phase')} ({power(power_w_of(current_ma, on))})"


def duration(ms: int) -> str:
    """Return how long something lasted: 8 s, 3 min 20 s, 2 h 5 min, 3 days."""
    if ms < _KILO:
        return "less than 1 s"
    if ms < 2 * _MINUTE_MS:
        return f"{ms // _KILO} s"
    if ms < _HOUR_MS:
        minutes, seconds = divmod(ms // _KILO, 60)
        return f"{minutes} min {seconds} s" if seconds and ms < _OLD_MS else f"{minutes} min"
    if ms < 2 * _DAY_MS:
        hours, minutes = divmod(ms // _MINUTE_MS, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return counted(ms // _DAY_MS, "day")


def listed(words: list[str], last: str = "and") -> str:
    """Return *words* as an enumeration: A, B and C."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def capitalised(text: str) -> str:
    """Return *text* with a capital letter first."""
    return text[:1].upper() + text[1:]


def mode_text(mode: int) -> str:
    """Return what *mode* lets a car charge by."""
    ways = [_ASKED[issuer] for issuer in ISSUERS.get(mode, ())]
    return f"mode {MODE_NAMES.get(mode, mode)}, which charges {listed(ways)}"


class Teller:
    """Tells times as the home's clock shows them.

    Args:
        clock: the home's, over the log.
        day_of_ms: an instant on the day that is spoken of; times on other days come with their date.
    """

    def __init__(self, clock: Clock, day_of_ms: int) -> None:
        self._clock = clock
        self._day = clock.local_ms(day_of_ms) // _DAY_MS

    def time(self, at_ms: int) -> str:
        """Return the time of day at *at_ms*, with its date if that is another."""
        text = self._clock.text(at_ms)
        if "T" not in text:
            return text
        shown = text[11:16] if text[17:19] == "00" else text[11:19]
        return shown if self._clock.local_ms(at_ms) // _DAY_MS == self._day else f"{text[:10]} {shown}"

    def wall(self, state: State, wall_s: int) -> str:
        """Return the time of the wall clock's *wall_s* (UTC)."""
        return self.time(at_ms_of(state, wall_s))

    def stamp(self, at_ms: int) -> str:
        """Return date and time at *at_ms*."""
        return self._clock.text(at_ms)[:19].replace("T", " ")

    def reference(self, seq: int, at_ms: int | None, now_ms: int) -> str:
        """Return the number of an event, and how old it was at *now_ms*; *at_ms* None = it is not in this log."""
        if at_ms is None:
            return f"event {seq}, before this log"
        age_ms = now_ms - at_ms
        if age_ms < 0:
            return f"event {seq} at {self.time(at_ms)}"
        if age_ms < _OLD_MS:
            return f"event {seq}, {duration(age_ms) if age_ms >= _KILO else '0 s'} old"
        return f"event {seq} of {self.time(at_ms)}, {duration(age_ms)} old"
