"""When to fetch next: rows of instants, both sides of each boundary, and days played through."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.actors.zone import transitions_s
from hems_actors.core.rates import Rates, Slot
from hems_actors.spotmarket.schedule import (
    FETCHES_MAX,
    SPREAD_S,
    WALL_S_MIN,
    History,
    Now,
    after_restarts,
    asked_range_s,
    back_off_s,
    covers,
    due_s,
    spread_s_of,
)
from tests.spotmarket.answers import DAY_S, HOUR_S, hourly

VIENNA = ZoneInfo("Europe/Vienna")
ZONE_S = transitions_s(VIENNA, 1_735_689_600_000, 1_798_761_600_000)  # 2025 and 2026
STEADY_S = 5_000_000
"""The steady clock at the wall clock's midnight in most tests."""
FAIR_USE = 100


def _at(text: str) -> int:
    """Return the instant of a local time in Vienna."""
    return int(datetime.fromisoformat(text).replace(tzinfo=VIENNA).timestamp())


MIDNIGHT_S = _at("2026-01-01T00:00")
TODAY = hourly(MIDNIGHT_S, MIDNIGHT_S + DAY_S)
BOTH = hourly(MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)
DAY = 20_454
"""1 January 2026."""


def _now(second: int, day: int = 0) -> Now:
    """Return the instant *second* s after midnight of 1 January 2026, or *day* days later."""
    second += day * DAY_S
    return Now(STEADY_S + second, MIDNIGHT_S + second, ZONE_S)


def _time(text: str) -> int:
    """Return h:mm or h:mm:ss as a second of the day."""
    hours, minutes, *seconds = map(int, text.split(":"))
    return hours * 3_600 + minutes * 60 + sum(seconds)


def _history(last: str, failures: int = 0, day: int = DAY) -> History:
    at_s = STEADY_S + _time(last)
    return History((at_s,), at_s, day, failures)


@pytest.mark.parametrize(
    ("now", "known", "history", "due"),
    [
        pytest.param("3:00", (), History(), "3:00", id="at start at once"),
        pytest.param("3:00", BOTH, History(), "3:00", id="at start at once, whatever a log knew"),
        pytest.param("3:00", TODAY, _history("3:00"), "4:00", id="hourly"),
        pytest.param("3:59:59", TODAY, _history("3:00"), "4:00", id="hourly, a second before"),
        pytest.param("4:30", TODAY, _history("3:00"), "4:30", id="hourly, too late"),
        pytest.param("3:00", (), _history("3:00"), "4:00", id="empty answer: hourly"),
        pytest.param("11:59", TODAY, _history("11:59"), "12:59", id="an hour before the window"),
        pytest.param("12:01", TODAY, _history("12:01"), "13:00", id="less than an hour before the window"),
        pytest.param("12:55", TODAY, _history("12:55"), "13:05", id="never sooner than after 10 min"),
        pytest.param("13:00", TODAY, _history("13:00"), "13:10", id="in the window"),
        pytest.param("14:50", TODAY, _history("14:50"), "15:00", id="the last of the window"),
        pytest.param("14:51", TODAY, _history("14:51"), "15:51", id="one that would be after the window"),
        pytest.param("15:00", TODAY, _history("15:00"), "16:00", id="after the window hourly"),
        pytest.param("13:10", BOTH, _history("13:10"), "14:10", id="tomorrow known: hourly"),
        pytest.param("13:10", BOTH[:-1], _history("13:10"), "13:20", id="tomorrow without its last hour"),
        pytest.param("13:10", BOTH[:30] + BOTH[31:], _history("13:10"), "13:20", id="tomorrow with a hole"),
        pytest.param("13:10", BOTH[13:], _history("13:10"), "14:10", id="the past may be missing"),
        pytest.param("13:10", BOTH[14:], _history("13:10"), "13:20", id="now may not"),
        pytest.param("3:00", TODAY, _history("3:00", 1), "3:01", id="one failure"),
        pytest.param("3:00", TODAY, _history("3:00", 2), "3:02", id="two failures"),
        pytest.param("3:00", TODAY, _history("3:00", 6), "3:32", id="six failures"),
        pytest.param("3:00", TODAY, _history("3:00", 7), "4:00", id="seven failures"),
        pytest.param("3:00", TODAY, _history("3:00", 9_999), "4:00", id="many failures"),
        pytest.param("13:10", TODAY, _history("13:10", 6), "13:42", id="failures in the window: back-off"),
        pytest.param("3:00", (), _history("2:59", 0, DAY - 1), "3:00", id="another day, nothing known: after a minute"),
        pytest.param("3:00", (), _history("2:59", 9, DAY + 1), "3:00", id="another day, in spite of failures"),
        pytest.param("3:00", TODAY, _history("2:59", 0, DAY - 1), "3:59", id="another day, known"),
        pytest.param("3:00", TODAY, _history("2:59", 3, DAY - 1), "3:03", id="another day, known, failures"),
    ],
)
def test_due(now: str, known: Rates, history: History, due: str) -> None:
    """Instants of a day in Vienna."""
    assert due_s(_now(_time(now)), known, history) - STEADY_S == _time(due)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        pytest.param("12:15", "13:09:59", id="later into the window"),
        pytest.param("12:05", "13:05", id="the hour is up before that"),
        pytest.param("13:00", "13:10", id="then every 10 min"),
        pytest.param("11:59", "12:59", id="an hour before is an hour before"),
    ],
)
def test_homes_do_not_come_together(last: str, due: str) -> None:
    """A home whose part of the spread is 599 s."""
    assert due_s(_now(_time(last)), TODAY, _history(last), 599) - STEADY_S == _time(due)


