"""A home on surplus: a meter that shows so many watts, minute by minute, beside what cars draw.

Export is positive here: the surplus a story is about, without the cars' own draw.
"""

from typing import Any

from hems_actors.core.enums import Mode
from tests.core.home import Home
from tests.core.obedient import Obedient, car_draw_ma

Weather = list[tuple[float, int]]
"""For so many seconds, so much surplus (W)."""


class Sunny(Home):
    """A home whose cars obey; read every 5 s."""

    voltage_dv: int | None = None
    """What the meter shows on phase A."""

    def eco(self, source: int = 2, *, one_phase: bool = True, plugged: bool = True, **fields: Any) -> None:  # noqa: ANN401
        """Put an Eco charger in, its car plugged in when nothing shone: on phase A, or on all three."""
        wiring = (0,) if one_phase else (0, 1, 2)
        rotation, phases = (1, 1) if one_phase else (123, 3)
        asked: dict[str, Any] = {"mode": Mode.ECO, "phases": phases, "rotation": rotation} | fields
        self.charger(source, obeys=Obedient(wiring=wiring, delay_ms=100), max_ma=16_000, **asked)
        if plugged:
            self.shine(-300)
            self.plug(source)

    def shine(self, surplus_w: int, *, battery_w: int | None = None) -> None:
        """Feed one reading of *surplus_w* less what the cars draw."""
        watts = [-surplus_w, 0, 0]
        for source, charger in self.obedient.items():
            for phase in charger.loaded(self.report_of(source)):
                watts[phase] += car_draw_ma(charger, self.report_of(source)) * 230 // 1_000
        watts[0] += battery_w or 0
        self.meter(power_w=sum(watts), a_w=watts[0], b_w=watts[1], c_w=watts[2], a_dv=self.voltage_dv)

    def pass_time(self, seconds: float, surplus_w: int, *, battery_w: int | None = None, every_s: float = 5) -> None:
        """Let *seconds* pass under *surplus_w*, a reading first and every *every_s*."""
        left_s = seconds
        while left_s > 0:
            self.shine(surplus_w, battery_w=battery_w)
            self.wait(min(left_s, every_s))
            left_s -= every_s

    def live_through(self, weather: Weather) -> None:
        """Let the stretches of *weather* pass one after the other."""
        for seconds, surplus_w in weather:
            self.pass_time(seconds, surplus_w)

    def stands(self, source: int = 2) -> str:
        """Return the set-point in words: `off`, `6 A 1p`."""
        return self.line(source).split(" surplus")[0].split(" unknown")[0].split(",")[0]
