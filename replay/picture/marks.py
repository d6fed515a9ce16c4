"""Marks: what happened besides measuring and deciding, each with what explains it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.describe import describe
from hems_actors.core.outcomes import PhasesJudged
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.localtime import LocalTime
from replay.picture.actions import Writes
from replay.picture.sayings import SAYINGS, Said
from replay.picture.words import value_text

_REPORTED: Final = ("connected", "plugged_in")


class Mark(NamedTuple):
    """Something at an instant, of a thing (0 = the home)."""

    at_ms: int
    seq: int
    source: int
    kind: str
    """`action`, `plan`, `car`, `alarm`, `user`, `home`."""
    serious: bool
    title: str
    lines: tuple[tuple[str, str], ...]
    """Label and text."""


class Marks:
    """Makes marks of events.

    Args:
        told: takes each mark, not quite in the order of time: an action's comes when it is over.
        names: things by number; the walk keeps it up to date.
    """

    def __init__(self, told: Callable[[Mark], None], names: dict[int, str]) -> None:
        self._told = told
        self._names = names
        self._writes = Writes(lambda said, action: self._tell(action.seq, action.intended.at_ms, action.record, said))
        self._reports: dict[int, tuple[bool | None, ...]] = {}
        self._phases: dict[int, PhasesJudged] = {}
        self._infos: dict[int, facts.ChargingInfoChanged] = {}
        self._meter_connected: bool | None = None

    def begin(self, state: State) -> None:
        """Begin with what *state* holds: only what differs from it is a mark."""
        for charger in state.chargers.values():
            if charger.report_seq:
                self._reports[charger.source] = (charger.report.connected, charger.report.plugged_in)
            self._phases[charger.source] = PhasesJudged(charger.source, charger.map.phases_mask, charger.map.knowledge)

    def take(self, seq: int, at_ms: int, event: Event, local: LocalTime) -> None:
        """Make the marks of *event*."""
        if self._writes.take(seq, at_ms, event, local):
            return
        saying = SAYINGS.get(type(event))
        if isinstance(event, facts.ChargerReported):
            self._report(seq, at_ms, event)
        elif isinstance(event, PhasesJudged):
            if self._phases.get(event.source) != event:
                self._phases[event.source] = event
                self._tell(seq, at_ms, event, saying and saying(event, local, self._names))
        elif isinstance(event, facts.ThingConnected):
            if event.connected is not (self._meter_connected is not False):
                self._tell(seq, at_ms, event, saying and saying(event, local, self._names))
            self._meter_connected = event.connected
        elif isinstance(event, facts.ChargingInfoChanged):
            self._info(seq, at_ms, event, local)
        else:
            self._tell(seq, at_ms, event, saying and saying(event, local, self._names))

    def finish(self) -> None:
        """Tell of actions that are still open."""
        self._writes.finish()

    def _tell(self, seq: int, at_ms: int, event: Event, said: Said | None) -> None:
        if said is not None:
            lines = (*said.lines, ("Record", f"#{seq} {describe(event, self._names)}"))
            self._told(Mark(at_ms, seq, said.source or event.source, said.kind, said.serious, said.title, lines))

    def _report(self, seq: int, at_ms: int, event: facts.ChargerReported) -> None:
        now = (event.connected, event.plugged_in)
        before = self._reports.get(event.source, (True, None))
        self._reports[event.source] = now
        if now[0] != before[0]:
            title = "Charger can be reached again" if event.connected else "Charger cannot be reached"
            self._tell(seq, at_ms, event, Said("alarm", title, serious=not event.connected))
        elif now[1] != before[1] and event.plugged_in is not None:
            self._tell(seq, at_ms, event, Said("car", "Car plugged in" if event.plugged_in else "Car unplugged"))

    def _info(self, seq: int, at_ms: int, event: facts.ChargingInfoChanged, local: LocalTime) -> None:
        before = self._infos.get(event.source)
        self._infos[event.source] = event
        said = SAYINGS[facts.ChargingInfoChanged](event, local, self._names)
        if said is None or before is None:
            self._tell(seq, at_ms, event, said)
            return
        changed = [
            (name.removesuffix("_s").replace("_", " "), f"{value_text(name, old)}, now {value_text(name, new)}")
            for name, old, new in zip(event._fields, before, event, strict=True)
            if old != new
        ]
        self._tell(seq, at_ms, event, said._replace(lines=tuple(changed) or (("Changed", "nothing"),)))