def test_spread_is_a_homes_own() -> None:
    """The same for ever; others differ."""
    spreads = [spread_s_of(f"home-{number}") for number in range(1_000)]

    assert spread_s_of("home-1") == spreads[1] == 168
    assert min(spreads) >= 0
    assert max(spreads) < SPREAD_S
    assert len(set(spreads)) > 400


@pytest.mark.parametrize(
    ("wall_s", "due"),
    [
        pytest.param(0, STEADY_S + 30, id="1970"),
        pytest.param(WALL_S_MIN - 1, STEADY_S + 30, id="last second that is no time"),
        pytest.param(WALL_S_MIN, STEADY_S, id="first that is"),
    ],
)
def test_clock_that_was_never_set(wall_s: int, due: int) -> None:
    """Nobody knows what to ask for; looked at again soon, and not counted."""
    assert due_s(Now(STEADY_S, wall_s, ()), (), History()) == due


@pytest.mark.parametrize(
    ("uses", "due"),
    [
        pytest.param([0] * (FETCHES_MAX - 1), _time("3:00"), id="one left"),
        pytest.param([0] * FETCHES_MAX, DAY_S, id="none left before the first is a day old"),
        pytest.param([0, *[9] * FETCHES_MAX], DAY_S + 9, id="one too many, by a restart's assumptions"),
        pytest.param([_time("3:00") - DAY_S, *[9] * (FETCHES_MAX - 1)], _time("3:00"), id="the first is a day old"),
    ],
)
def test_fair_use(uses: list[int], due: int) -> None:
    """Never more than that in any 24 h, whatever else asks for it."""
    history = History(tuple(STEADY_S + at_s for at_s in uses))

    assert due_s(_now(_time("3:00")), (), history) == STEADY_S + due


def test_back_off_doubles() -> None:
    """1 min to 1 h."""
    assert [back_off_s(failures) for failures in range(1, 9)] == [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]


def test_history_of_a_fetch() -> None:
    """A fetch that never ends counts as failed; what is a day old is forgotten."""
    before = History((STEADY_S - DAY_S + 1, STEADY_S - DAY_S + 2), STEADY_S, DAY, 3)
    asked = before.asked(_now(1))

    assert asked == History((STEADY_S - DAY_S + 2, STEADY_S + 1), STEADY_S + 1, DAY, 4)
    assert asked.ended(_now(21), answered=True) == asked._replace(last_s=STEADY_S + 21, failures=0)
    assert asked.ended(_now(21), answered=False) == asked._replace(last_s=STEADY_S + 21)


@pytest.mark.parametrize(
    ("rates", "from_s", "to_s", "whole"),
    [
        pytest.param((), 5, 5, True, id="no time needs no price"),
        pytest.param((), 5, 6, False, id="nothing known"),
        pytest.param((Slot(5, 6, 0),), 5, 6, True, id="just"),
        pytest.param((Slot(6, 7, 0),), 5, 7, False, id="begins too late"),
        pytest.param((Slot(4, 6, 0),), 5, 7, False, id="ends too early"),
        pytest.param((Slot(1, 2, 0), Slot(4, 6, 0), Slot(6, 9, 0)), 5, 7, True, id="holes before do not matter"),
        pytest.param((Slot(4, 6, 0), Slot(7, 9, 0)), 5, 8, False, id="a hole"),
        pytest.param((Slot(4, 6, 0), Slot(7, 9, 0)), 4, 6, True, id="a hole behind"),
    ],
)
def test_covers(rates: Rates, from_s: int, to_s: int, whole: bool) -> None:
    """A price at every instant."""
    assert covers(rates, from_s, to_s) == whole


