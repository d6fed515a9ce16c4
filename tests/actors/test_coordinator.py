"""The coordinator: one order, written before acting, durable before adding load, never silent."""

from typing import Any

import pykka
import pytest

from hems_actors.actors.directory import HOME, SPOT_MARKET, SUPERVISOR
from hems_actors.actors.errors import CoreFailedError
from hems_actors.actors.messages import Crashed, Execute, LimitChanged, MarketChanged, Request, StandingWanted
from hems_actors.actors.waking import WAKE_MS_MIN, Wake
from hems_actors.core.enums import CoreStep, What
from hems_actors.core.facts import (
    ActionSent,
    ClockOffset,
    CoreFailed,
    Fact,
    FailSafeOrdered,
    Quarantined,
    Restarted,
    ThingConnected,
    Tick,
)
from tests.actors.fakes import START_MS
from tests.actors.stage import ALARM, CUT, JUDGED, READING, RISE, SETTINGS, STOP, Stage


def test_facts_are_stamped_numbered_and_recorded_with_what_follows(stage: Stage) -> None:
    """The log holds each fact and then its outcomes, all at the fact's instant."""
    stage.core.answers = {"MeterReading": [JUDGED]}
    stage.start()
    stage.tell(READING)
    stage.after(7)
    stage.tell(ThingConnected(3, connected=True))

    assert stage.log.events == [
        (START_MS, READING),
        (START_MS, JUDGED),
        (START_MS + 7, ThingConnected(3, connected=True)),
    ]
    assert stage.state.seq == 3


@pytest.mark.parametrize(
    ("outcomes", "trace"),
    [
        pytest.param([JUDGED], [], id="nothing leaves: the frame stays open"),
        pytest.param([ALARM], [("write", (READING, ALARM))], id="alarm: written"),
        pytest.param(
            [JUDGED, CUT],
            [("write", (READING, JUDGED, CUT)), (4, Execute(3, What.CURRENT, 6_000))],
            id="reduction: written, then sent, nothing synced",
        ),
        pytest.param(
            [RISE],
            [("write", (READING, RISE)), ("sync", ()), (4, Execute(2, What.CURRENT, 16_000))],
            id="rise: on disk before it is sent",
        ),
        pytest.param(
            [RISE, STOP, ALARM],
            [
                ("write", (READING, RISE, STOP, ALARM)),
                (5, Execute(3, What.POWER, 0)),
                ("sync", ()),
                (4, Execute(2, What.CURRENT, 16_000)),
            ],
            id="both: the reduction leaves before anything waits for the disk",
        ),
    ],
)
def test_written_before_acting(stage: Stage, outcomes: list[Any], trace: list[Any]) -> None:
    """What leaves, leaves after its frame; what adds load, after the sync."""
    stage.core.answers = {"MeterReading": outcomes}
    stage.start()
    stage.tell(READING)

    assert stage.trace == trace


def test_cut_overtakes_everything_that_waits(stage: Stage) -> None:
    """Of many facts told before it, none makes the reduction's Execute wait for a sync or a snapshot."""
    stage.core.answers = {"MeterReading": [CUT]}
    stage.start()
    stage.tell(*(Tick(number) for number in range(20)), READING, *(Tick(number) for number in range(20)))

    assert [kind for kind, *_ in stage.trace] == ["write", 4]


def test_inputs_alone_are_written_within_five_seconds(stage: Stage) -> None:
    """No further message is needed; nothing is ticked for it."""
    stage.start()
    stage.tell(READING)
    stage.after(5_000)

    assert stage.trace == [("write", (READING,))]


def test_everything_is_on_disk_within_a_minute(stage: Stage) -> None:
    """A reduction is not synced when it leaves, but then soon."""
    stage.core.answers = {"MeterReading": [CUT]}
    stage.start()
    stage.tell(READING)
    stage.after(60_000)

    assert stage.trace[-1] == ("sync", ())


def test_view_is_published_after_each_frame(stage: Stage) -> None:
    """Between frames readers see the last one, whole."""
    stage.start()
    stage.tell(READING)
    assert stage.published.view.seq == 0

    stage.after(5_000)
    assert (stage.published.view.seq, stage.published.view.at_ms) == (1, START_MS)


def test_request_is_answered_when_durable(stage: Stage) -> None:
    """The future holds the fact's number, set after the sync, its reductions sent before."""
    stage.core.answers = {"SiteSettingsChanged": [CUT]}
    stage.start()
    stage.tell(READING)
    future = stage.queue.future()
    stage.tell(Request(SETTINGS, future))

    assert future.get() == 2
    assert stage.trace == [
        ("write", (READING, SETTINGS, CUT)),
        (4, Execute(3, What.CURRENT, 6_000)),
        ("sync", ()),
    ]


