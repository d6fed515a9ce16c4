"""The optimizer's actor: what it asks and tells, when, and that nothing holds it up; on the run queue and threads."""

import threading
from typing import Any

import pytest

from hems_actors.actors.clock import SystemTime
from hems_actors.actors.directory import HOME, LINK, OPTIMIZER, SUPERVISOR, Directory
from hems_actors.actors.messages import Crashed
from hems_actors.actors.optimizer import (
    BACK_OFF_MS_MAX,
    EMPTY_MS,
    FIRST_MS,
    INTERVAL_MS,
    PATIENCE_MS,
    Job,
    Means,
    Memory,
    Optimizer,
    in_thread,
)
from hems_actors.actors.optimizer_port import Question, SetPoint
from hems_actors.actors.published import Published
from hems_actors.actors.runtime import Place
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.waking import Wake
from hems_actors.core import facts
from hems_actors.core.enums import Mode, PriceProvider, Trouble
from hems_actors.core.rates import Slot
from tests.actors.asked import (
    CARPORT,
    GARAGE,
    HERE,
    IDS,
    METER,
    VALID_S,
    Answer,
    Asking,
    FakeOptimizer,
    answered,
    fails,
    gone,
    state_with_chargers,
    wants,
)
from tests.actors.fakes import START_MS, Bench, BoomError, Driver, QueueDriver, Recorder

START_S = (START_MS + FIRST_MS) // 1_000
"""Of the first question."""


def test_asks_soon_and_every_interval(bench: Bench) -> None:
    """It is there: one event; each answer is told."""
    asking = Asking(bench, wants({GARAGE: 10_000, CARPORT: 0}))
    answers = [answered(GARAGE, 10_000), answered(CARPORT, 0)]
    assert bench.take_told() == [HERE, *answers]

    bench.after(INTERVAL_MS - 1)
    assert bench.told == []
    bench.after(1)
    assert bench.take_told() == answers
    assert [question.number for question in asking.port.asked] == [1, 2]


def test_question_shows_the_home(bench: Bench) -> None:
    """As published now, by names that outlive the process, with prices from now on and the limit in force."""
    asking = Asking(bench, wants({}))
    reading = facts.MeterReading(METER, 0, True, -900, -300, -300, -300, *(None,) * 6)
    hour = START_S + 60 - 3_600, START_S + 60, START_S + 3_660
    asking.tell(
        reading,
        facts.BatteryConfigured(9, 0),
        facts.BatteryReported(9, -200, 40),
        facts.SiteSettingsChanged(0, 16_000, 500, 900),
        facts.SpotMarketChanged(0, True, PriceProvider.AWATTAR_AT),
        facts.PricesKnown(0, PriceProvider.AWATTAR_AT, (hour[0], hour[1], 70_000, hour[1], hour[2], -5)),
        facts.ChargingInfoChanged(CARPORT, Mode.ECO_WITH_TARGET_TIME, 0, 7, 90, 0, 8_000, START_S + 3_600),
    )
    bench.after(INTERVAL_MS)
    question = asking.port.asked[-1]

    assert (question.at_s, question.phase_limit_ma) == (START_S + 60, 16_000)
    assert (question.reading, question.battery) == (reading, facts.BatteryReported(9, -200, 40))
    assert question.prices == (Slot(hour[1], hour[2], -5),)
    first, second = question.chargers
    assert first == (
        IDS[GARAGE],
        True,
        True,
        None,
        True,
        8_000,
        5_500,
        3,
        6_000,
        16_000,
        Mode.ECO,
        80,
        None,
        0,
        None,
        None,
    )
    assert (second.min_ma, second.max_ma, second.mode) == (8_000, 32_000, Mode.ECO_WITH_TARGET_TIME)
    assert (second.target_percent, second.end_s, second.priority) == (90, START_S + 3_600, 7)


def test_comes_and_goes_with_one_event_each(bench: Bench) -> None:
    """Another reason for the same silence is no event."""
    asking = Asking(bench, fails(Trouble.ABSENT))
    assert bench.take_told() == [gone(Trouble.ABSENT)]
    assert asking.memory.trouble == "it is ABSENT"
    asking.port.answer = fails(Trouble.STATUS)
    bench.after(INTERVAL_MS)
    assert bench.take_told() == []
    assert asking.memory.trouble == "it is STATUS"

    asking.port.answer = wants({GARAGE: 6_000})
    bench.after(2 * INTERVAL_MS)
    assert bench.take_told() == [HERE, answered(GARAGE, 6_000)]
    assert not asking.memory.trouble
    asking.port.answer = fails(Trouble.SLOW)
    bench.after(INTERVAL_MS)
    assert bench.take_told() == [gone(Trouble.SLOW)]

    asking.port.answer = wants({})
    bench.after(INTERVAL_MS)
    assert bench.take_told() == [HERE]  # what it had said before, the home has forgotten


