"""Files of one home in one call: each goes on where the one before ended, in numbers, checksum and state."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.header import Header
from hems_actors.eventlog.naming import log_name
from replay.divergence import STATE_DIFFERS, Divergence
from replay.report import Report

_Name = tuple[int, str]
"""Which file: its first event, and the name it was written under."""
_End = tuple[str, int | None, int | None]
"""The name of a file, its last event and the crc of its last frame."""


def check_chain(reports: list[Report], state_version: int) -> None:
    """Add to *reports* what is wrong between files; one that names no file before it, or comes first, begins a chain.

    Args:
        reports: of all files in the call, in any order.
        state_version: this code's; ends and beginnings are compared only if both files have it.
    """
    known = [(report.header, report) for report in reports if report.header is not None]
    known.sort(key=lambda item: (item[0].home, item[0].first_seq, item[0].at_ms, item[0].wall_ms))
    for _, home in groupby(known, key=lambda item: item[0].home):
        _check_home(home, state_version)


def _check_home(known: Iterable[tuple[Header, Report]], state_version: int) -> None:
    """Check the files of one home, in the order they were begun."""
    ends: dict[_End, tuple[_Name, Report]] = {}
    furthest: list[tuple[_Name, Report]] = []
    for header, report in known:
        name = (header.first_seq, log_name(Path(report.log)))
        previous = header.previous
        if previous is not None:
            end = (previous.file, previous.last_seq, previous.crc)
            whose, before = ends.get(end, (name, None))
            others = [other for known_name, other in furthest if known_name != name]  # its own archive may be there too
            if before is not None and whose != name and previous.last_seq == header.first_seq - 1:
                _compare_state(before, header, report, state_version)
            elif others:
                _name_gap(others[0], header, report)
        ends.setdefault((name[1], report.last_seq, report.last_crc), (name, report))
        furthest = _two_furthest([*furthest, (name, report)])


def _two_furthest(candidates: list[tuple[_Name, Report]]) -> list[tuple[_Name, Report]]:
    """Return those that end last, of two different files at most."""
    candidates.sort(key=lambda item: -(item[1].last_seq or 0))  # of equals the first stays first
    first = candidates[0]
    return [first, *[other for other in candidates[1:] if other[0] != first[0]][:1]]


def _compare_state(before: Report, header: Header, report: Report, state_version: int) -> None:
    """Compare the end of one file with the first snapshot of the next."""
    versions = {state_version, header.state_version, before.header and before.header.state_version}
    ends, begins = before.state_hash, report.start_hash
    if len(versions) > 1 or ends is None or begins is None or ends == begins:
        return
    seq = header.first_seq - 1
    report.divergences.insert(0, Divergence(seq, header.at_ms, 0, STATE_DIFFERS, None, begins.hex(), ends.hex()))


def _name_gap(before: Report, header: Header, report: Report) -> None:
    """Name what lies between two files that do not follow each other."""
    seq_from, seq_to = (before.last_seq or 0) + 1, header.first_seq - 1
    lost = seq_from <= seq_to
    report.damage.insert(
        0,
        Damage(0, 0, seq_from if lost else None, seq_to if lost else None, before.last_at_ms, header.at_ms),
    )
