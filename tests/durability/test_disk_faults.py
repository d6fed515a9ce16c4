"""A disk that fills up, turns read-only, or fails, during an overload: the cut goes out, and the log goes on later."""

import threading
from pathlib import Path
from typing import Any

import pytest

from hems_actors.actors.charger import Charger
from hems_actors.actors.clock import SystemTime
from hems_actors.actors.coordinator import Coordinator
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.errors import LogLostError
from hems_actors.actors.messages import Call, Request, StatesChanged
from hems_actors.actors.meter import Meter
from hems_actors.actors.opening import open_home
from hems_actors.actors.published import Published
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.threads import ThreadRuntime
from hems_actors.core import facts
from hems_actors.core.enums import Alarm, Mode, OnExit, What
from hems_actors.core.outcomes import AlarmChanged
from hems_actors.core.version import LOGIC_VERSION, STATE_VERSION
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.port import OsFiles
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.syncing import SyncThread
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.disk import Op, Trouble, broken, full, read_only
from replay.report import Exit
from replay.verify import Options, verify
from tests.actors.fakes import PATIENCE_S, Recorder
from tests.durability.hour import GARAGE, MINUTE_MS, OVEN, SETTINGS
from tests.durability.lives import Lives, Sent

BEGIN, END = 11.5, 16.2
"""From which to before which minute the disk is in trouble: an overload, and a raise that must wait."""
LOOKED_AT = 20
TROUBLES = [
    pytest.param(full(), id="full"),
    pytest.param(read_only(), id="read-only"),
    pytest.param(broken(Op.WRITE), id="writes fail"),
    pytest.param(broken(Op.SYNC), id="syncs fail"),
    pytest.param(broken(Op.CREATE, Op.SYNC), id="nothing can be synced or begun"),
    pytest.param(broken(Op.NAME, Op.SYNC), id="names cannot be synced either"),
]


def lives_with(folder: Path, trouble: Trouble | None) -> Lives:
    """Return the hour until its 20th minute, with *trouble* while the oven is on."""
    lives = Lives(folder)
    if trouble is not None:
        begin, end = (lives.start_ms + round(minute * MINUTE_MS) for minute in (BEGIN, END))
        lives.machine.disk.troubles.append(trouble._replace(begin=begin, end=end))
    lives.machine.start()
    return lives


def cuts(lives: Lives) -> list[Sent]:
    """Return what was sent to the garage's charger while the oven was on."""
    return [sent for sent in lives.sent if sent.thing == GARAGE and OVEN[0] <= sent.at_ms / MINUTE_MS < OVEN[1]]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_overload_without_a_disk(tmp_path: Path, trouble: Trouble) -> None:
    """The same cut at the same instant; no raise until the log goes on; what is not on disk is named, no more."""
    good = lives_with(tmp_path / "good", None)
    good.until(LOOKED_AT)
    good.machine.stop()

    lives = lives_with(tmp_path / "bad", trouble)
    lives.until(14)
    assert cuts(lives) == cuts(good)
    assert cuts(lives) != []
    assert isinstance(lives.ask(SETTINGS), LogLostError)
    lives.until(END)
    assert [sent for sent in lives.sent if sent.at_ms >= 14 * MINUTE_MS] == []
    lives.until(END + 2)
    raised = [sent for sent in lives.sent if sent.at_ms >= 14 * MINUTE_MS]
    assert [(sent.what, sent.value) for sent in raised] == [(What.CURRENT, 16_000)]
    answered = lives.ask(SETTINGS)
    lives.until(LOOKED_AT)
    lives.machine.stop()

    events = lives.events()
    first_resumed, *_, resumed = lives.all_of(facts.LogResumed) * 2
    alarms = [noted.event for noted in lives.all_of(AlarmChanged) if noted.event.alarm == Alarm.LOG_LOST]
    assert alarms[-1:] == [AlarmChanged(0, Alarm.LOG_LOST, active=False, value=0)]
    assert any(noted.seq == answered and noted.event == SETTINGS for noted in events)
    assert [verify(path, Options()).exit for path in lives.files()] == [Exit.SAME] * len(lives.files())
    with LogReader(lives.files()[-1]) as log:
        assert log.header.previous is not None
        assert log.header.previous.file == lives.files()[-2].name
        assert log.header.first_seq == resumed.seq
    missing = set(range(1, resumed.seq)) - {noted.seq for noted in events}
    named = (resumed.event.first_seq, resumed.event.last_seq)
    assert named == (first_resumed.event.first_seq, resumed.seq - 1)
    assert missing <= set(range(named[0], named[1] + 1))
    reports = lives.reports()
    assert [report.exit for report in reports] == [Exit.SAME] + [Exit.DAMAGED] * (len(reports) - 1)
    lost = [(damage.seq_from or 0, damage.seq_to or 0) for report in reports for damage in report.damage]
    assert {seq for first_seq, last_seq in lost for seq in range(first_seq, last_seq + 1)} == missing


