"""How outcomes are stored: what a decision or a judgement changes for later ones (charging.md sections 6, 7, 11)."""

import pytest

from hems_actors.core.electric import draw_ma, measured_draw_ma
from hems_actors.core.enums import CarPhase, Issuer, Knowledge, Timer
from hems_actors.core.outcomes import (
    CarJudged,
    PhaseCut,
    PhasesJudged,
    SetPointDecided,
    StepSeen,
    TimerSet,
    UnderuseCapped,
)
from hems_actors.core.rules import Rule
from tests.core.home import Home


def decided(*, on: bool = True, current_ma: int = 10_000, phases: int = 3, rule: Rule = Rule.NORMAL) -> SetPointDecided:
    """Return a decision for charger 2."""
    issuer = Issuer.SURPLUS_CHARGING if on else Issuer.UNKNOWN
    return SetPointDecided(2, on, current_ma if on else 0, phases, current_ma, issuer, rule, ())


def test_a_plug_in_forgets_the_last_one() -> None:
    """Fullness, cap, phases in use and timers are the last car's; the wiring is the house's."""
    home = Home()
    charger = home.charger(2, plugged_in=True, rotation=0)
    home.store(UnderuseCapped(2, 8_000))
    home.store(PhasesJudged(2, 0b010, Knowledge.CORRELATED))
    home.store(TimerSet(2, Timer.SURPLUS_START, home.now_ms, 0, 0))
    home.unplug(2)

    assert (charger.session.cap_ma, charger.map.phases_mask, charger.map.wiring) == (0, 0, 2)
    assert charger.timers == [None] * len(Timer)


def test_an_adopted_car_that_left_unseen_begins_anew() -> None:
    """IDLE keeps the plug and forgets the car."""
    home = Home()
    charger = home.charger(2, plugged_in=None)
    home.store(CarJudged(2, CarPhase.DRAWING, 6_000))
    home.store(CarJudged(2, CarPhase.IDLE, 0))

    assert (charger.session.plugged, charger.session.drew) == (True, False)


def test_a_one_phase_car_on_a_three_phase_offer_is_remembered() -> None:
    """It is left alone until unplug; its measured draw is reckoned on its phase."""
    home = Home()
    charger = home.charger(2, rotation=0, plugged_in=True, draw_w=3_680)
    home.store(decided(current_ma=16_000))
    home.store(PhasesJudged(2, 0b001, Knowledge.CORRELATED))

    assert charger.session.one_phase
    assert charger.draw.seen_ma == measured_draw_ma(1, charger.report) == 16_000


def test_a_contradicted_wiring_is_forgotten() -> None:
    """What was learned of the wiring does not outlive a contradiction."""
    home = Home()
    charger = home.charger(2, rotation=0, plugged_in=True)
    home.store(PhasesJudged(2, 0b010, Knowledge.CORRELATED))
    home.store(PhasesJudged(2, 0b011, Knowledge.CONTRADICTED))

    assert charger.map.wiring == 0


@pytest.mark.parametrize(
    ("spoiled", "on", "draw"),
    [
        pytest.param(False, True, 7_000, id="a clean step: as seen"),
        pytest.param(True, True, 10_000, id="spoiled: anything up to the offer"),
        pytest.param(True, False, 0, id="spoiled, but off: nothing"),
    ],
)
def test_what_a_step_says_of_the_draw(spoiled: bool, on: bool, draw: int) -> None:
    """An unmeasured draw is what its step showed, if the step was seen alone."""
    home = Home()
    charger = home.charger(2, plugged_in=True, power_on=True, current_ma=16_000)
    home.store(decided(on=on))
    charger.map.spoiled = spoiled
    home.store(StepSeen(2, 7_000, 0, 0, 0, 0, 7_000, 1, 2))

    assert draw_ma(charger) == draw


@pytest.mark.parametrize(
    ("before_ma", "event", "draw"),
    [
        pytest.param(9_000, decided(current_ma=8_000), 8_000, id="lowered: never above the set-point"),
        pytest.param(9_000, decided(current_ma=16_000), 9_000, id="raised: as before until seen"),
        pytest.param(9_000, decided(on=False), 0, id="off: nothing"),
        pytest.param(None, decided(current_ma=8_000), 8_000, id="unknown: the offer"),
    ],
)
def test_an_estimate_follows_the_set_point(before_ma: int | None, event: SetPointDecided, draw: int) -> None:
    """An unmeasured draw is never above the set-point."""
    home = Home()
    charger = home.charger(2, plugged_in=True, power_on=True, current_ma=16_000)
    home.store(decided(current_ma=10_000))
    charger.draw.estimate_ma = before_ma
    home.store(event)

    assert draw_ma(charger) == draw


def test_an_overload_stop_is_remembered_until_the_next_start() -> None:
    """Stopped by overload: the restart waits for headroom, and only then starts."""
    home = Home()
    charger = home.charger(2, plugged_in=True)
    home.store(decided())
    home.store(decided(on=False, rule=Rule.OVERLOAD_STOP))
    assert (charger.point.stopped_by_overload, charger.point.cut_at_ms) == (True, home.now_ms)

    home.store(decided())
    assert not charger.point.stopped_by_overload


def test_a_phase_switch_is_dated_and_forgets_the_phases() -> None:
    """7 min between switches are counted from it; what each phase carries must be found again."""
    home = Home()
    charger = home.charger(2, plugged_in=True)
    home.store(decided())
    home.store(PhasesJudged(2, 0b111, Knowledge.CORRELATED))
    home.store(decided(phases=1))

    assert charger.point.switched_at_ms == home.now_ms
    assert charger.map.knowledge == Knowledge.UNKNOWN


def test_a_guard_stands_until_the_phase_came_back() -> None:
    """The beginning of an overload is kept while it is cut for again."""
    home = Home()
    began_ms = home.now_ms
    home.store(PhaseCut(0, 1, 30_000, 5_000, 5_000))
    home.now_ms += 10_000
    home.store(PhaseCut(0, 1, 28_000, 3_000, 3_000))
    guard = home.state.guards[1]
    assert (guard.began_at_ms, guard.cut_at_ms, guard.reading_ma, guard.taken_ma) == (
        began_ms,
        began_ms + 10_000,
        28_000,
        3_000,
    )

    home.store(PhaseCut(0, 1, 20_000, -5_000, 0))
    assert (guard.began_at_ms, guard.taken_ma) == (None, 0)
