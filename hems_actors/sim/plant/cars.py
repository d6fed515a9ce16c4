"""A car: what it draws of an offered current, and what that does to its battery."""

from dataclasses import dataclass, field
from typing import Final

HOUR_MS: Final = 3_600_000
EFFICIENCY: Final = 0.9  # charging.md section 8
TAPER_MA_MIN: Final = 1_500
"""What a tapering car still takes until it is full."""


@dataclass(slots=True)
class Car:
    """A car and its battery; currents in mA per phase, energy in Wh, level in percent."""

    number: int
    phases: int
    capacity_wh: float
    level_wh: float
    min_ma: int = 6_000
    max_ma: int = 16_000
    taper_from_percent: float = 95.0
    full_percent: float = 100.0
    sleeps: int = 0
    """Off-ons it needs after each plug-in before it draws."""
    reports: bool = True
    """Whether nymea knows it."""
    shows_limits: bool = False
    """Whether it tells its minimum and maximum."""
    naps: int = 0
    """Off-ons still needed in this plug-in."""
    offered_once: bool = False
    departures_percent: list[float] = field(default_factory=list)
    """Level each time it left."""

    @property
    def level_percent(self) -> float:
        """Level, 0..100."""
        return self.level_wh * 100 / self.capacity_wh

    def plug(self, level_percent: float | None) -> None:
        """Arrive, with *level_percent*, or with the level it has."""
        if level_percent is not None:
            self.level_wh = self.capacity_wh * level_percent / 100
        self.naps = self.sleeps
        self.offered_once = False

    def see_offer(self, before_ma: int, now_ma: int) -> None:
        """Notice that the pilot changed: an off-on wakes it."""
        if before_ma == 0 and now_ma > 0:
            if self.offered_once and self.naps:
                self.naps -= 1
            self.offered_once = True

    def draw_ma(self, offer_ma: int) -> int:
        """Return what it draws per phase of *offer_ma*, in mA."""
        if offer_ma < self.min_ma or self.naps:
            return 0
        level = self.level_percent
        if level >= self.full_percent:
            return 0
        most_ma = min(offer_ma, self.max_ma)
        if level <= self.taper_from_percent:
            return most_ma
        left = (self.full_percent - level) / (self.full_percent - self.taper_from_percent)
        return min(most_ma, max(TAPER_MA_MIN, int(self.max_ma * left)))

    def charge(self, power_w: float, dt_ms: int) -> None:
        """Take *power_w* from the socket for *dt_ms*."""
        self.level_wh = min(self.capacity_wh, self.level_wh + power_w * EFFICIENCY * dt_ms / HOUR_MS)

    def leave(self, energy_wh: float) -> None:
        """Leave, and use *energy_wh* on the road; never below empty."""
        self.departures_percent.append(self.level_percent)
        self.level_wh = max(0.0, self.level_wh - energy_wh)
