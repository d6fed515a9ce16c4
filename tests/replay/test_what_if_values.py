"""What people write after `--what-if key=`: times, days, prices, and what they stand for."""

from itertools import pairwise

import pytest

from hems_actors.core.rates import Slot
from hems_actors.eventlog.localtime import LocalTime
from replay.whatif.tariff import read_tariff
from replay.whatif.values import flag, instant_s, mode, number_between, time_of_day_s, weekdays

HOUR_S = 3_600
SPRING_S = 1_743_296_400
"""30 March 2025, 01:00 UTC: clocks go from 02:00 to 03:00."""
VIENNA = LocalTime((0, HOUR_S, SPRING_S, 2 * HOUR_S))
EVENING_MS = (SPRING_S - 6 * HOUR_S) * 1_000
"""29 March 2025, 20:00 local time."""


@pytest.mark.parametrize(
    ("text", "expected_s"),
    [
        pytest.param("20:00", SPRING_S - 6 * HOUR_S, id="now"),
        pytest.param("21:30", SPRING_S - 6 * HOUR_S + 5_400, id="this evening"),
        pytest.param("7:00", SPRING_S + 4 * HOUR_S, id="tomorrow, after the clocks changed"),
        pytest.param("02:30", SPRING_S, id="a time that does not exist"),
        pytest.param("2025-03-30T07:00", SPRING_S + 4 * HOUR_S, id="local time"),
        pytest.param("2025-03-30T07:00+02:00", SPRING_S + 4 * HOUR_S, id="with its offset"),
        pytest.param("none", 0, id="none"),
        pytest.param("0", 0, id="zero"),
    ],
)
def test_deadlines(text: str, expected_s: int) -> None:
    """A time of day is its first one from the start of the log on, as the home's clocks show it."""
    assert instant_s(text, VIENNA, EVENING_MS) == expected_s


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        pytest.param("daily", 127, id="daily"),
        pytest.param("none", 0, id="none"),
        pytest.param("Mon,sun", 65, id="days"),
        pytest.param("Tue, Tue", 2, id="a day twice"),
    ],
)
def test_weekdays(text: str, mask: int) -> None:
    """Bit 0 is Monday."""
    assert weekdays(text) == mask


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("24:01", id="after the end"),
        pytest.param("7", id="no minutes"),
        pytest.param("07:60", id="60 minutes"),
        pytest.param("007:00", id="too long"),
        pytest.param("\u0660\u0667:\u0660\u0660", id="other digits"),
        pytest.param("-1:00", id="a sign"),
    ],
)
def test_times_that_are_none(text: str) -> None:
    """They are refused with an example."""
    with pytest.raises(ValueError, match="expected a time such as 07:00"):
        time_of_day_s(text)


def test_words() -> None:
    """Modes and flags in any case."""
    assert (mode("Eco"), mode("ecowithtargettime"), mode("ECO_MIN_WITH_TARGET_TIME")) == (1, 2, 4)
    assert (flag("True"), flag("off")) == (1, 0)
    assert time_of_day_s("24:00") == 24 * HOUR_S


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("6", 6_000, id="a whole one"),
        pytest.param("6.5", 6_500, id="with a point"),
        pytest.param("1e1", 10_000, id="with an exponent"),
    ],
)
def test_numbers(text: str, expected: int) -> None:
    """Exactly, as written."""
    assert number_between(6, 80, scale=1_000)(text) == expected


@pytest.mark.parametrize("text", ["5.999", "80.001", "6.0001", "", "six", "inf", "-6", "1e99"])
def test_numbers_that_are_none(text: str) -> None:
    """Out of range, too fine, not finite: refused with the range."""
    with pytest.raises(ValueError, match="expected a number from 6 to 80 A"):
        number_between(6, 80, scale=1_000, unit="A")(text)


def test_windows_follow_the_clocks() -> None:
    """A night price from 22:00 to 06:00 lasts seven hours in the night that loses one."""
    slots = read_tariff("0.27,0.20@22:00-06:00", VIENNA, EVENING_MS, EVENING_MS + HOUR_S * 1_000)
    night = next(slot for slot in slots if slot.price_ueur_kwh == 200_000 and slot.end_s > SPRING_S)

    assert night == Slot(SPRING_S - 4 * HOUR_S, SPRING_S + 3 * HOUR_S, 200_000)
    assert all(before.end_s == after.start_s for before, after in pairwise(slots))
    assert slots[0].start_s <= EVENING_MS // 1_000 - 86_400
    assert slots[-1].end_s >= EVENING_MS // 1_000 + 86_400


def test_the_first_window_counts() -> None:
    """Where windows overlap; a price may be negative."""
    slots = read_tariff("0.3,-0.1@00:00-24:00,0.2@10:00-11:00", VIENNA, EVENING_MS, EVENING_MS)

    assert {slot.price_ueur_kwh for slot in slots} == {-100_000}
