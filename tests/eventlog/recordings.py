"""Segments of a home whose events are folded as they are written, so that a test knows what a recovery should find."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from hems_actors.core import facts
from hems_actors.core.evolve import evolve
from hems_actors.core.registry import Event
from hems_actors.core.restore import restored_events
from hems_actors.core.state import State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.frame import Frame, open_payload
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.recovery import Recovered, recover
from hems_actors.eventlog.scan import Good
from hems_actors.eventlog.statehash import state_hash
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from tests.eventlog.logs import HEAD, START_MS, frames_of, packed, reading

HOME: Final = "home"
OURS: Final = replace(HEAD, state_version=STATE_VERSION)
GARAGE: Final = 2
NOBODY: Final = 9
"""A charger that is never configured: an event about it is poison."""
SITE: Final = facts.SiteConfigured(0, 25_000, 3, 0, 0, 1)
CHARGER: Final = facts.ChargerConfigured(GARAGE, 1, 0, 6_000, 1_000, can_switch=False)
POISON: Final = facts.ActionSent(NOBODY, 1)
SECOND_MS: Final = 1_000
SETTINGS: Final = facts.SiteSettingsChanged(0, 16_000, 500, 900)


def fingerprint(state: State) -> bytes:
    """Return the hash of *state*."""
    return state_hash(restored_events(state))


class Recording:
    """One process and its segment in *directory*; a second after the last event each frame is written.

    `after` holds the state after each event, by number.
    """

    def __init__(self, directory: Path, recovered: Recovered | None = None, head: HeaderFields = OURS) -> None:
        """Begin with what was *recovered*, as a start does."""
        self.state = State() if recovered is None else recovered.state
        place = LogDirectory(directory)
        place.newest = recovered and recovered.previous
        self.log = LogWriter(place, head, sync=NoSync())
        self.at_ms = START_MS if recovered is None else max(START_MS, recovered.last_at_ms + SECOND_MS)
        self.log.start(self.state, self.at_ms)
        self.path = self.log.path
        self.after = {self.state.seq: deepcopy(self.state)}

    def tell(self, *events: Event) -> None:
        """Record *events* as one frame."""
        self.at_ms += SECOND_MS
        for event in events:
            evolve(self.state, self.log.next_seq, self.at_ms, event)
            self.log.append(self.at_ms, event)
            self.after[self.state.seq] = deepcopy(self.state)
        self.log.commit()

    def read(self, count: int, *, power_w: int = 100) -> None:
        """Record *count* frames of a reading each."""
        for index in range(count):
            self.tell(reading(power_w + index))

    def only_record(self, *events: Event) -> None:
        """Record *events* as one frame, whatever the state would say to them."""
        self.at_ms += SECOND_MS
        for event in events:
            self.log.append(self.at_ms, event)
        self.log.commit()

    def snapshot(self) -> None:
        """Write a snapshot."""
        self.log.snapshot(self.state, self.at_ms)

    def end(self) -> None:
        """End the segment."""
        self.log.close(self.state, self.at_ms)

    def die(self) -> None:
        """Leave the segment as it is, as a killed process does."""
        self.log.abandon()


def begin_home(directory: Path, *, readings: int = 3) -> Recording:
    """Return a new home of one meter and one charger, after some readings."""
    recording = Recording(directory)
    recording.tell(SITE, CHARGER)
    recording.read(readings)
    return recording


def again(directory: Path) -> Recording:
    """Return the next process of the home in *directory*."""
    return Recording(directory, recover(directory, HOME))


def spoil(path: Path, frame: int) -> Good:
    """Flip the last bit of frame number *frame*, and return where it was."""
    part = frames_of(path)[frame]
    data = bytearray(path.read_bytes())
    data[part.end - 1] ^= 1
    path.write_bytes(data)
    return part


def change(path: Path, frame: int, **changes: Any) -> None:  # noqa: ANN401 - a frame's content
    """Write *path* again with the content of frame number *frame* changed, all checksums right."""
    crc, data = 0, b""
    frames: list[Frame] = [open_payload(part.payload) for part in frames_of(path)]
    for number, content in enumerate(frames):
        chained = content._replace(prev_crc=crc)
        one = packed(chained._replace(**changes) if number == frame % len(frames) else chained)
        crc = int.from_bytes(one[6:10], "big")
        data += one
    path.write_bytes(data)


def recovered(directory: Path) -> Recovered:
    """Return what a start finds in *directory*."""
    return recover(directory, HOME)


def is_state(found: Recovered, state: State) -> bool:
    """Return whether *state* was recovered."""
    return fingerprint(found.state) == fingerprint(state)
