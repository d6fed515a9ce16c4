"""Local time by integers: the same as the zone database says, and exact where clocks jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core import localtime
from tests.core.zones import FIRST_S, LAST_S, ZONES, at, transitions_s, utc

EPOCH = date(1970, 1, 1)
DAY_S, HOUR_S = 86_400, 3_600
VIENNA = transitions_s("Europe/Vienna")

zones = st.sampled_from(ZONES)
instants = st.integers(FIRST_S + 2 * DAY_S, LAST_S - 2 * DAY_S)
seconds = st.integers(0, DAY_S - 1)


def day(text: str) -> int:
    """Return the number of an ISO date."""
    return (date.fromisoformat(text) - EPOCH).days


def clock(text: str) -> int:
    """Return the second of the day of HH:MM or HH:MM:SS; 24:00 is the day's end."""
    hours, minutes, *rest = (int(part) for part in text.split(":"))
    return hours * HOUR_S + minutes * 60 + sum(rest)


def shown(zone: str, at_s: int) -> datetime:
    """Return what clocks in *zone* show at *at_s*, by the zone database."""
    return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=at_s)).astimezone(ZoneInfo(zone))


def day_start_shown(zone: str, at_s: int) -> int:
    """Return the first instant of the local date at *at_s*, by trying each quarter of an hour before it."""
    today = shown(zone, at_s).date()
    quarter_s = at_s - at_s % 900
    while shown(zone, quarter_s - 900).date() == today:
        quarter_s -= 900
    return quarter_s


def nearby(zone: str) -> st.SearchStrategy[int]:
    """Draw instants close to a change of *zone*'s offset, where mistakes would hide."""
    changes = transitions_s(zone)[2::2] or (FIRST_S + 7 * DAY_S,)
    return st.builds(int.__add__, st.sampled_from(changes), st.integers(-30 * HOUR_S, 30 * HOUR_S))


def moments(zone: str) -> st.SearchStrategy[int]:
    """Draw instants anywhere, half of them close to a change."""
    return instants | nearby(zone)


OFFSETS = [
    pytest.param((), "2025-07-01T00:00Z", 0, id="nothing known: UTC"),
    pytest.param((at("2025-01-01T00:00Z"), -5 * HOUR_S), "2025-07-01T00:00Z", -5 * HOUR_S, id="one offset"),
    pytest.param((at("2025-01-01T00:00Z"), -5 * HOUR_S), "1999-07-01T00:00Z", -5 * HOUR_S, id="before the first"),
    pytest.param(VIENNA, "2025-03-30T00:59:59Z", HOUR_S, id="a second before the change"),
    pytest.param(VIENNA, "2025-03-30T01:00:00Z", 2 * HOUR_S, id="at the change"),
    pytest.param(VIENNA, "2025-10-26T00:59:59Z", 2 * HOUR_S, id="a second before the change back"),
    pytest.param(VIENNA, "2025-10-26T01:00:00Z", HOUR_S, id="at the change back"),
]


@pytest.mark.parametrize(("transitions", "instant", "offset_s"), OFFSETS)
def test_offset(transitions: tuple[int, ...], instant: str, offset_s: int) -> None:
    """An offset holds from its instant on, until the next."""
    assert localtime.offset_s(transitions, at(instant)) == offset_s


