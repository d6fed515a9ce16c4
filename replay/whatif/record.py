"""A log taken apart: what people, prices and the link said, and what each device showed and did."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.electric import active_phases, draw_ma, has_meter
from hems_actors.core.enums import CarPhase, Closing, Deviation, Result
from hems_actors.core.identity import names_of
from hems_actors.core.outcomes import ActionClosed, ActionIntended, CarJudged, DeviationSeen, StepSeen
from hems_actors.core.registry import Event
from hems_actors.core.state import Charger, State
from hems_actors.core.units import volts_dv
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader
from replay.compare.steps import Keeper, Steps
from replay.whatif.errors import WhatIfError

OWN: Final = (facts.Tick, facts.ActionSent, facts.ActionAnswered, facts.CoreFailed, facts.Quarantined)
"""What the manager itself brings about: a model makes its own."""
_PRESSES: Final = (Deviation.USER_LOWERED, Deviation.USER_RAISED, Deviation.ADOPTED)
_FAILED: Final = (Closing.TIMED_OUT, Closing.REFUSED, Closing.UNVERIFIED, Closing.FAILED)
_FOLLOWS_MS: Final = 15_000
"""A car that nobody measures follows its charger within this time."""
Terminals = tuple[float, float, float]


class Drawn(NamedTuple):
    """A charger draws this from an instant between `from_ms` (after it) and `to_ms` on."""

    from_ms: int
    to_ms: int
    terminals_w: Terminals

    @property
    def power_w(self) -> float:
        """On all terminals."""
        return sum(self.terminals_w)


class Wrote(NamedTuple):
    """A write that was handed to the link, and how it went."""

    at_ms: int
    source: int
    what: int
    value: int


class Pressed(NamedTuple):
    """Somebody set the charger by hand."""

    at_ms: int
    source: int
    what: int
    value: int


@dataclass(slots=True)
class Session:
    """One plug-in; `to_ms` None = to the end of the log."""

    from_ms: int
    to_ms: int | None = None
    car: int = 0
    """The car assigned to the charger; 0 = none."""


@dataclass(slots=True)
class ChargerRecord:
    """One charger."""

    reports: list[tuple[int, facts.ChargerReported]] = field(default_factory=list)
    """By instant; those that changed nothing are left out."""
    drawn: list[Drawn] = field(default_factory=list)
    finished_ms: list[int] = field(default_factory=list)
    """When its car was judged to be finished."""
    sessions: list[Session] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """A whole log."""

    path: Path
    home: str
    names: dict[int, str] = field(default_factory=dict)
    restored: list[Event] = field(default_factory=list)
    """The restore events of the state it begins with."""
    restored_at: tuple[int, int] = (0, 0)
    """Number and instant of the last event before it."""
    state: State = field(default_factory=State)
    """At its end."""
    told: list[tuple[int, facts.Fact]] = field(default_factory=list)
    """What no device said and no model can know: settings, prices, the link, the clock, the optimizer."""
    readings: list[tuple[int, facts.MeterReading]] = field(default_factory=list)
    """Complete ones of the root meter."""
    battery: list[tuple[int, facts.BatteryReported]] = field(default_factory=list)
    chargers: dict[int, ChargerRecord] = field(default_factory=dict)
    cars: dict[int, list[tuple[int, facts.CarReported]]] = field(default_factory=dict)
    wrote: list[Wrote] = field(default_factory=list)
    answers_ms: list[int] = field(default_factory=list)
    """How long devices took to answer."""
    failed: int = 0
    """Writes that did not do what they should, or were not verified."""
    pressed: list[Pressed] = field(default_factory=list)
    device_ms: list[int] = field(default_factory=list)
    """When chargers, cars and battery were heard of, those aside that a write made speak."""
    from_ms: int = 0
    to_ms: int = 0
    torn_tail_bytes: int = 0

    @property
    def local(self) -> LocalTime:
        """The home's local time."""
        return LocalTime(self.state.site.transitions_s, self.state.site.clock_offset_ms)


