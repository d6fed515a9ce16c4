"""Size of the day's log: per event against plain maps, and per day."""

from pathlib import Path

import msgpack

from benchmarks.figures import Figure
from hems_actors.eventlog.frame import HEAD_BYTES, FrameType
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.scan import Good, scan
from hems_actors.eventlog.source import ByteSource


def volume_figures(path: Path) -> list[Figure]:
    """Return the bytes per event of *path* and what the same events take as maps, and its size."""
    sizes = _frame_bytes(path)
    batch_bytes = map_bytes = events = 0
    with LogReader(path) as log:
        for frame, size in zip(log, sizes[1:], strict=True):
            if frame.type != FrameType.BATCH:
                continue
            batch_bytes += size
            for index, (row, event) in enumerate(zip(frame.body, log.events(frame), strict=True)):
                place = {"kind": type(event).__name__, "seq": frame.first_seq + index, "at_ms": frame.t0_ms + row[2]}
                map_bytes += len(msgpack.packb({**place, **event._asdict()}))
                events += 1
    return [
        Figure("events in the day", events / 1_000, "k"),
        Figure("bytes per event, frames and decisions included", batch_bytes / events, "B"),
        Figure("bytes per event / the same events as msgpack maps", batch_bytes / map_bytes, "x", 0.40, 0.27),
        Figure("log volume at 1 Hz metering, per day", path.stat().st_size / 1_000_000, "MB", 4, 2),
    ]


def _frame_bytes(path: Path) -> list[int]:
    with ByteSource(path) as source:
        return [len(part.payload) + HEAD_BYTES for part in scan(source) if isinstance(part, Good)]
