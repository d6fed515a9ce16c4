"""Small logs for tests, written by the real writer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hems_actors.core import facts
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.frame import Frame, pack_frame
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.scan import Good, scan
from hems_actors.eventlog.source import ByteSource
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter

START_MS: Final = 1_736_118_000_000  # 6 January 2025, midnight in Vienna
HEAD: Final = HeaderFields(
    home="home",
    writer="w",
    zone="Europe/Vienna",
    logic_version=1,
    state_version=1,
    versions={"python": "3.11.7", "hems-actors": "0.1.0"},
    config={"b": 1, "a": {"limit_a": 25}},
    sources={1: "Meter", 2: "Garage"},
)


@dataclass
class Writing:
    """A writer and the state it would have in the daemon, as far as the log cares: number and time."""

    log: LogWriter
    state: State

    def put(self, at_ms: int, *events: Event) -> None:
        """Append *events* as one frame."""
        for event in events:
            self.log.append(at_ms, event)
        self.log.commit()
        self.state.seq, self.state.at_ms = self.log.next_seq - 1, at_ms
        if isinstance(events[-1], facts.ZoneKnown):
            self.state.site.transitions_s = events[-1].transitions_s


def begin(log: LogWriter, at_ms: int = START_MS, state: State | None = None) -> Writing:
    """Return *log* started at *at_ms*."""
    writing = Writing(log, state or State())
    log.start(writing.state, at_ms)
    return writing


def reading(power_w: int) -> facts.MeterReading:
    """Return a reading of the root meter."""
    return facts.MeterReading(1, 3, True, power_w, power_w, 0, 0, None, None, None, 2300, None, None)


def write_small(
    path: Path, *, frames: int = 3, close: bool = True, head: HeaderFields = HEAD, power_w: int = 100
) -> list[Good]:
    """Write a log of *frames* batches of two events a second apart, and return its frames."""
    writing = begin(LogWriter(SingleFile(path), head, sync=NoSync()))
    for index in range(frames):
        at_ms = START_MS + 1000 * index
        writing.put(at_ms, reading(power_w + index), facts.Tick(0))
    if close:
        writing.log.close(writing.state, writing.state.at_ms)
    return frames_of(path)


def frames_of(path: Path) -> list[Good]:
    """Return the good frames of *path*."""
    with ByteSource(path) as source:
        return [part for part in scan(source) if isinstance(part, Good)]


def packed(frame: Frame) -> bytes:
    """Return the bytes of *frame*."""
    return pack_frame(frame)[0]
