"""A charger that was never on: cycle after cycle off is no change, and no switch of its phases."""

from hems_actors.core import facts
from hems_actors.core.enums import Mode
from hems_actors.core.outcomes import PhasesJudged
from tests.core.closed_loop import Loop, Post, steady
from tests.core.test_calm_weather import _passed


def _quiet_loop(*, can_switch: bool) -> Loop:
    return Loop(Post(2, Mode.ECO, rotation=123, can_switch=can_switch), house=steady(500))


def test_cycles_change_nothing() -> None:
    """Neither is it changed or switched, nor are its phases forgotten and found again."""
    loop = _quiet_loop(can_switch=True)
    for _ in range(5):
        loop.live(60)
        loop.tell(facts.Tick(0))

    point = loop.state.chargers[2].point
    assert point.seq
    assert (point.changed_at_ms, point.switched_at_ms) == (0, None)
    assert len(loop.all_of(PhasesJudged, 2)) <= 1


def test_its_readings_are_passed_over() -> None:
    """With a cycle each minute too, nearly all of them."""
    loop = _quiet_loop(can_switch=False)
    passed = 0
    for _ in range(5):
        passed += _passed(loop, 60)
        loop.tell(facts.Tick(0))

    assert passed >= 290
