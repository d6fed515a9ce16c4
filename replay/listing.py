"""What a log says, one event a line: for people who look for a reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hems_actors.core.describe import describe
from hems_actors.core.facts import ClockOffset, ZoneKnown
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.registry import Stage, stage_of
from hems_actors.eventlog.codec import kind_number
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader

WHAT: Final = ("changes", "outcomes", "all")
"""`changes`: outcomes but for set-points that stay as they are; `outcomes`: all of them; `all`: facts too."""


def lines_of(path: Path, what: str) -> Iterator[str]:
    """Yield the events of the log at *path*: local time, number, who, what, fields with units.

    Raises:
        LogError: it cannot be read.
    """
    with LogReader(path) as log:
        local = LocalTime()
        before: dict[int, tuple[object, ...]] = {}
        for frame in log:
            if frame.type != FrameType.BATCH:
                continue
            rows = zip(frame.body, log.events(frame), strict=True)
            for seq, (row, event) in enumerate(rows, frame.first_seq):
                at_ms = frame.t0_ms + row[2]
                if isinstance(event, ZoneKnown):
                    local = LocalTime(event.transitions_s, local.clock_offset_ms)
                elif isinstance(event, ClockOffset):
                    local = LocalTime(local.transitions_s, event.offset_ms)
                if stage_of(kind_number(event)) == Stage.FACT and what != "all":
                    continue
                if isinstance(event, SetPointDecided):
                    point = tuple(event[1:6])
                    if what == "changes" and before.get(event.source) == point:
                        continue
                    before[event.source] = point
                yield f"{local.text(at_ms)} #{seq} {describe(event, log.header.sources)}"
