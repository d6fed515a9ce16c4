"""What a simulated home did: energy by source, minutes, starts, currents against the limit, actions."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from hems_actors.config.as_facts import milli
from hems_actors.core.enums import Closing
from hems_actors.core.facts import ActionSent
from hems_actors.core.outcomes import ActionClosed, ActionIntended, AlarmChanged, DeadlineJudged, PlanMade
from hems_actors.core.registry import Event
from hems_actors.core.units import PHASES
from hems_actors.sim.build import Stage
from hems_actors.sim.deadline_book import DeadlineBook
from hems_actors.sim.purchases import Purchases, Timeline

MS_PER_HOUR: Final = 3_600_000


@dataclass(slots=True)
class CarAccount:
    """One car; energy at its socket in W x ms until it is read."""

    name: str
    sun_wms: float = 0.0
    battery_wms: float = 0.0
    grid_wms: float = 0.0
    charging_ms: int = 0
    starts: int = 0
    stops: int = 0
    drawing: bool = False
    starts_by_day: dict[str, int] = field(default_factory=dict)
    """Local date to starts; days without any are left out."""
    bought: Purchases = field(default_factory=Purchases)

    def energy_wh(self) -> dict[str, int]:
        """Return its energy by source, in Wh."""
        return {"sun": _wh(self.sun_wms), "battery": _wh(self.battery_wms), "grid": _wh(self.grid_wms)}


@dataclass(slots=True)
class PhaseAccount:
    """One phase: its highest current, and for how long it was above the limit at a stretch."""

    highest_ma: int = 0
    over_ms: int = 0
    longest_over_ms: int = 0


class Flow(NamedTuple):
    """What flows during one stretch of time, in W."""

    grid_w: tuple[float, float, float]
    total_w: float
    """At the root meter, + import."""
    sun_w: float
    """What of the sun is known to feed the home, or the grid."""
    discharge_w: float
    house_w: float
    roof_w: float
    draws_w: list[tuple[CarAccount, float]]


class Account:
    """Observes a plant and the events of its log; read it when the scenario is over."""

    def __init__(self, stage: Stage) -> None:
        """Observe *stage*'s home from now on."""
        self._home = stage.home
        self._pv_in_load = stage.scenario.sun.in_load
        self.limit_ma = milli(stage.scenario.home.phase_limit_a_max)
        names = {number: name for name, number in stage.numbers.cars.items()}
        self.cars = {number: CarAccount(name) for number, name in names.items()}
        self.phases = tuple(PhaseAccount() for _ in PHASES)
        self.import_wms = self.export_wms = self.roof_wms = self.cars_wms = self.house_wms = 0.0
        self.sent = self.retried = self.gave_up = 0
        self.alarms: list[tuple[int, int, int, bool]] = []
        """Instant (ms), alarm, source, raised or ended."""
        self.plans: list[tuple[int, PlanMade]] = []
        """Instant (ms) and plan."""
        self.deadlines = DeadlineBook(stage.home)
        self.rates = () if stage.prices is None else stage.prices.rates
        self.house_bought = Purchases()
        """Without cars."""
        self.events = 0
        self._zone = stage.moments.zone
        self._timeline = Timeline(self.rates)
        self._version = -1
        self._flow = Flow((0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0, 0.0, [])
        self._flow_ms = 0
        self._flow_from_ms = stage.moments.start_ms
        stage.home.observers.append(self.observe)

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Count *event* of the log."""
        self.events = seq
        if isinstance(event, ActionSent):
            self.sent += 1
        elif isinstance(event, ActionIntended):
            self.retried += event.attempt > 1
        elif isinstance(event, ActionClosed):
            self.gave_up += event.closing == Closing.GAVE_UP
        elif isinstance(event, AlarmChanged):
            self.alarms.append((at_ms, event.alarm, event.source, event.active))
        elif isinstance(event, PlanMade):
            self.plans.append((at_ms, event))
        elif isinstance(event, DeadlineJudged):
            self.deadlines.see(at_ms, event)

    def observe(self, dt_ms: int) -> None:
        """Take note of *dt_ms* during which all flows stay as they are; equal stretches are added up first."""
        home = self._home
        if home.grid_w is not self._flow.grid_w or home.version != self._version:
            self._settle()
            self._version = home.version
            self._flow = self._flow_now()
        self._flow_ms += dt_ms

    def finish(self) -> None:
        """Close the books."""
        self._settle()

    def _flow_now(self) -> Flow:
        """Return what flows from now on, and count the cars that begin or end to draw."""
        home = self._home
        house = home.house
        house_w = house.a_w + house.b_w + house.c_w
        battery_w = 0.0 if home.battery is None else home.battery.power_w
        draws_w = []
        plugged = {charger.car.number: charger for charger in home.chargers.values() if charger.car is not None}
        for number, car in self.cars.items():
            charger = plugged.get(number)
            drawing = charger is not None and charger.draw_ma > 0
            if drawing != car.drawing:
                car.starts += drawing
                car.stops += not drawing
                car.drawing = drawing
                if drawing:
                    day = datetime.fromtimestamp(home.at_ms // 1_000, UTC).astimezone(self._zone).date().isoformat()
                    car.starts_by_day[day] = car.starts_by_day.get(day, 0) + 1
            if charger is not None and drawing:
                draws_w.append((car, home.draw_w(charger)))
        return Flow(
            home.grid_w,
            home.total_w(),
            max(0.0, -house_w) if self._pv_in_load else house.pv_w,
            max(0.0, -battery_w),
            house_w if self._pv_in_load else house_w + house.pv_w,
            house.pv_w,
            draws_w,
        )

    def _settle(self) -> None:
        """Add the stretch that just ended."""
        flow, dt_ms, self._flow_ms = self._flow, self._flow_ms, 0
        if not dt_ms:
            return
        parts = self._timeline.parts(self._flow_from_ms, dt_ms)
        self._flow_from_ms += dt_ms
        self.roof_wms += flow.roof_w * dt_ms
        self.house_wms += flow.house_w * dt_ms
        if flow.total_w > 0:
            self.import_wms += flow.total_w * dt_ms
        else:
            self.export_wms -= flow.total_w * dt_ms
        import_w = max(0.0, flow.total_w)
        supply_w = flow.sun_w + flow.discharge_w + import_w
        house_w = import_w
        for car, draw_w in flow.draws_w:
            share_ms = draw_w * dt_ms / supply_w if supply_w else 0.0
            bought_w = import_w * draw_w / supply_w if supply_w else 0.0
            car.bought.add(bought_w, parts)
            house_w -= bought_w
            car.charging_ms += dt_ms
            car.sun_wms += flow.sun_w * share_ms
            car.battery_wms += flow.discharge_w * share_ms
            car.grid_wms += import_w * share_ms
            self.cars_wms += draw_w * dt_ms
        self.house_bought.add(house_w, parts)
        volts = self._home.voltage_dv / 10
        for phase, power_w in zip(self.phases, flow.grid_w, strict=True):
            current_ma = round(abs(power_w) * 1_000 / volts)
            phase.highest_ma = max(phase.highest_ma, current_ma)
            if self.limit_ma and current_ma > self.limit_ma:
                phase.over_ms += dt_ms
                phase.longest_over_ms = max(phase.longest_over_ms, phase.over_ms)
            else:
                phase.over_ms = 0


def _wh(energy_wms: float) -> int:
    return round(energy_wms / MS_PER_HOUR)
