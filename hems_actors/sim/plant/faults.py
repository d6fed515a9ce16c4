"""What can go wrong with a charger's writes, and what happens to a home from outside, at which instant."""

from enum import IntEnum
from typing import Final, NamedTuple

from hems_actors.core.enums import Result

TIMEOUT_MS: Final = 15_000  # facts/nymea.md section 7


class WriteFault(IntEnum):
    """How a charger treats a write while a fault is on."""

    NO_ANSWER = 1
    LATE_ANSWER = 2
    ACTS_LATE = 3
    REFUSES = 4
    INVALID = 5
    IGNORES = 6


class FaultWindow(NamedTuple):
    """A write fault from `from_ms` to before `to_ms`; `delay_ms` where something is late."""

    fault: WriteFault
    from_ms: int
    to_ms: int
    delay_ms: int


class Treatment(NamedTuple):
    """What becomes of one write: when the charger does it (None = never), what it answers and when."""

    effect_at_ms: int | None
    result: Result
    answer_at_ms: int


def treat(fault: WriteFault | None, at_ms: int, delay_ms: int, answer_ms: int) -> Treatment:
    """Return what becomes of a write at *at_ms* under *fault*; a healthy charger answers after *answer_ms*."""
    soon_ms = at_ms + answer_ms
    match fault:
        case None:
            return Treatment(at_ms, Result.OK, soon_ms)
        case WriteFault.NO_ANSWER:
            return Treatment(None, Result.TIMEOUT, at_ms + TIMEOUT_MS)
        case WriteFault.LATE_ANSWER:
            return Treatment(at_ms + delay_ms, Result.OK, at_ms + delay_ms)
        case WriteFault.ACTS_LATE:
            return Treatment(at_ms + delay_ms, Result.TIMEOUT, at_ms + TIMEOUT_MS)
        case WriteFault.REFUSES:
            return Treatment(None, Result.HARDWARE, soon_ms)
        case WriteFault.INVALID:
            return Treatment(None, Result.INVALID, soon_ms)
        case WriteFault.IGNORES:
            return Treatment(None, Result.OK, soon_ms)


class Plug(NamedTuple):
    """A car is plugged in, at its own level or at `level_percent`."""

    at_ms: int
    charger: int
    car: int
    level_percent: float | None


class Unplug(NamedTuple):
    """The car at a charger leaves; `drives_wh` is used before it returns."""

    at_ms: int
    charger: int
    drives_wh: float


class Press(NamedTuple):
    """Somebody uses the charger's own button or app; None = not touched."""

    at_ms: int
    charger: int
    power_on: bool | None
    current_ma: int | None


class Clamp(NamedTuple):
    """The charger's runtime maximum changes by itself; None = back to its own."""

    at_ms: int
    charger: int
    max_ma: int | None


class Reach(NamedTuple):
    """The charger is reached again, or no longer."""

    at_ms: int
    charger: int
    connected: bool


Happening = Plug | Unplug | Press | Clamp | Reach
