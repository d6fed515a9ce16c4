"""Times as people write them: what they mean in a log, at changes of clocks, and where they are outside it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.eventlog.localtime import LocalTime
from replay.times import Clock, Span, WrongTimeError, end_of, find, parse

HOUR_MS = 3_600_000
VIENNA = (0, 3_600, 1_743_296_400, 7_200, 1_761_440_400, 3_600)
"""+01:00, from 30 March 2025, 01:00 UTC, +02:00, from 26 October 2025, 01:00 UTC, +01:00."""


def ms(text: str) -> int:
    """Return the instant of *text*, ISO with offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def clock_of(*pieces: tuple[int, int]) -> Clock:
    """Return Vienna's clock; *pieces*: from which instant the wall clock is off by how much."""
    clock = Clock()
    for at_ms, offset_ms in pieces or ((0, 0),):
        clock.note(at_ms, LocalTime(VIENNA, offset_ms))
    return clock


def span(begin: str, end: str) -> Span:
    """Return the span of a log."""
    return Span(ms(begin), ms(end))


DAY = span("2025-05-17T00:00:00+02:00", "2025-05-18T00:00:00+02:00")
TWO_DAYS = span("2025-05-16T12:00:00+02:00", "2025-05-18T12:00:00+02:00")
AUTUMN = span("2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00")
SPRING = span("2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00")


@pytest.mark.parametrize(
    ("text", "log", "instant", "note"),
    [
        pytest.param("18:03", DAY, "2025-05-17T18:03:00+02:00", None, id="time of day"),
        pytest.param("6:03", DAY, "2025-05-17T06:03:00+02:00", None, id="one digit"),
        pytest.param("18:03:10", DAY, "2025-05-17T18:03:10+02:00", None, id="second"),
        pytest.param("18:03:10.250", DAY, "2025-05-17T18:03:10.250+02:00", None, id="millisecond"),
        pytest.param("2025-05-17 18:03", DAY, "2025-05-17T18:03:00+02:00", None, id="date and time"),
        pytest.param("2025-05-17T18:03:10+02:00", DAY, "2025-05-17T18:03:10+02:00", None, id="ISO with offset"),
        pytest.param("2025-05-17T16:03:10Z", DAY, "2025-05-17T18:03:10+02:00", None, id="ISO in UTC"),
        pytest.param("2025-05-17T22:03+0600", DAY, "2025-05-17T18:03:00+02:00", None, id="another zone's offset"),
        pytest.param("2025-05-17", DAY, "2025-05-17T00:00:00+02:00", None, id="date: its first instant"),
        pytest.param("18:03", TWO_DAYS, "2025-05-17T18:03:00+02:00", "2 days: 2025-05-17, the newest", id="newest"),
        pytest.param(
            "11:00", TWO_DAYS, "2025-05-18T11:00:00+02:00", "2 days: 2025-05-18", id="newest: on the last day"
        ),
        pytest.param("02:30", AUTUMN, "2025-10-26T02:30:00+02:00", "exists twice", id="twice: the first"),
        pytest.param("2025-10-26 02:30", AUTUMN, "2025-10-26T02:30:00+02:00", "exists twice", id="twice, with date"),
        pytest.param("2025-10-26T02:30+01:00", AUTUMN, "2025-10-26T02:30:00+01:00", None, id="twice: the second one"),
        pytest.param("02:30", SPRING, "2025-03-30T03:00:00+02:00", "does not exist", id="gap: the first after it"),
        pytest.param("02:00", SPRING, "2025-03-30T03:00:00+02:00", "does not exist", id="gap: where it begins"),
        pytest.param("03:00", SPRING, "2025-03-30T03:00:00+02:00", None, id="gap: where it ends"),
    ],
)
def test_what_is_meant(text: str, log: Span, instant: str, note: str | None) -> None:
    """Each form is understood in the home's zone; what is not plain is said."""
    found = find(parse(text), clock_of(), log)

    assert found.at_ms == ms(instant)
    assert (found.note is None) == (note is None)
    assert (note or "") in (found.note or "")