@pytest.mark.parametrize(
    ("now", "days", "start", "hours"),
    [
        pytest.param("2026-01-01T00:00", 2, "2026-01-01T00:00", 48, id="midnight"),
        pytest.param("2026-01-01T23:59", 2, "2026-01-01T00:00", 48, id="the end of the day"),
        pytest.param(
            "2025-03-29T12:00", 2, "2025-03-29T00:00", 48, id="tomorrow has 23 hours: an hour more than needed"
        ),
        pytest.param("2025-03-30T12:00", 2, "2025-03-30T00:00", 48, id="today has 23 hours"),
        pytest.param("2025-10-25T12:00", 2, "2025-10-25T00:00", 49, id="tomorrow has 25 hours"),
        pytest.param("2025-10-26T12:00", 2, "2025-10-26T00:00", 49, id="today has 25 hours"),
        pytest.param("2025-10-26T12:00", 1, "2025-10-26T00:00", 25, id="today alone"),
    ],
)
def test_asked_range(now: str, days: int, start: str, hours: int) -> None:
    """From local midnight on, never less than whole local days."""
    start_s, end_s = asked_range_s(Now(0, _at(now), ZONE_S), days)

    assert start_s == _at(start)
    assert end_s - start_s == hours * HOUR_S


def _played(begin: str, days: int, published: str = "14:20", *, outage: tuple[int, int] = (0, 0)) -> list[int]:
    """Return when a home fetches in *days* days, from *begin* on, by a market that publishes tomorrow at *published*.

    A fetch within *outage*, in seconds from *begin*, fails.
    """
    begin_s = _at(begin)
    known: Rates = ()
    history = History()
    fetches: list[int] = []
    now = Now(begin_s, begin_s, ZONE_S)
    while now.wall_s < begin_s + days * DAY_S:
        due = max(due_s(now, known, history, 60), now.steady_s)
        now = Now(due, due, ZONE_S)
        fetches.append(due)
        history = history.asked(now)
        if not outage[0] <= due - begin_s < outage[1]:
            history = history.ended(now, answered=True)
            start_s, end_s = asked_range_s(now, 2)
            is_out = datetime.fromtimestamp(due, VIENNA).strftime("%H:%M") >= published
            known = hourly(start_s, end_s if is_out else asked_range_s(now, 1)[1])
    return fetches


@pytest.mark.parametrize(
    ("begin", "fetches_max", "found"),
    [
        pytest.param("2026-01-01T00:00", 33, "14:20", id="24 hours"),
        pytest.param("2025-03-30T00:00", 33, "14:20", id="23 hours"),
        pytest.param("2025-10-26T00:00", 34, "14:20", id="25 hours"),
    ],
)
def test_a_day_of_late_prices(begin: str, fetches_max: int, found: str) -> None:
    """Hourly, every 10 min from 13:00 to when they are there, hourly again."""
    fetches = [at_s for at_s in _played(begin, 2) if at_s < asked_range_s(Now(0, _at(begin), ZONE_S), 1)[1]]
    times = [datetime.fromtimestamp(at_s, VIENNA).strftime("%H:%M") for at_s in fetches]

    assert len(fetches) <= fetches_max
    assert times[times.index("13:00") :][:11] == [
        *("13:00", "13:10", "13:20", "13:30", "13:40", "13:50", "14:00", "14:10", found, "15:20", "16:20"),
    ]


def test_prices_that_never_come() -> None:
    """From 15:00 on hourly again, day after day."""
    fetches = _played("2026-01-01T00:00", 3, "never")

    assert all(len([at_s for at_s in fetches if 0 < at_s - begin_s <= DAY_S]) <= 36 for begin_s in fetches)


def test_outage_ends() -> None:
    """Two days without an answer: the first comes within an hour of the end, and tomorrow with it."""
    fetches = _played("2026-01-01T00:00", 3, outage=(6 * HOUR_S, 54 * HOUR_S))
    after_s = [at_s - MIDNIGHT_S for at_s in fetches if at_s - MIDNIGHT_S >= 54 * HOUR_S]

    assert after_s[0] < 55 * HOUR_S
    assert max(len([at_s for at_s in fetches if 0 <= at_s - day_s < DAY_S]) for day_s in fetches) <= 40


