"""What happened to a charger around an instant: the decision that stood, since when, what was done, what came next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hems_actors.core import facts, outcomes
from hems_actors.core.enums import Deviation
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.eventlog.localtime import LocalTime
from replay.api import LoggedEvent
from replay.query_actions import Action, Actions
from replay.survey import Survey
from replay.why.reading import Placed, chosen, kind_numbers

KINDS: Final = kind_numbers(
    *(facts.ActionSent, facts.ActionAnswered, facts.ChargingInfoChanged, facts.ChargerReported),
    *(facts.SiteSettingsChanged, facts.SiteConfigured, facts.LinkChanged),
    *(outcomes.ActionIntended, outcomes.ActionClosed, outcomes.SetPointDecided, outcomes.AlarmChanged),
    *(outcomes.DeviationSeen, outcomes.DeadlineJudged, outcomes.PhaseCut),
)
"""Of the events that a story is made of."""
_ACTIONS_MAX: Final = 400
"""So many actions of one set-point are kept; nobody reads more."""
_BY_HAND: Final = (Deviation.USER_LOWERED, Deviation.USER_RAISED)


class Decided(NamedTuple):
    """A recorded decision."""

    seq: int
    at_ms: int
    event: SetPointDecided

    @property
    def set_point(self) -> tuple[bool, int, int]:
        """On, current, phases: what a charger is told."""
        event = self.event
        return (True, event.current_ma, event.phases) if event.on else (False, 0, 0)


class Told(NamedTuple):
    """An event and its place."""

    seq: int
    at_ms: int
    event: tuple[object, ...]


@dataclass(slots=True)
class Story:
    """Of one charger, around an instant."""

    source: int
    decision: Decided | None = None
    """The newest at or before the instant."""
    before: Decided | None = None
    """The one before that, whatever it said."""
    began: Decided | None = None
    """The first that said the same as `decision`, without another in between."""
    first_known: bool = False
    """Whether `began` is only the first one in this log."""
    next: Decided | None = None
    """The first one after the instant that said something else."""
    actions: list[Action] = field(default_factory=list)
    """For the set-point of `decision`, from `began` until `next`."""
    more_actions: int = 0
    alarms: list[Told] = field(default_factory=list)
    """Changed while that set-point stood."""
    by_hand: Told | None = None
    """The newest `DeviationSeen` of a user before the instant."""
    infos: list[Told] = field(default_factory=list)
    """The newest two `ChargingInfoChanged` before the instant."""
    deadline: Told | None = None
    """The newest `DeadlineJudged` before the instant."""
    lost: Placed | None = None
    """Where events are missing between the decision and the instant."""


@dataclass(slots=True)
class HomeStory:
    """Of the home, before an instant."""

    settings: Told | None = None
    """The newest `SiteSettingsChanged`."""
    link: Told | None = None
    """The newest `LinkChanged`."""
    cuts: list[Told] = field(default_factory=list)
    """The `PhaseCut`s of the overload that stood at the instant, or ended last: all since the last one that ended."""


class Question(NamedTuple):
    """Of one charger, at an instant."""

    source: int
    at_ms: int


def tell(found: Survey, asked: Sequence[Question]) -> list[tuple[HomeStory, Story]]:
    """Return for each question what happened up to its instant, and what became of it; the log is read once for all.

    Raises:
        LogError: the log cannot be read.
    """
    homes = {at_ms: HomeStory() for _source, at_ms in asked}
    tellings = [_Telling(source, found.name(source), at_ms) for source, at_ms in asked]
    by_source: dict[int, list[_Telling]] = {}
    for question, telling in zip(asked, tellings, strict=True):
        by_source.setdefault(question.source, []).append(telling)
    for placed in chosen(found.path, KINDS):
        if placed.event is None:
            for telling in tellings:
                telling.lose(placed)
        elif placed.event.source == 0:
            for at_ms, home in homes.items():
                _note_home(home, placed, at_ms)
        else:
            for telling in by_source.get(placed.event.source, ()):
                telling.take(placed, placed.event)
    return [(homes[question.at_ms], telling.end()) for question, telling in zip(asked, tellings, strict=True)]


def _note_home(home: HomeStory, placed: Placed, until_ms: int) -> None:
    event = placed.event
    if event is None or placed.at_ms > until_ms:
        return
    told = Told(placed.seq, placed.at_ms, event)
    if isinstance(event, facts.SiteSettingsChanged):
        home.settings = told
    elif isinstance(event, facts.LinkChanged):
        home.link = told
    elif isinstance(event, outcomes.PhaseCut):
        newest = home.cuts[-1].event if home.cuts else None
        if isinstance(newest, outcomes.PhaseCut) and newest.over_ma <= 0:
            home.cuts.clear()
        home.cuts = [*home.cuts[-20:], told]


class _Telling:
    """Follows one charger through the log."""

    def __init__(self, source: int, name: str, until_ms: int) -> None:
        self._story = Story(source)
        self._name = name
        self._until_ms = until_ms
        self._actions = Actions()
        self._seen = False

    def lose(self, placed: Placed) -> None:
        """Note that events are missing."""
        if placed.at_ms <= self._until_ms:
            self._story.lost = placed

    def take(self, placed: Placed, event: tuple[object, ...]) -> None:
        """Take the next event of the charger."""
        story = self._story
        if story.next is not None:
            return
        told, is_past = Told(placed.seq, placed.at_ms, event), placed.at_ms <= self._until_ms
        if isinstance(event, SetPointDecided):
            self._decide(Decided(placed.seq, placed.at_ms, event), is_past=is_past)
        elif isinstance(event, outcomes.AlarmChanged):
            story.alarms = [*story.alarms[-20:], told]
        elif is_past and isinstance(event, facts.ChargingInfoChanged):
            story.infos = [*story.infos[-1:], told]
        elif is_past and isinstance(event, outcomes.DeadlineJudged):
            story.deadline = told
        elif is_past and isinstance(event, outcomes.DeviationSeen) and event.deviation in _BY_HAND:
            story.by_hand = told
        if placed.event is not None and placed.event.source == story.source:
            self._follow(LoggedEvent(placed.seq, placed.at_ms, placed.event, self._name, LocalTime()))

    def end(self) -> Story:
        """Return the story."""
        self._keep(self._actions.rest())
        return self._story

    def _decide(self, decided: Decided, *, is_past: bool) -> None:
        story = self._story
        same = story.decision is not None and decided.set_point == story.decision.set_point
        if not is_past:
            story.next = None if same else decided
            return
        story.before, story.decision, story.lost = story.decision, decided, None
        if not same:
            story.first_known = story.began is None
            story.began, story.alarms, story.actions, story.more_actions = decided, [], [], 0
            self._actions = Actions()

    def _follow(self, event: LoggedEvent) -> None:
        self._keep(self._actions.take(event))

    def _keep(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if len(self._story.actions) < _ACTIONS_MAX:
                self._story.actions.append(action)
            else:
                self._story.more_actions += 1
