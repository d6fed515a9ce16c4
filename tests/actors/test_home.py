"""The whole street: a reading becomes a command, the command an effect, and the effect a report."""

from typing import Any

from pykka.messages import ProxyCall

from hems_actors.actors.battery import Battery
from hems_actors.actors.charger import Charger
from hems_actors.actors.clock import Clock, VirtualTime
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.messages import BurstEnded, Call, ReadBack, StatesChanged
from hems_actors.actors.meter import Meter
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Runtime
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.core.enums import Result, What
from hems_actors.core.facts import ActionAnswered, ActionSent, BatteryReported, ChargerReported, MeterReading
from hems_actors.core.outcomes import ActionIntended
from hems_actors.core.state import State
from tests.actors.fakes import PATIENCE_S, START_MS, Driver, FakeCore, FakeLink, FakeLog

CUT = ActionIntended(4, What.CURRENT, 6_000, reduces=True, attempt=1)
CHARGER = {"power_on": True, "current_ma": 6_000, "min_ma": 6_000, "max_ma": 32_000}


def _home(runtime: Runtime, log: FakeLog, result: int | None, state: State | None = None) -> Home:
    """Start a home whose core answers each reading by a cut, and whose link answers by *result*."""
    home = Home(runtime)
    core = FakeCore(MeterReading=[CUT])
    core.limit_ma = state.config.phase_limit_max_ma if state else 0
    opening = Opening(log, Clock(VirtualTime(START_MS)), state or State())
    home.start(
        [
            Spec(HOME, Coordinator, (opening, Published(), core.port())),
            Spec(LINK, FakeLink, ({4: CHARGER}, result, log.trace)),
            Spec(3, Meter),
            Spec(4, Charger),
            Spec(5, Battery),
        ]
    )
    return home


def test_reading_to_report(driver: Driver) -> None:
    """In either runtime the same facts come in the same order."""
    log = FakeLog()
    log.awaited = ChargerReported
    home = _home(driver.runtime, log, Result.OK)
    now_ms = driver.runtime.now_ms()
    home.directory[3].tell(StatesChanged({"a_w": 5_000}, now_ms))
    home.directory[3].tell(BurstEnded(now_ms))
    driver.until(log.reached)
    home.stop()

    reading, *rest = [event for _, event in log.events]
    assert isinstance(reading, MeterReading)
    assert rest == [
        CUT,
        ActionSent(4, 2),
        ActionAnswered(4, 2, Result.OK),
        ChargerReported(4, True, True, 6_000, 6_000, 32_000, *(None,) * 8),
    ]
    assert log.trace == [
        ("write", (reading, CUT)),
        (2, 4, What.CURRENT, 6_000),
        (4,),
        ("sync", tuple(rest[1:])),
        ("close", 5),
    ]


def test_overload_needs_no_end_of_the_burst(driver: Driver) -> None:
    """The limit of the restored state reaches the meter's actor, though it starts after the coordinator."""
    log = FakeLog()
    log.awaited = ActionSent
    state = State()
    state.config.meter, state.config.phase_limit_max_ma = 3, 16_000
    home = _home(driver.runtime, log, Result.OK, state)
    coordinator = home.directory[HOME].ref
    assert coordinator is not None
    coordinator.ask(ProxyCall(("ping",), (), {}), timeout=PATIENCE_S)  # then it has answered the meter's actor, too
    home.directory[3].tell(StatesChanged({"a_w": 5_000}, driver.runtime.now_ms()))
    driver.until(log.reached)
    home.stop()

    reading = log.events[0][1]
    assert isinstance(reading, MeterReading)
    assert not reading.complete


def _trace_of_a_script(result: int | None) -> list[Any]:
    """Run bursts, battery reports and lost answers for a minute; return all that was written and called, and when."""
    queue = RunQueue(START_MS)
    log = FakeLog()
    home = _home(queue, log, result)
    for step in range(60):
        now_ms = queue.now_ms()
        home.directory[3].tell(StatesChanged({"a_w": step * 10, "b_ma": -step}, now_ms))
        home.directory[5].tell(StatesChanged({"power_w": step % 3}, now_ms))
        if step % 4:
            home.directory[3].tell(BurstEnded(now_ms))
        queue.run_until(now_ms + 1_000 + step)
    home.stop()
    return log.trace + log.events


def test_same_script_same_messages() -> None:
    """Twice the same, to the millisecond and the byte, with answers and with time-outs."""
    for result in (Result.OK, None):
        trace = _trace_of_a_script(result)

        assert repr(trace) == repr(_trace_of_a_script(result))
        assert sum(isinstance(entry[1], BatteryReported) for entry in trace if len(entry) == 2) == 60


def test_calls_and_read_backs_name_who_waits() -> None:
    """The last field of both is where the answer goes, so that links may treat them alike."""
    assert (Call._fields[-1], ReadBack._fields[-1]) == ("reply_to", "reply_to")