def test_one_timer_becomes_one_tick(stage: Stage) -> None:
    """What is due is ticked at its instant, once."""
    stage.core.due_ms = START_MS + 60_000
    stage.core.due_ms_after = {"Tick": None}
    stage.start()
    stage.after(59_999)
    assert stage.log.events == []

    stage.after(60_000)
    assert stage.log.events == [(START_MS + 60_000, Tick(0))]


def test_earlier_due_moves_the_timer(stage: Stage) -> None:
    """A fact may make something due sooner; the timer follows, and a later one waits for its turn."""
    stage.core.due_ms = START_MS + 60_000
    stage.core.due_ms_after = {"MeterReading": START_MS + 2_000, "Tick": START_MS + 70_000}
    stage.start()
    stage.tell(READING)
    stage.after(69_999)
    assert [event for _, event in stage.log.events] == [READING, Tick(0)]

    stage.after(1)
    assert stage.log.events[-1] == (START_MS + 70_000, Tick(0))


def test_a_core_that_is_always_due_cannot_flood_the_log(stage: Stage) -> None:
    """At most one tick per 100 ms, whatever else arrives meanwhile."""
    stage.core.due_ms = START_MS
    stage.start()
    for _ in range(1_000 // 50):
        stage.after(50)
        stage.tell(READING)

    assert sum(event == Tick(0) for _, event in stage.log.events) == 1_000 // WAKE_MS_MIN


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(Restarted(0), id="restart"),
        pytest.param(FailSafeOrdered(0, START_MS + 3_600_000), id="fail-safe mode"),
    ],
)
def test_what_a_start_says_comes_before_the_clocks_news(stage: Stage, first: Fact) -> None:
    """Nothing is concluded from a state that does not know yet that the process is another one."""
    stage.start()
    stage.queue.time.wall_lead_ms = -3 * 3_600_000
    stage.tell(StandingWanted(3))
    stage.tell(first)
    stage.tell(READING)

    facts = [event for _, event in stage.log.events if isinstance(event, Fact)]
    assert facts == [first, ClockOffset(0, -3 * 3_600_000), READING]


def test_clock_offset_comes_before_the_fact_that_saw_it(stage: Stage) -> None:
    """The wall clock set by three hours is an event; `at_ms` goes on."""
    stage.start()
    stage.queue.time.wall_lead_ms = -3 * 3_600_000
    stage.tell(READING)

    assert stage.log.events == [(START_MS, ClockOffset(0, -3 * 3_600_000)), (START_MS, READING)]


def test_meter_hears_of_its_limit_when_it_changes(stage: Stage) -> None:
    """With the frame that holds the change, once; again when the meter's actor was started anew."""
    stage.core.answers = {"SiteSettingsChanged": [ALARM]}
    stage.state.config.meter = 3
    stage.core.limit_ma = 25_000
    stage.start()
    stage.core.limit_ma = 16_000
    stage.tell(SETTINGS, SETTINGS, StandingWanted(3))

    assert [message for to, message in stage.trace if to == 3] == [
        LimitChanged(25_000),
        LimitChanged(16_000),
        LimitChanged(16_000),
    ]


def test_prices_actor_hears_whom_to_ask(stage: Stage) -> None:
    """At the start as restored, after a change, and again when it was started anew; nobody to ask is no news."""
    stage.start()
    stage.state.market.enabled = True
    stage.state.market.provider = 1
    stage.core.answers = {"SiteSettingsChanged": [ALARM]}
    stage.tell(SETTINGS, SETTINGS, StandingWanted(SPOT_MARKET))

    told = [message for to, message in stage.trace if to == SPOT_MARKET]
    assert told == [MarketChanged(True, 1), MarketChanged(True, 1)]


def test_without_a_meter_nobody_hears_of_a_limit(stage: Stage) -> None:
    """Source number 0 is the home, not a meter."""
    stage.core.limit_ma = 25_000
    stage.start()
    stage.tell(READING)

    assert stage.trace == []


def test_core_that_cannot_say_what_is_due_is_reported(stage: Stage) -> None:
    """What it decided before is handed out all the same."""
    stage.core.answers = {"MeterReading": [CUT]}
    stage.start()
    stage.core.due_fails = True
    stage.tell(READING)

    failed = CoreFailed(0, 2, CoreStep.LOOK_AHEAD)
    assert stage.trace[:2] == [("write", (READING, CUT, failed)), (4, Execute(2, What.CURRENT, 6_000))]
    to, crash = stage.trace[-1]
    assert to == SUPERVISOR
    assert isinstance(crash.error, CoreFailedError)


