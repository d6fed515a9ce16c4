"""The clock: `at_ms` never goes back, whatever is done to the wall clock."""

from zoneinfo import ZoneInfo

import pytest

from hems_actors.actors.clock import Clock, SystemTime, VirtualTime
from hems_actors.actors.zone import ZoneOffsets
from hems_actors.core.facts import ClockOffset, ZoneKnown
from tests.actors.fakes import START_MS

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("set_by_ms", "offset_ms"),
    [
        pytest.param(0, None, id="left alone"),
        pytest.param(1_000, None, id="one second ahead"),
        pytest.param(1_001, 1_001, id="more than a second ahead"),
        pytest.param(-1_001, -1_001, id="more than a second back"),
        pytest.param(3 * HOUR_MS, 3 * HOUR_MS, id="three hours ahead"),
        pytest.param(-3 * HOUR_MS, -3 * HOUR_MS, id="three hours back"),
        pytest.param(-START_MS, -START_MS, id="back to 1970"),
    ],
)
def test_wall_clock_is_set(set_by_ms: int, offset_ms: int | None) -> None:
    """`at_ms` goes on as before; the offset is news once, and only beyond a second."""
    time = VirtualTime(START_MS)
    clock = Clock(time)
    time.move_to(START_MS + 10)
    time.wall_lead_ms = set_by_ms

    assert clock.at_ms() == START_MS + 10
    assert clock.new_offset_ms(clock.at_ms()) == offset_ms
    assert clock.new_offset_ms(clock.at_ms()) is None


def test_boot_in_1970_then_the_net_arrives() -> None:
    """A machine without a clock starts at its last instant, and learns of the true one as an offset."""
    time = VirtualTime(5_000)
    clock = Clock(time, last_at_ms=START_MS)
    assert clock.at_ms() == START_MS
    assert clock.new_offset_ms(clock.at_ms()) == 5_000 - START_MS

    time.wall_lead_ms = START_MS
    assert clock.at_ms() == START_MS
    assert clock.new_offset_ms(clock.at_ms()) == 5_000


def test_restart_after_a_while_begins_at_the_wall_clock() -> None:
    """The recorded offset is over once `at_ms` begins at the wall clock again."""
    clock = Clock(VirtualTime(START_MS + HOUR_MS), last_at_ms=START_MS, offset_ms=-HOUR_MS)

    assert clock.at_ms() == START_MS + HOUR_MS
    assert clock.new_offset_ms(clock.at_ms()) == 0


def test_slow_drift_is_news_each_second() -> None:
    """The next offset counts from the last one told."""
    time = VirtualTime(START_MS)
    clock = Clock(time)
    news = []
    for lead_ms in range(0, 3_000, 500):
        time.wall_lead_ms = lead_ms
        news.append(clock.new_offset_ms(clock.at_ms()))

    assert news == [None, None, None, 1_500, None, None]


def test_virtual_time_ignores_the_past() -> None:
    """Moving to an earlier instant changes nothing."""
    time = VirtualTime(START_MS)
    time.move_to(START_MS - 1)

    assert time.boot_ms() == START_MS


def test_system_time_is_in_ms() -> None:
    """Both clocks of the machine run, the wall clock after 2025."""
    time = SystemTime()

    assert time.boot_ms() <= time.boot_ms()
    assert time.wall_ms() > 1_735_689_600_000


def test_zone_is_news_with_the_clock() -> None:
    """At start, and when the wall clock turns out to be in another year; the offset comes first."""
    time = VirtualTime(5_000)
    clock = Clock(time, zone=ZoneOffsets(ZoneInfo("Europe/Vienna")))
    assert [type(fact) for fact in clock.news(5_000)] == [ZoneKnown]
    assert clock.news(5_000) == []

    time.wall_lead_ms = START_MS
    offset, zone = clock.news(5_000)
    assert offset == ClockOffset(0, START_MS)
    assert isinstance(zone, ZoneKnown)
    assert zone.transitions_s[0] == (START_MS + 5_000) // 1_000 - 1
