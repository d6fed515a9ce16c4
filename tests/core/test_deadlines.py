"""Deadlines: set, met, missed, over, and which comes next (charging.md section 8). The home's clocks show UTC."""

from collections.abc import Iterable

import pytest

from hems_actors.core.deadlines import MET_WS, PURSUED_S, Pursuit, judge_deadline
from hems_actors.core.enums import Ending, Mode
from hems_actors.core.need import Need
from hems_actors.core.outcomes import DeadlineJudged
from tests.core.home import START_MS, Home

NOW_S = START_MS // 1_000
DAY_S = 86_400
HOUR_S = 3_600
NEEDS = Need(10_000 * 3_600, 50_000, 0)
FULL = Need(0, 50_000, 0)


def pursuing(mode: Mode = Mode.ECO_WITH_TARGET_TIME, end_s: int = NOW_S + HOUR_S, repeat_mask: int = 0) -> Home:
    """Return a home whose charger 2 has a car and a deadline at *end_s*, which is set."""
    home = Home()
    home.charger(2, mode=mode, end_s=end_s, repeat_mask=repeat_mask, plugged_in=True)
    return home


def judge(home: Home, need: Need = NEEDS) -> Pursuit:
    """Return what is judged of charger 2's deadline now."""
    return judge_deadline(home.state, home.state.chargers[2], need)


def told(judged: Iterable[DeadlineJudged]) -> list[tuple[Ending, int]]:
    """Return the endings and deadlines that are recorded."""
    return [(Ending(one.ending), one.deadline_s) for one in judged]


SET = [  # mode, end, weekdays -> what is recorded at plug-in; 1,000 s is 1 January 1970, 00:16:40, a Thursday
    pytest.param(Mode.ECO_WITH_TARGET_TIME, NOW_S + 1, 0, [(Ending.SET, NOW_S + 1)], id="once, 1 s ahead"),
    pytest.param(Mode.ECO_WITH_TARGET_TIME, NOW_S, 0, [(Ending.PAST, NOW_S)], id="once, just now: past, ignored"),
    pytest.param(Mode.ECO_WITH_TARGET_TIME, 0, 0, [], id="none"),
    pytest.param(Mode.ECO_MIN_WITH_TARGET_TIME, NOW_S + 1, 0, [(Ending.SET, NOW_S + 1)], id="EcoMin, too"),
    pytest.param(Mode.ECO, NOW_S + 1, 0, [], id="Eco has none"),
    pytest.param(Mode.NORMAL, NOW_S + 1, 0, [], id="Normal has none"),
    pytest.param(Mode.ECO_WITH_TARGET_TIME, NOW_S, 0b0001000, [(Ending.SET, NOW_S + 7 * DAY_S)], id="Thursdays"),
    pytest.param(Mode.ECO_WITH_TARGET_TIME, NOW_S, 0b0010000, [(Ending.SET, NOW_S + DAY_S)], id="Fridays"),
]


@pytest.mark.parametrize(("mode", "end_s", "repeat_mask", "expected"), SET)
def test_set_at_plug_in(mode: Mode, end_s: int, repeat_mask: int, expected: list[tuple[Ending, int]]) -> None:
    """The first one ahead counts; one that is past for good is ignored, and that is said."""
    home = Home()
    home.charger(2, mode=mode, end_s=end_s, repeat_mask=repeat_mask, plugged_in=True)

    assert told(home.all_of(DeadlineJudged)) == expected


ENDS = [  # seconds after the deadline, need -> what is recorded, whether charging goes on
    pytest.param(-1, NEEDS, [], False, id="1 s before"),
    pytest.param(-1, FULL, [], False, id="full before: it ends when it is reached"),
    pytest.param(0, FULL, [Ending.MET], False, id="met"),
    pytest.param(0, Need(MET_WS - 1, 50_000, 0), [Ending.MET], False, id="all but what rounding leaves"),
    pytest.param(0, Need(MET_WS, 50_000, 0), [Ending.MISSED], True, id="missed: charging goes on"),
    pytest.param(PURSUED_S - 1, NEEDS, [Ending.MISSED], True, id="just under 4 h late"),
    pytest.param(PURSUED_S, NEEDS, [Ending.EXPIRED], False, id="4 h late: over"),
]


@pytest.mark.parametrize(("late_s", "need", "endings", "goes_on"), ENDS)
def test_end(late_s: int, need: Need, endings: list[Ending], *, goes_on: bool) -> None:
    """Reached in time, or late, or given up after 4 h; once is once."""
    home = pursuing()
    home.now_ms += (HOUR_S + late_s) * 1_000
    home.state.at_ms = home.now_ms

    pursuit = judge(home, need)

    assert [ending for ending, _ in told(pursuit.judged)] == endings
    assert pursuit.missed == goes_on
    for judged in pursuit.judged:
        home.store(judged)
    assert (home.state.chargers[2].info.end_s == 0) == (endings in ([Ending.MET], [Ending.EXPIRED]))


def test_missed_is_said_once() -> None:
    """And charging goes on until the car is full."""
    home = pursuing()
    home.now_ms += HOUR_S * 1_000
    home.state.at_ms = home.now_ms
    for judged in judge(home).judged:
        home.store(judged)

    assert judge(home) == Pursuit(NOW_S + HOUR_S, missed=True)
    assert told(judge(home, FULL).judged) == [(Ending.MET, NOW_S + HOUR_S)]


def test_next_occurrence_follows() -> None:
    """One that repeats is followed by the next day it names."""
    home = pursuing(repeat_mask=0b1111111)
    home.now_ms += HOUR_S * 1_000
    home.state.at_ms = home.now_ms

    assert told(judge(home, FULL).judged) == [(Ending.MET, NOW_S + HOUR_S), (Ending.SET, NOW_S + HOUR_S + DAY_S)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param("unplug", Ending.UNPLUGGED, id="the car left"),
        pytest.param("mode", Ending.REMOVED, id="another mode"),
        pytest.param("end", Ending.REMOVED, id="no deadline any more"),
    ],
)
def test_removed(change: str, expected: Ending) -> None:
    """The deadline is over with what it was for."""
    home = pursuing()
    before = len(home.all_of(DeadlineJudged))
    if change == "unplug":
        home.unplug(2)
    else:
        mode = Mode.ECO if change == "mode" else Mode.ECO_WITH_TARGET_TIME
        home.info(2, mode=mode, end_s=0 if change == "end" else NOW_S + HOUR_S)

    assert told(home.all_of(DeadlineJudged)[before:]) == [(expected, NOW_S + HOUR_S)]


def test_another_deadline_replaces_it() -> None:
    """New settings set it anew, also after it was missed."""
    home = pursuing()
    home.now_ms += HOUR_S * 1_000
    home.state.at_ms = home.now_ms
    for judged in judge(home).judged:
        home.store(judged)
    home.info(2, mode=Mode.ECO_WITH_TARGET_TIME, end_s=NOW_S + 5 * HOUR_S)

    assert home.all_of(DeadlineJudged)[-1] == DeadlineJudged(2, NOW_S + 5 * HOUR_S, Ending.SET, 33_333)
