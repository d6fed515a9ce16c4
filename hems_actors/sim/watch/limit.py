"""Watches each phase against its limit: what was commanded, and how long an excess lasted once it was shown."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.enums import Alarm
from hems_actors.core.outcomes import AlarmChanged, SetPointDecided, StepSeen
from hems_actors.core.overload import OBEYED_PERCENT
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.core.units import PHASES
from hems_actors.sim.build import Stage
from hems_actors.sim.happenings import window_ms, within
from hems_actors.sim.plant.chargers import Charger
from hems_actors.sim.plant.home import NEVER_MS
from hems_actors.sim.scenario_things import WRITE_FAULTS
from hems_actors.sim.watch.findings import Findings

OVER_MS_MAX: Final = 10_000
SLACK_MA: Final = 510
"""A reading within 10 s of a cut cuts again only by more than 0.5 A (charging.md 5.2); 10 mA of rounding."""
STOP_MS_MAX: Final = 5_000
"""Off is obeyed within 3 s, seen within 5 s."""
_PROOFS: Final = 3
ROUNDING_MA: Final = 10
ALARM_MS_MAX: Final = 35_000
"""The alarm waits for the next reading, on a slow meter 30 s away."""
AFTER_FAULT_MS: Final = 30_000
"""A fault still explains an excess this long after its end: late effects (20 s) and the next repetition (10 s)."""

_EXCESS_ALARMS: Final = (Alarm.OVERLOAD_PERSISTS, Alarm.NOT_OBEYING, Alarm.FAIL_SAFE)
"""Fail-safe mode is one alarm for all: it works none out."""


@dataclass(slots=True)
class Excess:
    """One phase above its limit, as readings showed it."""

    since_ms: int
    """The newest reading that showed more house load than any before it."""
    house_ma: int
    doubtful: bool = False
    """Whether an unmeasured car there took less than it was offered."""
    judged: bool = False
    seen_ms: list[int] = field(default_factory=list)
    """Of each complete reading that showed it."""
    excuse: str | None = None
    """Why it may last, once it did; the next reading that still shows it has to raise the alarm."""


class Raise(NamedTuple):
    """What a charger was given, until the meter's answer to it was judged, and what the house drew then."""

    by_ma: int
    house_ma: tuple[int, int, int]