def test_backs_off_while_it_is_gone(bench: Bench) -> None:
    """After 1, 2, 4 and then every 5 min; an answer ends that."""
    asking = Asking(bench, fails(Trouble.ABSENT))
    bench.after(17 * INTERVAL_MS)
    minutes = [(question.at_s - START_S) // 60 for question in asking.port.asked]
    assert minutes == [0, 1, 3, 7, 12, 17]

    asking.port.answer = wants({})
    bench.after(BACK_OFF_MS_MAX + INTERVAL_MS)
    asking.port.answer = fails(Trouble.ABSENT)
    bench.after(3 * INTERVAL_MS)
    minutes = [(question.at_s - START_S) // 60 for question in asking.port.asked]
    assert minutes[6:] == [22, 23, 24, 25]


def test_home_without_chargers_asks_nothing(bench: Bench) -> None:
    """It looks again soon: a start finds its chargers a little later. One that has gone is no charger."""
    asking = Asking(bench, wants({}), chargers=False)
    bench.after(3 * INTERVAL_MS)
    assert asking.port.asked == []

    asking.add(GARAGE)
    bench.after(EMPTY_MS)
    assert [charger.uuid for charger in asking.port.asked[0].chargers] == [IDS[GARAGE]]
    asking.tell(facts.ThingRemoved(GARAGE))
    bench.after(3 * INTERVAL_MS)
    assert len(asking.port.asked) == 1


def test_charger_not_named_any_more_is_left_to_local_rules(bench: Bench) -> None:
    """Its last answer is over at once, not at its end; told once."""
    asking = Asking(bench, wants({GARAGE: 10_000, CARPORT: 6_000}))
    bench.take_told()
    asking.port.answer = wants({GARAGE: 10_000})
    bench.after(INTERVAL_MS)
    assert bench.take_told() == [answered(CARPORT, 0, valid_s=0), answered(GARAGE, 10_000)]

    bench.after(INTERVAL_MS)
    assert bench.take_told() == [answered(GARAGE, 10_000)]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(wants({GARAGE: 6_000}), id="lowest"),
        pytest.param(wants({GARAGE: 16_000}), id="highest"),
        pytest.param(wants({GARAGE: 0}), id="off"),
        pytest.param(wants({GARAGE: 7_777}, phases=1), id="one phase"),
        pytest.param(wants({GARAGE: 7_777}, phases=3), id="three phases"),
        pytest.param(wants({GARAGE: 6_000}, valid_until_s=START_S + 1), id="a second"),
        pytest.param(wants({GARAGE: 6_000}, valid_until_s=START_S + 86_400), id="a day"),
    ],
)
def test_answer_is_handed_on_as_it_is(bench: Bench, answer: Answer) -> None:
    """To the edges of what is allowed."""
    asking = Asking(bench, answer)
    (point,) = answer(asking.port.asked[0])

    assert bench.told == [HERE, answered(GARAGE, point.target_ma, point.phases, point.valid_until_s - START_S)]


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param({"uuid": "nobody"}, id="unknown charger"),
        pytest.param({"uuid": IDS[GARAGE]}, id="twice"),
        pytest.param({"target_ma": 5_999}, id="below the minimum"),
        pytest.param({"target_ma": 32_001}, id="above the maximum"),
        pytest.param({"target_ma": -1}, id="negative"),
        pytest.param({"phases": 2}, id="two phases"),
        pytest.param({"valid_until_s": START_S}, id="over"),
        pytest.param({"valid_until_s": 0}, id="long over"),
        pytest.param({"valid_until_s": START_S + 86_401}, id="more than a day"),
    ],
)
def test_nonsense_is_refused_whole(bench: Bench, nonsense: dict[str, Any]) -> None:
    """The other charger's set-point, which makes sense, is not believed either; sense makes it available again."""

    def answer(question: Question) -> tuple[SetPoint, ...]:
        first, second = wants({GARAGE: 10_000, CARPORT: 10_000})(question)
        return first, second._replace(**nonsense)

    asking = Asking(bench, answer)
    assert bench.take_told() == [gone(Trouble.NONSENSICAL)]
    assert str(asking.memory.trouble).startswith("optimizer: ")

    asking.port.answer = wants({GARAGE: 10_000})
    bench.after(INTERVAL_MS)
    assert bench.told == [HERE, answered(GARAGE, 10_000)]


def test_question_that_is_not_answered_is_given_up(bench: Bench) -> None:
    """Its late answer is dropped, even after a newer question was asked; only one is ever open."""
    jobs: list[Job] = []
    asking = Asking(bench, wants({GARAGE: 16_000}), run=jobs.append)
    bench.after(PATIENCE_MS - 1)
    assert bench.told == []
    bench.after(1)
    assert bench.take_told() == [gone(Trouble.SLOW)]
    assert asking.memory.trouble == "optimizer: no answer within 45 s"

    jobs[0]()
    bench.queue.run_until_idle()
    assert bench.told == []
    bench.after(INTERVAL_MS)
    assert len(jobs) == 2
    jobs[0]()
    bench.queue.run_until_idle()
    assert bench.told == []
    asking.port.answer = wants({GARAGE: 6_000})
    jobs[1]()
    bench.queue.run_until_idle()
    assert bench.take_told() == [HERE, answered(GARAGE, 6_000)]
    bench.after(PATIENCE_MS)
    assert bench.told == []


