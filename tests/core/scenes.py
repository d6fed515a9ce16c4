"""Homes in the middle of something: chargers that already charge, and who may have what.

Amps and seconds; phases by their letters, e.g. "B" or "ABC".
"""

from dataclasses import dataclass
from typing import Final

from hems_actors.core.enums import Mode
from tests.core.home import Home

LETTERS: Final = "ABC"
Amps = tuple[float, float, float]


@dataclass(frozen=True)
class Charging:
    """A charger found charging; `draw_a` None = as offered."""

    source: int = 2
    offer_a: float = 16
    draw_a: float | None = None
    on: str = "ABC"
    priority: int = 0
    metered: bool = True
    known: bool = True
    """Whether its phases are configured."""
    step_a: float = 1
    safe_a: float = 6
    min_a: float = 6
    top_a: float | None = None
    """The user's maximum; None = what it is offered now."""
    plugged: bool = True
    mode: Mode = Mode.NORMAL
    can_switch: bool = False

    @property
    def drawn_ma(self) -> int:
        """What its car draws per phase."""
        drawn_a = self.offer_a if self.draw_a is None else self.draw_a
        return round(drawn_a * 1_000) if self.plugged else 0

    def rotation(self) -> int:
        """Return the configured rotation: its phases as digits, 0 = not configured."""
        return int("".join(str(LETTERS.index(letter) + 1) for letter in self.on)) if self.known else 0


def place(home: Home, charging: Charging) -> None:
    """Put *charging* into *home*: configured, and found on if it offers anything."""
    terminals: dict[str, int | None] = {}
    for terminal, name in enumerate(("a_ma", "b_ma", "c_ma")):
        drawn_ma = charging.drawn_ma if terminal < len(charging.on) else 0
        terminals[name] = drawn_ma if charging.metered else None
    home.charger(
        charging.source,
        phases=3 if charging.can_switch else len(charging.on),
        rotation=charging.rotation(),
        step_ma=round(charging.step_a * 1_000),
        safe_ma=round(charging.safe_a * 1_000),
        can_switch=charging.can_switch,
    )
    home.info(
        charging.source,
        mode=charging.mode,
        priority=charging.priority,
        max_ma=round((charging.top_a or charging.offer_a) * 1_000),
        min_ma=round(charging.min_a * 1_000),
    )
    home.report(
        charging.source,
        plugged_in=charging.plugged,
        power_on=charging.offer_a > 0,
        current_ma=round(charging.offer_a * 1_000) or 6_000,
        max_ma=32_000,
        charging=charging.drawn_ma > 0,
        desired_phases=len(charging.on),
        **terminals,
    )


def scene(*chargings: Charging, house_a: Amps = (1, 1, 1), **site: int) -> Home:
    """Return a home where *chargings* charge undisturbed beside a house of *house_a*, a minute later."""
    home = Home(**site)
    for charging in chargings:
        place(home, charging)
    show(home, *chargings, house_a=house_a)
    home.wait(61)
    show(home, *chargings, house_a=house_a)
    return home


def show(home: Home, *chargings: Charging, house_a: Amps, complete: bool = True) -> None:
    """Feed the reading that *house_a* and what *chargings* draw make, to the mA."""
    a_ma, b_ma, c_ma = (
        round(house_a[phase] * 1_000) + sum(c.drawn_ma for c in chargings if letter in c.on)
        for phase, letter in enumerate(LETTERS)
    )
    home.meter(complete=complete, a_ma=a_ma, b_ma=b_ma, c_ma=c_ma)


def offers_a(home: Home) -> list[float]:
    """Return what each charger is offered, in A, 0 = off, by source."""
    return [c.point.current_ma / 1_000 if c.point.on else 0 for c in home.state.chargers.values()]
