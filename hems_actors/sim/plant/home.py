"""The whole home in closed loop: house + sun + battery + chargers = what flows at the root meter, per phase."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hems_actors.core.units import VOLTAGE_DV_NOMINAL
from hems_actors.sim.plant.battery import Battery
from hems_actors.sim.plant.cars import Car
from hems_actors.sim.plant.chargers import Charger
from hems_actors.sim.plant.faults import Clamp, Happening, Plug, Press, Reach, Treatment, Unplug
from hems_actors.sim.plant.house import HouseStep

NEVER_MS: Final = 1 << 62
Observer = Callable[[int], None]
"""Called with the length (ms) of a stretch of time during which nothing changes, before it passes."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a home is made of, and what will happen to it, in time order."""

    steps: list[HouseStep]
    happenings: list[Happening]
    chargers: list[Charger]
    cars: list[Car]
    battery: Battery | None = None
    voltage_dv: int = VOLTAGE_DV_NOMINAL


class Home:
    """A home's physics; `advance` moves its time on. Powers in W, positive = from the grid or into the thing."""

    def __init__(self, start_ms: int, step_ms: int, parts: Parts) -> None:
        """Begin at *start_ms*; battery and tapering cars move every *step_ms*."""
        self.at_ms = start_ms
        self.step_ms = step_ms
        self.voltage_dv = parts.voltage_dv
        self.chargers = {charger.number: charger for charger in parts.chargers}
        self.cars = {car.number: car for car in parts.cars}
        self.battery = parts.battery
        self.observers: list[Observer] = []
        self.version = 0
        """Rises when anything a charger shows may have changed."""
        self.house = HouseStep(start_ms, 0.0, 0.0, 0.0, 0.0)
        self.chargers_w: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self.grid_w: tuple[float, float, float] = (0.0, 0.0, 0.0)
        """At the root meter, + import; another tuple whenever it may have changed."""
        self._all = tuple(parts.chargers)
        self._steps = [*parts.steps, HouseStep(NEVER_MS, 0.0, 0.0, 0.0, 0.0)]
        self._happenings = parts.happenings
        self._step_i = 0
        self._happening_i = 0
        self._tick_ms = start_ms
        self._due_ms = start_ms
        self._wakes_ms = NEVER_MS
        self._change()

    def advance(self, to_ms: int) -> None:
        """Let time pass until *to_ms*, applying all that happens up to and at that instant."""
        while self.at_ms < to_ms or self._due_ms <= to_ms:
            until_ms = min(self._due_ms, to_ms)
            if until_ms > self.at_ms:
                self._pass(until_ms - self.at_ms)
                self.at_ms = until_ms
            if until_ms >= self._due_ms:
                self._change()

    def write(self, charger: int, what: int, value: int) -> Treatment:
        """Take a write to *charger* at the present instant; returns what becomes of it."""
        treatment = self.chargers[charger].write(self.at_ms, what, value)
        self._charger_changed()
        return treatment

    def draw_w(self, charger: Charger) -> float:
        """Return what *charger* draws, in W."""
        return charger.draw_ma * len(charger.active) * self.voltage_dv / 10_000

    def total_w(self) -> float:
        """Return the power at the root meter, + import."""
        return self.grid_w[0] + self.grid_w[1] + self.grid_w[2]

    def _pass(self, dt_ms: int) -> None:
        for observer in self.observers:
            observer(dt_ms)
        if self.battery:
            self.battery.pass_time(dt_ms)
        for charger in self._all:
            if charger.draw_ma and charger.car:
                charger.car.charge(self.draw_w(charger), dt_ms)

    def _change(self) -> None:
        now = self.at_ms
        before = self.version
        flows = self._steps[self._step_i].at_ms <= now
        while self._steps[self._step_i].at_ms <= now:
            self.house = self._steps[self._step_i]
            self._step_i += 1
        moved = False
        while self._happening_i < len(self._happenings) and self._happenings[self._happening_i].at_ms <= now:
            self._happen(self._happenings[self._happening_i])
            self._happening_i += 1
            moved = True
        if moved or self._wakes_ms <= now:
            self._advance_chargers()
        if self._tick_ms <= now:
            self._tick_ms = now + self.step_ms
            flows |= self._tick()
        if flows or self.version != before:
            self._flow()
        self._plan()

    def _charger_changed(self) -> None:
        self._advance_chargers()
        self._flow()
        self._plan()

    def _plan(self) -> None:
        happening_ms = NEVER_MS
        if self._happening_i < len(self._happenings):
            happening_ms = self._happenings[self._happening_i].at_ms
        self._due_ms = min(self._steps[self._step_i].at_ms, self._tick_ms, self._wakes_ms, happening_ms)

    def _advance_chargers(self) -> None:
        self.version += 1
        self._wakes_ms = NEVER_MS
        draw_changed = False
        for charger in self._all:
            draw_changed |= charger.advance(self.at_ms)
            next_ms = charger.next_ms()
            if next_ms is not None and next_ms < self._wakes_ms:
                self._wakes_ms = next_ms
        if draw_changed:
            self._sum_chargers()

    def _tick(self) -> bool:
        draw_changed = False
        for charger in self._all:
            if charger.car is not None:
                draw_changed |= charger.settle()
        if draw_changed:
            self._sum_chargers()
        return self.battery is not None and self.battery.regulate(self.total_w())

    def _sum_chargers(self) -> None:
        self.version += 1
        loads_w = [0.0, 0.0, 0.0]
        for charger in self._all:
            for phase in charger.active:
                loads_w[phase] += charger.draw_ma * self.voltage_dv / 10_000
        self.chargers_w = (loads_w[0], loads_w[1], loads_w[2])

    def _flow(self) -> None:
        _, a_w, b_w, c_w, _ = self.house
        charger_a_w, charger_b_w, charger_c_w = self.chargers_w
        a_w += charger_a_w
        b_w += charger_b_w
        c_w += charger_c_w
        battery = self.battery
        if battery is not None and battery.power_w:
            share_a, share_b, share_c = battery.shares
            a_w += battery.power_w * share_a
            b_w += battery.power_w * share_b
            c_w += battery.power_w * share_c
        self.grid_w = (a_w, b_w, c_w)

    def _happen(self, happening: Happening) -> None:
        charger = self.chargers[happening.charger]
        at_ms = happening.at_ms
        match happening:
            case Plug():
                car = self.cars[happening.car]
                car.plug(happening.level_percent)
                charger.plug(at_ms, car)
            case Unplug():
                if charger.car:
                    charger.car.leave(happening.drives_wh)
                charger.unplug(at_ms)
            case Press():
                charger.set_to(at_ms, power_on=happening.power_on, current_ma=happening.current_ma)
            case Clamp():
                charger.clamp(at_ms, happening.max_ma)
            case Reach():
                charger.connected = happening.connected
