"""Local time by integers: offsets, dates and text are the same in every time zone of this machine."""

from datetime import datetime

import pytest

from hems_actors.eventlog.localtime import LocalTime

WINTER_S, SUMMER_S, HOUR_S = 1_729_990_800, 1_743_296_400, 3600  # Vienna: 27 October 2024, 30 March 2025
VIENNA = LocalTime((WINTER_S, HOUR_S, SUMMER_S, 2 * HOUR_S))


def at(text: str) -> int:
    """Return the instant of an ISO time, in ms."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


TEXTS = [
    pytest.param(VIENNA, "2025-01-06T12:34:56.007+01:00", id="winter"),
    pytest.param(VIENNA, "2025-03-30T01:59:59.999+01:00", id="before the change"),
    pytest.param(VIENNA, "2025-03-30T03:00:00.000+02:00", id="at the change"),
    pytest.param(LocalTime(), "2025-01-06T11:34:56.007+00:00", id="nothing known"),
    pytest.param(LocalTime((0, -16200)), "2025-01-06T07:04:56.007-04:30", id="west, half an hour"),
]


@pytest.mark.parametrize(("local", "text"), TEXTS)
def test_text(local: LocalTime, text: str) -> None:
    """An instant as the home's clocks show it."""
    assert local.text(at(text)) == text


def test_before_the_first_transition() -> None:
    """Before the first known offset, that one is used."""
    assert VIENNA.offset_s(WINTER_S * 1000 - 1) == HOUR_S


def test_clock_offset() -> None:
    """Wall clock is `at_ms` and the recorded offset."""
    local = LocalTime((0, HOUR_S), 7_200_000)

    assert local.text(at("2025-01-06T00:00:00+00:00")) == "2025-01-06T03:00:00.000+01:00"
    assert local.wall_ms(5) == 7_200_005


@pytest.mark.parametrize("at_ms", [-(10**15), 10**18])
def test_no_date(at_ms: int) -> None:
    """An instant that is no date is shown as it stands."""
    assert VIENNA.text(at_ms) == f"{at_ms} ms"


DAYS = [
    pytest.param("2025-01-06T23:59:59.999+01:00", "2025-01-07T00:00:00+01:00", 1, id="midnight"),
    pytest.param("2025-03-30T00:00:00+01:00", "2025-03-30T23:59:59+02:00", 0, id="day of 23 hours"),
    pytest.param("2025-03-29T23:59:59+01:00", "2025-03-30T00:00:00+01:00", 1, id="into a day of 23 hours"),
]


@pytest.mark.parametrize(("before", "after", "days"), DAYS)
def test_day(before: str, after: str, days: int) -> None:
    """The local date changes at local midnight only."""
    assert VIENNA.day(at(after)) - VIENNA.day(at(before)) == days
