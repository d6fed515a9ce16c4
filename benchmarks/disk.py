"""Committing a decision, against writing and syncing the same bytes without any log."""

import os
import time
from pathlib import Path
from typing import Final

from benchmarks.day import CHARGER, METER
from benchmarks.figures import Figure, percentile
from benchmarks.recorder import HEAD, START_MS
from hems_actors.core.enums import Issuer, What
from hems_actors.core.facts import MeterReading
from hems_actors.core.outcomes import ActionIntended, SetPointDecided
from hems_actors.core.rules import Rule
from hems_actors.core.state import State
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import InlineSync
from hems_actors.eventlog.writer import LogWriter

ROUNDS: Final = 300
_READING: Final = MeterReading(
    METER, 31, True, -3_120, -1_043, -1_021, -1_056, -4_535, -4_439, -4_591, 2_301, 2_304, 2_298
)


def commit_figures(directory: Path) -> list[Figure]:
    """Return how long a durable decision takes against the same bytes, both in *directory*, in turns."""
    log_path, bare_path = directory / "commit.msgpack", directory / "bare"
    log = LogWriter(SingleFile(log_path), HEAD, sync=InlineSync())
    log.start(State(), START_MS)
    bare = os.open(bare_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    commits_s, bares_s = [], []
    size = log_path.stat().st_size
    for number in range(ROUNDS):
        commits_s.append(_commit(log, START_MS + number * 1_000))
        size, before = log_path.stat().st_size, size
        frame = log_path.read_bytes()[before:]
        began_s = time.perf_counter()
        os.write(bare, frame)
        os.fdatasync(bare)
        bares_s.append(time.perf_counter() - began_s)
    os.close(bare)
    commit_s, bare_s = percentile(commits_s, 50), percentile(bares_s, 50)
    return [
        Figure("bare write + fdatasync, p50", bare_s * 1_000, "ms"),
        Figure("commit of a decision frame / bare write + fdatasync, p50", commit_s / bare_s, "x", 1.3, 1.15),
    ]


def _commit(log: LogWriter, at_ms: int) -> float:
    """Record a reading, what was decided and the action it leads to; return how long until all is durable, in s."""
    seq = log.next_seq
    events = (
        _READING,
        SetPointDecided(
            CHARGER, True, 10_000, 3, 10_000, Issuer.SURPLUS_CHARGING, Rule.SURPLUS_CHARGING, (7_120, seq, 4_140, seq)
        ),
        ActionIntended(CHARGER, What.CURRENT, 10_000, False, 1),
    )
    for event in events:
        log.append(at_ms, event)
    began_s = time.perf_counter()
    log.sync()
    return time.perf_counter() - began_s
