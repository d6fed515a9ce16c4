"""Deadlines: once or on weekdays, at the same local time whatever clocks do."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.recurrence import is_past, next_deadline_s, next_occurrence_s
from tests.core.zones import FIRST_S, LAST_S, ZONES, at, transitions_s, utc

VIENNA, HOWE, CAIRO, APIA = "Europe/Vienna", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"
DAY_S = 86_400
MON, TUE, WED, THU, FRI, SAT, SUN = (1 << bit for bit in range(7))
DAILY, WORKDAYS = 0b111_1111, 0b001_1111

zones = st.sampled_from(ZONES)
instants = st.integers(FIRST_S + 30 * DAY_S, LAST_S - 30 * DAY_S)
masks = st.integers(1, DAILY)

ONCE = [
    # endDateTime, now, deadline
    pytest.param("2025-06-02T05:00Z", "2025-06-02T04:59:59Z", "2025-06-02T05:00Z", id="a second ahead"),
    pytest.param("2025-06-02T05:00Z", "2025-06-02T05:00:00Z", None, id="exactly now is past"),
    pytest.param("2025-06-02T05:00Z", "2025-06-02T05:00:01Z", None, id="a second past"),
    pytest.param("2027-06-02T05:00Z", "2025-06-02T05:00Z", "2027-06-02T05:00Z", id="years ahead"),
]


@pytest.mark.parametrize(("end", "now", "deadline"), ONCE)
def test_once(end: str, now: str, deadline: str | None) -> None:
    """Without weekdays the deadline is `endDateTime` itself while that is ahead, and past from then on."""
    assert utc(next_deadline_s(at(end), 0, transitions_s(VIENNA), at(now))) == deadline
    assert is_past(at(end), 0, at(now)) == (deadline is None)


@pytest.mark.parametrize("mask", [pytest.param(0, id="once"), pytest.param(DAILY, id="daily")])
def test_none(mask: int) -> None:
    """No `endDateTime`: no deadline, and none that is past."""
    assert next_deadline_s(0, mask, transitions_s(VIENNA), at("2025-06-02T05:00Z")) is None
    assert not is_past(0, mask, at("2025-06-02T05:00Z"))


def test_repeating_is_never_past() -> None:
    """What repeats comes again, however long ago `endDateTime` was."""
    assert not is_past(at("2012-06-02T05:00Z"), SAT, at("2025-06-02T05:00Z"))


WEEK = [
    # endDateTime, weekdays, now, deadline; all at 07:00 in Vienna in the summer of 2025, 2 June was a Monday
    pytest.param("2025-06-02T05:00Z", DAILY, "2025-06-02T04:59:59Z", "2025-06-02T05:00Z", id="today, a second ahead"),
    pytest.param("2025-06-02T05:00Z", DAILY, "2025-06-02T05:00:00Z", "2025-06-03T05:00Z", id="exactly now: tomorrow"),
    pytest.param("2025-06-02T05:00Z", MON, "2025-06-02T04:59:59Z", "2025-06-02T05:00Z", id="this Monday"),
    pytest.param("2025-06-02T05:00Z", MON, "2025-06-02T05:00:00Z", "2025-06-09T05:00Z", id="Monday in a week"),
    pytest.param("2025-06-02T05:00Z", WORKDAYS, "2025-06-06T04:00Z", "2025-06-06T05:00Z", id="Friday"),
    pytest.param("2025-06-02T05:00Z", WORKDAYS, "2025-06-06T05:00Z", "2025-06-09T05:00Z", id="over the week end"),
    pytest.param("2025-06-02T05:00Z", SAT | SUN, "2025-06-08T05:00Z", "2025-06-14T05:00Z", id="to the next week end"),
    pytest.param("2025-06-02T05:00Z", SUN | MON, "2025-06-08T05:00Z", "2025-06-09T05:00Z", id="Sunday to Monday"),
    pytest.param("2025-06-02T05:00Z", TUE, "2025-06-03T22:30Z", "2025-06-10T05:00Z", id="local Wednesday, UTC Tuesday"),
    pytest.param("2025-06-02T05:00Z", WED, "2025-06-03T22:30Z", "2025-06-04T05:00Z", id="later that local Wednesday"),
    pytest.param("2025-06-02T05:00Z", THU, "2025-06-02T05:00Z", "2025-06-05T05:00Z", id="own weekday not named"),
    pytest.param("2025-07-07T05:00Z", FRI, "2025-06-02T05:00Z", "2025-06-06T05:00Z", id="from now on, before its date"),
    pytest.param("2024-06-03T05:00Z", FRI, "2025-06-02T05:00Z", "2025-06-06T05:00Z", id="a year after its date"),
    pytest.param("2025-06-02T05:00:30Z", MON, "2025-06-02T05:00Z", "2025-06-02T05:00:30Z", id="its second counts too"),
]


@pytest.mark.parametrize(("end", "mask", "now", "deadline"), WEEK)
def test_weekdays(end: str, mask: int, now: str, deadline: str) -> None:
    """The next day that is named, at the local time of `endDateTime`, strictly after now."""
    assert utc(next_deadline_s(at(end), mask, transitions_s(VIENNA), at(now))) == deadline


CHANGES = [
    # local endDateTime in Vienna, weekdays, now, deadline
    pytest.param("2025-03-25T07:00+01:00", DAILY, "2025-03-29T06:00Z", "2025-03-30T05:00Z", id="07:00, spring"),
    pytest.param("2025-03-25T03:00+01:00", DAILY, "2025-03-29T12:00Z", "2025-03-30T01:00Z", id="03:00, spring"),
    pytest.param("2025-03-25T02:30+01:00", DAILY, "2025-03-29T12:00Z", "2025-03-30T01:00Z", id="02:30 is not"),
    pytest.param("2025-03-25T02:30+01:00", DAILY, "2025-03-30T01:00Z", "2025-03-31T00:30Z", id="02:30 is again"),
    pytest.param("2025-03-25T02:00+01:00", SUN, "2025-03-30T00:59:59Z", "2025-03-30T01:00Z", id="02:00 is not"),
    pytest.param("2025-03-25T01:59:59+01:00", SUN, "2025-03-29T12:00Z", "2025-03-30T00:59:59Z", id="before"),
    pytest.param("2025-10-21T07:00+02:00", DAILY, "2025-10-25T05:00Z", "2025-10-26T06:00Z", id="07:00, autumn"),
    pytest.param("2025-10-21T03:00+02:00", DAILY, "2025-10-25T12:00Z", "2025-10-26T02:00Z", id="03:00, autumn"),
    pytest.param("2025-10-21T02:30+02:00", DAILY, "2025-10-25T12:00Z", "2025-10-26T00:30Z", id="02:30 twice"),
    pytest.param("2025-10-21T02:30+02:00", DAILY, "2025-10-26T00:30Z", "2025-10-27T01:30Z", id="the second not"),
    pytest.param("2025-10-26T02:30+01:00", SUN, "2025-10-25T12:00Z", "2025-10-26T00:30Z", id="set to the second"),
    pytest.param("2025-10-21T02:30+02:00", SUN, "2025-10-26T00:45Z", "2025-11-02T01:30Z", id="between the two"),
    pytest.param("2025-07-07T07:00+02:00", MON, "2025-12-01T05:00Z", "2025-12-01T06:00Z", id="set in summer"),
    pytest.param("2025-01-06T07:00+01:00", MON, "2025-07-07T04:00Z", "2025-07-07T05:00Z", id="set in winter"),
]


@pytest.mark.parametrize(("end", "mask", "now", "deadline"), CHANGES)
def test_clock_changes(end: str, mask: int, now: str, deadline: str) -> None:
    """What does not exist is the first instant after the gap, what exists twice the first; all else keeps its time."""
    assert utc(next_deadline_s(at(end), mask, transitions_s(VIENNA), at(now))) == deadline


ELSEWHERE = [
    # zone, local endDateTime, weekdays, now, deadline
    pytest.param(HOWE, "2025-10-01T02:15+10:30", SUN, "2025-10-04T12:00Z", "2025-10-04T15:30Z", id="30 min gap"),
    pytest.param(HOWE, "2025-10-01T02:30+10:30", SUN, "2025-10-04T12:00Z", "2025-10-04T15:30Z", id="30 min after"),
    pytest.param(HOWE, "2025-10-01T07:00+10:30", SUN, "2025-10-04T12:00Z", "2025-10-04T20:00Z", id="30 min: 07"),
    pytest.param(HOWE, "2025-04-01T01:45+11:00", SUN, "2025-04-05T12:00Z", "2025-04-05T14:45Z", id="30 min twice"),
    pytest.param(HOWE, "2025-04-01T01:45+11:00", DAILY, "2025-04-05T14:45Z", "2025-04-06T15:15Z", id="then once"),
    pytest.param(CAIRO, "2025-04-20T00:30+02:00", FRI, "2025-04-24T12:00Z", "2025-04-24T22:00Z", id="0:30"),
    pytest.param(APIA, "2011-12-26T08:00-10:00", FRI, "2011-12-29T12:00Z", "2011-12-30T10:00Z", id="Friday"),
]


@pytest.mark.parametrize(("zone", "end", "mask", "now", "deadline"), ELSEWHERE)
def test_clock_changes_elsewhere(zone: str, end: str, mask: int, now: str, deadline: str) -> None:
    """Changes by half an hour, a day that begins at 01:00, and a Friday that was left out."""
    assert utc(next_deadline_s(at(end), mask, transitions_s(zone), at(now))) == deadline


CALENDAR = [
    # local endDateTime in Vienna, weekdays, now, deadline
    pytest.param("2025-06-02T07:00+02:00", DAILY, "2025-12-31T06:00Z", "2026-01-01T06:00Z", id="into a new year"),
    pytest.param("2025-06-02T00:00+02:00", DAILY, "2025-12-31T22:59:59Z", "2025-12-31T23:00Z", id="its first instant"),
    pytest.param("2025-06-02T07:00+02:00", WED, "2025-12-25T06:00Z", "2025-12-31T06:00Z", id="its last day"),
    pytest.param("2025-06-02T07:00+02:00", THU, "2025-12-31T12:00Z", "2026-01-01T06:00Z", id="its first day"),
    pytest.param("2024-01-01T07:00+01:00", DAILY, "2024-02-28T06:00Z", "2024-02-29T06:00Z", id="leap day"),
    pytest.param("2024-01-01T07:00+01:00", DAILY, "2024-02-29T06:00Z", "2024-03-01T06:00Z", id="after the leap day"),
    pytest.param("2024-02-29T07:00+01:00", THU, "2024-02-29T06:00Z", "2024-03-07T06:00Z", id="set on a leap day"),
    pytest.param("2025-01-01T07:00+01:00", DAILY, "2025-02-28T06:00Z", "2025-03-01T06:00Z", id="no leap day"),
]


@pytest.mark.parametrize(("end", "mask", "now", "deadline"), CALENDAR)
def test_calendar(end: str, mask: int, now: str, deadline: str) -> None:
    """Ends of years and of February are days like others."""
    assert utc(next_deadline_s(at(end), mask, transitions_s(VIENNA), at(now))) == deadline


def test_without_zone() -> None:
    """Nothing known means UTC."""
    assert utc(next_deadline_s(at("2025-06-02T05:00Z"), MON, (), at("2025-12-01T00:00Z"))) == "2025-12-01T05:00Z"


def test_no_weekday() -> None:
    """A mask without any of the seven days never comes."""
    assert next_occurrence_s(0, 1 << 7, transitions_s(VIENNA), at("2025-06-02T05:00Z")) is None


def calendar_instant(zone: ZoneInfo, day: date, wanted: time) -> int:
    """Return when *zone*'s clocks first show *wanted* or more on *day*, by the zone database, minute by minute."""
    local = datetime.combine(day, wanted)
    early, late = sorted(round(local.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    if datetime.fromtimestamp(early, zone).replace(tzinfo=None) == local:
        return early
    minutes = range(early - early % 60, late + 60, 60)
    return next(at_s for at_s in minutes if datetime.fromtimestamp(at_s, zone).replace(tzinfo=None) >= local)


@given(instants, masks, zones, instants)
def test_next_is_what_a_calendar_says(end_s: int, mask: int, zone: str, after_s: int) -> None:
    """The earliest after now of all named days around, by the zone database."""
    info = ZoneInfo(zone)
    today = datetime.fromtimestamp(after_s, info).date()
    days = [today + timedelta(days=ahead) for ahead in range(-2, 10)]
    wanted = datetime.fromtimestamp(end_s, info).time()
    all_s = [calendar_instant(info, day, wanted) for day in days if mask >> day.isoweekday() - 1 & 1]

    assert next_deadline_s(end_s, mask, transitions_s(zone), after_s) == min(s for s in all_s if s > after_s)


@given(instants, masks, zones.filter(lambda zone: zone != APIA), instants)
def test_two_weeks_have_each_named_day_twice(end_s: int, mask: int, zone: str, after_s: int) -> None:
    """From one deadline to the next, none is left out or comes twice; but where a whole date is left out."""
    transitions = transitions_s(zone)
    found = [after_s]
    for _ in range(2 * mask.bit_count() + 1):
        found.append(next_deadline_s(end_s, mask, transitions, found[-1]) or 0)

    assert all(before < later for before, later in pairwise(found))
    assert abs(found[-1] - found[1] - 14 * DAY_S) <= 3_600


@given(st.integers(0, DAY_S - 1), masks, zones, instants, st.integers(0, 8 * DAY_S))
def test_waiting_changes_nothing(second: int, mask: int, zone: str, after_s: int, later_s: int) -> None:
    """Asked again before it comes, the answer is the same."""
    transitions = transitions_s(zone)
    found_s = next_occurrence_s(second, mask, transitions, after_s)
    assert found_s is not None

    assert next_occurrence_s(second, mask, transitions, min(after_s + later_s, found_s - 1)) == found_s
