"""What a home did, as its own readings tell: energy by source, cost, starts, deadlines, time above the limit.

The same account is kept of what was recorded and of what a model of the home does, so that both are comparable.

Strategy: between two facts all flows stay as they were last read. What the roof yields is not in a log: the house takes
its sun first, and what is then left over counts as sun. At each instant, the cars' share of sun, battery and grid is in
proportion to these three. A home without a root meter buys all it charges.
"""

from dataclasses import dataclass, field
from typing import Final

from hems_actors.core.electric import DRAWING_MA, draw_ma, reading_currents_ma, reading_power_w, site_limit_ma
from hems_actors.core.enums import Ending
from hems_actors.core.need import drawn_w
from hems_actors.core.outcomes import DeadlineJudged
from hems_actors.core.rates import Rates
from hems_actors.core.registry import Event
from hems_actors.core.state import Charger, State
from hems_actors.core.units import PHASES
from replay.compare.money import Bought, Prices

WMS_PER_WH: Final = 3_600_000


@dataclass(slots=True)
class ChargerAccount:
    """One charger; energy in W x ms."""

    energy_wms: int = 0
    sun_wms: float = 0.0
    battery_wms: float = 0.0
    grid_wms: float = 0.0
    charging_ms: int = 0
    starts: int = 0
    drawing: bool = False
    plugged: bool = False
    departures_percent: list[int | None] = field(default_factory=list)
    """What the assigned car last said of its level, each time it was unplugged."""
    bought: Bought = field(default_factory=Bought)


@dataclass(slots=True)
class PhaseAccount:
    """One phase; only while there is a limit it can be above it."""

    highest_ma: int = 0
    over_ms: int = 0
    longest_over_ms: int = 0
    now_over_ms: int = 0


@dataclass(slots=True)
class DeadlineEntry:
    """One deadline of one charger."""

    missed_wh: int | None = None
    """What was still needed at it; None = it was not missed."""
    ending: int = Ending.SET
    """How it ended; SET = it has not."""


class Account:
    """Fed with a state as it changes: `pass_to` before each event, `see` after it."""

    def __init__(self, rates: Rates | None = None) -> None:
        """Reckon with *rates*; None = with the prices that the home knows at the time."""
        self.chargers: dict[int, ChargerAccount] = {}
        self.phases = tuple(PhaseAccount() for _ in PHASES)
        self.deadlines: dict[tuple[int, int], DeadlineEntry] = {}
        """By charger and deadline (s)."""
        self.bought = Bought()
        self.import_wms = self.export_wms = self.charge_wms = self.discharge_wms = 0
        self.from_ms: int | None = None
        self.to_ms = 0
        self._prices = Prices(rates)

    def pass_to(self, state: State, at_ms: int) -> None:
        """Add up what flows in *state*, which stands until *at_ms*."""
        if self.from_ms is None:
            self.from_ms = self.to_ms = at_ms
        dt_ms = at_ms - self.to_ms
        if dt_ms > 0:
            self._flow(state, self.to_ms, dt_ms)
            self.to_ms = at_ms

    def see(self, state: State, event: Event) -> None:
        """Note what *event*, just stored in *state*, changed."""
        if isinstance(event, DeadlineJudged):
            self._judge(event)
        charger = state.chargers.get(event.source)
        if charger is not None:
            self._look(state, charger)

    def _flow(self, state: State, from_ms: int, dt_ms: int) -> None:
        draws_w = {source: drawn_w(state, charger) for source, charger in state.chargers.items()}
        cars_w = sum(draws_w.values())
        battery_w = state.battery.power_w
        metered = state.meter.full_seq > 0
        grid_w = reading_power_w(state.meter.full, state.meter) if metered else cars_w + battery_w
        import_w, discharge_w = max(0, grid_w), max(0, -battery_w)
        sun_w = max(0, cars_w + battery_w - grid_w)
        self.import_wms += import_w * dt_ms
        self.export_wms += (import_w - grid_w) * dt_ms
        self.charge_wms += (battery_w + discharge_w) * dt_ms
        self.discharge_wms += discharge_w * dt_ms
        parts = list(self._prices.parts(state, from_ms, from_ms + dt_ms)) if import_w else []
        self.bought.add(import_w, parts)
        supply_w = sun_w + discharge_w + import_w
        for source, draw_w in draws_w.items():
            if draw_w:
                own = self._charger(source)
                share = draw_w / supply_w
                own.energy_wms += draw_w * dt_ms
                own.sun_wms += sun_w * share * dt_ms
                own.battery_wms += discharge_w * share * dt_ms
                own.grid_wms += import_w * share * dt_ms
                own.charging_ms += dt_ms if own.drawing else 0
                own.bought.add(import_w * share, parts)
        if metered:
            self._phases(state, dt_ms)

    def _phases(self, state: State, dt_ms: int) -> None:
        limit_ma = site_limit_ma(state)
        for phase, current_ma in zip(self.phases, reading_currents_ma(state.meter.latest, state.meter), strict=True):
            phase.highest_ma = max(phase.highest_ma, current_ma)
            if limit_ma and current_ma > limit_ma:
                phase.over_ms += dt_ms
                phase.now_over_ms += dt_ms
                phase.longest_over_ms = max(phase.longest_over_ms, phase.now_over_ms)
            else:
                phase.now_over_ms = 0

    def _look(self, state: State, charger: Charger) -> None:
        """Count starts, and note departures."""
        own = self._charger(charger.source)
        drawing = charger.session.plugged and draw_ma(charger) >= DRAWING_MA
        own.starts += drawing and not own.drawing
        own.drawing = drawing
        if own.plugged and not charger.session.plugged:
            car = state.cars.get(charger.info.car)
            own.departures_percent.append(None if car is None else car.level_percent)
        own.plugged = charger.session.plugged

    def _judge(self, event: DeadlineJudged) -> None:
        key = (event.source, event.deadline_s)
        entry = self.deadlines.get(key)
        if entry is None or event.ending == Ending.SET:
            entry = self.deadlines[key] = DeadlineEntry()
        entry.ending = event.ending
        if event.ending == Ending.MISSED:
            entry.missed_wh = event.need_wh

    def _charger(self, source: int) -> ChargerAccount:
        own = self.chargers.get(source)
        if own is None:
            own = self.chargers[source] = ChargerAccount()
        return own


def wh_of(energy_wms: float) -> int:
    """Return W x ms as whole Wh."""
    return round(energy_wms / WMS_PER_WH)