def read_record(path: Path, *keepers: Keeper) -> Record:
    """Return what the log at *path* holds; *keepers* look on.

    Raises:
        LogError: it cannot be read.
        WhatIfError: it is damaged, or says nothing that a model could be made of.
    """
    with LogReader(path) as log:
        record = Record(path, log.header.home, dict(log.header.sources))
        recorder = _Recorder(record)
        steps = Steps(log, recorder, *keepers)
        for step in steps:
            record.to_ms = step.at_ms
        if log.damage or log.gaps:
            raise WhatIfError(f"{path}: damaged or with a gap: repair it, and ask of a log without gaps")
        record.restored, record.restored_at = steps.restored, steps.restored_at
        record.state = steps.state
        record.names |= names_of(steps.state.things)
        record.from_ms = recorder.from_ms or log.header.at_ms
        record.torn_tail_bytes = log.torn_tail_bytes
    for keeper in keepers:
        keeper.pass_to(record.state, record.to_ms)
    if not record.readings:
        raise WhatIfError(f"{path}: no readings of a root meter: there is no house to play")
    if not record.chargers:
        raise WhatIfError(f"{path}: no charger says anything: there is nothing to play")
    return record


class _Recorder:
    """Takes events as they come and keeps what matters of them."""

    def __init__(self, record: Record) -> None:
        self.from_ms: int | None = None
        self._record = record
        self._open: dict[int, tuple[int, int]] = {}
        """Number of an action to what and value."""
        self._sent_ms: dict[int, int] = {}
        self._quiet_ms: dict[int, int] = {}
        """By thing: when a write, or its answer, made it speak."""

    def pass_to(self, state: State, at_ms: int) -> None:
        """Note the state that the log begins with."""
        if self.from_ms is None:
            self.from_ms = at_ms
            for source, charger in state.chargers.items():
                if charger.report_seq:
                    self._report(state, charger, at_ms)
            if state.battery.source and state.battery.seq:
                battery = state.battery
                report = facts.BatteryReported(battery.source, battery.power_w, battery.level_percent)
                self._record.battery.append((at_ms, report))
            for source, car in state.cars.items():
                report_of = facts.CarReported(
                    source,
                    car.level_percent,
                    car.capacity_wh,
                    car.min_ma,
                    car.max_ma,
                    car.phase_count,
                    car.plugged_in,
                )
                self._record.cars.setdefault(source, []).append((at_ms, report_of))
            if state.meter.full_seq:
                self._record.readings.append((at_ms, state.meter.full))

    def see(self, state: State, event: Event) -> None:
        """Keep *event*, just stored in *state*."""
        record, at_ms = self._record, state.at_ms
        if isinstance(event, facts.MeterReading):
            if event.complete and event.source == state.config.meter:
                record.readings.append((at_ms, event))
        elif isinstance(event, facts.BatteryReported):
            record.battery.append((at_ms, event))
            record.device_ms.append(at_ms)
        elif isinstance(event, facts.ChargerReported):
            self._report(state, state.chargers[event.source], at_ms)
        elif isinstance(event, facts.CarReported):
            record.cars.setdefault(event.source, []).append((at_ms, event))
            record.device_ms.append(at_ms)
        elif isinstance(event, (facts.ActionSent, facts.ActionAnswered)):
            self._act(event, at_ms)
        elif isinstance(event, facts.Fact) and not isinstance(event, OWN):
            record.told.append((at_ms, event))
        else:
            self._conclude(state, event)

    def _report(self, state: State, charger: Charger, at_ms: int) -> None:
        own = self._record.chargers.setdefault(charger.source, ChargerRecord())
        before_ms = own.reports[-1][0] if own.reports else at_ms
        if not own.reports or own.reports[-1][1] != charger.report:
            own.reports.append((at_ms, charger.report))
            if self._quiet_ms.get(charger.source) != at_ms:
                self._record.device_ms.append(at_ms)
        self._plug(charger, at_ms)
        self._draw(state, charger, before_ms)

    def _plug(self, charger: Charger, at_ms: int) -> None:
        """Keep when a car is plugged in, and which one is assigned then."""
        sessions = self._record.chargers[charger.source].sessions
        is_open = bool(sessions) and sessions[-1].to_ms is None
        if charger.session.plugged:
            if not is_open:
                sessions.append(Session(at_ms))
            sessions[-1].car = charger.info.car or sessions[-1].car
        elif is_open:
            sessions[-1].to_ms = at_ms

    def _act(self, event: facts.ActionSent | facts.ActionAnswered, at_ms: int) -> None:
        self._quiet_ms[event.source] = at_ms
        if isinstance(event, facts.ActionSent):
            what, value = self._open.pop(event.action_seq, (0, 0))
            self._sent_ms[event.action_seq] = at_ms
            self._record.wrote.append(Wrote(at_ms, event.source, what, value))
        else:
            sent_ms = self._sent_ms.pop(event.action_seq, None)
            if sent_ms is not None and event.result == Result.OK:
                self._record.answers_ms.append(at_ms - sent_ms)

    def _conclude(self, state: State, event: Event) -> None:
        record, at_ms = self._record, state.at_ms
        if isinstance(event, ActionIntended):
            self._open[state.seq] = (event.what, event.value)
        elif isinstance(event, ActionClosed):
            record.failed += event.closing in _FAILED
        elif isinstance(event, DeviationSeen):
            if event.deviation in _PRESSES and len(record.chargers[event.source].reports) > 1:
                record.pressed.append(Pressed(at_ms, event.source, event.what, event.value))
        elif isinstance(event, StepSeen):
            charger = state.chargers[event.source]
            if not has_meter(charger):
                self._see_step(state, charger)
        elif isinstance(event, CarJudged) and event.car_phase == CarPhase.FINISHED:
            record.chargers.setdefault(event.source, ChargerRecord()).finished_ms.append(at_ms)

    def _draw(self, state: State, charger: Charger, before_ms: int) -> None:
        """Keep what *charger* draws now, if that is another draw than it showed at *before_ms*."""
        own = self._record.chargers.setdefault(charger.source, ChargerRecord())
        terminals = _terminals_w(state, charger)
        if own.drawn and own.drawn[-1].terminals_w == terminals:
            return
        if not own.drawn or has_meter(charger):
            own.drawn.append(Drawn(min(before_ms, state.at_ms - 1), state.at_ms, terminals))
        else:
            own.drawn.append(Drawn(state.at_ms, state.at_ms + _FOLLOWS_MS, terminals))

    def _see_step(self, state: State, charger: Charger) -> None:
        """Keep what the root meter showed of a step of an unmeasured *charger*, instead of what was expected."""
        own = self._record.chargers[charger.source]
        since_ms = charger.map.step_at_ms
        while len(own.drawn) > 1 and own.drawn[-1].from_ms >= since_ms:
            own.drawn.pop()
        terminals = _terminals_w(state, charger)
        if own.drawn[-1].terminals_w != terminals:
            own.drawn.append(Drawn(since_ms, state.at_ms, terminals))


def _terminals_w(state: State, charger: Charger) -> Terminals:
    """Return what *charger* draws on each terminal: as it measures, else as it is taken to draw."""
    report, volts = charger.report, volts_dv(state.meter.full.a_dv) / 10_000
    if report.a_ma is not None:
        currents = (report.a_ma, report.b_ma or 0, report.c_ma or 0)
        a_w, b_w, c_w = (max(0, current_ma) * volts for current_ma in currents)
        return (a_w, b_w, c_w)
    phases = active_phases(state, charger)
    each_w = draw_ma(charger) * volts if report.draw_w is None else max(0, report.draw_w) / phases
    return (each_w, each_w if phases > 1 else 0.0, each_w if phases > 2 else 0.0)  # noqa: PLR2004 - terminals
