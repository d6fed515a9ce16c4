"""Where a reader of a log is: how local time is told there, and what the things are called."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hems_actors.core.errors import FAILURES
from hems_actors.core.facts import ClockOffset, ThingAdded, ZoneKnown
from hems_actors.core.identity import name_of, names_of
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import MalformedError
from hems_actors.eventlog.fold import state_from
from hems_actors.eventlog.frame import Frame
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader

TELLING: Final = (ZoneKnown, ClockOffset, ThingAdded)
"""The events to be taken; all others change nothing here."""


class Bearings:
    """Follows the snapshots of a log, and its events of the kinds `TELLING`, in their order.

    Args:
        names: things by number, as the log's header has them.
    """

    def __init__(self, names: Mapping[int, str]) -> None:
        self.local = LocalTime()
        self.names = dict(names)

    def take_snapshot(self, log: LogReader, frame: Frame) -> State:
        """Go by what a SNAPSHOT holds, and return its state.

        Raises:
            MalformedError: it builds none; all stays as it was.
        """
        state = snapshot_state(log, frame)
        try:
            names = names_of(state.things)
        except FAILURES as error:
            raise MalformedError(f"{log.path}: the snapshot at event {frame.first_seq} names no things") from error
        self.local = LocalTime(state.site.transitions_s, state.site.clock_offset_ms)
        self.names.update(names)
        return state

    def take(self, path: Path, seq: int, event: Event) -> None:
        """Go by *event*, number *seq* of the log at *path*.

        Raises:
            MalformedError: it is not what a writer writes.
        """
        if isinstance(event, ZoneKnown):
            self.local = LocalTime(event.transitions_s, self.local.clock_offset_ms)
        elif isinstance(event, ClockOffset):
            self.local = LocalTime(self.local.transitions_s, event.offset_ms)
        elif isinstance(event, ThingAdded):
            try:
                self.names[event.source] = name_of(event.name)
            except FAILURES as error:
                raise MalformedError(f"{path}: event {seq} is not what a writer writes: {brief(event)}") from error


def snapshot_state(log: LogReader, frame: Frame) -> State:
    """Return the state that a SNAPSHOT holds.

    Raises:
        MalformedError: it builds none.
    """
    try:
        return state_from(log.events(frame), frame.first_seq - 1, frame.t0_ms)
    except FAILURES as error:
        raise MalformedError(f"{log.path}: the snapshot at event {frame.first_seq} builds no state") from error