INSTANTS = [
    # zone, date, local time, instant
    pytest.param("Europe/Vienna", "2025-01-06", "12:34:56", "2025-01-06T11:34:56Z", id="winter"),
    pytest.param("Europe/Vienna", "2025-07-06", "00:00", "2025-07-05T22:00Z", id="summer, midnight"),
    pytest.param("Europe/Vienna", "2025-03-30", "01:59:59", "2025-03-30T00:59:59Z", id="spring: last before the gap"),
    pytest.param("Europe/Vienna", "2025-03-30", "02:00", "2025-03-30T01:00Z", id="spring: the gap's first"),
    pytest.param("Europe/Vienna", "2025-03-30", "02:30", "2025-03-30T01:00Z", id="spring: does not exist"),
    pytest.param("Europe/Vienna", "2025-03-30", "03:00", "2025-03-30T01:00Z", id="spring: first after the gap"),
    pytest.param("Europe/Vienna", "2025-03-30", "03:00:01", "2025-03-30T01:00:01Z", id="spring: a second later"),
    pytest.param("Europe/Vienna", "2025-10-26", "01:59:59", "2025-10-25T23:59:59Z", id="autumn: last that is once"),
    pytest.param("Europe/Vienna", "2025-10-26", "02:00", "2025-10-26T00:00Z", id="autumn: first that is twice"),
    pytest.param("Europe/Vienna", "2025-10-26", "02:30", "2025-10-26T00:30Z", id="autumn: twice, the first counts"),
    pytest.param("Europe/Vienna", "2025-10-26", "02:59:59", "2025-10-26T00:59:59Z", id="autumn: last that is twice"),
    pytest.param("Europe/Vienna", "2025-10-26", "03:00", "2025-10-26T02:00Z", id="autumn: once again"),
    pytest.param("Europe/Vienna", "2025-10-26", "24:00", "2025-10-26T23:00Z", id="the day's end"),
    pytest.param("Australia/Lord_Howe", "2025-10-05", "02:15", "2025-10-04T15:30Z", id="gap of half an hour"),
    pytest.param("Australia/Lord_Howe", "2025-10-05", "02:30", "2025-10-04T15:30Z", id="after half an hour's gap"),
    pytest.param("Australia/Lord_Howe", "2025-04-06", "01:45", "2025-04-05T14:45Z", id="half an hour that is twice"),
    pytest.param("Australia/Lord_Howe", "2025-04-06", "02:00", "2025-04-05T15:30Z", id="after half an hour twice"),
    pytest.param("Africa/Cairo", "2025-04-25", "00:00", "2025-04-24T22:00Z", id="no midnight: the day begins at 01:00"),
    pytest.param("Africa/Cairo", "2025-10-30", "23:30", "2025-10-30T20:30Z", id="an hour before midnight twice"),
    pytest.param("America/St_Johns", "2011-11-06", "00:00:30", "2011-11-06T02:30:30Z", id="a minute past midnight"),
    pytest.param("Pacific/Apia", "2011-12-30", "08:00", "2011-12-30T10:00Z", id="a date left out"),
    pytest.param("UTC", "2025-03-30", "02:30", "2025-03-30T02:30Z", id="UTC"),
]


@pytest.mark.parametrize(("zone", "date", "time", "instant"), INSTANTS)
def test_instant_of(zone: str, date: str, time: str, instant: str) -> None:
    """The first instant at which clocks show that time or a later one."""
    assert utc(localtime.instant_of(transitions_s(zone), day(date), clock(time))) == instant


def test_instant_of_without_transitions() -> None:
    """Nothing known means UTC."""
    assert utc(localtime.instant_of((), day("2025-03-30"), clock("02:30"))) == "2025-03-30T02:30Z"


LENGTHS = [
    pytest.param("Europe/Vienna", "2025-03-29", 24 * 60, id="the day before a change"),
    pytest.param("Europe/Vienna", "2025-03-30", 23 * 60, id="spring"),
    pytest.param("Europe/Vienna", "2025-10-26", 25 * 60, id="autumn"),
    pytest.param("Australia/Lord_Howe", "2025-10-05", 23 * 60 + 30, id="spring, half an hour"),
    pytest.param("Australia/Lord_Howe", "2025-04-06", 24 * 60 + 30, id="autumn, half an hour"),
    pytest.param("Africa/Cairo", "2025-04-25", 23 * 60, id="begins at 01:00"),
    pytest.param("Africa/Cairo", "2025-10-30", 25 * 60, id="ends an hour late"),
    pytest.param("Pacific/Apia", "2011-12-30", 0, id="a date left out"),
]


