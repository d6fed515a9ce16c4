"""Replaying one file into a report."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hems_actors.core.errors import FAILURES
from hems_actors.core.identity import names_of
from hems_actors.eventlog.errors import LogError, NewerError
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader
from replay.core import Core
from replay.replayer import Replayer, Tap
from replay.report import Report


@dataclass(frozen=True, slots=True)
class Options:
    """How to replay."""

    free_run: bool = False
    past_damage: bool = False
    core: Core = field(default_factory=Core)


def verify(path: Path, options: Options, tap: Tap | None = None) -> Report:
    """Return what the replay of *path* found, with *tap* listening; a file that cannot be read is a finding too."""
    report = Report(str(path))
    try:
        with LogReader(path) as log:
            report.header = log.header
            replayer = Replayer(log, options.core, free_run=options.free_run, past_damage=options.past_damage, tap=tap)
            try:
                replayer.run()
            finally:
                _note(report, log, replayer)
    except LogError as error:
        report.error = str(error)
        report.open = None
        report.newer = isinstance(error, NewerError)
    return report


def _note(report: Report, log: LogReader, replayer: Replayer) -> None:
    report.open = not log.closed
    report.events = replayer.events
    report.frames = log.frames
    report.decisions = replayer.decisions
    report.last_seq = log.next_seq - 1
    report.last_at_ms = log.last_at_ms
    report.last_crc = log.last_crc
    report.torn_tail_bytes = log.torn_tail_bytes
    report.damage = log.damage
    report.gaps = log.gaps
    report.core_failed = replayer.core_failed
    report.divergences = replayer.divergences
    report.start_hash = replayer.start_hash
    report.state_hash = replayer.hash()
    site = replayer.last_state.site
    with suppress(*FAILURES):  # names that no log holds
        report.names = names_of(replayer.last_state.things)
    report.local = LocalTime(site.transitions_s, site.clock_offset_ms)