def test_core_that_cannot_say_what_is_due_at_start(stage: Stage) -> None:
    """The coordinator starts all the same, and asks again at a tick, which can then be named."""
    stage.core.due_fails = True
    stage.start()
    assert stage.trace == []

    stage.after(WAKE_MS_MIN)
    assert stage.trace[0] == ("write", (Tick(0), CoreFailed(0, 1, CoreStep.LOOK_AHEAD)))


def test_core_that_raises_leaves_its_inputs_and_a_report(stage: Stage) -> None:
    """The poison is on disk, the supervisor knows the event, nothing claims that the log ended well."""
    stage.core.poison = "ActionSent"
    stage.start()
    stage.tell(READING, ActionSent(4, 7), READING)

    failed = CoreFailed(0, 2, CoreStep.EVOLVE)
    assert stage.trace[:2] == [("write", (READING, ActionSent(4, 7), failed)), ("abandoned", 3)]
    ((to, crash),) = stage.trace[2:]
    assert to == SUPERVISOR
    assert isinstance(crash, Crashed)
    assert isinstance(crash.error, CoreFailedError)
    assert (crash.source, crash.error.seq, crash.error.fact) == (HOME, 2, "ActionSent")
    assert str(crash.error) == "the core failed at event 2 (ActionSent): BoomError('ActionSent')"


def test_request_that_the_core_cannot_take_fails_its_future(stage: Stage) -> None:
    """Whoever waits learns of it."""
    stage.core.poison = "SiteSettingsChanged"
    stage.start()
    future = stage.queue.future()
    stage.tell(Request(SETTINGS, future))

    with pytest.raises(CoreFailedError):
        future.get()


def test_half_concluded_event_is_not_gone_over(stage: Stage) -> None:
    """Even if a failure reached somebody else, by `ask`, the next fact ends the coordinator; the log gets no end."""
    stage.core.poison = "Tick"
    stage.start()
    ref = stage.directory[HOME].ref
    assert ref is not None
    with pytest.raises(CoreFailedError):
        ref.ask(Tick(0))
    stage.tell(READING)

    assert not ref.is_alive()
    assert "close" not in [entry[0] for entry in stage.trace]


def test_interrupted_event_leaves_the_log_without_an_end(stage: Stage) -> None:
    """Ctrl-C in the middle of a conclusion: half a conclusion is not written, nor the hash of such a state."""
    stage.core.interrupted = True
    stage.start()
    with pytest.raises(KeyboardInterrupt):
        stage.tell(READING)
    stage.queue.stop()

    assert stage.trace == [("abandoned", 1)]


def test_wake_of_a_replaced_timer_changes_nothing(stage: Stage) -> None:
    """A timer may fire just before it is cancelled; the one that replaced it stays."""
    stage.core.due_ms = START_MS + 1_000
    stage.core.due_ms_after = {"Tick": None}
    stage.start()
    stage.tell(Wake(0))
    stage.after(2_000)

    assert [event for _, event in stage.log.events] == [Tick(0)]


def test_fail_safe_passes_over_what_the_core_cannot_take(stage: Stage) -> None:
    """The state is as before, the record says so, and life goes on."""
    stage.core.poison = "ActionSent"
    stage.state.site.fail_safe_until_ms = START_MS + 60_000
    stage.start()
    stage.tell(READING, ActionSent(4, 7), READING)

    assert [event for _, event in stage.log.events] == [READING, ActionSent(4, 7), Quarantined(0, 2), READING]
    assert stage.state.seq == 4


def test_stop_ends_the_log(stage: Stage) -> None:
    """What is open is synced, then the end is written."""
    stage.start()
    stage.tell(READING)
    stage.queue.stop()

    assert stage.trace == [("sync", (READING,)), ("close", 1)]


def test_state_restored_is_published_at_once(stage: Stage) -> None:
    """Readers need not wait for the first frame."""
    stage.state.seq = 41
    stage.start()

    assert stage.published.view.seq == 41


def test_future_of_a_dead_coordinator(stage: Stage) -> None:
    """A request told after the end is dropped: who waits gives a time-out."""
    stage.start()
    stage.queue.stop()
    future = stage.queue.future()

    assert not stage.directory[HOME].tell(Request(SETTINGS, future))
    with pytest.raises(pykka.Timeout):
        future.get(timeout=1)