@pytest.mark.parametrize("life_s", [250, 500, 1_000, 2_000, 5_000, 20_000, 50_000])
@pytest.mark.parametrize("answers", [pytest.param(True, id="answers"), pytest.param(False, id="down")])
def test_daemon_that_starts_over_and_over(life_s: int, answers: bool) -> None:
    """However long each process lives, all together stay within fair use, in every 24 h."""
    starts: list[int] = []
    fetches: list[int] = []
    for start_s in range(0, 2 * DAY_S, life_s):
        history = after_restarts(tuple(starts), start_s)
        starts.append(start_s)
        now = Now(start_s, MIDNIGHT_S + start_s, ZONE_S)
        while (due := max(due_s(now, (), history), now.steady_s)) < start_s + life_s:
            now = Now(due, MIDNIGHT_S + due, ZONE_S)
            fetches.append(due)
            history = history.asked(now)
            if answers:
                history = history.ended(now, answered=True)

    assert len(fetches) >= 48
    assert _most_in_a_day(fetches) <= FAIR_USE


def test_daemon_that_never_gets_anywhere() -> None:
    """Started every 5 s for a day: it asks no more."""
    history = after_restarts(tuple(range(0, DAY_S, 5)), DAY_S)

    assert due_s(Now(DAY_S, MIDNIGHT_S, ()), (), history) > DAY_S + 5


@pytest.mark.parametrize(
    ("starts", "used", "failures"),
    [
        pytest.param([], [], 0, id="the first of all"),
        pytest.param([-DAY_S], [], 0, id="a day ago"),
        pytest.param([-10], [-10], 1, id="one just now"),
        pytest.param([-500], [-500, -440, -320, -80], 1, id="one with a back-off"),
        pytest.param([-500, -200], [-500, -440, -320, -200, -80], 2, id="two, the second with more patience"),
    ],
)
def test_what_a_start_assumes(starts: list[int], used: list[int], failures: int) -> None:
    """Instants before now."""
    assert after_restarts(tuple(STEADY_S + at_s for at_s in starts), STEADY_S) == History(
        tuple(STEADY_S + at_s for at_s in used), failures=failures
    )


def test_restart_is_no_reason_to_wait() -> None:
    """The fortieth start of a day still fetches at once; only if that fails it waits as after so many failures."""
    history = after_restarts(tuple(range(STEADY_S, STEADY_S + 40 * 300, 300)), STEADY_S + 12_000)
    now = _now(12_000)

    assert due_s(now, TODAY, history) == now.steady_s
    assert due_s(now, TODAY, history.asked(now)) == now.steady_s + HOUR_S
    assert due_s(now, BOTH, history.asked(now).ended(now, answered=True)) == now.steady_s + HOUR_S


@given(
    st.lists(
        st.tuples(st.integers(0, 7_200), st.integers(-2 * DAY_S, 2 * DAY_S), st.booleans(), st.booleans()),
        max_size=200,
    )
)
def test_no_clock_makes_it_fetch_too_often(steps: list[tuple[int, int, bool, bool]]) -> None:
    """Whoever sets the wall clock, and whatever comes back: at least a minute apart, and fair use in every 24 h."""
    steady_s, lead_s = STEADY_S, MIDNIGHT_S - STEADY_S
    known: Rates = ()
    history = History()
    fetches: list[int] = []
    for pause_s, jump_s, fails, jumps in steps:
        steady_s += pause_s
        lead_s += jump_s if jumps else 0
        now = Now(steady_s, steady_s + lead_s, ZONE_S)
        if due_s(now, known, history) > steady_s:
            continue
        fetches.append(steady_s)
        history = history.asked(now)
        if not fails:
            history = history.ended(now, answered=True)
            known = hourly(*asked_range_s(now, 1))

    assert all(later_s - at_s >= 60 for at_s, later_s in pairwise(fetches))
    assert _most_in_a_day(fetches) <= FETCHES_MAX


def _most_in_a_day(fetches: list[int]) -> int:
    """Return the most of the ascending *fetches* in any 24 h."""
    first, most = 0, 0
    for last, at_s in enumerate(fetches):
        while fetches[first] <= at_s - DAY_S:
            first += 1
        most = max(most, last - first + 1)
    return most
