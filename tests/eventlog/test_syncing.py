"""Syncing: at once, never, or in a thread; what is reported, and what happens to files that ended."""

import threading
from pathlib import Path

import pytest

from hems_actors.core.facts import Tick
from hems_actors.core.state import State
from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.place import LogDirectory, SingleFile
from hems_actors.eventlog.port import OsFiles
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.segment import Segment
from hems_actors.eventlog.syncing import InlineSync, NoSync, Synced, SyncFailed, SyncJob, SyncResult, SyncThread, merged
from hems_actors.eventlog.writer import LogWriter
from tests.eventlog.logs import HEAD, START_MS, Writing, begin, reading

PATIENCE_S = 10.0
CURE = "make room or change the disk"


class Disk(OsFiles):
    """A disk that notes what is asked of it, syncs only when let, and fails when told to."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.let = threading.Event()
        self.let.set()
        self.syncing = threading.Event()
        self.full = self.broken = False

    def create(self, path: Path) -> int:
        """Fail when broken."""
        if self.broken:
            raise OSError(30, "Read-only file system")
        return super().create(path)

    def write(self, fd: int, data: bytes) -> int:
        """Fail when full."""
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(fd, data)

    def sync(self, fd: int) -> None:
        """Wait until let; fail when broken."""
        self.calls.append("sync")
        self.syncing.set()
        assert self.let.wait(PATIENCE_S)
        if self.broken:
            raise OSError(5, "Input/output error")
        super().sync(fd)

    def sync_directory(self, path: Path) -> None:
        """Note."""
        self.calls.append("name")
        super().sync_directory(path)

    def close(self, fd: int) -> None:
        """Note."""
        self.calls.append("close")
        super().close(fd)


class Heard:
    """What a sync reported, and a way to wait for it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.results: list[SyncResult] = []

    def __call__(self, result: SyncResult) -> None:
        """Keep *result*."""
        with self._changed:
            self.results.append(result)
            self._changed.notify()

    def wait(self, count: int) -> list[SyncResult]:
        """Return the results once there are *count*."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.results) >= count, PATIENCE_S)
            return self.results[:]


def test_jobs_of_one_segment_become_one(tmp_path: Path) -> None:
    """The last says what those before it did; a name once asked for stays asked for."""
    first, second = (Segment(tmp_path / name, OsFiles()) for name in "ab")
    jobs = [
        SyncJob(first, 1, name=True),
        SyncJob(first, 2),
        SyncJob(first, 3, end=True),
        SyncJob(second, 3, name=True),
        SyncJob(second, 4),
    ]

    assert merged(jobs) == [SyncJob(first, 3, name=True, end=True), SyncJob(second, 4, name=True)]


@pytest.mark.parametrize(
    ("sync", "calls"),
    [
        pytest.param(InlineSync(), ["sync", "name", "sync", "close"], id="inline"),
        pytest.param(NoSync(), ["close"], id="never"),
    ],
)
def test_at_once_or_never(tmp_path: Path, sync: InlineSync | NoSync, calls: list[str]) -> None:
    """Both are done when they return, and close what ended."""
    disk = Disk()
    sync.listen(Heard())
    segment = Segment(tmp_path / "log", disk)
    assert sync.submit(SyncJob(segment, 0, name=True))
    assert sync.submit(SyncJob(segment, 0, end=True))
    sync.stop()

    assert disk.calls == calls


def test_thread_reports_what_it_did(tmp_path: Path) -> None:
    """In order; what it did before anybody listened is told then."""
    disk, sync, heard = Disk(), SyncThread(), Heard()
    segment = Segment(tmp_path / "log", disk)
    assert not sync.submit(SyncJob(segment, 7, name=True))
    assert disk.syncing.wait(PATIENCE_S)
    sync.listen(heard)
    assert heard.wait(1) == [Synced(7, 0)]

    disk.broken = True
    sync.submit(SyncJob(segment, 8, era=1, end=True))
    sync.stop()
    assert heard.results == [
        Synced(7, 0),
        SyncFailed(f"{tmp_path}/log: cannot be written: Input/output error: {CURE}", 1),
    ]
    assert disk.calls == ["sync", "name", "sync", "close"]


def test_what_was_done_unheard_is_told(tmp_path: Path) -> None:
    """A failure before anybody listens is not lost."""
    disk, sync, heard = Disk(), SyncThread(), Heard()
    disk.broken = False
    segment = Segment(tmp_path / "log", disk)
    segment.fail()
    sync.submit(SyncJob(segment, 7))
    sync.stop()
    sync.listen(heard)

    assert heard.results == [SyncFailed(f"{tmp_path}/log: writing failed before: begin another log", 0)]


def test_a_stalled_disk_delays_nothing(tmp_path: Path) -> None:
    """While a sync stalls, frames are written on; durable is only what was synced."""
    disk, sync, heard = Disk(), SyncThread(), Heard()
    writing = begin(LogWriter(SingleFile(tmp_path / "log"), HEAD, sync=sync, port=disk))
    writing.log.listen(heard)
    writing.log.note(heard.wait(1)[0])
    disk.let.clear()
    disk.syncing.clear()
    writing.put(START_MS, Tick(0))
    writing.log.sync()
    assert disk.syncing.wait(PATIENCE_S)
    writing.put(START_MS, reading(1))
    with LogReader(writing.log.path) as log:
        assert [len(frame.body) for frame in log if frame.type == 3] == [1, 1]
    assert writing.log.durable_seq == 0

    disk.let.set()
    writing.log.note(heard.wait(2)[1])
    assert writing.log.durable_seq == 1
    writing.log.close(writing.state, START_MS)


def lost(tmp_path: Path, disk: Disk) -> Writing:
    """Return a log of one event that was given up while it wrote the second."""
    writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync(), port=disk))
    writing.put(START_MS, Tick(0))
    disk.full = True
    writing.log.append(START_MS, Tick(0))
    with pytest.raises(WriteError):
        writing.log.commit()
    writing.log.give_up("full")
    return writing


def test_log_resumes_in_another_segment(tmp_path: Path) -> None:
    """It begins with the state in memory and names the file before it as it was left."""
    disk = Disk()
    writing = lost(tmp_path, disk)
    old, writing.state.seq = writing.log.path, 5
    size = old.stat().st_size
    with pytest.raises(WriteError, match="No space left"):
        writing.log.resume(writing.state, START_MS + 1)
    assert segments(tmp_path, "home") == [old]
    assert writing.log.given_up is not None

    disk.full = False
    writing.log.resume(writing.state, START_MS + 2)
    writing.put(START_MS + 3, reading(1))
    writing.log.close(writing.state, START_MS + 3)

    with LogReader(writing.log.path) as log:
        assert [frame.type for frame in log] == [2, 3, 5]
        assert log.header.previous is not None
        assert log.header.previous[:2] == (old.name, 1)
        assert log.header.first_seq == 6
    assert old.stat().st_size == size


def test_bytes_of_a_broken_frame_are_named(tmp_path: Path) -> None:
    """What is left of a frame behind the last whole one is in the next header."""
    writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync()))
    with writing.log.path.open("ab") as file:
        file.write(b"xyz")
    old = writing.log.path
    writing.log.give_up("broken")
    writing.log.resume(writing.state, START_MS + 1)

    with LogReader(writing.log.path) as log:
        assert log.header.previous is not None
        assert (log.header.previous.file, log.header.previous.bytes_ignored) == (old.name, 3)
    writing.log.abandon()


def test_answers_of_an_earlier_segment_mean_nothing(tmp_path: Path) -> None:
    """Once a log was given up, what its syncs say comes too late."""
    disk = Disk()
    writing = lost(tmp_path, disk)
    disk.full = False
    writing.state.seq = 5
    writing.log.resume(writing.state, START_MS + 2)
    writing.log.note(Synced(99, 0))
    writing.log.note(SyncFailed("late", 0))
    assert writing.log.durable_seq == 5

    with pytest.raises(WriteError, match="now"):
        writing.log.note(SyncFailed("now", 1))


def test_single_file_has_no_second_chance(tmp_path: Path) -> None:
    """What was asked to be one file stays one."""
    writing = begin(LogWriter(SingleFile(tmp_path / "log"), HEAD, sync=NoSync()))
    writing.log.give_up("gone")
    with pytest.raises(WriteError, match="no next segment"):
        writing.log.resume(writing.state, START_MS)
    writing.log.close(writing.state, START_MS)
    with pytest.raises(WriteError, match="no log is open"):
        writing.log.snapshot(writing.state, START_MS)


def test_start_anyhow(tmp_path: Path) -> None:
    """A disk that fails from the beginning is given up, the directory stays locked, and later it goes on."""
    disk = Disk()
    disk.broken = True
    log = LogWriter(tmp_path, HEAD, sync=InlineSync(), port=disk)
    log.start(State(), START_MS, anyhow=True)
    given_up = [log.given_up is not None]
    with pytest.raises(WriteError, match="another process"):
        LogWriter(tmp_path, HEAD, sync=InlineSync())

    disk.broken = False
    log.resume(State(), START_MS)
    assert [*given_up, log.given_up is not None] == [True, False]
    log.abandon()
    LogWriter(tmp_path, HEAD, sync=InlineSync()).close(State(), START_MS)


def test_end_that_cannot_be_written(tmp_path: Path) -> None:
    """The log is given up, and others may write all the same."""
    disk = Disk()
    writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync(), port=disk))
    disk.full = True
    with pytest.raises(WriteError, match="No space left"):
        writing.log.close(writing.state, START_MS)
    assert writing.log.given_up is not None
    LogWriter(tmp_path, HEAD, sync=InlineSync()).close(State(), START_MS)


class NotingDisk(OsFiles):
    """A disk that notes which files of other processes it is to sync."""

    def __init__(self) -> None:
        self.others: list[Path] = []

    def sync_other(self, path: Path) -> None:
        """Note, and sync."""
        self.others.append(path)
        super().sync_other(path)


def test_what_a_start_goes_on_from_is_synced_too(tmp_path: Path) -> None:
    """Once, with the first segment's name; one that cannot be is passed over: its events are in the snapshot."""
    before = begin(LogWriter(tmp_path, HEAD, sync=InlineSync()))
    before.log.abandon()
    disk, place = NotingDisk(), LogDirectory(tmp_path)
    place.found = (tmp_path / "gone", before.log.path)
    log = LogWriter(place, HEAD, sync=InlineSync(), port=disk)
    log.start(before.state, START_MS + 1)
    log.rotate(before.state, START_MS + 2)
    log.abandon()

    assert disk.others == [tmp_path / "gone", before.log.path]


def test_file_that_is_gone(tmp_path: Path) -> None:
    """Nobody can say how it was left; the log goes on, and may be left when it was given up again."""
    writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync()))
    writing.log.path.unlink()
    writing.log.give_up("gone")
    writing.log.resume(writing.state, START_MS + 1)
    with LogReader(writing.log.path) as log:
        assert log.header.previous is not None
        assert log.header.previous.bytes_ignored == 0

    writing.log.give_up("again")
    writing.log.abandon()
    LogWriter(tmp_path, HEAD, sync=InlineSync()).close(State(), START_MS)


def test_two_segments_in_one_instant(tmp_path: Path) -> None:
    """The second one's name says a millisecond later: no file is written over."""
    for _ in range(2):
        writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync()))
        writing.log.abandon()

    first, second = segments(tmp_path, "home")
    assert (first.name[-13:], second.name[-13:]) == ("00000Z.msgpack"[-13:], "00001Z.msgpack"[-13:])
