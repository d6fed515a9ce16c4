"""What a log spans, before anything in it is looked for: its time, the home's clock, the things, the snapshots."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.core.facts import ChargerConfigured, ThingAdded
from hems_actors.core.registry import KINDS
from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.header import Header
from hems_actors.eventlog.reader import LogReader
from replay.bearings import TELLING, Bearings
from replay.times import Clock, Span

_TELLING: Final = frozenset(number for number, event in KINDS.items() if event in (ChargerConfigured, *TELLING))


class UnknownChargerError(Exception):
    """No charger of the log is called so, or more than one; one line for whoever wrote it."""


class Start(NamedTuple):
    """A SNAPSHOT: from where the state can be told."""

    next_seq: int
    at_ms: int


@dataclass(slots=True)
class Survey:
    """What one log spans."""

    path: Path
    header: Header
    span: Span
    clock: Clock = field(default_factory=Clock)
    names: dict[int, str] = field(default_factory=dict)
    """Of the things, by number."""
    chargers: list[int] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)

    def name(self, source: int) -> str:
        """Return what thing *source* is called; 0 is the home."""
        return self.names.get(source, f"thing {source}") if source else "home"

    def charger(self, wanted: str) -> int:
        """Return the number of the charger that *wanted* names: its name, its number, or how only its name begins.

        Raises:
            UnknownChargerError: there is none, or more than one.
        """
        return find_charger({source: self.name(source) for source in self.chargers}, wanted)


def survey(path: Path) -> Survey:
    """Read the log at *path* once and return what it spans.

    Raises:
        LogError: it cannot be read.
    """
    with LogReader(path) as log:
        head = log.header
        bearings = Bearings(head.sources)
        found = Survey(path, head, Span(head.at_ms, head.at_ms), names=bearings.names)
        for frame in log:
            if frame.type == FrameType.SNAPSHOT:
                _take_state(found, log, frame, bearings)
            elif frame.type == FrameType.BATCH:
                _take_events(found, log, frame, bearings)
        found.span = Span(head.at_ms, max(head.at_ms, log.last_at_ms))
        found.damage = log.damage
    return found


def find_charger(chargers: Mapping[int, str], wanted: str) -> int:
    """Return the number in *chargers* (number to name) that *wanted* names.

    Raises:
        UnknownChargerError: there is none, or more than one.
    """
    text = wanted.strip().casefold()
    names = {source: name.casefold() for source, name in chargers.items()}
    exact = [source for source, name in names.items() if name == text]
    numbered = [source for source in names if str(source) == text]
    begun = [source for source, name in names.items() if text and name.startswith(text)]
    for found in (exact, numbered, begun):
        if len(found) == 1:
            return found[0]
        if found:
            several = " or ".join(f"{chargers[source]} ({source})" for source in found)
            raise UnknownChargerError(f"{wanted!r} may be {several}: write more of the name, or the number")
    there = ", ".join(f"{name} ({source})" for source, name in chargers.items()) or "none"
    raise UnknownChargerError(f"no charger is called {wanted!r}; the log's chargers: {there}")


def _take_state(found: Survey, log: LogReader, frame: Frame, bearings: Bearings) -> None:
    """Note what a SNAPSHOT tells; one that no writer writes tells nothing."""
    with suppress(LogError):
        state = bearings.take_snapshot(log, frame)
        found.clock.note(frame.t0_ms, bearings.local)
        found.chargers += [source for source in state.chargers if source not in found.chargers]
        found.starts.append(Start(frame.first_seq, frame.t0_ms))


def _take_events(found: Survey, log: LogReader, frame: Frame, bearings: Bearings) -> None:
    """Note what the events of a BATCH tell of clock and things."""
    for seq, row in enumerate(frame.body, frame.first_seq):
        if row[0] not in _TELLING:
            continue
        event = log.decoder.events([row])[0]
        if isinstance(event, ThingAdded):
            with suppress(LogError):  # it stays without its name
                bearings.take(found.path, seq, event)
        elif isinstance(event, TELLING):
            bearings.take(found.path, seq, event)
            found.clock.note(frame.t0_ms + row[2], bearings.local)
        elif event.source not in found.chargers:
            found.chargers.append(event.source)
