"""The prices' actor and the wall clock: set, at midnight, on the days of a change, without a zone."""

from datetime import UTC, datetime

import pytest

from hems_actors.actors.spot_market import (
    LOOK_MS_MAX,
)
from hems_actors.spotmarket.memory import Memory
from tests.actors.fakes import START_MS, Bench
from tests.actors.market import DAY_MS, HOUR_MS, MIDNIGHT_S, MINUTE_MS, START_S, TODAY, VIENNA, start, start_with
from tests.spotmarket.answers import DAY_S, HOUR_S, hourly
from tests.spotmarket.feeds import Feed, says


def test_clock_that_is_set_shows_what_is_needed(bench: Bench) -> None:
    """1970 at the start: nothing is asked. Then the clock is set: asked within half a minute."""
    bench.queue.time.wall_lead_ms = -START_MS
    feed = Feed(says(TODAY))
    start(bench, feed)
    bench.after(10 * MINUTE_MS)
    assert feed.asked == []

    bench.queue.time.wall_lead_ms = 0
    bench.after(MINUTE_MS // 2)
    assert feed.asked == [(MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)]


@pytest.mark.parametrize(
    ("lead_ms", "asked"),
    [
        pytest.param(3 * DAY_MS, 3, id="three days ahead"),
        pytest.param(-3 * DAY_MS, -3, id="three days back"),
    ],
)
def test_clock_set_to_another_day(bench: Bench, lead_ms: int, asked: int) -> None:
    """Nothing is known for that: asked for at the next look, not at the next hour."""
    feed = Feed(lambda from_s, _to_s: hourly(from_s, from_s + DAY_S))
    start(bench, feed)
    bench.after(MINUTE_MS)
    bench.queue.time.wall_lead_ms = lead_ms
    bench.after(LOOK_MS_MAX)

    assert [from_s for from_s, _to_s in feed.asked] == [MIDNIGHT_S, MIDNIGHT_S + asked * DAY_S]
    assert len(bench.told) == 2


def test_clock_set_into_the_window(bench: Bench) -> None:
    """13:30 all of a sudden: tomorrow is looked for."""
    feed = Feed(says(TODAY))
    start(bench, feed)
    bench.after(MINUTE_MS)
    bench.queue.time.wall_lead_ms = 12 * HOUR_MS + 30 * MINUTE_MS
    bench.after(20 * MINUTE_MS)

    assert len(feed.asked) == 2 + 1


def test_on_the_day_of_a_change_midnight_is_midnight() -> None:
    """Started on 29 March 2026, after the clocks went forward: the day began an hour before that, in winter time."""
    bench = Bench()
    begin_s = int(datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp())
    bench.queue.time.move_to(begin_s * 1_000)
    feed = Feed(says(()))
    start(bench, feed)
    bench.queue.stop()

    midnight_s = int(datetime(2026, 3, 29, tzinfo=VIENNA).timestamp())
    assert feed.asked == [(midnight_s, midnight_s + 48 * HOUR_S)]


def test_without_a_zone_days_are_utc(bench: Bench) -> None:
    """Better than none."""
    feed = Feed(says(TODAY))
    start_with(bench, Memory(feed), zone=None)

    assert feed.asked == [(START_S, START_S + 2 * DAY_S)]
