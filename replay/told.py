"""What this code decides from a log's facts, in words: the transcript that lies beside a recorded day.

Strategy: it listens to a replay, so each cycle is decided from what was recorded before it. Set-points that stay, with
the same rule, are left out; an outcome has the number of the fact it follows.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence

from hems_actors.core.describe import describe, operands_text
from hems_actors.core.identity import names_of
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.rules import RULES
from hems_actors.core.state import State
from hems_actors.eventlog.localtime import LocalTime
from replay.divergence import Concluded
from replay.report import Report


class Told:
    """Listens to the replay of one log.

    Args:
        sources: names of things by number, as the log's header has them.
    """

    def __init__(self, sources: Mapping[int, str]) -> None:
        self.lines: list[str] = []
        """One for each outcome."""
        self.names: Mapping[int, str] = sources
        self.local = LocalTime()
        self._sources = sources
        self._before: dict[int, tuple[object, ...]] = {}
        self._decided: dict[int, list[tuple[int, SetPointDecided]]] = defaultdict(list)
        self._things = 0

    def __call__(self, state: State, recorded: Sequence[Concluded], own: Sequence[Concluded]) -> None:
        """Write down what is new in *own*."""
        self._know(state)
        for item in own:
            if self._is_new(item):
                self.lines.append(f"{self.local.text(item.at_ms)} #{item.seq} {describe(item.event, self.names)}")
        for item in recorded:
            event, known = item.event, self._decided[item.event.source]
            if isinstance(event, SetPointDecided) and not (known and known[-1][1].rule == event.rule):
                known.append((item.seq, event))

    def rule_at(self, source: int, seq: int) -> str:
        """Return the rules in force at event *seq*, of the charger *source* or else of all; empty if there are none."""
        sources = (
            [source] if self._decided.get(source) else [number for number, known in self._decided.items() if known]
        )
        found = []
        for number in sources:
            known = self._decided[number]
            at = bisect_right(known, seq, key=lambda item: item[0]) - 1
            found.append(f"{self.names.get(number, number)} {rule_text(known[max(0, at)][1])}")
        return ", ".join(found)

    def text(self, report: Report, logic_version: int) -> str:
        """Return the transcript: version and log on its first line, the state at the end on its last."""
        ends = "unknown" if report.state_hash is None else report.state_hash.hex()
        return "\n".join([first_line(report, logic_version), *self.lines, f"state at the end {ends}", ""])

    def _is_new(self, item: Concluded) -> bool:
        event = item.event
        if not isinstance(event, SetPointDecided):
            return True
        point = (*event[1:6], event.rule)
        same = self._before.get(event.source) == point
        self._before[event.source] = point
        return not same

    def _know(self, state: State) -> None:
        """Go by the zone, clock and names that *state* has."""
        site = state.site
        if (site.transitions_s, site.clock_offset_ms) != (self.local.transitions_s, self.local.clock_offset_ms):
            self.local = LocalTime(site.transitions_s, site.clock_offset_ms)
        if len(state.things) != self._things:
            self._things = len(state.things)
            self.names = {**self._sources, **names_of(state.things)}


def first_line(report: Report, logic_version: int) -> str:
    """Return what a transcript begins with: which code decided, and of which log it is."""
    crc = 0 if report.last_crc is None else report.last_crc
    return f"logic_version {logic_version}, log of {report.last_seq} events, crc {crc:08x}"


def rule_text(event: SetPointDecided) -> str:
    """Return the name of the rule that *event* names."""
    rule = RULES.get(event.rule)
    return f"rule {event.rule}" if rule is None else rule.name


def point_text(event: SetPointDecided) -> str:
    """Return a set-point as a person says it, with its rule and what that rests on."""
    phases = {0: "unknown phases", 1: "1 phase"}.get(event.phases, f"{event.phases} phases")
    what = f"{event.current_ma / 1_000:g} A on {phases}" if event.on else "off"
    because = operands_text(event.rule, event.operands)
    return f"{what} (asked for {event.target_ma / 1_000:g} A), rule {rule_text(event)}" + (
        f", because {because}" if because else ""
    )