def test_disk_that_fails_for_good(tmp_path: Path) -> None:
    """The home is protected all the hour; the log ends where the disk did."""
    lives = lives_with(tmp_path, None)
    lives.until(BEGIN)
    lives.machine.disk.troubles.append(full())
    lives.until(59)
    lives.machine.stop()

    assert cuts(lives) != []
    assert [report.exit for report in lives.reports()] == [Exit.SAME]
    assert all(plant.current_ma <= 16_000 for plant in lives.machine.stage.home.chargers.values())


def test_start_without_a_disk(tmp_path: Path) -> None:
    """The daemon starts, protects, and begins its log when it can."""
    lives = Lives(tmp_path)
    lives.machine.disk.troubles.append(full(end=lives.start_ms + 90_000))
    lives.machine.start()
    lives.until(1)
    assert lives.files() == []
    assert lives.sent == []

    lives.until(10)
    lives.machine.stop()
    assert lives.sent != []
    assert isinstance(lives.events()[0].event, facts.LogResumed)
    assert [report.exit for report in lives.reports()] == [Exit.SAME]


class StalledDisk(OsFiles):
    """A disk whose syncs last until they are let go."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.let.set()
        self.syncing = threading.Event()

    def sync(self, fd: int) -> None:
        """Say that it begins, and wait."""
        self.syncing.set()
        assert self.let.wait(PATIENCE_S)
        super().sync(fd)


class WaitingLink(Recorder):
    """A link that sets *reached* at the first call only."""

    def on_receive(self, message: object) -> object:
        """Remember calls."""
        return super().on_receive(message) if isinstance(message, Call) else None


def test_threads_cut_while_the_disk_stalls(tmp_path: Path) -> None:
    """A sync that hangs ends after the cut was sent, not before it."""
    disk, cut, calls = StalledDisk(), threading.Event(), list[Any]()
    head = HeaderFields(
        home="live", writer="test", zone="UTC", logic_version=LOGIC_VERSION, state_version=STATE_VERSION
    )

    def make_log(place: LogDirectory, head: HeaderFields) -> LogWriter:
        return LogWriter(place, head, sync=SyncThread(), port=disk)

    opened = open_home(tmp_path, head, SystemTime(), make_log)
    home = Home(ThreadRuntime())
    home.start(
        [
            Spec(HOME, Coordinator, (opened.opening, Published())),
            Spec(1, Meter),
            Spec(10, Charger),
            Spec(LINK, WaitingLink, (calls, cut)),
        ],
        opened.facts,
    )
    try:
        coordinator = home.directory[HOME]
        for fact in (
            facts.SiteConfigured(0, 20_000, 3, 0, OnExit.SAFE, 1),
            facts.ChargerConfigured(10, 1, 1, 6_000, 1_000, False),
            facts.ChargingInfoChanged(10, Mode.NORMAL, 0, 0, 100, 0, 6_000),
            facts.ChargerReported(
                10, True, True, 16_000, 6_000, 16_000, True, True, None, None, None, 16_000, None, None
            ),
            facts.MeterReading(1, 0, True, 4_600, 4_600, 0, 0, None, None, None, None, None, None),
            facts.LinkChanged(0, up=True),
        ):
            coordinator.tell(fact)
        disk.let.clear()
        disk.syncing.clear()
        future = home.runtime.future()
        coordinator.tell(Request(facts.SiteSettingsChanged(0, 19_000, 500, 900), future))
        assert disk.syncing.wait(PATIENCE_S)
        now_ms = home.runtime.now_ms()
        home.directory[1].tell(StatesChanged({"power_w": 6_900, "a_w": 6_900, "b_w": 0, "c_w": 0}, now_ms))
        assert cut.wait(PATIENCE_S)
        assert not disk.let.is_set()
        assert calls[0][1:4] == (10, What.CURRENT, calls[0].value)
        assert calls[0].value < 16_000
        disk.let.set()
        assert future.get(timeout=PATIENCE_S) > 0
    finally:
        disk.let.set()
        home.stop()
