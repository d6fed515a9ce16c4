"""Writes a log with the real core, frame by frame, until its standard input ends: `python -m tests.replay.grow LOG`."""

import select
import sys
from pathlib import Path

from hems_actors.core.state import State
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from replay.core import Core
from tests.eventlog.logs import HEAD, START_MS, reading
from tests.replay.toy import OPENING, live


def main(path: Path) -> None:
    """Write, say on standard output when the opening is written, and go on; nothing is closed."""
    core, state = Core(), State()
    log = LogWriter(SingleFile(path), HEAD, sync=NoSync())
    log.start(state, START_MS)
    for event in OPENING:
        live(core, state, log, START_MS, event)
    print("begun", flush=True)  # noqa: T201 - who waits for it reads it
    at_ms = START_MS
    while not select.select([sys.stdin], [], [], 0.005)[0]:  # slower than any reader, or it would never end
        at_ms += 1000
        live(core, state, log, at_ms, reading(at_ms // 1000 % 7000))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
