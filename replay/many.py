"""Many logs in one call: which they are, what was found in all of them, and no more memory than that takes.

Strategy: findings wait in a temporary file until the last log was read, because only then it is known how the files
follow each other. In memory stays of each what its neighbours are compared with, some hundred bytes.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Final

from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.naming import ARCHIVE_SUFFIX
from replay.chain import check_chain
from replay.report import Exit, Report, worst_of

SPOOL_BYTES_MAX: Final = 1 << 20
"""What of the findings stays in memory."""
SHOWN_MAX: Final = 20
"""Up to so many logs have a line each; of more, only those that are not the same."""
_UNFINISHED: Final = ".tmp"
_BAR: Final = 30
_EMPTY: Final[dict[Any, Any]] = {}
_NO_ZONE: Final = LocalTime()
"""One for all logs, as nobody asks these for their time."""


def expand(logs: Sequence[str]) -> list[Path]:
    """Return the files that *logs* name; what names no file and holds `*`, `?` or `[` is a pattern, `**` any folders.

    A pattern passes over archives in the making, and those whose segment is there too. One that matches nothing stays
    as it is: no such file.
    """
    found: list[Path] = []
    for log in logs:
        path = Path(log)
        matches = [] if path.exists() or not has_magic(log) else sorted(glob(log, recursive=True))  # noqa: PTH207 - sorted
        known = set(matches)
        files = [
            Path(match)
            for match in matches
            if not match.endswith(_UNFINISHED)
            and match.removesuffix(ARCHIVE_SUFFIX) not in known - {match}
            and Path(match).is_file()
        ]
        found += files or [path]
    return found


def chained(reports: Iterable[Report], state_version: int) -> Iterator[Report]:
    """Yield *reports* in their order, once all of them came, with what is wrong between files added."""
    import pickle  # noqa: PLC0415 - a single log needs neither
    import tempfile  # noqa: PLC0415

    links: list[Report] = []
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES_MAX) as spool:
        for report in reports:
            links.append(_link(report))
            pickle.dump(_lean(report), spool, pickle.HIGHEST_PROTOCOL)
        check_chain(links, state_version)
        spool.seek(0)
        for link in links:
            report = pickle.load(spool)  # noqa: S301 - what was written above
            report.divergences[:0] = link.divergences
            report.damage[:0] = link.damage
            yield report


def _lean(report: Report) -> Report:
    """Return *report* without what nobody is told."""
    head = report.header
    return report if head is None else replace(report, header=replace(head, config="", schema={}))


def _link(report: Report) -> Report:
    """Return what of *report* the files before and after it are compared with."""
    head = report.header
    if head is None:
        return Report(report.log)
    return Report(
        report.log,
        header=replace(
            head,
            home=sys.intern(head.home),
            writer="",
            zone="",
            versions=_EMPTY,
            config="",
            config_sha256="",
            schema=_EMPTY,
            sources=_EMPTY,
        ),
        names=_EMPTY,
        local=_NO_ZONE,
        last_seq=report.last_seq,
        last_at_ms=report.last_at_ms,
        last_crc=report.last_crc,
        start_hash=report.start_hash,
        state_hash=report.state_hash,
    )


class Tally:
    """What was found in all logs together."""

    def __init__(self) -> None:
        self.events = 0
        self._exits: Counter[Exit] = Counter()

    def add(self, report: Report) -> None:
        """Count *report*."""
        self._exits[report.exit] += 1
        self.events += report.events

    @property
    def exit(self) -> Exit:
        """The exit code of all together."""
        return worst_of(set(self._exits))

    def table(self, took_s: float) -> list[str]:
        """Return the summary: a line of names and a line of numbers."""
        counts = [("logs", self._exits.total()), ("same", self._exits[Exit.SAME])]
        counts += [("differ", self._exits[Exit.DIFFERS]), ("damaged", self._exits[Exit.DAMAGED])]
        counts += [("newer", self._exits[Exit.USAGE_OR_NEWER]), ("events", self.events)]
        rows = [(name, f"{number:,}") for name, number in counts] + [("time", f"{took_s:.1f} s")]
        widths = [max(map(len, row)) for row in rows]
        return ["  ".join(row[part].rjust(width) for row, width in zip(rows, widths, strict=True)) for part in (0, 1)]


def with_progress(reports: Iterable[Report], total: int) -> Iterator[Report]:
    """Yield *reports*, saying on stderr how far they are: a bar on a terminal, else a line each tenth."""
    live = sys.stderr.isatty()
    step = 1 if live else max(1, total // 10)
    for done, report in enumerate(reports, 1):
        yield report
        if total > 1 and (done % step == 0 or done == total):
            _say(done, total, live=live)


def _say(done: int, total: int, *, live: bool) -> None:
    text = f"{done}/{total} logs"
    if live:
        full = _BAR * done // total
        text = f"\r[{'#' * full}{'.' * (_BAR - full)}] {text}"
    print(text, end="" if live and done < total else "\n", file=sys.stderr, flush=True)  # noqa: T201 - progress
