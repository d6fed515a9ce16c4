"""The home battery: by itself it holds the sum of the phases at the root meter near zero."""

from dataclasses import dataclass
from typing import Final

HOUR_MS: Final = 3_600_000
DEADBAND_W: Final = 20.0


@dataclass(slots=True)
class Battery:
    """A home battery; power positive when charging (W), energy in Wh."""

    capacity_wh: float
    level_wh: float
    max_charge_w: float
    max_discharge_w: float
    shares: tuple[float, float, float]
    """Of its power, by phase."""
    efficiency: float = 0.95
    """Of charging, and again of discharging."""
    min_wh: float = 0.0
    shows_level: bool = True
    power_w: float = 0.0

    @property
    def level_percent(self) -> float:
        """Level, 0..100."""
        return self.level_wh * 100 / self.capacity_wh

    def regulate(self, grid_w: float) -> bool:
        """React to *grid_w* (+ import) seen at the root meter; return whether its power changed."""
        wanted_w = self.power_w
        if not -DEADBAND_W <= grid_w <= DEADBAND_W:
            wanted_w = min(max(self.power_w - grid_w, -self.max_discharge_w), self.max_charge_w)
        if (wanted_w > 0 and self.level_wh >= self.capacity_wh) or (wanted_w < 0 and self.level_wh <= self.min_wh):
            wanted_w = 0.0
        changed = wanted_w != self.power_w
        self.power_w = wanted_w
        return changed

    def pass_time(self, dt_ms: int) -> None:
        """Charge or discharge for *dt_ms* at the present power."""
        if self.power_w > 0:
            self.level_wh = min(self.capacity_wh, self.level_wh + self.power_w * self.efficiency * dt_ms / HOUR_MS)
        elif self.power_w < 0:
            self.level_wh = max(self.min_wh, self.level_wh + self.power_w / self.efficiency * dt_ms / HOUR_MS)
