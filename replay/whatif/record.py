"""A log taken apart: what people, prices and the link said, and what each device showed and did."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.electric import draw_ma, has_meter
from hems_actors.core.enums import CarPhase, Deviation
from hems_actors.core.identity import names_of
from hems_actors.core.outcomes import ActionClosed, ActionIntended, CarJudged, DeviationSeen, StepSeen
from hems_actors.core.registry import Event
from hems_actors.core.state import Charger, State
from hems_actors.core.units import volts_dv
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader
from replay.compare.steps import Keeper, Steps
from replay.report import Exit
from replay.whatif.errors import WhatIfError

OWN: Final = (facts.Tick, facts.ActionSent, facts.ActionAnswered, facts.CoreFailed, facts.Quarantined)
"""What the manager itself brings about: a model makes its own."""
_PRESSES: Final = (Deviation.USER_LOWERED, Deviation.USER_RAISED, Deviation.ADOPTED)
_FINISHED: Final = CarPhase.FINISHED
_NUDGED: Final = CarPhase.NUDGED
_REFUSES: Final = CarPhase.REFUSES
_FOLLOWS_MS: Final = 15_000
"""A car that nobody measures follows its charger within this time."""
Terminals = tuple[float, float, float]


class Unknown(Enum):
    """What is not known of a draw."""

    NOTHING = 0
    SPLIT = 1
    """The total is known, but not on how many terminals."""
    TOTAL = 2
    """What each terminal carries is known, but not how many do."""


class Drawn(NamedTuple):
    """A charger draws this from an instant between `from_ms` (after it) and `to_ms` on."""

    from_ms: int
    to_ms: int
    terminals_w: Terminals
    offered: int
    """On how many terminals it offers current."""
    unknown: Unknown = Unknown.NOTHING
    """If anything is, the first terminal stands for all."""

    @property
    def power_w(self) -> float:
        """On all terminals."""
        return sum(self.terminals_w)

    def on(self, phases: int) -> "Drawn":
        """Return this on *phases* terminals, if it is not known on how many; 0 = nothing was drawn at all."""
        if self.unknown == Unknown.NOTHING:
            return self
        count = min(phases, self.offered)
        each_w = self.terminals_w[0] / (1 if self.unknown == Unknown.TOTAL else max(1, count))
        a_w, b_w, c_w = (each_w if terminal < count else 0.0 for terminal in range(3))
        return self._replace(terminals_w=(a_w, b_w, c_w), unknown=Unknown.NOTHING)


@dataclass(slots=True)
class Wrote:
    """A write that was handed to the link, and how it went; None = that is not known."""

    at_ms: int
    source: int
    what: int
    value: int
    result: int | None = None
    answer_ms: int | None = None
    """How long the device took to answer."""
    closing: int | None = None
    late_ms: int | None = None
    """After this time it took effect, though it was not waited for any more."""


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
    found: int | None = None
    """The car that was plugged in, 0 = an unknown one; None = not looked for yet."""


@dataclass(slots=True)
class ChargerRecord:
    """One charger."""

    reports: list[tuple[int, facts.ChargerReported]] = field(default_factory=list)
    """By instant; those that changed nothing are left out."""
    drawn: list[Drawn] = field(default_factory=list)
    finished_ms: list[int] = field(default_factory=list)
    """When its car was judged to be finished."""
    nudged_ms: list[int] = field(default_factory=list)
    """When it was switched off and on to wake its car."""
    refused_ms: list[int] = field(default_factory=list)
    """When its car was judged to take no power at all."""
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
            raise WhatIfError(f"{path}: damaged or with a gap: ask of a log without", Exit.DAMAGED)
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


def is_measured(record: Record, source: int) -> bool:
    """Return whether the charger *source* measures what it delivers."""
    return any(report.draw_w is not None or report.a_ma is not None for _, report in record.chargers[source].reports)


class _Recorder:
    """Takes events as they come and keeps what matters of them."""

    def __init__(self, record: Record) -> None:
        self.from_ms: int | None = None
        self._record = record
        self._intended: dict[int, ActionIntended] = {}
        self._wrote: dict[int, Wrote] = {}
        """By the number of the action."""
        self._quiet_ms: dict[int, int] = {}
        """By thing: when a write, or its answer, made it speak."""

    def pass_to(self, state: State, at_ms: int) -> None:
        """Note the state that the log begins with."""
        if self.from_ms is None:
            at_ms = state.at_ms or at_ms
            self.from_ms = at_ms
            for charger in state.chargers.values():
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
            action = self._intended.pop(event.action_seq, None)
            if action is not None:
                wrote = Wrote(at_ms, event.source, action.what, action.value)
                self._wrote[event.action_seq] = wrote
                self._record.wrote.append(wrote)
        elif event.action_seq in self._wrote:
            wrote = self._wrote[event.action_seq]
            wrote.result, wrote.answer_ms = event.result, at_ms - wrote.at_ms

    def _conclude(self, state: State, event: Event) -> None:
        at_ms = state.at_ms
        if isinstance(event, ActionIntended):
            self._intended[state.seq] = event
        elif isinstance(event, ActionClosed):
            wrote = self._wrote.get(event.action_seq)
            if wrote is not None and wrote.closing is None:
                wrote.closing = event.closing
        elif isinstance(event, DeviationSeen):
            self._deviate(event, at_ms)
        elif isinstance(event, StepSeen):
            charger = state.chargers[event.source]
            if not has_meter(charger):
                self._see_step(state, charger)
        elif isinstance(event, CarJudged) and event.source in self._record.chargers:
            own = self._record.chargers[event.source]
            judged: dict[int, list[int]] = {
                _FINISHED: own.finished_ms,
                _NUDGED: own.nudged_ms,
                _REFUSES: own.refused_ms,
            }
            found = judged.get(event.car_phase)
            if found is not None:
                found.append(at_ms)

    def _deviate(self, event: DeviationSeen, at_ms: int) -> None:
        """Keep what was set by hand, or by a write that took its time."""
        record = self._record
        if event.deviation in _PRESSES and len(record.chargers[event.source].reports) > 1:
            record.pressed.append(Pressed(at_ms, event.source, event.what, event.value))
        elif event.deviation == Deviation.LATE_EFFECT:
            for wrote in reversed(record.wrote):
                if (wrote.source, wrote.what, wrote.value) == (event.source, event.what, event.value):
                    wrote.late_ms = at_ms - wrote.at_ms
                    return

    def _draw(self, state: State, charger: Charger, before_ms: int) -> None:
        """Keep what *charger* draws now, if that is another draw than it showed at *before_ms*."""
        own = self._record.chargers.setdefault(charger.source, ChargerRecord())
        at_ms = state.at_ms
        if not own.drawn or has_meter(charger):
            drawn = _drawn(state, charger, min(before_ms, at_ms - 1), at_ms)
        else:
            drawn = _drawn(state, charger, at_ms, at_ms + _FOLLOWS_MS)
        if not own.drawn or own.drawn[-1][2:] != drawn[2:]:
            own.drawn.append(drawn)

    def _see_step(self, state: State, charger: Charger) -> None:
        """Keep what the root meter showed of a step of an unmeasured *charger*, instead of what was expected."""
        own = self._record.chargers[charger.source]
        since_ms = charger.map.step_at_ms
        while len(own.drawn) > 1 and own.drawn[-1].from_ms >= since_ms:
            own.drawn.pop()
        drawn = _drawn(state, charger, since_ms, state.at_ms)
        if own.drawn[-1][2:] != drawn[2:]:
            own.drawn.append(drawn)


def _drawn(state: State, charger: Charger, from_ms: int, to_ms: int) -> Drawn:
    """Return what *charger* draws on each terminal: as it measures, else as it is taken to draw."""
    report, volts = charger.report, volts_dv(state.meter.full.a_dv) / 10_000
    offered = charger.config.phases
    if charger.config.can_switch and report.desired_phases:
        offered = min(offered, report.desired_phases)
    if report.a_ma is not None:
        currents = (report.a_ma, report.b_ma or 0, report.c_ma or 0)
        a_w, b_w, c_w = (max(0, current_ma) * volts for current_ma in currents)
        return Drawn(from_ms, to_ms, (a_w, b_w, c_w), offered)
    if report.draw_w is None:
        drawn = Drawn(from_ms, to_ms, (draw_ma(charger) * volts, 0.0, 0.0), offered, Unknown.TOTAL)
    else:
        drawn = Drawn(from_ms, to_ms, (float(max(0, report.draw_w)), 0.0, 0.0), offered, Unknown.SPLIT)
    return drawn.on(report.phase_count) if report.phase_count else drawn