class LimitWatch:
    """Rules (a) and (b) of the random days."""

    def __init__(self, stage: Stage, found: Findings) -> None:
        self._stage = stage
        self._home = stage.home
        self._found = found
        self._linked = False
        self._unreached: dict[int, bool] = {}
        self._limit_max_ma = self._limit_ma = 0
        self._limit_then_ma = 0
        """At the newest reading: one that is lowered meanwhile is judged from the next reading on."""
        self._points: dict[int, SetPointDecided] = {}
        self._resting: set[int] = set()
        self._steps: dict[int, int] = {}
        self._raises: dict[int, Raise] = {}
        self._house_ma: tuple[int, int, int] | None = None
        self._interval_ms = 0
        self._read_ms = 0
        self._plugged_then: frozenset[int] = frozenset()
        self._doubtful_then: frozenset[int] = frozenset()
        """Phases that were doubtful at one of the newest two complete readings: a cut between may not have helped."""
        self._doubtful_last: frozenset[int] = frozenset()
        self._excess: dict[int, Excess] = {}
        self._unseen_since: dict[int, int] = {}
        self._unproved: list[tuple[int, int, str]] = []
        self._alarmed: dict[tuple[int, int], int] = {}
        self._alarms: list[tuple[int, int]] = []
        self._over_judged: set[int] = set()
        self._faults = {
            number: [
                (from_ms, to_ms + AFTER_FAULT_MS)
                for fault in stage.scenario.faults
                if fault.charger == name and fault.kind in (*WRITE_FAULTS, "disconnects")
                for from_ms, to_ms in [window_ms(fault, stage.moments)]
            ]
            for name, number in stage.numbers.chargers.items()
        }
        self._link_lost = [
            (from_ms, to_ms + AFTER_FAULT_MS)
            for fault in stage.scenario.faults
            if fault.kind == "link_lost"
            for from_ms, to_ms in [window_ms(fault, stage.moments)]
        ]
        stage.home.observers.append(self.observe)

    def resume(self, state: State) -> None:
        """Go on with a process that begins with *state*: what the one before knew beyond that is gone."""
        now_ms = self._home.at_ms
        self.lose_sight()
        self._linked = False
        self._limit_max_ma = state.config.phase_limit_max_ma
        self._limit_ma = min(state.settings.phase_limit_ma or self._limit_max_ma, self._limit_max_ma)
        self._raises.clear()
        self._points.clear()  # whatever was commanded before: what counts is what this process decides
        self._resting = {source for alarm, source in state.alarms if alarm == Alarm.GAVE_UP}
        self._alarms += [(from_ms, now_ms) for from_ms in self._alarmed.values()]
        self._alarmed = {name: now_ms for name in state.alarms if name[0] in _EXCESS_ALARMS}

    def lose_sight(self) -> None:
        """Forget what readings showed: nobody decides now; whoever does again begins with a reading."""
        self._house_ma = None
        self._excess.clear()
        self._unseen_since.clear()

    def excuse(self, charger: int, from_ms: int, to_ms: int) -> None:
        """Take it that nobody could command *charger* meanwhile."""
        self._faults[charger].append((from_ms, to_ms + AFTER_FAULT_MS))

    def excuse_all(self, from_ms: int, to_ms: int) -> None:
        """Take it that nobody could command any charger meanwhile."""
        self._link_lost.append((from_ms, to_ms + AFTER_FAULT_MS))

    def see(self, _seq: int, at_ms: int, event: Event) -> None:
        """Judge what the fact before *event* led to, once all of it was seen."""
        if isinstance(event, facts.Fact):
            self._judge_commands(at_ms)
        self._note_reach(event)
        if isinstance(event, facts.SiteConfigured):
            self._limit_max_ma = self._limit_ma = event.phase_limit_max_ma
        elif isinstance(event, facts.SiteSettingsChanged):
            self._limit_ma = min(event.phase_limit_ma or self._limit_max_ma, self._limit_max_ma)
        elif isinstance(event, facts.MeterReading):
            self._read(at_ms, event)
        elif isinstance(event, SetPointDecided):
            self._note_raise(event)
            self._points[event.source] = event
        elif isinstance(event, StepSeen):
            self._steps[event.source] = event.draw_ma
            self._raises.pop(event.source, None)
        elif isinstance(event, AlarmChanged) and event.alarm == Alarm.GAVE_UP:
            (self._resting.add if event.active else self._resting.discard)(event.source)
        elif isinstance(event, AlarmChanged) and event.alarm in _EXCESS_ALARMS:
            name = (event.alarm, event.source)
            if event.active:
                self._alarmed[name] = at_ms
            else:
                self._alarms.append((self._alarmed.pop(name), at_ms))

    def observe(self, dt_ms: int) -> None:
        """Judge the stretch of *dt_ms* that is about to pass."""
        if not self._limit_ma:
            return
        now_ms = self._home.at_ms
        for phase in PHASES:
            over = self._current_ma(phase) > self._limit_ma + ROUNDING_MA
            excess = self._excess.get(phase)
            if not over:
                self._excess.pop(phase, None)
                self._unseen_since.pop(phase, None)
            elif excess is None:
                since_ms = self._unseen_since.setdefault(phase, now_ms)
                self._found.unseen_over_ms = max(self._found.unseen_over_ms, now_ms + dt_ms - since_ms)
            else:
                self._judge_excess(phase, excess, now_ms + dt_ms)

    def finish(self) -> None:
        """An excess that a fault explains must have been alarmed."""
        alarms = [*self._alarms, *((from_ms, self._home.at_ms) for from_ms in self._alarmed.values())]
        for since_ms, until_ms, what in self._unproved:
            if not any(from_ms <= until_ms + ALARM_MS_MAX and since_ms <= to_ms for from_ms, to_ms in alarms):
                self._found.breach(since_ms, "excess without an alarm", what)

    def _read(self, at_ms: int, reading: facts.MeterReading) -> None:
        shown_ma = _currents_ma(reading, self._home.voltage_dv)
        draws_ma = [self._draw_ma(phase) for phase in PHASES]
        taken_ma = [self._assumed_draw_ma(phase) for phase in PHASES]
        if reading.complete:  # a part of a burst mixes two instants: what it may lead to is a cut, judged as an excess
            self._house_ma = (shown_ma[0] - taken_ma[0], shown_ma[1] - taken_ma[1], shown_ma[2] - taken_ma[2])
            self._limit_then_ma = self._limit_ma
            self._interval_ms, self._read_ms = at_ms - self._read_ms, at_ms
            self._plugged_then = frozenset(
                number for number, charger in self._home.chargers.items() if charger.car is not None
            )
            doubtful = frozenset(phase for phase in PHASES if self._is_doubtful(phase))
            self._doubtful_then, self._doubtful_last = doubtful | self._doubtful_last, doubtful
        for phase in PHASES:
            if shown_ma[phase] <= self._limit_ma or not self._limit_ma:
                continue
            house_ma = self._current_ma(phase) - draws_ma[phase]
            excess = self._excess.get(phase)
            if excess is not None and excess.excuse is not None and not within(at_ms, self._link_lost):
                self._unproved.append((excess.since_ms, at_ms, excess.excuse))
                excess.excuse = None
            late = excess is not None and at_ms - excess.since_ms >= OVER_MS_MAX
            grown_ma = 0 if excess is None else house_ma - excess.house_ma
            if excess is None or grown_ma > SLACK_MA or (late and grown_ma >= shown_ma[phase] - self._limit_ma):
                doubtful_now = phase in self._doubtful_then or self._is_doubtful(phase)
                self._excess[phase] = Excess(at_ms, house_ma, doubtful_now)
                self._unseen_since.pop(phase, None)
            if reading.complete:
                self._excess[phase].seen_ms.append(at_ms)

    def _judge_excess(self, phase: int, excess: Excess, until_ms: int) -> None:
        over_ms = until_ms - excess.since_ms
        house_ma = self._current_ma(phase) - self._draw_ma(phase)
        loading = [charger for charger in self._home.chargers.values() if phase in charger.active]
        if not loading:  # the house alone: a car that comes is a new excess, at the next reading
            del self._excess[phase]
            return
        grown_ma = house_ma - excess.house_ma
        if grown_ma > SLACK_MA or grown_ma >= self._current_ma(phase) - self._limit_ma:
            return  # the house took more meanwhile: that has a reading, and ten seconds, of its own
        if self._current_ma(phase) - self._limit_ma <= SLACK_MA and until_ms <= _rest_ends_ms(excess):
            return
        blamed = [charger for charger in loading if self._excusable(charger, excess.since_ms, until_ms)]
        if not blamed and not excess.doubtful:
            self._found.longest_over_ms = max(self._found.longest_over_ms, over_ms)
        if over_ms <= OVER_MS_MAX or excess.judged:
            return
        is_early = excess.doubtful and over_ms <= self._doubt_ms_max(excess)
        excess.judged = not is_early
        shown_s = (excess.since_ms - self._found.start_ms) / 1_000
        what = (
            f"phase {'ABC'[phase]} {self._current_ma(phase)} mA, limit {self._limit_ma}, shown first at {shown_s:g} s"
        )
        obeying = [charger for charger in loading if charger not in blamed]
        others_draw = any(charger.draw_ma > self._minimum_ma(charger) for charger in obeying)
        if is_early:
            self._found.doubt(until_ms, "excess lasts", what)
        elif blamed and others_draw and not _others_had_time(excess, until_ms):
            excess.judged = False
        elif not blamed or others_draw:
            self._found.breach(until_ms, "excess lasts", f"{what}; drawing {[c.number for c in loading]}")
        else:
            self._found.excuse(until_ms, "excess lasts", what)
            excess.excuse = what

    def _doubt_ms_max(self, excess: Excess) -> int:
        """Return how long *excess* may last: until another reading shows that a cut did not help, or silence does."""
        silent_ms = self._read_ms - excess.since_ms + min(120_000, max(30_000, 3 * self._interval_ms))
        return max(OVER_MS_MAX + self._interval_ms, silent_ms) + STOP_MS_MAX

    def _judge_commands(self, at_ms: int) -> None:
        if self._house_ma is None or not self._limit_ma:
            return
        for phase in PHASES:
            if not self._linked or self._is_out_of_reach(phase):
                continue
            could_ma = sum(self._could_draw_ma(charger, phase) for charger in self._home.chargers.values())
            headroom_ma = max(0, max(self._limit_ma, self._limit_then_ma) - self._house_ma[phase])
            if could_ma <= headroom_ma + SLACK_MA:
                self._over_judged.discard(phase)
            elif phase not in self._over_judged:
                self._over_judged.add(phase)
                points = {number: (point.on, point.current_ma) for number, point in self._points.items()}
                what = f"phase {'ABC'[phase]}: {could_ma} mA for {headroom_ma} mA of headroom, set-points {points}"
                doubtful = phase in self._doubtful_then or self._is_doubtful(phase) or self._is_imitated(phase)
                note = self._found.doubt if doubtful else self._found.breach
                note(at_ms, "commanded above the limit", what)

    def _could_draw_ma(self, charger: Charger, phase: int) -> int:
        point = self._points.get(charger.number)
        car = charger.car
        if point is None or not point.on or car is None or charger.number not in self._plugged_then:
            return 0
        if charger.number in self._resting and not charger.power_on:
            return 0
        phases = min(point.phases, len(charger.wiring), car.phases)
        return car.draw_ma(point.current_ma) if phase in charger.wiring[:phases] else 0

    def _note_reach(self, event: Event) -> None:
        if isinstance(event, facts.LinkChanged):
            self._linked = event.up
        elif isinstance(event, facts.ChargerReported):
            self._unreached[event.source] = not event.connected

    def _is_out_of_reach(self, phase: int) -> bool:
        """Whether a charger loads *phase* that nobody can command, as far as the manager was told."""
        return any(
            (not charger.connected or self._unreached.get(charger.number, False))
            and charger.car is not None
            and phase in charger.wiring
            for charger in self._home.chargers.values()
        )

    def _excusable(self, charger: Charger, from_ms: int, to_ms: int) -> bool:
        faults = (*self._faults[charger.number], *self._link_lost)
        return any(begins < to_ms and from_ms < ends for begins, ends in faults)

    def _is_doubtful(self, phase: int) -> bool:
        """Whether nothing measures that a car on *phase* takes less than it is offered: only an off surely helps."""
        return any(
            not _is_measured(charger)
            and charger.draw_ma + ROUNDING_MA < max(charger.pilot.offer_ma, self._could_draw_ma(charger, phase))
            for charger in self._home.chargers.values()
            if charger.car is not None and phase in charger.wiring
        )

    def _is_imitated(self, phase: int) -> bool:
        """Whether the house took what a charger was just given: at the meter, a car that follows looks the same."""
        house_ma = self._house_ma
        return house_ma is not None and any(
            phase in self._home.chargers[number].wiring
            and (house_ma[phase] - raised.house_ma[phase]) * 100 >= raised.by_ma * OBEYED_PERCENT
            for number, raised in self._raises.items()
        )

    def _note_raise(self, point: SetPointDecided) -> None:
        before = self._points.get(point.source)
        by_ma = (point.current_ma if point.on else 0) - (before.current_ma if before is not None and before.on else 0)
        if by_ma > 0 and self._house_ma is not None:
            self._raises[point.source] = Raise(by_ma, self._house_ma)
        elif by_ma < 0:
            self._raises.pop(point.source, None)

    def _minimum_ma(self, charger: Charger) -> int:
        info = self._stage.scenario.chargers[charger.number - min(self._home.chargers)].info
        return max(charger.min_ma, charger.car.min_ma if charger.car else 0, round(info.min_charging_current_a * 1_000))

    def _current_ma(self, phase: int) -> int:
        return round(self._home.grid_w[phase] * 10_000 / self._home.voltage_dv)

    def _assumed_draw_ma(self, phase: int) -> int:
        """Return the draw on *phase* as far as anybody can know it: unmeasured, it is what its last step showed."""
        assumed_ma = 0
        for charger in self._home.chargers.values():
            if phase in charger.active:
                step_ma = min(self._steps.get(charger.number, 0), charger.current_ma)
                assumed_ma += charger.draw_ma if _is_measured(charger) else max(charger.draw_ma, step_ma)
        return assumed_ma

    def _draw_ma(self, phase: int) -> int:
        return sum(charger.draw_ma for charger in self._home.chargers.values() if phase in charger.active)


