"""Comparing outcomes: pairs, fields, operands, order."""

from typing import Any

import pytest

from hems_actors.core.outcomes import ActionIntended, HealthJudged, Outcome, SetPointDecided, TimerSet, UnderuseCapped
from hems_actors.core.rules import Rule
from hems_actors.eventlog.codec import kind_number
from replay.compare import differences, unit_of
from replay.divergence import Concluded


def concluded(*events: Outcome, at_ms: int = 1000) -> list[Concluded]:
    """Return *events* numbered from 10 on."""
    return [Concluded(seq, at_ms, kind_number(event), event) for seq, event in enumerate(events, 10)]


def point(rule: int, *operands: int, current_ma: int = 6000) -> SetPointDecided:
    """Return a decision for charger 2."""
    return SetPointDecided(2, True, current_ma, 1, 16_000, 5, rule, operands)


TIMER = TimerSet(2, 1, 500, 30, 20)
OTHER_TIMER = TimerSet(2, 3, 500, 30, 20)
WRITE = ActionIntended(2, 2, 6000, reduces=False, attempt=1)

OPERANDS = "set_point_decided.operands"
CASES: list[Any] = [
    pytest.param([], [], [], id="nothing on both sides"),
    pytest.param([TIMER], [TIMER], [], id="equal"),
    pytest.param([TIMER], [TIMER._replace(value=31)], [("timer_set.value", 30, 31)], id="one field"),
    pytest.param(
        [TIMER, OTHER_TIMER],
        [OTHER_TIMER._replace(value=1)],
        [("timer_set", {"timer": 1, "since_ms": 500, "value": 30, "threshold": 20}, None), ("timer_set.value", 30, 1)],
        id="timers are paired by what they are about",
    ),
    pytest.param(
        [TIMER, OTHER_TIMER],
        [OTHER_TIMER, TIMER],
        [("order", ["timer_set 2"] * 2, ["timer_set 2"] * 2)],
        id="order",
    ),
    pytest.param(
        [HealthJudged(0, 1)],
        [UnderuseCapped(0, 1)],
        [("health_judged", {"health": 1}, None), ("underuse_capped", None, {"cap_ma": 1})],
        id="equal values of another kind",
    ),
    pytest.param(
        [WRITE._replace(reduces=True)],
        [WRITE._replace(reduces=1)],  # type: ignore[arg-type]
        [("action_intended.reduces", True, 1)],
        id="a flag is no number",
    ),
    pytest.param(
        [WRITE],
        [WRITE, WRITE._replace(value=7)],
        [("action_intended", None, {"what": 2, "value": 7, "reduces": False, "attempt": 1})],
        id="one more of a kind",
    ),
    pytest.param(
        [point(Rule.NORMAL, 16, 3)],
        [point(Rule.NORMAL, 17, 4)],
        [(f"{OPERANDS}.maximum_ma", 16, 17), (f"{OPERANDS}.maximum_ma.event", 3, 4)],
        id="operands by name",
    ),
    pytest.param(
        [point(Rule.NORMAL, 1, 1)],
        [point(Rule.EXIT, 2, 1)],
        [("set_point_decided.rule", 1, 21), (OPERANDS, [1, 1], [2, 1])],
        id="another rule: operands whole",
    ),
    pytest.param(
        [point(999, 1, 1)], [point(999, 2, 1)], [(OPERANDS, [1, 1], [2, 1])], id="unknown rule: operands whole"
    ),
    pytest.param([point(Rule.NORMAL, 1, 1)], [point(Rule.NORMAL)], [(OPERANDS, [1, 1], [])], id="operands missing"),
]


@pytest.mark.parametrize(("recorded", "replayed", "wanted"), CASES)
def test_differences(recorded: list[Outcome], replayed: list[Outcome], wanted: list[tuple[str, Any, Any]]) -> None:
    """What differs, field by field."""
    found = differences(concluded(*recorded), concluded(*replayed))

    assert [(item.field, item.recorded, item.replayed) for item in found] == wanted


def test_events_stand_beside() -> None:
    """A divergence keeps the outcomes it is about."""
    (difference,) = differences(concluded(point(Rule.NORMAL)), concluded(point(Rule.NORMAL, current_ma=7000)))

    assert difference.events == (point(Rule.NORMAL), point(Rule.NORMAL, current_ma=7000))
    assert (difference.seq, difference.at_ms, difference.source, difference.unit) == (10, 1000, 2, "mA")


def test_instant() -> None:
    """An outcome at another instant differs in it."""
    (difference,) = differences(concluded(TIMER), concluded(TIMER, at_ms=1001))

    assert (difference.field, difference.recorded, difference.replayed, difference.unit) == (
        "timer_set.at_ms",
        1000,
        1001,
        "ms",
    )


@pytest.mark.parametrize(
    ("field", "unit"), [("a.current_ma", "mA"), ("a.rule", None), ("a.level_percent", "%"), ("a_w", "W")]
)
def test_units(field: str, unit: str | None) -> None:
    """The unit is the last word of a field's name."""
    assert unit_of(field) == unit
