"""The supervisor: in order up, in reverse down; devices come back, the coordinator does not."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from hems_actors.actors.clock import Clock, VirtualTime
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME, LINK, SUPERVISOR
from hems_actors.actors.errors import CoreFailedError, StartError, VitalActorError
from hems_actors.actors.messages import Crashed, Dismiss, ReadBack
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.supervisor import BACK_OFF_MS_MAX, Check, Home, Restart, Spec
from hems_actors.core.enums import CoreStep
from hems_actors.core.facts import CoreFailed, LinkChanged, Restarted, Tick
from hems_actors.core.state import State
from tests.actors.fakes import PATIENCE_S, START_MS, BoomError, Driver, FakeCore, FakeLog, QueueDriver, Recorder


class _Births(Behaviour):
    """Notes when it starts and stops; raises what it is told; *fails* that many starts."""

    def __init__(self, place: Place, log: list[Any], fails: list[bool]) -> None:
        super().__init__(place)
        self._log = log
        self._fails = fails

    def on_start(self) -> None:
        """Note the instant, or fail."""
        self._log.append(("start", self.place.source, self.place.runtime.now_ms() - START_MS))
        if self._fails and self._fails.pop(0):
            raise BoomError

    def on_stop(self) -> None:
        """Note it."""
        self._log.append(("stop", self.place.source))

    def on_receive(self, message: Exception) -> None:
        """Fail."""
        raise message


class _Early(Behaviour):
    """Tells the coordinator something as soon as it lives."""

    def on_start(self) -> None:
        """Say so."""
        self.coordinator.tell("early")


def _spec(source: int, log: list[Any], *fails: bool) -> Spec:
    return Spec(source, _Births, (log, list(fails)))


def test_up_in_order_down_in_reverse(driver: Driver) -> None:
    """Each actor is up before the next one starts."""
    log: list[Any] = []
    home = Home(driver.runtime)
    home.start([_spec(source, log) for source in (HOME, LINK, 4)])
    home.stop()

    assert [entry[:2] for entry in log] == [
        *(("start", source) for source in (HOME, LINK, 4)),
        *(("stop", source) for source in (4, LINK, HOME)),
    ]


def test_what_a_start_says_comes_first(driver: Driver) -> None:
    """Nobody can tell the coordinator anything before it."""
    heard: list[Any] = []
    reached = threading.Event()
    home = Home(driver.runtime)
    home.start([Spec(HOME, Recorder, (heard, reached, 3)), Spec(4, _Early)], [Restarted(0), Tick(0)])
    driver.until(reached)
    home.stop()

    assert heard == [Restarted(0), Tick(0), "early"]


def test_failed_start_is_seen_at_boot(driver: Driver) -> None:
    """The one that failed is named, and nothing after it is started."""
    log: list[Any] = []
    home = Home(driver.runtime)
    with pytest.raises(StartError, match="_Births 4 did not start: ActorDeadError"):
        home.start([_spec(HOME, log), _spec(4, log, True), _spec(5, log)])
    home.stop()

    assert [entry[:2] for entry in log] == [("start", HOME), ("start", 4), ("stop", HOME)]


def test_crashed_device_comes_back_and_is_read(driver: Driver) -> None:
    """Its new actor is found at the old address; the link reads all its states."""
    log: list[Any] = []
    heard: list[Any] = []
    read = threading.Event()
    home = Home(driver.runtime)
    home.start([Spec(LINK, Recorder, (heard, read)), _spec(4, log)])
    before = home.directory[4].ref
    home.directory[4].tell(BoomError())
    driver.until(read)
    after = home.directory[4].ref
    home.stop()

    assert before is not after
    assert heard == [ReadBack(4, home.directory[4])]
    assert [entry[:2] for entry in log] == [("start", 4), ("start", 4), ("stop", 4)]


def test_crashed_core_ends_the_home_with_its_error(driver: Driver) -> None:
    """The main thread gets what the core raised, wrapped, with the event's number."""
    core = FakeCore()
    core.poison = "Tick"
    log = FakeLog()
    home = Home(driver.runtime)
    opening = Opening(log, Clock(VirtualTime(START_MS)), State())
    home.start([Spec(HOME, Coordinator, (opening, Published(), core.port()))])
    home.directory[HOME].tell(Tick(0))
    if isinstance(driver, QueueDriver):
        driver.queue.run_until_idle()
    with pytest.raises(CoreFailedError, match=r"event 1 \(Tick\)"):
        home.ending.wait(PATIENCE_S)
    home.stop()

    assert log.trace == [("write", (Tick(0), CoreFailed(0, 1, CoreStep.EVOLVE))), ("abandoned", 2)]


