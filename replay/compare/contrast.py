"""Two sides, A and B, decide on the same facts: where they first part, and what follows from it.

Strategy: what both say of a fact is compared in pairs of the same kind, thing and subject. Set-points are also compared
as they stand, at each instant at which either side decides and over time: so the comparison goes on where the sides no
longer decide at the same instants.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from replay.compare.said import SET_POINT, Said, point_of

NO_RULE = 0


class Side(NamedTuple):
    """What one side said: of event `seq`, None if it said nothing."""

    seq: int | None
    said: Said | None


class Difference(NamedTuple):
    """One outcome in which the sides differ."""

    at_ms: int
    a: Side
    b: Side

    @property
    def any(self) -> Said:
        """What the side said that said something."""
        said = self.a.said or self.b.said
        assert said is not None  # noqa: S101 - else it would be no difference
        return said


@dataclass(slots=True)
class Change:
    """How often, and for how long, one rule stood where the other side had another set-point."""

    count: int = 0
    lasted_ms: int = 0


@dataclass(slots=True)
class Contrast:
    """What the comparison found so far."""

    decided: int = 0
    """Instants, by charger, at which either side decided."""
    differ: int = 0
    """Of these, those after which the set-points differ."""
    reasons: int = 0
    """Of the rest, those where only the operands differ, or only one side decided it again."""
    others: Counter[str] = field(default_factory=Counter)
    """Other outcomes that differ, by kind."""
    first: Difference | None = None
    """The first one of any kind."""
    first_point: Difference | None = None
    """The first one of a set-point: what each side has stand then."""
    changes: dict[tuple[int, int, int], Change] = field(default_factory=lambda: defaultdict(Change))
    """By charger and the two sides' rules."""
    compared_to_ms: int | None = None
    _standing: tuple[dict[int, Side], dict[int, Side]] = field(default_factory=lambda: ({}, {}))

    @property
    def is_same(self) -> bool:
        """Whether no outcome differs."""
        return self.first is None

    def standing(self, side: int) -> dict[int, Side]:
        """Return the set-points that stand for side 0 (A) or 1 (B), by charger."""
        return self._standing[side]

    def pass_to(self, at_ms: int) -> None:
        """Let time pass until *at_ms*: what stands differently does so until then."""
        lasted_ms = 0 if self.compared_to_ms is None else at_ms - self.compared_to_ms
        self.compared_to_ms = at_ms
        if lasted_ms <= 0 or self.first_point is None:
            return
        ours, theirs = self._standing
        for source in dict.fromkeys([*ours, *theirs]):
            pair = ours.get(source, _NOTHING), theirs.get(source, _NOTHING)
            if _differ(*pair):
                self.changes[source, _rule(pair[0]), _rule(pair[1])].lasted_ms += lasted_ms

    def go_on_from_a(self) -> None:
        """Let B go on from what stands for A: it decides on each fact alone."""
        self._standing[1].clear()
        self._standing[1].update(self._standing[0])

    def take(self, at_ms: int, a: tuple[int, Sequence[Said]], b: tuple[int, Sequence[Said]]) -> None:
        """Compare what both sides said at *at_ms*, each with the number of the fact it was said of."""
        self.pass_to(at_ms)
        if not (a[1] or b[1]):
            return
        points: dict[int, bool] = {}
        for left, right in _pairs(a[1], b[1]):
            said = left or right
            assert said is not None  # noqa: S101 - pairs hold one at least
            if said.kind == SET_POINT:
                self._set(a[0], left, b[0], right)
                points[said.source] = points.get(said.source, False) or left != right
            if left != right:
                difference = Difference(at_ms, Side(a[0], left), Side(b[0], right))
                self.first = self.first or difference
                if said.kind != SET_POINT:
                    self.others[said.kind] += 1
        for source, differs in points.items():
            self._judge(at_ms, source, differs=differs)

    def _set(self, a_seq: int, a: Said | None, b_seq: int, b: Said | None) -> None:
        for standing, seq, said in zip(self._standing, (a_seq, b_seq), (a, b), strict=True):
            if said is not None:
                standing[said.source] = Side(seq, said)

    def _judge(self, at_ms: int, source: int, *, differs: bool) -> None:
        """Count the set-points of *source* as they stand now; *differs*: what was said of them does."""
        ours, theirs = (standing.get(source, _NOTHING) for standing in self._standing)
        self.decided += 1
        if _differ(ours, theirs):
            self.differ += 1
            self.changes[source, _rule(ours), _rule(theirs)].count += 1
            if self.first_point is None:
                self.first_point = Difference(at_ms, ours, theirs)
        elif differs:
            self.reasons += 1


_NOTHING = Side(None, None)


def _differ(a: Side, b: Side) -> bool:
    """Return whether two set-points differ in more than their operands."""
    points = [None if side.said is None else point_of(side.said) for side in (a, b)]
    return points[0] != points[1]


def _rule(side: Side) -> int:
    number: int = side.said.values.get("rule", NO_RULE) if side.said is not None else NO_RULE
    return number


def _pairs(a: Sequence[Said], b: Sequence[Said]) -> list[tuple[Said | None, Said | None]]:
    """Return *a* and *b* in pairs of what is about the same, in the order it was said."""
    grouped: dict[Hashable, tuple[list[Said], list[Said]]] = {}
    for index, side in enumerate((a, b)):
        for said in side:
            grouped.setdefault(said.about, ([], []))[index].append(said)
    return [pair for ours, theirs in grouped.values() for pair in zip_longest(ours, theirs)]