@pytest.mark.parametrize(("zone", "date", "minutes"), LENGTHS)
def test_length_of_a_day(zone: str, date: str, minutes: int) -> None:
    """A local day lasts from its first instant to the next day's."""
    transitions = transitions_s(zone)
    start_s = localtime.day_start_s(transitions, day(date))

    assert localtime.day_start_s(transitions, day(date) + 1) - start_s == minutes * 60


WEEKDAYS = [
    pytest.param("1970-01-01", 4, id="1 January 1970 was a Thursday"),
    pytest.param("1969-12-29", 1, id="a Monday before"),
    pytest.param("1969-12-28", 7, id="a Sunday before"),
    pytest.param("2024-02-29", 4, id="leap day"),
    pytest.param("2025-03-30", 7, id="a Sunday"),
    pytest.param("2025-03-31", 1, id="a Monday"),
]


@pytest.mark.parametrize(("date", "weekday"), WEEKDAYS)
def test_weekday(date: str, weekday: int) -> None:
    """1 = Monday .. 7 = Sunday."""
    assert localtime.weekday_of(day(date)) == weekday


NIGHTS = [
    # instant, the date on whose noon its night began
    pytest.param("2025-01-06T11:59:59+01:00", "2025-01-05", id="a second before noon"),
    pytest.param("2025-01-06T12:00:00+01:00", "2025-01-06", id="noon"),
    pytest.param("2025-01-06T23:59:59+01:00", "2025-01-06", id="before midnight"),
    pytest.param("2025-01-07T00:00:00+01:00", "2025-01-06", id="after midnight"),
    pytest.param("2025-12-31T23:00:00+01:00", "2025-12-31", id="last night of the year"),
    pytest.param("2026-01-01T02:00:00+01:00", "2025-12-31", id="into the new year"),
    pytest.param("2025-03-30T11:59:59+02:00", "2025-03-29", id="end of a night of 23 hours"),
    pytest.param("2025-10-26T11:59:59+01:00", "2025-10-25", id="end of a night of 25 hours"),
]


@pytest.mark.parametrize(("instant", "date"), NIGHTS)
def test_night(instant: str, date: str) -> None:
    """A night goes from noon to noon, so midnight does not divide it."""
    assert localtime.night_of(VIENNA, at(instant)) == day(date)


NIGHT_LENGTHS = [
    pytest.param("2025-01-06", "2025-01-06T11:00Z", 24, id="winter"),
    pytest.param("2025-03-29", "2025-03-29T11:00Z", 23, id="spring"),
    pytest.param("2025-10-25", "2025-10-25T10:00Z", 25, id="autumn"),
]


@pytest.mark.parametrize(("date", "instant", "hours"), NIGHT_LENGTHS)
def test_length_of_a_night(date: str, instant: str, hours: int) -> None:
    """The night of a clock change is an hour shorter or longer."""
    start_s = localtime.night_start_s(VIENNA, day(date))

    assert utc(start_s) == instant
    assert localtime.night_start_s(VIENNA, day(date) + 1) - start_s == hours * HOUR_S


@given(st.data(), zones)
def test_clocks_show_what_the_zone_database_says(data: st.DataObject, zone: str) -> None:
    """Offset, date, weekday and time of day of any instant of 20 years, in every zone."""
    at_s = data.draw(moments(zone))
    transitions, local = transitions_s(zone), shown(zone, at_s)

    assert timedelta(seconds=localtime.offset_s(transitions, at_s)) == local.utcoffset()
    assert localtime.day_of(transitions, at_s) == (local.date() - EPOCH).days
    assert localtime.weekday_of(localtime.day_of(transitions, at_s)) == local.isoweekday()
    assert localtime.second_of_day(transitions, at_s) == clock(local.strftime("%H:%M:%S"))


