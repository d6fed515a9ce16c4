"""The coordinator and the real event log: what was concluded is what is read."""

from pathlib import Path

from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME
from hems_actors.actors.published import Published
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.core.facts import BatteryReported, SiteConfigured, Tick
from hems_actors.core.state import State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.syncing import InlineSync
from hems_actors.eventlog.writer import LogWriter
from tests.actors.fakes import START_MS

HOUR_MS = 3_600_000


def test_log_of_an_hour_reads_as_it_was_concluded(tmp_path: Path) -> None:
    """Real core, real writer: every number is there, with an hourly snapshot and an end."""
    queue = RunQueue(START_MS)
    state = State()
    head = HeaderFields(home="home", writer="test", zone="UTC", logic_version=1, state_version=STATE_VERSION)
    writer = LogWriter(tmp_path, head, sync=InlineSync())
    writer.start(state, START_MS)
    opening = Opening(writer, Clock(queue.time), state)
    home = Home(queue)
    home.start([Spec(HOME, Coordinator, (opening, Published()))])
    home.directory[HOME].tell(SiteConfigured(0, 25_000, 3, 0, 1, 0))
    home.directory[HOME].tell(BatteryReported(5, -300, 50))
    queue.run_until(START_MS + HOUR_MS + 60_000)
    home.ending.wait(0)
    home.stop()

    with LogReader(writer.path) as reader:
        frames = list(reader)
        events = [
            event for frame in frames if frame.type == FrameType.BATCH for event in reader.decoder.events(frame.body)
        ]
        assert reader.damage == []
        assert reader.closed
    assert len(events) == state.seq
    assert events[:2] == [SiteConfigured(0, 25_000, 3, 0, 1, 0), BatteryReported(5, -300, 50)]
    assert Tick(0) in events
    assert sum(frame.type == FrameType.SNAPSHOT for frame in frames) == 2
