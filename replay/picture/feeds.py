"""From events to curves: what each thing showed, as rows that hold until the next one.

All positive numbers are into the thing or from the grid, as in the log; so the grid is the sum of all others.
"""

from collections.abc import Callable
from typing import Any, Final

from hems_actors.core.electric import measured_draw_ma, reading_currents_ma, reading_power_w
from hems_actors.core.facts import (
    BatteryReported,
    CarReported,
    ChargerConfigured,
    ChargerReported,
    ChargingInfoChanged,
    LinkChanged,
    MeterReading,
    SiteConfigured,
    SiteSettingsChanged,
    ThingConnected,
    ThingRemoved,
)
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.state import Charger, Meter, State
from hems_actors.core.units import power_w_of
from replay.picture.balance import Balance
from replay.picture.columns import Values

Row = Callable[[str, int, Values], None]
"""Takes a group's name, an instant (ms) and a value for each of its columns."""

COLUMNS: Final = {
    "meter": ("grid_w", "a_ma", "b_ma", "c_ma"),
    "house": ("house_w",),
    "limit": ("limit_ma",),
    "battery": ("battery_w", "level_percent"),
    "set": ("set_ma",),
    "charger": ("offer_ma", "drawn_ma", "draw_w", "plugged"),
    "info": ("target_percent", "mode"),
    "car": ("level_percent",),
}
"""Groups by what stands before the colon in their names: `charger:10` is that of thing 10."""