@given(st.data(), zones, seconds)
def test_instant_is_the_first_that_shows_the_time_or_a_later_one(data: st.DataObject, zone: str, second: int) -> None:
    """By the zone database: at the instant, but not before, that time is reached; twice, the first is meant."""
    transitions = transitions_s(zone)
    number = localtime.day_of(transitions, data.draw(moments(zone)))
    at_s = localtime.instant_of(transitions, number, second)
    wanted = datetime.combine(EPOCH + timedelta(days=number), datetime.min.time()) + timedelta(seconds=second)
    exists = wanted.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert shown(zone, at_s).replace(tzinfo=None) >= wanted
    assert all(shown(zone, at_s - ago_s).replace(tzinfo=None) < wanted for ago_s in (1, 60, 1_800, HOUR_S, DAY_S))
    if exists == wanted:
        assert at_s == round(wanted.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp())


@pytest.mark.parametrize("zone", ZONES)
def test_every_minute_around_every_change(zone: str) -> None:
    """Each local minute of the two hours around each change: its instant is the first that shows it or a later one."""
    transitions = transitions_s(zone)
    for change_s in transitions[2::2]:
        around = range(change_s - 2 * HOUR_S, change_s + 2 * HOUR_S, 60)
        clocks = [localtime.local_s(transitions, at_s) for at_s in around]
        assert clocks == [at_s + (shown(zone, at_s).utcoffset() or timedelta()).total_seconds() for at_s in around]
        for wanted_s in range(clocks[0], clocks[-1] + 1, 60):
            first_s = next(at_s for at_s, clock_s in zip(around, clocks, strict=True) if clock_s >= wanted_s)
            assert localtime.instant_of(transitions, wanted_s // DAY_S, wanted_s % DAY_S) == first_s


@given(st.data(), zones)
def test_an_instant_is_found_again(data: st.DataObject, zone: str) -> None:
    """From an instant to date and time and back: the same, or the earlier one that shows the same."""
    at_s = data.draw(moments(zone))
    transitions = transitions_s(zone)
    again_s = localtime.instant_of(
        transitions, localtime.day_of(transitions, at_s), localtime.second_of_day(transitions, at_s)
    )

    assert again_s <= at_s
    assert localtime.local_s(transitions, again_s) == localtime.local_s(transitions, at_s)


@given(st.data(), zones, st.integers(0, 3 * DAY_S))
def test_later_times_are_never_earlier_instants(data: st.DataObject, zone: str, later_s: int) -> None:
    """Instants follow the order of local times, across gaps and repeated hours too."""
    transitions = transitions_s(zone)
    number = localtime.day_of(transitions, data.draw(moments(zone)))

    assert localtime.instant_of(transitions, number, later_s) >= localtime.day_start_s(transitions, number)
    assert localtime.instant_of(transitions, number, DAY_S) == localtime.day_start_s(transitions, number + 1)


@given(st.data(), zones)
def test_days_and_nights_hold_their_instants(data: st.DataObject, zone: str) -> None:
    """Every instant lies between start and end of its date and of its night; but for clocks put back across midnight.

    St. John's did that until 2011, at a minute past: the old date then shows for another 59 minutes.
    """
    at_s = data.draw(moments(zone).filter(lambda found_s: zone != "America/St_Johns" or found_s > at("2012-01-01T00Z")))
    transitions = transitions_s(zone)
    number, night = localtime.day_of(transitions, at_s), localtime.night_of(transitions, at_s)

    assert localtime.day_start_s(transitions, number) <= at_s < localtime.day_start_s(transitions, number + 1)
    assert localtime.day_start_s(transitions, number) == day_start_shown(zone, at_s)
    assert localtime.night_start_s(transitions, night) <= at_s < localtime.night_start_s(transitions, night + 1)
    assert localtime.night_of(transitions, at_s + DAY_S) >= night
