"""Watches the writes: one in flight, none that starts an absent car, each verified or given up with an alarm."""

from typing import Final

from hems_actors.core import facts
from hems_actors.core.enums import Alarm, Closing, What
from hems_actors.core.outcomes import ActionClosed, ActionIntended, AlarmChanged, SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.core.units import CURRENT_MA_MIN
from hems_actors.sim.build import Stage
from hems_actors.sim.watch.findings import Findings

KNOWN_MS: Final = 10_000
"""A charger that reports `pluggedIn` has been read by then."""
CLOSED_MS_MAX: Final = 40_000
"""15 s until the time-out, 20 s to verify, and a tick."""
FOLLOWED_MS_MAX: Final = 140_000
"""The longest back-off (60 s) twice, and a verification."""
FAILED: Final = (Closing.TIMED_OUT, Closing.REFUSED, Closing.UNVERIFIED, Closing.FAILED)


class ActionWatch:
    """Rules about set-points and writes of the random days."""

    def __init__(self, stage: Stage, found: Findings) -> None:
        self._home = stage.home
        self._end_ms = stage.moments.end_ms
        self._found = found
        self._open: dict[int, tuple[int, ActionIntended]] = {}
        self._fail_safe = False
        self._unjudged: set[int] = set()
        """Writes that were open in fail-safe mode, which looks at what chargers show alone."""
        self._failed: dict[int, tuple[int, ActionIntended]] = {}
        self._points: dict[int, SetPointDecided] = {}
        self._given_up: list[tuple[int, int]] = []
        self._alarmed: set[tuple[int, int]] = set()
        self._resting: set[int] = set()
        self._unplugged_ms: dict[int, int] = {}
        self._links = False
        self._log_lost = False
        """Nothing but reductions leaves then: what failed waits."""
        self._connected: dict[int, bool] = {}
        stage.home.observers.append(self.observe)

    def observe(self, dt_ms: int) -> None:
        """Remember since when which charger has no car."""
        del dt_ms
        for number, charger in self._home.chargers.items():
            if charger.car is None:
                self._unplugged_ms.setdefault(number, self._home.at_ms)
            else:
                self._unplugged_ms.pop(number, None)

    def resume(self, state: State) -> None:
        """Go on with a process that begins with *state*: what the one before knew beyond that is gone."""
        now_ms = self._home.at_ms
        self._links = False
        self._log_lost = state.site.log_lost
        self._failed.clear()
        self._points = _points_of(state)
        self._resting = {source for alarm, source in state.alarms if alarm == Alarm.GAVE_UP}
        ledgers = {source: charger.ledger for source, charger in state.chargers.items() if charger.ledger.open_seq}
        self._open = {
            own.open_seq: (
                now_ms,
                ActionIntended(source, own.open_what, own.open_value, own.open_reduces, own.open_attempt),
            )
            for source, own in ledgers.items()
        }
        self._change_mode(fail_safe=(Alarm.FAIL_SAFE, 0) in state.alarms)

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Judge *event*."""
        match event:
            case ActionIntended():
                self._intended(seq, at_ms, event)
            case ActionClosed():
                self._closed(at_ms, event)
            case SetPointDecided():
                self._points[event.source] = event
                if 0 < event.current_ma < CURRENT_MA_MIN:
                    self._found.breach(at_ms, "set-point between 0 and 6 A", repr(event))
            case AlarmChanged():
                self._alarm_changed(at_ms, event)
            case facts.LinkChanged() | facts.LogLost() | facts.LogResumed():
                self._failed.clear()
                self._links = event.up if isinstance(event, facts.LinkChanged) else self._links
                self._log_lost = isinstance(event, facts.LogLost) or (
                    self._log_lost and not isinstance(event, facts.LogResumed)
                )
            case facts.ChargerReported():
                self._reported(event)
            case facts.Tick():
                self._judge_failed(at_ms)

    def finish(self) -> None:
        """Judge what is still open, and whether giving up was alarmed."""
        for seq, (at_ms, action) in self._open.items():
            if self._end_ms - at_ms > CLOSED_MS_MAX:
                self._found.breach(at_ms, "write never closed", f"{seq} {action!r}")
        for at_ms, source in self._given_up:
            if (at_ms, source) not in self._alarmed:  # raised by the same event that gave up
                self._found.breach(at_ms, "given up without an alarm", f"charger {source}")

    def _alarm_changed(self, at_ms: int, event: AlarmChanged) -> None:
        if event.alarm == Alarm.FAIL_SAFE:
            self._change_mode(fail_safe=event.active)
        elif event.alarm == Alarm.GAVE_UP:
            (self._resting.add if event.active else self._resting.discard)(event.source)
            self._alarmed.add((at_ms, event.source))

    def _change_mode(self, *, fail_safe: bool) -> None:
        self._fail_safe = fail_safe
        if fail_safe:
            self._failed.clear()
            self._unjudged |= self._open.keys()
            self._open.clear()

    def _intended(self, seq: int, at_ms: int, action: ActionIntended) -> None:
        charger = self._home.chargers[action.source]
        if action.what == What.CURRENT and 0 < action.value < CURRENT_MA_MIN:
            self._found.breach(at_ms, "write between 0 and 6 A", repr(action))
        others = {number: other for number, (_, other) in self._open.items() if other.source == action.source}
        if others and not action.reduces:
            self._found.breach(at_ms, "two writes in flight", f"{others!r} and {action!r}")
        for number in others:
            del self._open[number]  # a reduction supersedes what is open
        rises = (
            action.value == 1
            if action.what == What.POWER
            else action.what == What.CURRENT and (action.value > max(charger.current_ma, CURRENT_MA_MIN))
        )
        absent_ms = at_ms - self._unplugged_ms.get(action.source, at_ms)
        if rises and charger.shows.plugged_in and charger.car is None and absent_ms > KNOWN_MS and self._links:
            self._found.breach(at_ms, "start or raise without a car", repr(action))
        if self._fail_safe:
            self._unjudged.add(seq)
        else:
            self._open[seq] = (at_ms, action)
        self._failed.pop(action.source, None)

    def _closed(self, at_ms: int, closed: ActionClosed) -> None:
        if closed.closing == Closing.GAVE_UP:
            self._given_up.append((at_ms, closed.source))
            self._failed.pop(closed.source, None)
            return
        if closed.action_seq in self._unjudged:
            return
        if closed.action_seq not in self._open:
            self._found.breach(at_ms, "closed twice or never opened", repr(closed))
            return
        began_ms, action = self._open.pop(closed.action_seq)
        if at_ms - began_ms > CLOSED_MS_MAX and self._links:
            self._found.breach(at_ms, "write closed late", f"{action!r} after {at_ms - began_ms} ms")
        if closed.closing in FAILED and self._links and not self._log_lost:
            self._failed[closed.source] = (at_ms, action)

    def _reported(self, report: facts.ChargerReported) -> None:
        """Forget a failed write once the charger is where it was to be, or cannot be reached."""
        point = self._points.get(report.source)
        if not report.connected or point is None or self._as_decided(report, point):
            self._failed.pop(report.source, None)
        self._connected[report.source] = report.connected

    def _as_decided(self, report: facts.ChargerReported, point: SetPointDecided) -> bool:
        return report.power_on == point.on and (not point.on or report.current_ma == point.current_ma)

    def _judge_failed(self, at_ms: int) -> None:
        for source, (failed_ms, action) in list(self._failed.items()):
            charger, point = self._home.chargers[source], self._points.get(source)
            settled = (
                point is None
                or charger.car is None
                or not self._connected.get(source, True)
                or (charger.power_on == point.on and (not point.on or charger.current_ma == point.current_ma))
            )
            if settled or source in self._resting:
                del self._failed[source]
            elif at_ms - failed_ms > FOLLOWED_MS_MAX:
                self._found.breach(at_ms, "failed write not followed up", repr(action))
                del self._failed[source]


def _points_of(state: State) -> dict[int, SetPointDecided]:
    """Return each charger's set-point in *state*, as if it had just been decided."""
    found = {}
    for number, charger in state.chargers.items():
        point = charger.point
        found[number] = SetPointDecided(
            number, point.on, point.current_ma, point.phases, point.target_ma, point.issuer, point.rule, ()
        )
    return found
