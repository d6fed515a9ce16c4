"""Files of one home in one call: each goes on where the one before ended, in numbers, checksum and state."""

from pathlib import Path

from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.header import Header
from hems_actors.eventlog.naming import log_name
from replay.divergence import STATE_DIFFERS, Divergence
from replay.report import Report


def check_chain(reports: list[Report], state_version: int) -> None:
    """Add to *reports* what is wrong between files; one that names no file before it, or comes first, begins a chain.

    Args:
        reports: of all files in the call, in any order.
        state_version: this code's; ends and beginnings are compared only if both files have it.
    """
    known = [(report.header, report) for report in reports if report.header is not None]
    known.sort(key=lambda item: (item[0].home, item[0].first_seq, item[0].at_ms, item[0].wall_ms))
    for index, (header, report) in enumerate(known):
        if header.previous is None:
            continue
        earlier = [
            other
            for head, other in known[:index]
            if head.home == header.home and not (head.first_seq == header.first_seq and _name(other) == _name(report))
        ]  # without its own archive, which may be there too
        before = next((other for other in earlier if _is_previous(other, header)), None)
        if before is not None:
            _compare_state(before, header, report, state_version)
        elif earlier:
            _name_gap(max(earlier, key=lambda other: other.last_seq or 0), header, report)


def _name(report: Report) -> str:
    return log_name(Path(report.log))


def _is_previous(other: Report, header: Header) -> bool:
    previous = header.previous
    return (
        previous is not None
        and _name(other) == previous.file
        and (other.last_seq, other.last_crc) == (previous.last_seq, previous.crc)
        and previous.last_seq == header.first_seq - 1
    )


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