def test_each_question_has_its_own_time(bench: Bench) -> None:
    """Asking every 30 s, the end of the first question's time is not that of the second's."""
    jobs: list[Job] = []
    Asking(bench, wants({}), run=jobs.append, interval_ms=30_000)
    jobs[0]()
    bench.after(PATIENCE_MS)
    assert (len(jobs), bench.take_told()) == (2, [HERE])

    jobs[1]()
    bench.after(29_999)
    assert (len(jobs), bench.told) == (2, [])


def test_only_one_question_is_open(bench: Bench) -> None:
    """Whatever wakes it meanwhile."""
    jobs: list[Job] = []
    Asking(bench, wants({}), run=jobs.append)
    bench.tell(OPTIMIZER, Wake(99), Wake(1))

    assert len(jobs) == 1


def test_validity_counts_from_the_answer(bench: Bench) -> None:
    """It took 10 s; one that was over meanwhile is nonsense."""
    jobs: list[Job] = []
    Asking(bench, wants({GARAGE: 6_000}), run=jobs.append)
    bench.after(10_000)
    jobs[0]()
    bench.queue.run_until_idle()
    assert bench.take_told() == [HERE, answered(GARAGE, 6_000, valid_s=VALID_S - 10)]


def test_charger_that_went_meanwhile_is_passed_over(bench: Bench) -> None:
    """The others' set-points count."""
    jobs: list[Job] = []
    asking = Asking(bench, wants({GARAGE: 6_000, CARPORT: 6_000}), run=jobs.append)
    asking.tell(facts.ThingRemoved(CARPORT))
    jobs[0]()
    bench.queue.run_until_idle()

    assert bench.told == [HERE, answered(GARAGE, 6_000)]


def test_crash_is_told_and_forgets_nothing(bench: Bench) -> None:
    """A bug in a port ends the actor; the next one does not tell again what the home knows."""
    crashes: list[Any] = []
    bench.queue.spawn(Recorder, bench.place(SUPERVISOR), crashes, threading.Event())
    asking = Asking(bench, wants({GARAGE: 6_000}))
    bench.take_told()
    error = BoomError("bug")

    def bug(_question: Question) -> tuple[SetPoint, ...]:
        raise error

    asking.port.answer = bug
    bench.after(INTERVAL_MS)
    assert crashes == [Crashed(OPTIMIZER, error)]

    asking.port.answer = wants({})
    asking.start()
    assert bench.told == [answered(GARAGE, 0, valid_s=0)]
    bench.after(INTERVAL_MS)
    assert [question.number for question in asking.port.asked] == [1, 2, 3, 4]


def test_supervisor_starts_it_anew_without_the_link(driver: Driver) -> None:
    """There is nothing at the server to read back for it."""
    home, link, told, reached = Home(driver.runtime), list[Any](), list[Any](), threading.Event()
    bugs = [BoomError("bug")]

    def answer(_question: Question) -> tuple[SetPoint, ...]:
        if bugs:
            raise bugs.pop()
        return ()

    asking = Published()
    asking.publish(state_with_chargers())
    means = Means(SystemTime(), asking, FakeOptimizer(answer), Memory())
    home.start(
        [
            Spec(HOME, Recorder, (told, reached)),
            Spec(LINK, Recorder, (link, threading.Event())),
            Spec(OPTIMIZER, Optimizer, (means,)),
        ]
    )
    driver.until(reached, 2 * FIRST_MS)

    assert told == [HERE]
    assert link == []


def _in_turn(*answers: Answer) -> Answer:
    left = list(answers)

    def answer(question: Question) -> tuple[SetPoint, ...]:
        return left.pop(0)(question)

    return answer


def test_the_same_in_both_runtimes(driver: Driver) -> None:
    """In a thread of its own or at once: there, an answer, and gone."""
    told: list[Any] = []
    reached = threading.Event()
    directory, published = Directory(), Published()
    published.publish(state_with_chargers())
    port = FakeOptimizer(_in_turn(wants({GARAGE: 6_000}), fails(Trouble.TOO_LARGE)))
    time_source, run = (driver.queue.time, None) if isinstance(driver, QueueDriver) else (SystemTime(), in_thread)
    driver.runtime.spawn(Recorder, Place(driver.runtime, directory, HOME), told, reached, 3)
    means = Means(time_source, published, port, Memory(), 200, run)
    driver.runtime.spawn(Optimizer, Place(driver.runtime, directory, OPTIMIZER), means)
    driver.until(reached, FIRST_MS + 200)

    assert told[0] == HERE
    assert told[1]._replace(valid_s=VALID_S) == answered(GARAGE, 6_000)
    assert told[2] == gone(Trouble.TOO_LARGE)
