"""The prices' actor: what it tells, when it asks, and that nothing holds it up; on the run queue and on threads."""

import threading
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from hems_actors.actors.clock import SystemTime
from hems_actors.actors.directory import HOME, SUPERVISOR, Directory
from hems_actors.actors.messages import Crashed, MarketChanged, StandingWanted
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.spot_market import (
    PATIENCE_MS,
    Fetched,
    Job,
    Means,
    SpotMarket,
    in_thread,
)
from hems_actors.core.enums import Failure
from hems_actors.core.facts import PricesFailed, PricesKnown
from hems_actors.core.rates import Rates, Slot
from hems_actors.spotmarket.errors import ProviderError
from hems_actors.spotmarket.memory import Memory
from tests.actors.fakes import Bench, BoomError, Driver, QueueDriver, Recorder
from tests.actors.market import (
    DAY_MS,
    HOUR_MS,
    MIDNIGHT_S,
    MINUTE_MS,
    SPOT,
    TODAY,
    TOMORROW,
    VIENNA,
    known,
    start,
    start_with,
)
from tests.spotmarket.answers import DAY_S
from tests.spotmarket.feeds import AT, Feed, Market, down, says


def test_tells_at_once_what_is_known(bench: Bench) -> None:
    """Asked for two local days, from midnight on."""
    feed = Feed(says(TODAY))
    start(bench, feed)

    assert bench.told == [known(TODAY)]
    assert feed.asked == [(MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)]


def test_nothing_new_is_not_told(bench: Bench) -> None:
    """Hour after hour the same, or less: no event. More, or another price: the whole answer."""
    feed = Feed(says(TODAY))
    start(bench, feed)
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
    assert bench.told == [known(TODAY + TOMORROW), known(corrected)]


def test_new_day_without_new_prices_is_no_news(bench: Bench) -> None:
    """After midnight the answer begins a day later, but says nothing that was not known."""
    feed = Feed(says(TODAY + TOMORROW))
    start(bench, feed)
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
    memory = start(bench, feed)
    feed.answer = down
    bench.after(HOUR_MS + 7 * MINUTE_MS)
    assert bench.told == [known(TODAY), *[PricesFailed(HOME, AT, Failure.DOWN)] * 4]
    assert memory.trouble == "feed: no connection"

    feed.answer = says(TODAY)
    bench.after(8 * MINUTE_MS)
    assert len(feed.asked) == 6
    assert len(bench.told) == 5
    assert memory.trouble is None


def test_asks_nobody_unless_told_to(bench: Bench) -> None:
    """Not configured, not enabled, no provider; enabled it asks at once, disabled no more."""
    feed = Feed(says(TODAY))
    start(bench, None, feed)
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
    start(bench, feed)
    for _ in range(50):
        bench.tell(SPOT, MarketChanged(False, AT), MarketChanged(True, AT))

    assert len(feed.asked) == 1
    assert bench.told == [known(TODAY)]
    bench.after(HOUR_MS)
    assert len(feed.asked) == 2


def test_another_provider_is_asked_at_once(bench: Bench) -> None:
    """Each has a memory of its own: back at the first, its prices are told without asking."""
    first, second = Feed(says(TODAY)), Feed(says(TODAY), number=2)
    start(bench, first, second)
    bench.tell(SPOT, MarketChanged(True, second.number))
    bench.tell(SPOT, MarketChanged(True, first.number))

    assert bench.told == [known(TODAY), known(TODAY, 2), known(TODAY)]
    assert (len(first.asked), len(second.asked)) == (1, 1)


def test_back_before_the_other_answered(bench: Bench) -> None:
    """The home forgot the first one's prices as it heard of the second; switched off and on it forgets nothing."""
    first, second = Feed(says(TODAY)), Feed(down, number=2)
    start(bench, first, second)
    bench.take_told()
    bench.tell(SPOT, MarketChanged(True, second.number))
    bench.tell(SPOT, MarketChanged(True, first.number))
    assert bench.take_told() == [PricesFailed(HOME, 2, Failure.DOWN), known(TODAY)]

    bench.tell(SPOT, MarketChanged(False, second.number))
    bench.tell(SPOT, MarketChanged(True, first.number))
    assert bench.take_told() == [known(TODAY)]

    bench.tell(SPOT, MarketChanged(False, first.number))
    bench.tell(SPOT, MarketChanged(True, first.number))
    assert bench.take_told() == []


