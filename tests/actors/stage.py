"""A coordinator on a run queue, alone, and the events its tests speak of."""

from typing import Any

from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Place
from hems_actors.core.enums import What
from hems_actors.core.facts import MeterReading, SiteSettingsChanged
from hems_actors.core.outcomes import ActionIntended, AlarmChanged, HealthJudged
from hems_actors.core.state import State
from tests.actors.fakes import START_MS, FakeCore, FakeLog, NotingDirectory

READING = MeterReading(3, 0, True, *(None,) * 10)
CUT = ActionIntended(4, What.CURRENT, 6_000, reduces=True, attempt=1)
STOP = ActionIntended(5, What.POWER, 0, reduces=True, attempt=1)
RISE = ActionIntended(4, What.CURRENT, 16_000, reduces=False, attempt=1)
ALARM = AlarmChanged(0, 1, active=True, value=0)
JUDGED = HealthJudged(0, 1)
SETTINGS = SiteSettingsChanged(0, 16_000, 500, 900)


class Stage:
    """A coordinator on a run queue, alone: what it tells others is noted as it leaves."""

    def __init__(self) -> None:
        self.queue = RunQueue(START_MS)
        self.trace: list[Any] = []
        """What was written, and what was told to whom, in order."""
        self.directory = NotingDirectory(self.trace)
        self.log = FakeLog(self.trace)
        self.core = FakeCore()
        self.state = State()
        self.published = Published()

    def start(self) -> None:
        """Start the coordinator, with the core and state as they are."""
        opening = Opening(self.log, Clock(self.queue.time), self.state)
        self.queue.spawn(
            Coordinator, Place(self.queue, self.directory, HOME), opening, self.published, self.core.port()
        )

    def tell(self, *messages: object) -> None:
        """Tell the coordinator *messages*, and let all messages run."""
        for message in messages:
            self.directory[HOME].tell(message)
        self.queue.run_until_idle()

    def after(self, delay_ms: int) -> None:
        """Let *delay_ms* pass."""
        self.queue.run_until(self.queue.now_ms() + delay_ms)
