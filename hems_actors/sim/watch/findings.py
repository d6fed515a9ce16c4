"""What the watches found."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Finding(NamedTuple):
    """One thing seen: when (s since the scenario's start), of which rule, and what it was."""

    at_s: float
    rule: str
    what: str


@dataclass(slots=True)
class Findings:
    """All that was found in one scenario."""

    start_ms: int
    broken: list[Finding] = field(default_factory=list)
    excused: list[Finding] = field(default_factory=list)
    """Excess past 10 s that a fault explains."""
    doubtful: list[Finding] = field(default_factory=list)
    """What nobody could know: an unmeasured car took less than it was offered, so lowering the offer did not help."""
    longest_over_ms: int = 0
    """From the newest reading that showed more excess until the true current was back, no fault being to blame."""
    unseen_over_ms: int = 0
    """Longest true excess that no reading had shown yet."""

    def breach(self, at_ms: int, rule: str, what: str) -> None:
        """Note that *rule* was broken."""
        self.broken.append(Finding((at_ms - self.start_ms) / 1_000, rule, what))

    def doubt(self, at_ms: int, rule: str, what: str) -> None:
        """Note that *rule* was not kept because of a draw that nothing measures."""
        self.doubtful.append(Finding((at_ms - self.start_ms) / 1_000, rule, what))

    def excuse(self, at_ms: int, rule: str, what: str) -> None:
        """Note that *rule* was not kept, for a reason outside."""
        self.excused.append(Finding((at_ms - self.start_ms) / 1_000, rule, what))
