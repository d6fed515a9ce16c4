"""A charger: settings as written, the pilot that follows, and what the car at it draws on which grid phase."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hems_actors.core.enums import Result, What
from hems_actors.sim.plant.cars import Car
from hems_actors.sim.plant.faults import FaultWindow, Treatment, WriteFault, treat


class Shows(NamedTuple):
    """Which optional states a charger has."""

    power: bool = True
    currents: bool = True
    phase_count: bool = True
    plugged_in: bool = True
    charging: bool = True


class Pilot(NamedTuple):
    """What the car follows from `at_ms` on: current per phase (mA, 0 = off) on the first `phases` terminals."""

    at_ms: int
    offer_ma: int
    phases: int


NO_PILOT: Final = Pilot(0, 0, 0)


class Write(NamedTuple):
    """A write that takes effect at `at_ms`."""

    at_ms: int
    what: int
    value: int


@dataclass(slots=True)
class Charger:
    """A charger; `wiring` names the grid phase (0 = A) of each of its terminals."""

    number: int
    wiring: tuple[int, ...]
    step_ma: int = 1_000
    min_ma: int = 6_000
    own_max_ma: int = 16_000
    can_switch: bool = False
    shows: Shows = field(default_factory=Shows)
    reaction_ms: int = 5_000
    stop_ms: int = 3_000
    answer_ms: int = 20
    faults: list[FaultWindow] = field(default_factory=list)
    connected: bool = True
    power_on: bool = False
    current_ma: int = 6_000
    max_ma: int = 16_000
    desired_phases: int = 3
    car: Car | None = None
    pilot: Pilot = NO_PILOT
    coming: list[Pilot] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    draw_ma: int = 0
    """Per phase in use."""
    active: tuple[int, ...] = ()
    """Grid phases in use, in the order of the terminals."""
    starts: int = 0
    stops: int = 0

    def next_ms(self) -> int | None:
        """Return when something changes here by itself."""
        due = [write.at_ms for write in self.writes]
        if self.coming:
            due.append(self.coming[0].at_ms)
        return min(due) if due else None

    def write(self, at_ms: int, what: int, value: int) -> Treatment:
        """Take a write over the wire; its effect, if any, comes with `advance`."""
        treatment = self._treat(at_ms, what, value)
        if treatment.effect_at_ms is not None:
            self.writes.append(Write(treatment.effect_at_ms, what, value))
        return treatment

    def advance(self, at_ms: int) -> bool:
        """Apply writes and pilots due by *at_ms*; return whether the draw changed."""
        if self.writes:
            for write in [write for write in self.writes if write.at_ms <= at_ms]:
                self.writes.remove(write)
                self._apply(write)
        while self.coming and self.coming[0].at_ms <= at_ms:
            before_ma = self.pilot.offer_ma
            self.pilot = self.coming.pop(0)
            if self.car:
                self.car.see_offer(before_ma, self.pilot.offer_ma)
        return self.settle()

    def settle(self) -> bool:
        """Let the car follow the pilot at its present level; return whether the draw changed."""
        draw_ma = self.car.draw_ma(self.pilot.offer_ma) if self.car else 0
        active = self.wiring[: min(self.pilot.phases, self.car.phases)] if self.car and draw_ma else ()
        if draw_ma == self.draw_ma and active == self.active:
            return False
        if not self.draw_ma and draw_ma:
            self.starts += 1
        if self.draw_ma and not draw_ma:
            self.stops += 1
        self.draw_ma = draw_ma
        self.active = active
        return True

    def set_to(self, at_ms: int, *, power_on: bool | None = None, current_ma: int | None = None) -> None:
        """Change settings as a person at the device does."""
        if power_on is not None:
            self.power_on = power_on
        if current_ma is not None:
            self.current_ma = min(current_ma, self.max_ma)
        self._offer(at_ms)

    def clamp(self, at_ms: int, max_ma: int | None) -> None:
        """Change the runtime maximum, None = back to its own; the set current follows down."""
        self.max_ma = self.own_max_ma if max_ma is None else max_ma
        self.current_ma = min(self.current_ma, self.max_ma)
        self._offer(at_ms)

    def plug(self, at_ms: int, car: Car) -> None:
        """Connect *car*; it begins to follow the pilot after the reaction time."""
        self.car = car
        self.coming.clear()
        self.pilot = Pilot(at_ms, 0, 0)
        self._offer(at_ms)

    def unplug(self, at_ms: int) -> None:
        """Disconnect the car: no current from this instant on."""
        self.car = None
        self.coming.clear()
        self.pilot = Pilot(at_ms, 0, 0)

    def offered_phases(self) -> int:
        """Return on how many terminals current is offered."""
        return min(self.desired_phases, len(self.wiring)) if self.can_switch else len(self.wiring)

    def _treat(self, at_ms: int, what: int, value: int) -> Treatment:
        active = next((window for window in self.faults if window.from_ms <= at_ms < window.to_ms), None)
        if not self.connected:
            return treat(WriteFault.REFUSES, at_ms, 0, self.answer_ms)
        if active is None and not self._valid(what, value):
            return Treatment(None, Result.INVALID, at_ms + self.answer_ms)
        if active is None or (active.fault == WriteFault.INVALID and what == What.POWER):
            return treat(None, at_ms, 0, self.answer_ms)  # on and off are never invalid
        return treat(active.fault, at_ms, active.delay_ms, self.answer_ms)

    def _valid(self, what: int, value: int) -> bool:
        if what == What.CURRENT:
            return self.min_ma <= value <= self.max_ma and value % self.step_ma == 0
        if what == What.PHASES:
            return self.can_switch and value in (1, 3)
        return value in (0, 1)

    def _apply(self, write: Write) -> None:
        match write.what:
            case What.POWER:
                self.power_on = bool(write.value)
            case What.CURRENT:
                self.current_ma = min(write.value, self.max_ma)
            case What.PHASES:
                self.desired_phases = write.value
        self._offer(write.at_ms)

    def _offer(self, at_ms: int) -> None:
        if self.car is None:
            return
        offer_ma = self.current_ma if self.power_on else 0
        phases = self.offered_phases()
        last = self.coming[-1] if self.coming else self.pilot
        if (offer_ma, phases) == (last.offer_ma, last.phases):
            return
        follows_ms = at_ms + (self.reaction_ms if offer_ma else self.stop_ms)
        while self.coming and self.coming[-1].at_ms >= follows_ms:
            self.coming.pop()
        if offer_ma and last.offer_ma and phases != last.phases:
            self.coming.append(Pilot(at_ms + self.stop_ms, 0, phases))
        self.coming.append(Pilot(follows_ms, offer_ma, phases))