@pytest.mark.parametrize(
    "text",
    [
        *("", "18", "24:00", "18:60", "18:03+02:00", "noon", "2025-02-30", "2025-05-17 18", "12.05.2025", "1:2"),
        "\N{ARABIC-INDIC DIGIT ONE}8:03",
    ],
)
def test_what_is_no_time(text: str) -> None:
    """What cannot be a time is refused in one line that quotes it."""
    with pytest.raises(WrongTimeError, match="is no time") as error:
        parse(text)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    ["12:30", "2025-05-16 10:00", "2025-05-18 18:03", "2024-05-18", "2025-05-17T12:00Z"],
)
def test_outside_the_log(text: str) -> None:
    """A time that the log does not hold is refused; the line tells what it holds."""
    log = span("2025-05-17T14:00:00+02:00", "2025-05-18T12:00:00+02:00")
    if text == "2025-05-17T12:00Z":  # 14:00, the first instant: inside
        assert find(parse(text), clock_of(), log).at_ms == log.first_ms
        return

    with pytest.raises(WrongTimeError, match=r"the log goes from 2025-05-17T14:00:00\+02:00 to 2025-05-18T12:00:00"):
        find(parse(text), clock_of(), log)


def test_until_the_next_morning() -> None:
    """After an instant a time of day is its first occurrence there."""
    evening = find(parse("22:00"), clock_of(), TWO_DAYS)
    morning = find(parse("06:00"), clock_of(), TWO_DAYS, after_ms=evening.at_ms)

    assert morning.at_ms == ms("2025-05-18T06:00:00+02:00")
    with pytest.raises(WrongTimeError, match="after 2025-05-17T22:00:00"):
        find(parse("12:30"), clock_of(), TWO_DAYS, after_ms=evening.at_ms)


@pytest.mark.parametrize(
    ("text", "width_ms"),
    [("18:03", 60_000), ("18:03:10", 1_000), ("18:03:10.5", 1), ("2025-05-17", 1_000)],
)
def test_how_long_it_lasts(text: str, width_ms: int) -> None:
    """18:03 is that whole minute, and is in a log that begins within it."""
    found = find(parse(text), clock_of(), DAY)

    assert end_of(parse(text), found) - found.at_ms == width_ms - 1
    late = Span(ms("2025-05-17T18:03:20+02:00"), DAY.last_ms)
    assert find(parse("18:03"), clock_of(), late).at_ms == ms("2025-05-17T18:03:00+02:00")


def test_a_clock_that_was_put() -> None:
    """At 12:00 the wall clock was put 3 h ahead: 13:00 never was, 16:00 is an hour later; UTC goes by it too."""
    noon = ms("2025-05-17T12:00:00+02:00")
    clock = clock_of((0, 0), (noon, 3 * HOUR_MS))

    skipped = find(parse("13:00"), clock, DAY)
    assert skipped.at_ms == noon
    assert str(skipped.note).endswith("clocks were put forward: 2025-05-17T15:00:00+02:00 was taken")
    assert find(parse("16:00"), clock, DAY).at_ms == noon + HOUR_MS
    assert find(parse("2025-05-17T14:00Z"), clock, DAY).at_ms == noon + HOUR_MS
    assert clock.text(noon + HOUR_MS) == "2025-05-17T16:00:00+02:00"


def test_a_clock_from_1970() -> None:
    """A start without a clock: what was recorded before it was put right has its own time."""
    at_ms = ms("2025-05-17T12:00:00+02:00")
    clock = clock_of((0, 0), (20_000, at_ms))

    assert clock.text(10_000) == "1970-01-01T01:00:10+01:00"
    assert find(parse("12:05"), clock, Span(10_000, 400_000)).at_ms == 300_000


def test_no_zone_is_utc() -> None:
    """A log that tells no zone goes by UTC; nonsense in a log is no error."""
    assert find(parse("18:03"), Clock(), Span(0, 86_400_000)).at_ms == 65_000_000 - 20_000
    with pytest.raises(WrongTimeError):
        find(parse("2025-05-17 18:03"), clock_of(), Span(2**52, 2**53))


@given(st.integers(0, 2 * 365 * 24 * 3600))
def test_what_clocks_show_is_found_again(since_s: int) -> None:
    """Any instant is among those at which clocks show what they show then."""
    at_ms = ms("2024-06-01T00:00:00Z") + since_s * 1000
    clock = clock_of()

    assert at_ms in clock.instants(clock.local_ms(at_ms))
    local = datetime.fromtimestamp(at_ms / 1000, UTC) + timedelta(milliseconds=clock.local_ms(at_ms) - at_ms)
    assert clock.text(at_ms).startswith(local.strftime("%Y-%m-%dT%H:%M:%S"))