@pytest.fixture
def queue_home() -> Iterator[tuple[RunQueue, Home, list[Any]]]:
    """A home on the run queue, with a recorder as coordinator."""
    queue = RunQueue(START_MS)
    home = Home(queue)
    heard: list[Any] = []
    home.start([Spec(HOME, Recorder, (heard, threading.Event()))])
    yield queue, home, heard
    home.stop()


def test_crashes_in_a_row_are_slowed_down(queue_home: tuple[RunQueue, Home, list[Any]]) -> None:
    """At once, then after 1 s, doubling to 60 s; at once again when it had been well for two minutes."""
    queue, home, _ = queue_home
    log: list[Any] = []
    home.directory[SUPERVISOR].tell(_spec(4, log))
    queue.run_until_idle()
    for _ in range(9):
        home.directory[4].tell(BoomError())
        queue.run_until(queue.now_ms() + BACK_OFF_MS_MAX)
    starts_ms = [entry[2] for entry in log]
    crashes_ms = [number * BACK_OFF_MS_MAX for number in range(9)]

    assert [start - crash for start, crash in zip(starts_ms[1:], crashes_ms, strict=True)] == [
        0,
        *(1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000),
    ]

    queue.run_until(queue.now_ms() + 2 * BACK_OFF_MS_MAX)
    home.directory[4].tell(BoomError())
    queue.run_until_idle()
    queue.run_until(queue.now_ms())
    assert log[-1] == ("start", 4, queue.now_ms() - START_MS)


def test_actor_that_does_not_come_up_is_tried_again(queue_home: tuple[RunQueue, Home, list[Any]]) -> None:
    """A start that fails reports nothing, so the supervisor looks."""
    queue, home, _ = queue_home
    log: list[Any] = []
    home.directory[SUPERVISOR].tell(_spec(4, log, True, True))
    queue.run_until(START_MS + 10_000)

    ref = home.directory[4].ref
    assert ref is not None
    assert ref.is_alive()
    assert len(log) == 3


def test_crashed_link_is_a_lost_link(queue_home: tuple[RunQueue, Home, list[Any]]) -> None:
    """The coordinator hears it; the new link reads everything by itself."""
    queue, home, heard = queue_home
    log: list[Any] = []
    home.directory[SUPERVISOR].tell(_spec(LINK, log))
    queue.run_until_idle()
    home.directory[LINK].tell(BoomError())
    queue.run_until(queue.now_ms() + 1_000)

    assert heard == [LinkChanged(HOME, up=False)]
    assert [entry[0] for entry in log] == ["start", "start"]


def test_crash_of_nobodys_actor_is_no_crash(queue_home: tuple[RunQueue, Home, list[Any]]) -> None:
    """Reports about what the supervisor never started are ignored."""
    queue, home, heard = queue_home
    home.directory[SUPERVISOR].tell(Crashed(99, BoomError()))
    queue.run_until(queue.now_ms() + 1_000)

    assert heard == []
    home.ending.wait(0)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(Crashed(HOME, OSError(28, "No space left on device")), "OSError", id="the log failed"),
        pytest.param("nonsense", "AttributeError", id="the supervisor itself failed"),
    ],
)
def test_home_ends_with_the_first_error(
    queue_home: tuple[RunQueue, Home, list[Any]], message: object, reason: str
) -> None:
    """Whatever else fails afterwards."""
    queue, home, _ = queue_home
    home.directory[SUPERVISOR].tell(message)
    home.directory[SUPERVISOR].tell(Crashed(HOME, CoreFailedError(1, "Tick", "later")))
    queue.run_until_idle()

    with pytest.raises(VitalActorError, match=reason):
        home.ending.wait(0)


def test_who_is_dismissed_stays_away(driver: Driver) -> None:
    """Its actor stops, and what was still to be done for it is not; dismissed twice is dismissed once."""
    log: list[Any] = []
    heard: list[Any] = []
    reached = threading.Event()
    home = Home(driver.runtime)
    home.start([Spec(HOME, Recorder, (heard, reached)), _spec(4, log)])
    for message in (Dismiss(4), Dismiss(4), Restart(4), Check(4), Crashed(4, BoomError()), Spec(6, _Early)):
        home.directory[SUPERVISOR].tell(message)
    driver.until(reached)
    home.stop()

    assert home.directory[4].ref is None
    assert [entry[:2] for entry in log] == [("start", 4), ("stop", 4)]
