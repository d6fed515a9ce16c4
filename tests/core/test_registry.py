"""The closed world of events: each kind has a number, a stage, and a place to be stored."""

from typing import NamedTuple, get_args

import pytest

from hems_actors.core import facts, outcomes
from hems_actors.core.enums import Alarm
from hems_actors.core.errors import CoreError, UnknownEventError, UnknownThingError
from hems_actors.core.evolve import evolve
from hems_actors.core.registry import KINDS, VERSIONS, Event, Stage, stage_of
from hems_actors.core.restore import PARTS
from hems_actors.core.rules import RULES, Rule
from hems_actors.core.state import State

ABOUT_CHARGERS: list[Event] = [
    facts.ChargingInfoChanged(9, 0, 0, 0, 80, 0, 6_000),
    facts.ChargerReported(9, True, False, 0, 0, 0, None, None, None, None, None, None, None, None),
    facts.ActionSent(9, 1),
    facts.ActionAnswered(9, 1, 0),
    outcomes.TimerSet(9, 0, None, 0, 0),
    outcomes.ActionClosed(9, 1, 0),
    outcomes.DeviationSeen(9, 1, 0, 0),
    outcomes.CarJudged(9, 1, 0),
    outcomes.StepSeen(9, 0, 0, 0, 0, 0, 0, 0, 0),
    outcomes.PhasesJudged(9, 1, 1),
    outcomes.UnderuseCapped(9, 0),
    outcomes.SetPointDecided(9, False, 0, 0, 0, 0, 0, ()),
    outcomes.ActionIntended(9, 1, 0, True, 1),
]


class Rumour(NamedTuple):
    """An event nobody registered."""

    source: int


def test_every_event_has_one_number() -> None:
    """All facts and outcomes are in the registry, once, and versions are of known kinds."""
    known = get_args(facts.Fact) + get_args(outcomes.Outcome)

    assert sorted(kind.__name__ for kind in KINDS.values()) == sorted(kind.__name__ for kind in known)
    assert set(VERSIONS) <= set(KINDS)


def test_every_event_begins_with_its_source() -> None:
    """The first field of an event is the thing it is about."""
    assert {kind._fields[0] for kind in KINDS.values()} == {"source"}


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        pytest.param(1, Stage.FACT, id="a tick"),
        pytest.param(99, Stage.FACT, id="the last number of facts"),
        pytest.param(100, Stage.JUDGE, id="the first judgement"),
        pytest.param(139, Stage.JUDGE, id="the last judgement"),
        pytest.param(140, Stage.DECIDE, id="the first decision"),
        pytest.param(159, Stage.DECIDE, id="the last decision"),
        pytest.param(160, Stage.ACT, id="the first action"),
        pytest.param(199, Stage.ACT, id="the last action"),
        pytest.param(200, Stage.FACT, id="a restored part comes in as a fact"),
    ],
)
def test_the_number_says_the_stage(kind: int, stage: Stage) -> None:
    """Replay sorts recorded outcomes by stage from their number alone."""
    assert stage_of(kind) is stage


def test_kinds_are_in_their_stage() -> None:
    """Facts come in; whatever is an outcome belongs to a stage that emits it."""
    for number, kind in KINDS.items():
        assert (stage_of(number) is Stage.FACT) == (kind in get_args(facts.Fact))


def test_parts_have_names_of_their_own() -> None:
    """Each restored part is a kind of its own in the log: named once, its fields too."""
    assert len({part.name for part in PARTS}) == len(PARTS)
    for part in PARTS:
        assert len(set(part.fields)) == len(part.fields)


def test_an_unknown_event_is_refused_by_name() -> None:
    """The core stores nothing it does not know."""
    with pytest.raises(UnknownEventError, match="unknown event: Rumour"):
        evolve(State(), 1, 1, Rumour(0))  # type: ignore[arg-type]


@pytest.mark.parametrize("event", [pytest.param(event, id=type(event).__name__) for event in ABOUT_CHARGERS])
def test_an_event_of_an_unknown_charger_is_refused(event: Event) -> None:
    """A charger must be configured before anything is said of it; both errors are the core's."""
    with pytest.raises(UnknownThingError, match="never configured: source 9") as caught:
        evolve(State(), 1, 1, event)

    assert isinstance(caught.value, CoreError)


def test_evolve_numbers_the_state() -> None:
    """The state knows its newest event, its instant, and the newest fact."""
    state = State()
    evolve(state, 7, 1_000, facts.Tick(0))
    evolve(state, 8, 1_000, outcomes.AlarmChanged(0, Alarm.NO_CONTROL, active=True, value=0))

    assert (state.seq, state.at_ms, state.fact_seq) == (8, 1_000, 7)


def test_every_rule_has_its_words() -> None:
    """Each rule has a name of its own, a sentence, and named operands."""
    assert list(RULES) == list(Rule)
    assert len({text.name for text in RULES.values()}) == len(RULES)
    for rule, text in RULES.items():
        assert text.name == Rule(rule).name.lower()
        assert text.sentence
        assert len(set(text.operands)) == len(text.operands)
