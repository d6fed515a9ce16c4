"""A recorded day: a log, beside it its transcript `NAME.txt` and its scenario `NAME.toml`. What is checked of it."""

from difflib import unified_diff
from pathlib import Path

from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.naming import ARCHIVE_SUFFIX, SUFFIX, parse_name
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.statehash import state_hash
from replay.core import Core
from replay.decision_diff import LINES_MAX, decision_diff
from replay.divergence import CORE_FAILED, STATE_DIFFERS, Divergence
from replay.report import Report
from replay.text import damage_text
from replay.told import Told, first_line
from replay.verify import Options, verify


def base_of(log: Path) -> Path:
    """Return the path of *log* without its suffixes."""
    return log.with_name(log.name.removesuffix(ARCHIVE_SUFFIX).removesuffix(SUFFIX))


def transcript_of(log: Path) -> Path:
    """Return where the transcript of *log* lies."""
    base = base_of(log)
    return base.with_name(f"{base.name}.txt")


def scenario_of(log: Path) -> Path:
    """Return where the scenario of *log* lies: `NAME.toml`, of a segment `HOME.toml`."""
    name = parse_name(log.name)
    return log.with_name(f"{base_of(log).name if name is None else name.home}.toml")


def check_day(log: Path, core: Core | None = None, *, rewrite: bool = False) -> list[str]:
    """Return what is wrong with the recorded day *log*, at most some 30 lines; empty = nothing.

    Args:
        log: the log or its archive.
        core: what decides; this code if None.
        rewrite: write the transcript anew, unless it changed without a new logic version.
    """
    try:
        with LogReader(log) as reader:
            told = Told(reader.header.sources)
    except LogError as error:
        return [str(error)]
    options = Options(core=core or Core())
    report = verify(log, options, told)
    if report.error is not None:
        return [report.error]
    report.divergences[:0] = _beginning(report, options.core)
    version = options.core.logic_version
    found = _replay_findings(report, told, version)
    if found and not rewrite:
        return found[:LINES_MAX]
    told_now = (transcript_of(log), told.text(report, version), first_line(report, version))
    return (_rewrite if rewrite else _compare)(*told_now) or found


def _replay_findings(report: Report, told: Told, version: int) -> list[str]:
    """Return what the replay of a log must not find: damage; another state; of its own logic version any difference."""
    head = report.header
    if report.damage:
        return [f"{report.log}: damaged: {damage_text(damage, report.local)}" for damage in report.damage]
    own = head is not None and head.logic_version == version
    counting = [item for item in report.divergences if own or _counts_always(item)]
    if not counting:
        return []
    report.divergences = counting
    why = "this logic version recorded it otherwise" if own else "it is stored otherwise, or the core failed"
    advice = "mend the code, or, if it is meant, raise the version and record anew (--rerecord)"
    return [f"{report.log}: {why}: {advice}", *decision_diff(report, told)]


def _beginning(report: Report, core: Core) -> list[Divergence]:
    """Return whether a home of which nothing is known yet has another state than when its first log began."""
    head = report.header
    if head is None or head.first_seq != 1 or head.state_version != core.state_version or report.start_hash is None:
        return []
    empty = state_hash(core.restored_events(core.new_state()))
    if empty == report.start_hash:
        return []
    return [Divergence(0, head.at_ms, 0, STATE_DIFFERS, None, report.start_hash.hex(), empty.hex())]


def _counts_always(item: Divergence) -> bool:
    return item.field in (STATE_DIFFERS, CORE_FAILED)


def _compare(path: Path, text: str, head: str) -> list[str]:
    """Return how *text* differs from the checked-in transcript at *path*."""
    try:
        agreed = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return [f"{path}: no transcript: write it with --rewrite, read it, check it in"]
    if agreed == text:
        return []
    lines = unified_diff(agreed.splitlines(), text.splitlines(), "as agreed", "as decided now", lineterm="", n=0)
    return [_why_other(path, agreed, head), *(line[:300] for line in list(lines)[: LINES_MAX - 1])]


def _rewrite(path: Path, text: str, head: str) -> list[str]:
    """Write *text* to *path*, unless what stands there was agreed for the same logic version and log."""
    if path.exists():
        agreed = path.read_text(encoding="utf-8")
        if agreed != text and agreed.partition("\n")[0] == head:
            return [_why_other(path, agreed, head), "not written"]
    path.write_text(text, encoding="utf-8")
    return []


def _why_other(path: Path, agreed: str, head: str) -> str:
    first = agreed.partition("\n")[0]
    if first == head:
        return f"{path}: changed without a new LOGIC_VERSION: raise it (hems_actors/core/version.py), or mend the code"
    if first.partition(",")[0] == head.partition(",")[0]:
        return f"{path}: of another log: write it anew with --rewrite and read the difference"
    return f"{path}: agreed for {first.partition(',')[0]}, this is {head.partition(',')[0]}: read this, then --rewrite"