def test_answer_of_who_is_asked_no_more_is_dropped(bench: Bench) -> None:
    """It comes after the change."""
    jobs: list[Job] = []
    first, second = Feed(says(TODAY)), Feed(says(TOMORROW), number=2)
    start(bench, first, second, run=jobs.append)
    bench.tell(SPOT, MarketChanged(True, second.number))
    for job in jobs:
        job()
    bench.queue.run_until_idle()

    assert bench.told == [known(TOMORROW, 2)]


def test_fetch_that_does_not_end_has_failed(bench: Bench) -> None:
    """After a minute; its late answer says nothing, and the next fetch has its own minute."""
    jobs: list[Job] = []
    memory = start(bench, Feed(says(TODAY)), run=jobs.append)
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
    assert bench.told[0] == known(TODAY)


def test_only_one_fetch_is_open(bench: Bench) -> None:
    """Whatever wakes it meanwhile."""
    jobs: list[Job] = []
    feed = Feed(says(TODAY))
    start(bench, feed, run=jobs.append)
    bench.tell(SPOT, *[MarketChanged(True, AT)] * 3)

    assert len(jobs) == 1


def test_crash_is_told_and_forgets_nothing(bench: Bench) -> None:
    """A bug in a provider ends the actor. The next one goes on: with back-off, and with what was known."""
    crashes: list[Any] = []
    bench.queue.spawn(Recorder, bench.place(SUPERVISOR), crashes, threading.Event())
    feed = Feed(says(TODAY))
    memory = start(bench, feed)
    error = BoomError("bug")

    def bug(_from_s: int, _to_s: int) -> Rates:
        raise error

    feed.answer = bug
    bench.after(HOUR_MS)
    assert crashes == [Crashed(SPOT, error)]

    feed.answer = says(TODAY)
    start_with(bench, memory)
    assert len(feed.asked) == 2
    bench.after(MINUTE_MS)
    assert len(feed.asked) == 3
    assert bench.told == [known(TODAY)]


def test_prices_of_the_log_are_known(bench: Bench) -> None:
    """A start asks at once, but tells only what is new."""
    feed = Feed(says(TODAY))
    start_with(bench, Memory(feed, known={AT: TODAY}))

    assert len(feed.asked) == 1
    assert bench.told == []


@pytest.mark.parametrize(("told", "expected"), [(AT, []), (2, [known(TODAY)]), (None, [known(TODAY)])])
def test_prices_the_home_has_are_not_told(bench: Bench, told: int | None, expected: list[PricesKnown]) -> None:
    """A start finds this provider's prices in the home, or another's, or none."""
    feed = Feed(says(TODAY))
    start_with(bench, Memory(known={AT: TODAY}, told=told), feed)
    bench.tell(SPOT, MarketChanged(True, AT))

    assert len(feed.asked) == 1
    assert bench.told == expected


def test_days_with_an_outage_and_late_prices(bench: Bench) -> None:
    """Prices late at 14:20, two days of silence, a normal day: what is told when, and how often is asked."""

    def now() -> datetime:
        return datetime.fromtimestamp(bench.queue.time.wall_ms() / 1_000, VIENNA)

    def january(day: int, hour: int) -> datetime:
        return datetime(2026, 1, day, hour, tzinfo=VIENNA)

    market = Market(now, {1: "14:20", 4: "14:20"}, (january(1, 18), january(3, 18)))
    told_at: list[tuple[str, Any]] = []
    memory = Memory(market)
    start_with(bench, memory, spread_s=123)
    for _minute in range(4 * 24 * 60 - 60):  # from 1:00 on the first day to the end of the fourth
        bench.after(MINUTE_MS)
        told_at += [(f"{now():%d %H:%M}", fact) for fact in bench.take_told()]
    news = [(at, fact) for at, fact in told_at if isinstance(fact, PricesKnown)]
    failed = Counter(at[:2] for at, fact in told_at if isinstance(fact, PricesFailed))
    fetches = Counter(f"{at:%d}" for at in market.fetches)

    assert [at for at, _fact in news] == ["01 01:01", "01 14:20", "03 18:03", "04 14:23"]
    assert news[1][1].slots[-2] == january(3, 0).timestamp()
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

    assert told == [known(price), PricesFailed(HOME, 2, Failure.DOWN), known(price, 3)]


def test_answer_nobody_waits_for(bench: Bench) -> None:
    """Of an actor before this one."""
    memory = start(bench, None)
    memory.fetches = 7
    bench.tell(SPOT, Fetched(7, TODAY), Fetched(6, ProviderError(Failure.DOWN, "late")))

    assert bench.told == []
