"""`--diff`: two logs of the same facts, compared decision by decision.

Strategy: facts are taken in pairs as long as they are the same; a tick is the manager's own and may be missing on one
side. A home in closed loop answers another decision with other facts: from there on what stands is compared second by
second. Numbers of events count apart and are not compared.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hems_actors.core.describe import describe
from hems_actors.core.errors import FAILURES
from hems_actors.core.facts import Tick
from hems_actors.core.identity import names_of
from hems_actors.core.registry import Event
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.errors import LogError, NewerError
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.eventlog.reader import LogReader
from replay.compare.account import Account
from replay.compare.finding import FROM_READINGS, Finding, Parting, effect_of
from replay.compare.said import Said, said_of
from replay.compare.steps import Step, Steps
from replay.report import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECOND_MS: Final = 1_000
_NUMBER: Final = "_seq"


def diff(a: Path, b: Path) -> Finding:
    """Return how the decisions in the logs *a* and *b* differ; a log that cannot be read is a finding too."""
    finding = Finding(str(a), str(b))
    try:
        with ExitStack() as stack:
            one, other = (_Side(stack.enter_context(LogReader(path))) for path in (a, b))
            try:
                _compare(one, other, finding)
            finally:
                _note(one, other, finding)
    except LogError as error:
        finding.error = str(error)
        finding.broken = Exit.USAGE_OR_NEWER if isinstance(error, NewerError) else Exit.DAMAGED
    return finding


class _Side:
    """One log, and the step to be taken next; None after the last."""

    def __init__(self, log: LogReader) -> None:
        self.log = log
        self.account = Account()
        self.steps = Steps(log, self.account)
        self._left: Iterator[Step] = iter(self.steps)
        self.head: Step | None = None

    def advance(self) -> None:
        self.head = next(self._left, None)

    def said(self) -> tuple[int, list[Said]]:
        """Take the next step and return what was said in it."""
        step = self.head
        assert step is not None  # noqa: S101 - the caller looked
        self.advance()
        return step.seq, said_of(step.outcomes, numbers=False)

    def said_until(self, at_ms: int) -> tuple[int, list[Said]]:
        """Take all steps up to *at_ms* and return what was said in them."""
        seq = 0
        found: list[Said] = []
        while self.head is not None and self.head.at_ms <= at_ms:
            last_seq, said = self.said()
            seq = seq if found and not said else last_seq
            found += said
        return seq, found

    def names(self) -> dict[int, str]:
        return dict(self.log.header.sources) | names_of(self.steps.state.things)

    def text(self, step: Step | None) -> str:
        if step is None:
            return "nothing more"
        try:
            text = describe(step.fact, self.names())
        except FAILURES:  # numbers that no log holds
            text = brief(step.fact)
        return f"event {step.seq:,}: {text}"


def _compare(a: _Side, b: _Side, finding: Finding) -> None:
    a.advance()
    b.advance()
    while a.head is not None and b.head is not None and finding.parted is None:
        _step(a, b, a.head, b.head, finding)
    if finding.parted is None and a.head is not b.head:
        longer = a.head or b.head
        at_ms = 0 if longer is None else longer.at_ms
        finding.parted = Parting(at_ms, a.text(a.head), b.text(b.head))
    if finding.contrast.is_same:
        return
    while a.head is not None and b.head is not None:
        at_ms = min(a.head.at_ms, b.head.at_ms)
        until_ms = at_ms // _SECOND_MS * _SECOND_MS + _SECOND_MS - 1
        finding.contrast.take(at_ms, a.said_until(until_ms), b.said_until(until_ms))


def _step(a: _Side, b: _Side, left: Step, right: Step, finding: Finding) -> None:
    """Take the next fact of both, or a tick of the one that has it, or note that the facts part here."""
    nothing: list[Said] = []
    if _is_same(left, right):
        finding.contrast.take(left.at_ms, a.said(), b.said())
    elif isinstance(left.fact, Tick) and left.at_ms <= right.at_ms:
        finding.contrast.take(left.at_ms, a.said(), (right.seq, nothing))
    elif isinstance(right.fact, Tick) and right.at_ms <= left.at_ms:
        finding.contrast.take(right.at_ms, (left.seq, nothing), b.said())
    else:
        finding.parted = Parting(min(left.at_ms, right.at_ms), a.text(left), b.text(right))


def _is_same(a: Step, b: Step) -> bool:
    """Return whether both say the same happened; numbers of events in it count apart."""
    if a.at_ms != b.at_ms or type(a.fact) is not type(b.fact):
        return False
    return a.fact == b.fact or _numberless(a.fact) == _numberless(b.fact)


def _numberless(fact: Event) -> list[object]:
    return [value for name, value in zip(fact._fields, fact, strict=True) if not name.endswith(_NUMBER)]


def _note(a: _Side, b: _Side, finding: Finding) -> None:
    """Note what both logs say of the home, and what is wrong with them."""
    state = a.steps.state
    finding.names = b.names() | a.names()
    finding.local = LocalTime(state.site.transitions_s, state.site.clock_offset_ms)
    finding.effect = effect_of(a.account, b.account, FROM_READINGS)
    for side in (a, b):
        log = side.log
        if log.damage or log.gaps:
            finding.broken = Exit.DAMAGED
            where = finding.local.text(log.last_at_ms)
            finding.warnings.append(f"{log.path}: damaged or with a gap: compared up to it at most, read to {where}")
        if log.torn_tail_bytes:
            finding.warnings.append(f"{log.path}: ends in the middle of a frame: {log.torn_tail_bytes} bytes ignored")
