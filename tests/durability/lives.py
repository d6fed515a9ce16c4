"""The scripted hour on a machine, with its calls noted and its logs replayed: what the scenarios here share."""

from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import Call, Request
from hems_actors.core import facts
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.reader import LogReader
from hems_actors.sim.build import Stage
from hems_actors.sim.link import SimLink
from hems_actors.sim.machine import Machine, Parts
from replay.chain import check_chain
from replay.core import Core
from replay.report import Report
from replay.verify import Options, verify
from tests.durability.hour import MINUTE_MS, hour


class Sent(NamedTuple):
    """A call as it reached the link; `at_ms` since the start."""

    at_ms: int
    thing: int
    what: int
    value: int


EventT = TypeVar("EventT", bound=Event)


class Noted(NamedTuple, Generic[EventT]):
    """An event of the logs; `at_ms` is the log's own time."""

    seq: int
    at_ms: int
    event: EventT


class Lives:
    """The hour, or another *stage*, with all that its processes send."""

    def __init__(self, folder: Path, parts: Parts | None = None, stage: Stage | None = None) -> None:
        self.folder = folder
        self.sent: list[Sent] = []
        self.machine = Machine(stage or hour(), folder, (parts or Parts())._replace(link=self._noting_link()))
        self.start_ms = self.machine.now_ms()

    def until(self, minute: float) -> None:
        """Play until *minute*."""
        self.machine.run_until(self.start_ms + round(minute * MINUTE_MS))

    def ask(self, fact: facts.Fact) -> BaseException | int:
        """Ask for *fact* and return its number, or why it was refused."""
        process = self.machine.process
        assert process is not None
        future = process.queue.future()
        process.home.directory[HOME].tell(Request(fact, future))
        self.machine.run_until(self.machine.now_ms() + 1_000)
        try:
            return future.get(timeout=0)  # type: ignore[no-any-return] # the number
        except Exception as error:  # noqa: BLE001 - it is what is asked for
            return error

    def tell(self, source: int, message: object) -> None:
        """Tell *message* to the actor at *source*."""
        process = self.machine.process
        assert process is not None
        process.home.directory[source].tell(message)

    @property
    def state(self) -> State:
        """The state of the process that lives."""
        process = self.machine.process
        assert process is not None
        assert process.opened is not None
        return process.opened.opening.state

    def events(self) -> list[Noted[Event]]:
        """Return all events of all files."""
        return [noted for path in self.files() for noted in events_of(path)]

    def all_of(self, kind: type[EventT]) -> list[Noted[EventT]]:
        """Return all events of *kind*."""
        return [Noted(seq, at_ms, event) for seq, at_ms, event in self.events() if isinstance(event, kind)]

    def files(self) -> list[Path]:
        """Return the segments, oldest first."""
        return segments(self.folder, self.machine.stage.scenario.home.name)

    def reports(self, core: Core | None = None) -> list[Report]:
        """Replay all files together, with *core* or today's."""
        reports = [verify(path, Options(core=core or Core())) for path in self.files()]
        check_chain(reports, STATE_VERSION)
        return reports

    def _noting_link(self) -> type[SimLink]:
        lives = self

        class NotingLink(SimLink):
            def on_receive(self, message: object) -> None:
                if isinstance(message, Call):
                    at_ms = lives.machine.now_ms() - lives.start_ms
                    lives.sent.append(Sent(at_ms, message.thing, message.what, message.value))
                super().on_receive(message)  # type: ignore[arg-type] # whatever it is told

        return NotingLink


def events_of(path: Path) -> list[Noted[Event]]:
    """Return the events of *path*, but for its snapshots."""
    with LogReader(path) as log:
        return [
            Noted(frame.first_seq + index, frame.t0_ms + frame.body[index][2], event)
            for frame in log
            if frame.type == FrameType.BATCH
            for index, event in enumerate(log.events(frame))
        ]
