"""Repairing one log and proving the result: it is read again and each side of each gap replayed from its snapshot."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hems_actors.eventlog.errors import LogError, NewerError, WriteError
from hems_actors.eventlog.repair import Repaired, repair
from replay.report import Exit, Report
from replay.text import counted, damage_text
from replay.verify import Options, verify


@dataclass(frozen=True, slots=True)
class Mended:
    """How a repair ended."""

    exit: Exit
    error: str | None = None
    """Why there is no new file."""
    repaired: Repaired | None = None
    report: Report | None = None
    """Of the new file."""


def mend(path: Path, out: Path, options: Options) -> Mended:
    """Repair the log *path* into the new file *out*, which is kept if it reads again without damage."""
    try:
        repaired = repair(path, out)
    except (NewerError, WriteError) as error:
        return Mended(Exit.USAGE_OR_NEWER, str(error))
    except LogError as error:
        return Mended(Exit.DAMAGED, f"{error}: cannot be repaired")
    report = verify(out, options)
    good = report.frames == repaired.frames + repaired.gaps and not report.torn_tail_bytes
    if report.exit in (Exit.SAME, Exit.DIFFERS) and good:
        return Mended(report.exit, None, repaired, report)
    out.unlink(missing_ok=True)
    reason = report.error or "does not read again as it was written"
    return Mended(max(report.exit, Exit.USAGE_OR_NEWER), f"{reason}: not kept, {path} cannot be repaired")


def describe_repair(path: Path, mended: Mended) -> Iterator[str]:
    """Yield the lines about what was done to *path*."""
    repaired, report = mended.repaired, mended.report
    if repaired is None or report is None:
        return
    if repaired.unchanged:
        yield f"{report.log}: equal to {path}: nothing to repair"
        return
    gaps = f"{counted(repaired.gaps, 'gap')} recorded"
    yield f"{report.log}: {counted(repaired.frames, 'frame')} of {path} as they were, {gaps}"
    for damage in repaired.damage:
        yield f"  left out   {damage_text(damage, report.local)}"
    if repaired.torn_tail_bytes:
        yield f"  left out   {repaired.torn_tail_bytes} bytes of an unfinished frame at the end"
