"""What the devices of a model say, as facts: each tells what changed, as the devices of the record did."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Final

from hems_actors.core import facts
from hems_actors.core.electric import reading_currents_ma, site_limit_ma
from hems_actors.core.state import State
from hems_actors.core.units import volts_dv
from hems_actors.sim.plant.meters import battery_shows, car_shows, charger_shows
from replay.whatif.model import Model
from replay.whatif.record import Record
from replay.whatif.silence import silences_of

_PHASES: Final = "abc"
_NEVER_MS: Final = 1 << 62


class Senses:
    """Reads the home of *model*; what *record* never showed is not shown."""

    def __init__(self, record: Record, model: Model) -> None:
        self._model = model
        self._home = model.home
        self._meter = record.state.config.meter
        self._readings = record.readings
        self._times_ms = [at_ms for at_ms, _reading in record.readings]
        ages_ms = sorted(reading.age_ms for _, reading in record.readings)
        self._age_ms = ages_ms[len(ages_ms) // 2]
        self._battery = record.state.battery.source
        self._shown: dict[int, facts.Fact] = {}
        self._seen_w: tuple[float, ...] | None = None
        self._unsigned = _is_unsigned(record)
        self._silences = silences_of(record)
        if record.restored:  # what it begins with was said before
            self._shown = _first_said(record)

    def next_reading_ms(self, after_ms: int) -> int:
        """Return when the root meter is read next after *after_ms*."""
        grid = self._model.readings
        if grid is not None:
            at_ms = grid.first_ms(after_ms + 1)
            for silence in self._silences:
                if silence.from_ms < at_ms < silence.to_ms:
                    at_ms = grid.first_ms(silence.to_ms)
            return at_ms
        index = bisect_right(self._times_ms, after_ms)
        return self._times_ms[index] if index < len(self._times_ms) else _NEVER_MS

    def all(self, state: State, at_ms: int) -> Iterator[facts.Fact]:
        """Yield what everything says when it is read after a connection; the meter only if it is reached."""
        self._shown.clear()
        yield from (self.charger(number) for number in self._home.chargers)
        for number in self._model.cars:
            yield from self._new(self._car(number))
        yield from self.changed()
        if state.site.meter_connected:
            self._seen_w = None
            yield from self.reading(state, at_ms)

    def changed(self) -> Iterator[facts.Fact]:
        """Yield what battery, chargers and cars say that they did not say before."""
        if self._home.battery is not None:
            yield from self._new(facts.BatteryReported(self._battery, **_known(battery_shows(self._home.battery))))
        for number in self._home.chargers:
            yield from self.charger_if_changed(number)
        for number in self._model.cars:
            yield from self._new(self._car(number))

    def charger(self, number: int) -> facts.ChargerReported:
        """Return what a charger says now."""
        shows = charger_shows(self._home, self._home.chargers[number])
        fact = facts.ChargerReported(number, **_known(shows))
        self._shown[number] = fact
        return fact

    def charger_if_changed(self, number: int) -> Iterator[facts.Fact]:
        """Yield what a charger says now, unless it said so before."""
        before = self._shown.get(number)
        fact = self.charger(number)
        if fact != before:
            yield fact

    def reading(self, state: State, at_ms: int) -> Iterator[facts.Fact]:
        """Yield what the root meter shows, if it changed: at once if a phase is above the limit, then the whole."""
        if self._home.grid_w == self._seen_w:
            return
        self._seen_w = self._home.grid_w
        fact = self._reading(at_ms)
        before = self._shown.get(self._meter)
        if fact == before:
            return
        self._shown[self._meter] = fact
        limit_ma = site_limit_ma(state)
        if limit_ma and before is not None and max(reading_currents_ma(fact, state.meter)) > limit_ma:
            yield fact._replace(complete=False)
        yield fact

    def _reading(self, at_ms: int) -> facts.MeterReading:
        """Return a reading with the states that the recorded one had, at its voltages."""
        _, like = self._readings[max(0, bisect_right(self._times_ms, at_ms) - 1)]
        shown: dict[str, Any] = {}
        for name, power_w in zip(_PHASES, self._home.grid_w, strict=True):
            voltage_dv = getattr(like, f"{name}_dv")
            current_ma = round(power_w * 10_000 / volts_dv(voltage_dv))
            known_ma = getattr(like, f"{name}_ma")
            shown[f"{name}_w"] = None if getattr(like, f"{name}_w") is None else round(power_w)
            shown[f"{name}_ma"] = None if known_ma is None else abs(current_ma) if self._unsigned else current_ma
            shown[f"{name}_dv"] = voltage_dv
        total_w = None if like.power_w is None else round(self._home.total_w())
        return facts.MeterReading(like.source, self._age_ms, True, total_w, **shown)

    def _car(self, number: int) -> facts.CarReported:
        car, like = self._home.cars[number], self._model.cars[number]
        plugged_in = any(charger.car is car for charger in self._home.chargers.values())
        shows = car_shows(car, plugged_in=plugged_in) | {"capacity_wh": like.capacity_wh}
        known = {name: value if getattr(like, name) is not None else None for name, value in shows.items()}
        return facts.CarReported(number, **_known(known))

    def _new(self, fact: facts.Fact) -> Iterator[facts.Fact]:
        if self._shown.get(fact.source) != fact:
            self._shown[fact.source] = fact
            yield fact


def _first_said(record: Record) -> dict[int, facts.Fact]:
    """Return what each device had said when *record* began."""
    said: dict[int, facts.Fact] = {source: own.reports[0][1] for source, own in record.chargers.items()}
    said |= {number: reports[0][1] for number, reports in record.cars.items()}
    said |= {report.source: report for _, report in record.battery[:1]}
    return said | {reading.source: reading for _, reading in record.readings[:1]}


def _is_unsigned(record: Record) -> bool:
    """Return whether the meter's currents carry no sign: it sold energy, and none was ever negative."""
    sold = any((reading.power_w or 0) < 0 for _, reading in record.readings)
    return sold and not record.state.meter.signed


def _known(shown: dict[str, int | bool | None]) -> dict[str, Any]:
    """Return *shown* for a fact's fields, whose types it has by its names."""
    return dict(shown)
