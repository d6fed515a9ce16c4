"""When the root meter is read and what it shows then: recorded times, drop-outs, slow, frozen and unsigned spells."""

from bisect import bisect_right

from hems_actors.config.as_facts import milli
from hems_actors.sim.build import Stage
from hems_actors.sim.happenings import Windows, window_ms, within
from hems_actors.sim.plant.home import NEVER_MS
from hems_actors.sim.plant.meters import MeterKind, Shown, meter_shows

_KINDS = {
    "full": MeterKind.FULL,
    "power": MeterKind.POWER,
    "current": MeterKind.CURRENT,
    "unsigned": MeterKind.UNSIGNED,
}
_CURRENT_STATES = ("a_ma", "b_ma", "c_ma")
_POWER_STATES = ("a_w", "b_w", "c_w")


class MeterFeed:
    """The root meter over a scenario; `next_ms` says when it is to be read, `read` gives what changed."""

    def __init__(self, stage: Stage) -> None:
        """Take kind, times and faults from *stage*."""
        scenario, moments = stage.scenario, stage.moments
        self.present = scenario.meter.kind != "none"
        self._home = stage.home
        self._kind = _KINDS.get(scenario.meter.kind, MeterKind.FULL)
        self._phases = scenario.meter.phases
        self._period_ms = milli(scenario.meter.period_s)
        self._times = [poll.at_ms for poll in stage.profiles.polls] if scenario.meter.times == "load" else None
        self._windows: dict[str, Windows] = {"meter_lost": list(stage.profiles.lost)}
        self._slow: list[tuple[int, int, int]] = []
        for fault in scenario.faults:
            window = window_ms(fault, moments)
            self._windows.setdefault(fault.kind, []).append(window)
            if fault.kind == "meter_slow":
                self._slow.append((*window, milli(fault.period_s or 0)))
        self._lost, self._frozen, self._unsigned = (
            self._windows.get(kind, []) for kind in ("meter_lost", "meter_frozen", "meter_unsigned")
        )
        self._shown: Shown = {}
        self._grid_seen: tuple[float, float, float] | None = None
        self._connected = True
        self.next_ms = moments.start_ms if self.present else NEVER_MS

    def read(self, at_ms: int) -> Shown:
        """Return the states that changed since the last reading, `connected` among them; plan the next one."""
        self._plan(at_ms)
        if within(at_ms, self._lost):
            return self._say(connected=False)
        changed = self._say(connected=True)
        if within(at_ms, self._frozen):
            return changed
        if self._home.grid_w == self._grid_seen and not self._unsigned:
            return changed
        self._grid_seen = self._home.grid_w
        shows = self._shows(at_ms)
        before, self._shown = self._shown, shows
        return changed | {name: value for name, value in shows.items() if before.get(name) != value}

    def read_all(self, at_ms: int) -> Shown:
        """Return all states as they are known now, for a read-back."""
        self._connected = not within(at_ms, self._lost)
        if not self._shown or (self._connected and not within(at_ms, self._frozen)):
            self._shown = self._shows(at_ms)
        return {**self._shown, "connected": self._connected}

    def _shows(self, at_ms: int) -> Shown:
        shows = meter_shows(self._home, self._kind, self._phases)
        if self._unsigned and within(at_ms, self._unsigned):
            # The powers fall silent: only what the currents say is left.
            for name in _POWER_STATES:
                if name in shows:
                    shows[name] = None
            for name in _CURRENT_STATES:
                shows[name] = abs(shows.get(name) or 0)
        return shows

    def _say(self, *, connected: bool) -> Shown:
        if connected == self._connected:
            return {}
        self._connected = connected
        return {"connected": connected}

    def _plan(self, at_ms: int) -> None:
        if self._times is not None:
            i = bisect_right(self._times, at_ms)
            self.next_ms = self._times[i] if i < len(self._times) else NEVER_MS
            return
        period_ms = self._period_ms
        for from_ms, to_ms, slow_ms in self._slow:
            if from_ms <= at_ms < to_ms:
                period_ms = max(period_ms, slow_ms)
        self.next_ms = at_ms + period_ms


def windows_of(stage: Stage, kind: str) -> Windows:
    """Return when faults of *kind* are on in *stage*'s scenario."""
    return [window_ms(fault, stage.moments) for fault in stage.scenario.faults if fault.kind == kind]
