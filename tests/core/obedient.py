"""A charger that does what it is told, one second later, and a car that takes what it is offered."""

from dataclasses import dataclass, field

from hems_actors.core.enums import Result, What
from hems_actors.core.facts import ActionAnswered, ChargerReported, Fact
from hems_actors.core.outcomes import ActionIntended


@dataclass
class Obedient:
    """Shows every write *delay_ms* after it was sent; its car draws at most *takes_ma* on *wiring*'s phases."""

    takes_ma: int = 32_000
    wiring: tuple[int, ...] = (0, 1, 2)
    """Grid phases (0 = A) of the terminals the car uses."""
    measures: bool = True
    """Whether the charger reports the currents of its terminals."""
    delay_ms: int = 1_000
    pending: list[tuple[int, int, ActionIntended]] = field(default_factory=list)

    @property
    def due_ms(self) -> int:
        """When the next write takes effect; 0 = none is under way."""
        return self.pending[0][0] if self.pending else 0

    def take(self, seq: int, action: ActionIntended, at_ms: int) -> None:
        """Accept a write."""
        self.pending.append((at_ms + self.delay_ms, seq, action))

    def happen(self, report: ChargerReported) -> list[Fact]:
        """Return the answer to the oldest write, and the report that shows it."""
        _due_ms, seq, action = self.pending.pop(0)
        if action.what == What.POWER:
            report = report._replace(power_on=bool(action.value))
        elif action.what == What.CURRENT:
            report = report._replace(current_ma=action.value)
        else:
            report = report._replace(desired_phases=action.value)
        return [ActionAnswered(report.source, seq, Result.OK), self.showing(report)]

    def showing(self, report: ChargerReported) -> ChargerReported:
        """Return *report* with the currents the car draws."""
        if not self.measures:
            return report
        draw_ma = car_draw_ma(self, report)
        a_ma, b_ma, c_ma = (draw_ma if terminal < len(self.loaded(report)) else 0 for terminal in range(3))
        return report._replace(a_ma=a_ma, b_ma=b_ma, c_ma=c_ma)

    def loaded(self, report: ChargerReported) -> tuple[int, ...]:
        """Return the grid phases the car loads under this offer."""
        return self.wiring[: report.desired_phases] if report.desired_phases else self.wiring


def car_draw_ma(charger: Obedient, report: ChargerReported) -> int:
    """Return what the car draws per phase: what is offered, at most what it takes."""
    if not (report.power_on and report.plugged_in):
        return 0
    return min(charger.takes_ma, report.current_ma)