class Feeds:
    """Turns events into rows for *row*."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._groups: set[str] = set()
        self._balance = Balance(lambda at_ms, power_w: self._add("house", at_ms, (power_w,)))
        self._meter = Meter()
        self._limits = (0, 0)
        self._phases: dict[int, int] = {}
        self.cars: dict[int, int] = {}
        """Charger to the car assigned to it last."""
        self.unmeasured: set[int] = set()
        """Chargers that did not say what they draw: it counts as the house's."""
        self._takers: dict[type, Callable[[int, Any], None]] = {
            MeterReading: self._reading,
            ThingConnected: self._connected,
            BatteryReported: self._battery,
            ChargerConfigured: self._wired,
            ChargerReported: self._charger,
            SetPointDecided: self._point,
            CarReported: self._car,
            ChargingInfoChanged: self._info,
            SiteConfigured: self._configured,
            SiteSettingsChanged: self._settings,
            LinkChanged: self._link,
            ThingRemoved: self._removed,
        }

    def take(self, at_ms: int, event: object) -> None:
        """Add what *event* says."""
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(at_ms, event)

    def begin(self, at_ms: int, state: State) -> None:
        """Begin with what *state* holds, at the start of a log or behind missing events."""
        self._meter.signed = state.meter.signed
        self._limits = (state.config.phase_limit_max_ma, state.settings.phase_limit_ma)
        self._limit(at_ms)
        if state.meter.full_seq and state.site.meter_connected and state.site.link_up:
            self._reading(at_ms, state.meter.full)
        if state.battery.seq:
            report = BatteryReported(state.battery.source, state.battery.power_w, state.battery.level_percent)
            self._battery(at_ms, report)
        for charger in state.chargers.values():
            self._begin_charger(at_ms, charger)
        for source, car in state.cars.items():
            self._add(f"car:{source}", at_ms, (car.level_percent,))

    def lose(self, at_ms: int) -> None:
        """Note that nothing is known from *at_ms* on: events are missing, or no thing can be heard."""
        self._balance.lose(at_ms)
        for group in sorted(self._groups):
            self._row(group, at_ms, (None,) * len(COLUMNS[group.partition(":")[0]]))

    def finish(self, at_ms: int) -> None:
        """Complete what is reckoned by the minute."""
        self._balance.finish(at_ms)

    def _add(self, group: str, at_ms: int, values: Values) -> None:
        self._groups.add(group)
        self._row(group, at_ms, values)

    def _begin_charger(self, at_ms: int, charger: Charger) -> None:
        info, point = charger.info, charger.point
        self.cars[charger.source] = info.car
        self._phases[charger.source] = point.phases or charger.config.phases
        if charger.report_seq:
            self._charger(at_ms, charger.report)
        self._add(f"set:{charger.source}", at_ms, (point.current_ma if point.on else 0,))
        self._add(f"info:{charger.source}", at_ms, (info.target_percent if info.car else None, info.mode))

    def _reading(self, at_ms: int, event: MeterReading) -> None:
        meter = self._meter
        if not meter.signed:
            meter.signed = any((value or 0) < 0 for value in (event.a_ma, event.b_ma, event.c_ma))
        power_w = reading_power_w(event, meter)
        currents = reading_currents_ma(event, meter)
        three = event.b_w is not None or event.b_ma is not None or event.c_w is not None or event.c_ma is not None
        self._add("meter", at_ms, (power_w, *currents) if three else (power_w, currents[0], None, None))
        if event.complete:
            self._balance.grid(at_ms, power_w)

    def _connected(self, at_ms: int, event: ThingConnected) -> None:
        if not event.connected:
            self._add("meter", at_ms, (None,) * 4)
            self._balance.lose(at_ms)

    def _battery(self, at_ms: int, event: BatteryReported) -> None:
        self._add("battery", at_ms, (event.power_w, event.level_percent))
        self._balance.other(at_ms, event.source, event.power_w)

    def _charger(self, at_ms: int, event: ChargerReported) -> None:
        currents = [current for current in (event.a_ma, event.b_ma, event.c_ma) if current is not None]
        power_w = event.draw_w
        if power_w is None and currents:
            power_w = power_w_of(sum(currents))
        if power_w is None:
            self.unmeasured.add(event.source)
        offer_ma = event.current_ma if event.power_on else 0
        plugged = None if event.plugged_in is None else int(event.plugged_in)
        phases = event.phase_count or self._phases.get(event.source) or 1
        row = (offer_ma, measured_draw_ma(phases, event), power_w, plugged)
        self._add(f"charger:{event.source}", at_ms, row if event.connected else (None,) * 4)
        self._balance.other(at_ms, event.source, power_w or 0)

    def _wired(self, _at_ms: int, event: ChargerConfigured) -> None:
        self._phases[event.source] = event.phases

    def _point(self, at_ms: int, event: SetPointDecided) -> None:
        if event.phases:
            self._phases[event.source] = event.phases
        self._add(f"set:{event.source}", at_ms, (event.current_ma if event.on else 0,))

    def _car(self, at_ms: int, event: CarReported) -> None:
        self._add(f"car:{event.source}", at_ms, (event.level_percent,))

    def _info(self, at_ms: int, event: ChargingInfoChanged) -> None:
        self.cars[event.source] = event.car
        self._add(f"info:{event.source}", at_ms, (event.target_percent if event.car else None, event.mode))

    def _configured(self, at_ms: int, event: SiteConfigured) -> None:
        self._limits = (event.phase_limit_max_ma, self._limits[1])
        self._limit(at_ms)

    def _settings(self, at_ms: int, event: SiteSettingsChanged) -> None:
        self._limits = (self._limits[0], event.phase_limit_ma)
        self._limit(at_ms)

    def _limit(self, at_ms: int) -> None:
        """Add the limit that is in force: the lower one of configuration and settings."""
        limits = [limit for limit in self._limits if limit]
        self._add("limit", at_ms, (min(limits) if limits else None,))

    def _link(self, at_ms: int, event: LinkChanged) -> None:
        if not event.up:
            self._balance.lose(at_ms)
            for group in sorted(self._groups):
                name = group.partition(":")[0]
                if name in ("meter", "battery", "charger", "car"):
                    self._row(group, at_ms, (None,) * len(COLUMNS[name]))

    def _removed(self, at_ms: int, event: ThingRemoved) -> None:
        for name in ("charger", "set", "info", "car"):
            group = f"{name}:{event.source}"
            if group in self._groups:
                self._row(group, at_ms, (None,) * len(COLUMNS[name]))
        self._balance.other(at_ms, event.source, 0)
