"""The prices' actor: what it tells, when it asks, and that nothing holds it up; on the run queue and on threads."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from hems_actors.actors.clock import SystemTime
from hems_actors.actors.directory import HOME, SUPERVISOR, Directory
from hems_actors.actors.messages import Crashed, MarketChanged, StandingWanted
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.spot_market import (
    LOOK_MS_MAX,
    PATIENCE_MS,
    Fetched,
    Job,
    Means,
    SpotMarket,
    in_thread,
)
from hems_actors.core.enums import Failure
from hems_actors.core.facts import PricesFailed, PricesKnown
from hems_actors.core.rates import Rates, Slot, flat
from hems_actors.spotmarket.errors import ProviderError
from hems_actors.spotmarket.memory import Memory
from hems_actors.spotmarket.provider import Provider
from tests.actors.fakes import START_MS, Bench, BoomError, Driver, QueueDriver, Recorder
from tests.spotmarket.answers import DAY_S, HOUR_S, hourly
from tests.spotmarket.feeds import AT, Feed, Market, down, says

SPOT: Final = -3
VIENNA: Final = ZoneInfo("Europe/Vienna")
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
START_S: Final = START_MS // 1_000
"""1 January 2026, 1:00 in Vienna."""
MIDNIGHT_S: Final = START_S - HOUR_S
TODAY: Final = hourly(MIDNIGHT_S, MIDNIGHT_S + DAY_S)
TOMORROW: Final = hourly(MIDNIGHT_S + DAY_S, MIDNIGHT_S + 2 * DAY_S)


def _known(rates: Rates, number: int = AT) -> PricesKnown:
    return PricesKnown(HOME, number, flat(rates))


def _start(bench: Bench, feed: Provider | None, *others: Provider, run: Callable[[Job], None] | None = None) -> Memory:
    """Start the actor on *bench*, asking *feed*, and able to ask *others*; return what it remembers."""
    memory = Memory(feed)
    _start_with(bench, memory, *others, run=run)
    return memory


def _start_with(
    bench: Bench,
    memory: Memory,
    *others: Provider,
    run: Callable[[Job], None] | None = None,
    zone: ZoneInfo | None = VIENNA,
    spread_s: int = 0,
) -> None:
    providers = others if memory.provider is None else (memory.provider, *others)
    means = Means(bench.queue.time, providers, memory, zone, spread_s, run)
    bench.queue.spawn(SpotMarket, bench.place(SPOT), means)
    bench.queue.run_until_idle()
    bench.told.remove(StandingWanted(SPOT))


def test_tells_at_once_what_is_known(bench: Bench) -> None:
    """Asked for two local days, from midnight on."""
    feed = Feed(says(TODAY))
    _start(bench, feed)

    assert bench.told == [_known(TODAY)]
    assert feed.asked == [(MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)]


def test_nothing_new_is_not_told(bench: Bench) -> None:
    """Hour after hour the same, or less: no event. More, or another price: the whole answer."""
    feed = Feed(says(TODAY))
    _start(bench, feed)
    bench.take_told()
    bench.after(2 * HOUR_MS)
    feed.answer = says(TODAY[5:9])
    bench.after(HOUR_MS)
    feed.answer = says(())
    bench.after(HOUR_MS)
    assert len(feed.asked) == 5
    assert bench.told == []

    feed.answer = says(TODAY + TOMORROW)
    bench.after(HOUR_MS)
    corrected = (TODAY[0]._replace(price_ueur_kwh=-1), *TODAY[1:])
    feed.answer = says(corrected)
    bench.after(HOUR_MS)
    assert bench.told == [_known(TODAY + TOMORROW), _known(corrected)]


def test_new_day_without_new_prices_is_no_news(bench: Bench) -> None:
    """After midnight the answer begins a day later, but says nothing that was not known."""
    feed = Feed(says(TODAY + TOMORROW))
    _start(bench, feed)
    bench.take_told()
    feed.answer = says(TOMORROW)
    bench.after(DAY_MS - 2 * HOUR_MS)

    assert feed.asked[-1] == (MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)
    bench.after(2 * HOUR_MS)
    assert feed.asked[-1] == (MIDNIGHT_S + DAY_S, MIDNIGHT_S + 3 * DAY_S)
    assert bench.told == []


def test_each_failure_is_told_once(bench: Bench) -> None:
    """After 1, 2 and 4 min again; what was known stays known."""
    feed = Feed(says(TODAY))
    memory = _start(bench, feed)
    feed.answer = down
    bench.after(HOUR_MS + 7 * MINUTE_MS)
    assert bench.told == [_known(TODAY), *[PricesFailed(HOME, AT, Failure.DOWN)] * 4]
    assert memory.trouble == "feed: no connection"

    feed.answer = says(TODAY)
    bench.after(8 * MINUTE_MS)
    assert len(feed.asked) == 6
    assert len(bench.told) == 5
    assert memory.trouble is None


def test_asks_nobody_unless_told_to(bench: Bench) -> None:
    """Not configured, not enabled, no provider; enabled it asks at once, disabled no more."""
    feed = Feed(says(TODAY))
    _start(bench, None, feed)
    bench.tell(SPOT, MarketChanged(False, AT), MarketChanged(True, 0), MarketChanged(True, 2))
    bench.after(DAY_MS)
    assert feed.asked == []

    bench.tell(SPOT, MarketChanged(True, AT))
    assert len(feed.asked) == 1
    bench.tell(SPOT, MarketChanged(False, AT))
    bench.after(DAY_MS)
    assert len(feed.asked) == 1


def test_switching_on_and_off_is_no_way_around_fair_use(bench: Bench) -> None:
    """What was asked stays counted."""
    feed = Feed(says(TODAY))
    _start(bench, feed)
    for _ in range(50):
        bench.tell(SPOT, MarketChanged(False, AT), MarketChanged(True, AT))

    assert len(feed.asked) == 1
    assert bench.told == [_known(TODAY)]
    bench.after(HOUR_MS)
    assert len(feed.asked) == 2


def test_another_provider_is_asked_at_once(bench: Bench) -> None:
    """Each has a memory of its own: back at the first, its prices are told without asking."""
    first, second = Feed(says(TODAY)), Feed(says(TODAY), number=2)
    _start(bench, first, second)
    bench.tell(SPOT, MarketChanged(True, second.number))
    bench.tell(SPOT, MarketChanged(True, first.number))

    assert bench.told == [_known(TODAY), _known(TODAY, 2), _known(TODAY)]
    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_answer_of_who_is_asked_no_more_is_dropped(bench: Bench) -> None:
    """It comes after the change."""
    jobs: list[Job] = []
    first, second = Feed(says(TODAY)), Feed(says(TOMORROW), number=2)
    _start(bench, first, second, run=jobs.append)
    bench.tell(SPOT, MarketChanged(True, second.number))
    for job in jobs:
        job()
    bench.queue.run_until_idle()

    assert bench.told == [_known(TOMORROW, 2)]


def test_fetch_that_does_not_end_has_failed(bench: Bench) -> None:
    """After a minute; its late answer says nothing, and the next fetch has its own minute."""
    jobs: list[Job] = []
    memory = _start(bench, Feed(says(TODAY)), run=jobs.append)
    bench.after(PATIENCE_MS - 1)
    assert bench.told == []
    bench.after(1)
    assert bench.take_told() == [PricesFailed(HOME, AT, Failure.TIMEOUT)]
    assert memory.trouble == "no answer within 60 s"

    jobs[0]()
    bench.queue.run_until_idle()
    assert bench.told == []
    bench.after(MINUTE_MS)
    assert len(jobs) == 2
    jobs[1]()
    bench.after(DAY_MS)
    assert bench.told[0] == _known(TODAY)


def test_only_one_fetch_is_open(bench: Bench) -> None:
    """Whatever wakes it meanwhile."""
    jobs: list[Job] = []
    feed = Feed(says(TODAY))
    _start(bench, feed, run=jobs.append)
    bench.tell(SPOT, *[MarketChanged(True, AT)] * 3)

    assert len(jobs) == 1


def test_clock_that_is_set_shows_what_is_needed(bench: Bench) -> None:
    """1970 at the start: nothing is asked. Then the clock is set: asked within half a minute."""
    bench.queue.time.wall_lead_ms = -START_MS
    feed = Feed(says(TODAY))
    _start(bench, feed)
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
    _start(bench, feed)
    bench.after(MINUTE_MS)
    bench.queue.time.wall_lead_ms = lead_ms
    bench.after(LOOK_MS_MAX)

    assert [from_s for from_s, _to_s in feed.asked] == [MIDNIGHT_S, MIDNIGHT_S + asked * DAY_S]
    assert len(bench.told) == 2


def test_clock_set_into_the_window(bench: Bench) -> None:
    """13:30 all of a sudden: tomorrow is looked for."""
    feed = Feed(says(TODAY))
    _start(bench, feed)
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
    _start(bench, feed)
    bench.queue.stop()

    midnight_s = int(datetime(2026, 3, 29, tzinfo=VIENNA).timestamp())
    assert feed.asked == [(midnight_s, midnight_s + 48 * HOUR_S)]


def test_without_a_zone_days_are_utc(bench: Bench) -> None:
    """Better than none."""
    feed = Feed(says(TODAY))
    _start_with(bench, Memory(feed), zone=None)

    assert feed.asked == [(START_S, START_S + 2 * DAY_S)]


def test_crash_is_told_and_forgets_nothing(bench: Bench) -> None:
    """A bug in a provider ends the actor. The next one goes on: with back-off, and with what was known."""
    crashes: list[Any] = []
    bench.queue.spawn(Recorder, bench.place(SUPERVISOR), crashes, threading.Event())
    feed = Feed(says(TODAY))
    memory = _start(bench, feed)
    error = BoomError("bug")

    def bug(_from_s: int, _to_s: int) -> Rates:
        raise error

    feed.answer = bug
    bench.after(HOUR_MS)
    assert crashes == [Crashed(SPOT, error)]

    feed.answer = says(TODAY)
    _start_with(bench, memory)
    assert len(feed.asked) == 2
    bench.after(MINUTE_MS)
    assert len(feed.asked) == 3
    assert bench.told == [_known(TODAY)]


def test_prices_of_the_log_are_known(bench: Bench) -> None:
    """A start asks at once, but tells only what is new."""
    feed = Feed(says(TODAY))
    _start_with(bench, Memory(feed, known={AT: TODAY}))

    assert len(feed.asked) == 1
    assert bench.told == []


def test_days_with_an_outage_and_late_prices(bench: Bench) -> None:
    """Prices late at 14:20, two days of silence, a normal day: what is told when, and how often is asked."""

    def now() -> datetime:
        return datetime.fromtimestamp(bench.queue.time.wall_ms() / 1_000, VIENNA)

    def january(day: int, hour: int) -> datetime:
        return datetime(2026, 1, day, hour, tzinfo=VIENNA)

    market = Market(now, {1: "14:20", 4: "14:20"}, (january(1, 18), january(3, 18)))
    told_at: list[tuple[str, Any]] = []
    memory = Memory(market)
    _start_with(bench, memory, spread_s=123)
    for _minute in range(4 * 24 * 60 - 60):  # from 1:00 on the first day to the end of the fourth
        bench.after(MINUTE_MS)
        told_at += [(f"{now():%d %H:%M}", fact) for fact in bench.take_told()]
    known = [(at, fact) for at, fact in told_at if isinstance(fact, PricesKnown)]
    failed = Counter(at[:2] for at, fact in told_at if isinstance(fact, PricesFailed))
    fetches = Counter(f"{at:%d}" for at in market.fetches)

    assert [at for at, _fact in known] == ["01 01:01", "01 14:20", "03 18:03", "04 14:23"]
    assert known[1][1].slots[-2] == january(3, 0).timestamp()
    assert dict(failed) == {"01": 11, "02": 24, "03": 18}
    assert dict(fetches) == {"01": 35, "02": 24, "03": 24, "04": 31}
    assert max(fetches.values()) <= 100


class _Steps(Behaviour):
    """A coordinator that remembers facts, and sets one event for each; who was just started hears nothing."""

    def __init__(self, place: Place, told: list[Any], steps: list[threading.Event]) -> None:
        super().__init__(place)
        self._told = told
        self._steps = steps

    def on_receive(self, message: object) -> None:
        """Remember *message*."""
        if isinstance(message, StandingWanted):
            return
        self._told.append(message)
        self._steps[len(self._told) - 1].set()


def test_the_same_in_both_runtimes(driver: Driver) -> None:
    """Prices, then a failure of another provider, then prices of a third."""
    told: list[Any] = []
    steps = [threading.Event() for _ in range(3)]
    directory = Directory()
    price = (Slot(0, 9_999_999_999, 5),)
    feeds = Feed(says(price)), Feed(down, number=2), Feed(says(price), number=3)
    memory = Memory(feeds[0])
    time_source, run = (driver.queue.time, None) if isinstance(driver, QueueDriver) else (SystemTime(), in_thread)
    place = Place(driver.runtime, directory, SPOT)
    driver.runtime.spawn(_Steps, Place(driver.runtime, directory, HOME), told, steps)
    driver.runtime.spawn(SpotMarket, place, Means(time_source, feeds, memory, VIENNA, run=run))
    driver.until(steps[0])
    place.me.tell(MarketChanged(True, 2))
    driver.until(steps[1])
    place.me.tell(MarketChanged(True, 3))
    driver.until(steps[2])

    assert told == [_known(price), PricesFailed(HOME, 2, Failure.DOWN), _known(price, 3)]


def test_answer_nobody_waits_for(bench: Bench) -> None:
    """Of an actor before this one."""
    memory = _start(bench, None)
    memory.fetches = 7
    bench.tell(SPOT, Fetched(7, TODAY), Fetched(6, ProviderError(Failure.DOWN, "late")))

    assert bench.told == []