def _others_had_time(excess: Excess, until_ms: int) -> bool:
    """Return whether readings showed that somebody does not obey, and whoever does had time to stop since.

    The first reading is answered, a second one shows that this did not help, a third one that nothing will.
    """
    return len(excess.seen_ms) >= _PROOFS and until_ms > excess.seen_ms[_PROOFS - 1] + STOP_MS_MAX


def _rest_ends_ms(excess: Excess) -> int:
    """Return until when a rest as small as noise may last: just after a cut only the reading after 10 s cuts it."""
    late_ms = [seen_ms for seen_ms in excess.seen_ms if seen_ms > excess.since_ms + OVER_MS_MAX]
    return late_ms[0] + STOP_MS_MAX if late_ms else NEVER_MS


def _is_measured(charger: Charger) -> bool:
    return charger.shows.power or charger.shows.currents


def _currents_ma(reading: facts.MeterReading, voltage_dv: int) -> tuple[int, int, int]:
    """Return what *reading* says flows, in mA; a total alone is on one phase."""
    shown = []
    for power_w, current_ma in ((reading.a_w, reading.a_ma), (reading.b_w, reading.b_ma), (reading.c_w, reading.c_ma)):
        if power_w is not None:
            shown.append(round(power_w * 10_000 / voltage_dv))
        else:
            shown.append(current_ma or 0)
    return shown[0], shown[1], shown[2]
