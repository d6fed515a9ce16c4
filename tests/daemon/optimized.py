"""A whole home on the run queue, real coordinator, core and log, with an optimizer on a real socket."""

from pathlib import Path
from typing import Final

from hems_actors.actors.charger import Charger
from hems_actors.actors.coordinator import Coordinator
from hems_actors.actors.core_port import LIVE_CORE
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.messages import Answered, BurstEnded, Call, ReadBack, StatesChanged, StateValue
from hems_actors.actors.meter import Meter
from hems_actors.actors.opening import open_home
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.view import ChargerView
from hems_actors.core import facts
from hems_actors.core.enums import Mode, Result, ThingKind, What
from hems_actors.core.identity import points_of, uuid_text
from hems_actors.core.registry import Event
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from tests.actors.fakes import START_MS
from tests.actors.process import HEAD

METER, GARAGE = 3, 4
WORDS: Final = (0x6F2A1B4C, 0x4000, 0x80000000, GARAGE)
GARAGE_ID: Final = uuid_text(WORDS)
READING_MS: Final = 10_000
FIRST: Final[tuple[facts.Fact, ...]] = (
    facts.SiteConfigured(0, 20_000, 3, 0, 1, METER),
    facts.ThingAdded(GARAGE, ThingKind.CHARGER, WORDS, points_of("garage")),
    facts.ChargerConfigured(GARAGE, 3, 123, 6_000, 1_000, can_switch=False),
    facts.ChargingInfoChanged(GARAGE, Mode.ECO, 0, 0, 80, 0, 6_000),
    facts.LinkChanged(0, up=True),
)
_NAMES: Final = {What.POWER: "power_on", What.CURRENT: "current_ma"}


class ObedientLink(Behaviour):
    """A link to one charger that does as it is told at once, and whose car takes all it may."""

    def __init__(self, place: Place, states: dict[str, StateValue]) -> None:
        super().__init__(place)
        self._states = states

    def on_receive(self, message: Call | ReadBack) -> None:
        """Obey, or tell all states."""
        if isinstance(message, Call):
            what = What(message.what)
            self._states[_NAMES[what]] = bool(message.value) if what == What.POWER else message.value
            message.reply_to.tell(Answered(message.token, Result.OK))
        else:
            message.reply_to.tell(StatesChanged(dict(self._states), self.place.runtime.now_ms(), read_back=True))


class OptimizedHome:
    """A home in *directory* whose house draws `house_ma` per phase, with a car plugged in; no sun."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.house_ma = 2_000
        self.queue = RunQueue(START_MS)
        self.published = Published()
        self.home = Home(self.queue)
        self._states: dict[str, StateValue] = {
            "power_on": False,
            "current_ma": 6_000,
            "min_ma": 6_000,
            "max_ma": 16_000,
            "plugged_in": True,
        }

    def start(self, *specs: Spec) -> None:
        """Start the home, and *specs* too."""
        opened = open_home(self._directory, HEAD, self.queue.time, _writer)
        coordinator = Spec(HOME, Coordinator, (opened.opening, self.published, LIVE_CORE))
        link = Spec(LINK, ObedientLink, (self._states,))
        self.home.start([coordinator, link, Spec(METER, Meter), Spec(GARAGE, Charger), *specs], [*opened.facts, *FIRST])
        self.home.directory[LINK].tell(ReadBack(GARAGE, self.home.directory[GARAGE]))
        self.queue.run_until_idle()

    def run(self, seconds: int) -> None:
        """Let time pass, with a reading every 10 s."""
        for _ in range(seconds * 1_000 // READING_MS):
            self._read()
            self.queue.run_until(self.queue.now_ms() + READING_MS)

    def stop(self) -> None:
        """Stop the home."""
        self.home.stop()
        self.home.ending.wait(0)

    @property
    def charger(self) -> ChargerView:
        """What was decided for the charger."""
        return dict(self.published.view.chargers)[GARAGE]

    @property
    def draws_ma(self) -> int:
        """What the device lets the car take now."""
        return int(self._states["current_ma"] or 0) if self._states["power_on"] else 0

    def events(self) -> list[Event]:
        """Return what the stopped home logged."""
        (path,) = segments(self._directory, "home")
        with LogReader(path) as log:
            return [event for frame in log if frame.type == FrameType.BATCH for event in log.events(frame)]

    def _read(self) -> None:
        now_ms = self.queue.now_ms()
        current_ma = self.house_ma + self.draws_ma
        power_w = current_ma * 230 // 1_000
        meter = self.home.directory[METER]
        values = {"a_w": power_w, "b_w": power_w, "c_w": power_w, "power_w": 3 * power_w}
        values |= {"a_ma": current_ma, "b_ma": current_ma, "c_ma": current_ma}
        meter.tell(StatesChanged(values, now_ms))
        meter.tell(BurstEnded(now_ms))


def _writer(place: LogDirectory, head: HeaderFields) -> LogWriter:
    return LogWriter(place, head, sync=NoSync())
