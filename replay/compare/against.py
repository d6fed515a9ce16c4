"""`--against PYTHON`: another version of this package, in another environment, decides the facts of a log again.

Strategy: as a replay does, each fact is decided on in the state that was recorded, so that each difference is judged
alone; it counts until the next fact. What it all comes to is told by playing the home in closed loop, once with each
version.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from hems_actors.core.identity import names_of
from hems_actors.eventlog.errors import LogError, NewerError
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader
from replay.compare import redecide
from replay.compare.child import TIMEOUT_S, ChildError, lines_of
from replay.compare.finding import FROM_MODEL, Effect, Finding, Pair
from replay.compare.said import RuleWords, Said, said_of, said_plain
from replay.compare.steps import Steps
from replay.report import Exit

_WORDS: Final = 3


def against(log: Path, python: str, timeout_s: float = TIMEOUT_S) -> Finding:
    """Return how the decisions recorded in *log* differ from those of the version that *python* has installed."""
    finding = Finding(str(log), python)
    try:
        _compare(log, python, timeout_s, finding)
        if not finding.contrast.is_same and finding.broken is None:
            _play(log, python, timeout_s, finding)
    except LogError as error:
        finding.error = str(error)
        finding.broken = Exit.USAGE_OR_NEWER if isinstance(error, NewerError) else Exit.DAMAGED
    except ChildError as error:
        finding.error = f"--against {error}"
        finding.broken = Exit.USAGE_OR_NEWER
    return finding


class _Other:
    """What the other version says, fact by fact."""

    def __init__(self, python: str, lines: Iterator[Mapping[str, Any]], finding: Finding) -> None:
        self._python = python
        self._lines = lines
        self._finding = finding
        self._held: tuple[int, list[Said]] | None = None
        self.failed: list[tuple[int, str]] = []
        self._greet(next(lines, {}))
        self._advance()

    def said(self, seq: int) -> list[Said]:
        """Return what it says of the fact *seq*; asked for in order."""
        while self._held is not None and self._held[0] < seq:
            self._advance()
        return self._held[1] if self._held is not None and self._held[0] == seq else []

    def _greet(self, line: Mapping[str, Any]) -> None:
        self._refuse(line)
        if line.get("protocol") != redecide.PROTOCOL:
            raise ChildError(f"{self._python}: its package is of a version that cannot be compared with")
        try:
            rules = {int(number): RuleWords(text[0], tuple(text[1]), text[2]) for number, text in line["rules"].items()}
            self._finding.notes.append(
                f"B is logic version {line['logic_version']} in {line['where']}; "
                "each fact is decided on in the recorded state"
            )
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ChildError(f"{self._python}: does not say who it is") from error
        self._finding.rules = (self._finding.rules[0], rules)

    def _advance(self) -> None:
        line = next(self._lines, None)
        self._held = None
        if line is None:
            raise ChildError(f"{self._python}: ended before the log did")
        self._refuse(line)
        try:
            if line.get("end"):
                self.failed = [(int(seq), str(text)) for seq, text in line["failed"]]
            else:
                said = [said_plain(str(kind), int(source), dict(values)) for kind, source, values in line["said"]]
                self._held = (int(line["seq"]), said)
        except (KeyError, TypeError, ValueError) as error:
            raise ChildError(f"{self._python}: says something that is no decision") from error

    def _refuse(self, line: Mapping[str, Any]) -> None:
        if "error" in line:
            why = "the log is newer than its package: " if line.get("newer") else ""
            raise ChildError(f"{self._python}: {why}{line['error']}")


def _compare(path: Path, python: str, timeout_s: float, finding: Finding) -> None:
    contrast = finding.contrast
    with LogReader(path) as log:
        steps = Steps(log)
        other = _Other(python, lines_of(python, "decisions", path, timeout_s), finding)
        for step in steps:
            contrast.pass_to(step.at_ms)
            contrast.go_on_from_a()
            recorded = step.seq, said_of(step.outcomes, numbers=False)
            contrast.take(step.at_ms, recorded, (step.seq, other.said(step.seq)))
        state = steps.state
        finding.names = dict(log.header.sources) | names_of(state.things)
        finding.local = LocalTime(state.site.transitions_s, state.site.clock_offset_ms)
        if log.damage or log.gaps:
            finding.broken = Exit.DAMAGED
            finding.warnings.append(f"{path}: damaged or with a gap: compared up to it at most")
        if log.torn_tail_bytes:
            finding.warnings.append(f"{path}: ends in the middle of a frame: {log.torn_tail_bytes} bytes ignored")
    if other.failed:
        finding.broken = Exit.DIFFERS
        seq, text = other.failed[0]
        finding.error = f"--against {python}: its core fails at event {seq:,}: {text}: compared up to it"


def _play(path: Path, python: str, timeout_s: float, finding: Finding) -> None:
    """Note what both versions' decisions come to when each plays the home."""
    from replay.whatif.errors import WhatIfError  # noqa: PLC0415 - only where a difference is to be judged
    from replay.whatif.figures import figures_of  # noqa: PLC0415

    try:
        ours: Mapping[str, Any] = figures_of(path)
        line = next(lines_of(python, "figures", path, timeout_s), {})
        theirs = line.get("figures")
        if theirs is None:
            finding.notes.append(f"effect unknown: {line.get('why', 'B does not say it')}")
            return
        finding.effect = _effect(ours, theirs)
    except (ChildError, WhatIfError) as error:
        finding.notes.append(f"effect unknown: {error}")
    except (AttributeError, KeyError, TypeError, ValueError):
        finding.notes.append("effect unknown: B says it in another way")


def _effect(a: Mapping[str, Any], b: Mapping[str, Any]) -> Effect:
    chargers = {
        int(source): Pair(a["chargers_wh"].get(source, 0), int(b["chargers_wh"].get(source, 0)))
        for source in a["chargers_wh"] | b["chargers_wh"]
    }
    cost_ueur = None if b["cost_ueur"] is None else int(b["cost_ueur"])
    return Effect(FROM_MODEL, chargers, Pair(a["import_wh"], int(b["import_wh"])), Pair(a["cost_ueur"], cost_ueur))
