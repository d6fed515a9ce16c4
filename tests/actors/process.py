"""A process of a home, from its start to its end: the real opening, coordinator, core and files on a run queue."""

from pathlib import Path
from typing import Final

from hems_actors.actors.clock import VirtualTime
from hems_actors.actors.coordinator import Coordinator
from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.directory import HOME
from hems_actors.actors.opening import Opened, open_home
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.core import facts
from hems_actors.core.state import State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.port import FilePort
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from tests.actors.fakes import START_MS

GARAGE: Final = 2
NOBODY: Final = 9
HEAD: Final = HeaderFields(
    home="home", writer="w", zone="Europe/Vienna", logic_version=1, state_version=STATE_VERSION, config={}
)
POISON_EVOLVE: Final = facts.ActionSent(NOBODY, 1)
"""Of a charger that was never configured."""
POISON_CONCLUDE: Final = facts.ChargingInfoChanged(GARAGE, 9, 0, 0, 80, 0, 6_000)
"""Of a mode that there is not."""
FIRST: Final[tuple[facts.Fact, ...]] = (
    facts.SiteConfigured(0, 25_000, 3, 0, 1, 1),
    facts.ChargerConfigured(GARAGE, 1, 1, 6_000, 1_000, can_switch=False),
    facts.ChargingInfoChanged(GARAGE, 0, 0, 0, 80, 0, 6_000),
    facts.LinkChanged(0, up=True),
)


def charger_shows(current_ma: int = 16_000) -> facts.ChargerReported:
    """Return the report of a charger that is on."""
    return facts.ChargerReported(
        GARAGE, True, True, current_ma, 6_000, 16_000, True, True, None, None, 3_680, current_ma, 0, 0
    )


def meter_shows(a_ma: int) -> facts.MeterReading:
    """Return a complete reading of the root meter."""
    power_w = a_ma * 230 // 1_000
    return facts.MeterReading(1, 3, True, power_w, power_w, 0, 0, a_ma, 0, 0, 2_300, 2_300, 2_300)


def open_at(directory: Path, wall_ms: int = START_MS, port: FilePort | None = None) -> Opened:
    """Open the home in *directory* at *wall_ms*."""

    def make(place: LogDirectory, head: HeaderFields) -> LogWriter:
        return LogWriter(place, head, sync=NoSync(), port=port)

    return open_home(directory, HEAD, VirtualTime(wall_ms), make)


class Process:
    """One start of the home in *directory*, after *seconds* since the year's first."""

    def __init__(self, directory: Path, seconds: int, core: Core = LIVE_CORE) -> None:
        self.opened = open_at(directory, START_MS + 1_000 * seconds)
        self.queue = RunQueue(START_MS + 1_000 * seconds)
        self.home = Home(self.queue)
        self.home.start([Spec(HOME, Coordinator, (self.opened.opening, Published(), core))], self.opened.facts)
        self.queue.run_until_idle()

    @property
    def state(self) -> State:
        """The state, as the coordinator holds it."""
        return self.opened.opening.state

    def tell(self, *told: facts.Fact) -> None:
        """Tell the coordinator, and let all messages run."""
        for fact in told:
            self.home.directory[HOME].tell(fact)
        self.queue.run_until_idle()

    def end(self) -> None:
        """Stop, or bury what died; raise what it died of."""
        self.home.stop()
        self.home.ending.wait(0)
