"""All that a picture shows of some logs, gathered in one walk over their events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from hems_actors.core.facts import PricesKnown
from hems_actors.core.outcomes import PlanMade, SetPointDecided
from hems_actors.core.state import State
from replay.picture.clock import Clock
from replay.picture.columns import Values
from replay.picture.decisions import DecisionRow, Decisions, Recent
from replay.picture.feeds import COLUMNS, Feeds
from replay.picture.marks import Mark, Marks
from replay.picture.stretches import Plans, Prices, Run
from replay.picture.walk import File, Missing, Walk

LONG_MS: Final = 9 * 86_400_000
"""Of more than a week only the extremes of each 10 s are kept."""
_KEEP_MS: Final = 10_000
_OF_CHARGERS: Final = ("set:", "charger:")


class Rows(Protocol):
    """A group of curves that rows are added to."""

    def add(self, at_ms: int, values: Values) -> None:
        """Append a row."""


GroupT = TypeVar("GroupT", bound=Rows)


@dataclass(slots=True)
class Content(Generic[GroupT]):
    """What a picture shows; instants are the log's, in ms."""

    home: str
    first_ms: int
    last_ms: int
    names: dict[int, str]
    chargers: list[int]
    """Source numbers, in the order they came."""
    cars: dict[int, int]
    """Charger to the car assigned last."""
    unmeasured: list[int]
    clock: list[tuple[int, int]]
    groups: dict[str, GroupT]
    decisions: list[DecisionRow]
    marks: list[Mark]
    prices: list[tuple[int, int, int]]
    plans: list[Run]
    gaps: list[int]
    """Where events are missing."""
    problems: list[str]
    newer: bool = False
    events: int = 0
    files: list[str] = field(default_factory=list)


class _Gathering(Generic[GroupT]):
    """Takes the items of a walk."""

    def __init__(self, walk: Walk, make: Callable[[Sequence[str], int], GroupT], first_ms: int, keep_ms: int) -> None:
        self._walk = walk
        self._make = make
        self.first_ms = self.last_ms = first_ms
        self._keep_ms = keep_ms
        self.groups: dict[str, GroupT] = {}
        self.feeds = Feeds(self._row)
        self.marks: list[Mark] = []
        self.marking = Marks(self.marks.append, walk.bearings.names)
        self.recent = Recent()
        self.deciding = Decisions(self.recent, changes_only=True)
        self.decisions: list[DecisionRow] = []
        self.prices, self.plans, self.clock = Prices(), Plans(), Clock()
        self.gaps: list[int] = []

    def take(self, seq: int, at_ms: int, what: object) -> None:
        """Take one item."""
        local = self._walk.bearings.local
        at_ms = max(at_ms, self.first_ms)  # a home's first snapshot is of before all time
        self.clock.note(at_ms, local)
        self.last_ms = max(self.last_ms, at_ms)
        if isinstance(what, Missing):
            self.feeds.lose(what.at_ms)
            self.gaps.append(what.at_ms)
        elif isinstance(what, State):
            self.feeds.begin(at_ms, what)
            self.marking.begin(what)
            self.prices.begin(what, local)
            self.plans.begin(at_ms, what, local)
        else:
            self._event(seq, at_ms, what)

    def _event(self, seq: int, at_ms: int, event: object) -> None:
        local = self._walk.bearings.local
        self.feeds.take(at_ms, event)
        if isinstance(event, SetPointDecided):
            row = self.deciding.row(seq, at_ms, event)
            if row is not None:
                self.decisions.append(row)
        self.marking.take(seq, at_ms, event, local)  # type: ignore[arg-type] # the world of events is closed
        if isinstance(event, PricesKnown):
            self.prices.take(event, local)
        elif isinstance(event, PlanMade):
            self.plans.take(at_ms, event, local)
        self.recent.note(seq, at_ms, event)  # type: ignore[arg-type] # as above

    def _row(self, name: str, at_ms: int, values: Values) -> None:
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = self._make(COLUMNS[name.partition(":")[0]], self._keep_ms)
        group.add(at_ms, values)


def gather(files: Sequence[File], make: Callable[[Sequence[str], int], GroupT]) -> Content[GroupT]:
    """Return what a picture of *files*, as `open_files` returns them, shows; *make* makes its groups of curves."""
    first, last = files[0].header, files[-1].header
    walk = Walk(files)
    taking = _Gathering(walk, make, first.at_ms, _KEEP_MS if last.at_ms - first.at_ms > LONG_MS else 0)
    for seq, at_ms, what in walk:
        taking.take(seq, at_ms, what)
    taking.marking.finish()
    taking.feeds.finish(taking.last_ms)
    chargers = dict.fromkeys(int(name.partition(":")[2]) for name in taking.groups if name.startswith(_OF_CHARGERS))
    return Content(
        files[0].header.home,
        taking.first_ms,
        taking.last_ms,
        dict(walk.bearings.names),
        list(chargers),
        taking.feeds.cars,
        sorted(taking.feeds.unmeasured),
        taking.clock.table(taking.last_ms),
        taking.groups,
        taking.decisions,
        sorted(taking.marks, key=lambda mark: (mark.at_ms, mark.seq)),
        taking.prices.rows(taking.first_ms, taking.last_ms),
        taking.plans.rows(),
        taking.gaps,
        [problem.text for problem in walk.problems],
        any(problem.newer for problem in walk.problems),
        walk.events,
        [file.path.name for file in files],
    )
