"""The optimizer port: what is asked of an optimizer, and what it may answer."""

from typing import NamedTuple, Protocol

from hems_actors.core.enums import Mode, Trouble
from hems_actors.core.facts import BatteryReported, MeterReading
from hems_actors.core.rates import Rates


class ChargerAsked(NamedTuple):
    """One charger as the question shows it."""

    uuid: str
    """Its name to the optimizer: lower case, with hyphens, without braces."""
    connected: bool
    plugged_in: bool
    charging: bool | None
    power_on: bool
    current_ma: int
    draw_w: int | None
    phases: int | None
    min_ma: int
    """A set-point is 0 or from `min_ma` to `max_ma`; none but 0 if these are crossed."""
    max_ma: int
    mode: Mode
    target_percent: int
    end_s: int | None
    """When the user's target is due, UTC; None = not at any time."""
    priority: int
    level_percent: int | None
    """Of the car that is assigned, as it says."""
    capacity_wh: int | None


class Question(NamedTuple):
    """The home as it is now."""

    number: int
    """Of this question: the answer to another is none to this."""
    at_s: int
    """By the wall clock, UTC."""
    phase_limit_ma: int
    """0 = none."""
    reading: MeterReading
    battery: BatteryReported | None
    prices: Rates
    chargers: tuple[ChargerAsked, ...]


class SetPoint(NamedTuple):
    """What the optimizer wants of one charger."""

    uuid: str
    target_ma: int
    """Per phase; 0 = off."""
    phases: int
    """1 or 3; 0 = as they are."""
    valid_until_s: int
    """By the wall clock, UTC."""


class OptimizerError(Exception):
    """The optimizer said nothing usable: the text is for a person."""

    def __init__(self, trouble: Trouble, text: str) -> None:
        super().__init__(text)
        self.trouble = trouble


class OptimizerPort(Protocol):
    """Somebody who can be asked what chargers should do."""

    def ask(self, question: Question) -> tuple[SetPoint, ...]:
        """Return what is wanted, for no charger more than once; local rules decide for one that is not named.

        May block for as long as its own time-outs allow, and is called from any thread.

        Raises:
            OptimizerError: there was no answer, or one that is refused whole.
        """
