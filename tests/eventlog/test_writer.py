"""Writing logs: what is in the file when, how segments follow each other, and what a failing disk does."""

import stat
from pathlib import Path

import pytest

from hems_actors.core import facts
from hems_actors.core.restore import restored_events
from hems_actors.core.state import State
from hems_actors.eventlog.errors import LockedError, LogError, WriteError
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.header import Previous
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.place import LogDirectory, SingleFile, end_of
from hems_actors.eventlog.port import OsFiles
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.statehash import state_hash
from hems_actors.eventlog.syncing import InlineSync, NoSync
from hems_actors.eventlog.writer import SNAPSHOT_INTERVAL_MS, LogWriter
from tests.eventlog.logs import HEAD, START_MS, Writing, begin, frames_of, reading, write_small

HOUR_MS = 3_600_000
ZONE = facts.ZoneKnown(0, (0, 3600))


def types(path: Path) -> list[int]:
    """Return the types of the frames of *path* after its header."""
    with LogReader(path) as log:
        return [frame.type for frame in log]


def test_same_input_same_bytes(tmp_path: Path) -> None:
    """Equal header fields and events give equal files."""
    write_small(tmp_path / "a")
    write_small(tmp_path / "b")

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nothing_before_commit(tmp_path: Path) -> None:
    """An event is in no file before its frame is committed; committing nothing writes nothing."""
    path = tmp_path / "log"
    writing = begin(LogWriter(SingleFile(path), HEAD, sync=NoSync()))
    size = path.stat().st_size
    writing.log.commit()
    writing.log.append(START_MS, facts.Tick(0))
    assert path.stat().st_size == size

    writing.log.commit()
    assert path.stat().st_size > size


def test_modes(tmp_path: Path) -> None:
    """Files are the owner's alone, and so is a directory that was made."""
    writing = begin(LogWriter(tmp_path / "made" / "log", HEAD, sync=InlineSync()))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "made").rglob("*")}

    assert modes == {"log": 0o700, "lock": 0o600, writing.log.path.name: 0o600}
    writing.log.close(writing.state, START_MS)


def test_lock(tmp_path: Path) -> None:
    """One writer per directory; the next may write once it has closed, or has failed to start."""
    first = begin(LogWriter(tmp_path, HEAD, sync=NoSync()))
    with pytest.raises(LockedError, match="another process"):
        LogWriter(tmp_path, HEAD, sync=NoSync())
    first.put(START_MS, facts.Tick(0))
    first.log.close(first.state, START_MS)

    with pytest.raises(WriteError, match="goes on to event 1, the state to 0"):
        begin(LogWriter(tmp_path, HEAD, sync=NoSync()))
    begin(LogWriter(tmp_path, HEAD, sync=NoSync()), START_MS + 1, first.state)


def test_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in the directory's place is named."""
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="cannot be made"):
        LogWriter(tmp_path / "file", HEAD, sync=NoSync())


def test_file_exists(tmp_path: Path) -> None:
    """A log is never written over."""
    (tmp_path / "log").write_text("mine")
    with pytest.raises(WriteError, match="exists already"):
        begin(LogWriter(SingleFile(tmp_path / "log"), HEAD, sync=NoSync()))
    assert (tmp_path / "log").read_text() == "mine"


def test_file_cannot_be_created(tmp_path: Path) -> None:
    """A missing folder is named."""
    with pytest.raises(WriteError, match="cannot be created: No such file"):
        begin(LogWriter(SingleFile(tmp_path / "no" / "log"), HEAD, sync=NoSync()))


def test_snapshot_and_hash(tmp_path: Path) -> None:
    """SNAPSHOT and CLOSE hold the state's hash; a snapshot's restore events fold to it."""
    path = tmp_path / "log"
    writing = begin(LogWriter(SingleFile(path), HEAD, sync=NoSync()))
    writing.put(START_MS, ZONE)
    writing.log.snapshot(writing.state, START_MS)
    writing.log.close(writing.state, START_MS)
    with LogReader(path) as log:
        _, _, snapshot, close = frames = list(log)
        restored = log.events(snapshot)

    assert [frame.type for frame in frames] == [
        FrameType.SNAPSHOT,
        FrameType.BATCH,
        FrameType.SNAPSHOT,
        FrameType.CLOSE,
    ]
    assert restored == restored_events(writing.state)
    assert snapshot.state_hash == close.state_hash == state_hash(restored)
    assert (snapshot.first_seq, snapshot.t0_ms) == (2, START_MS)


@pytest.mark.parametrize(
    ("waited_ms", "frames"),
    [
        pytest.param(SNAPSHOT_INTERVAL_MS - 1, [2, 3], id="not yet an hour"),
        pytest.param(SNAPSHOT_INTERVAL_MS, [2, 3, 2], id="an hour"),
    ],
)
def test_hourly_snapshot(tmp_path: Path, waited_ms: int, frames: list[int]) -> None:
    """Upkeep writes a snapshot once an hour has passed since the last one."""
    path = tmp_path / "log"
    writing = begin(LogWriter(SingleFile(path), HEAD, sync=NoSync()))
    writing.put(START_MS + waited_ms, facts.Tick(0))
    for _ in range(2):
        writing.log.upkeep(writing.state)

    assert types(path) == frames


def test_another_configuration(tmp_path: Path) -> None:
    """From the next upkeep on the log goes on in a segment whose header says it; a single file keeps its own."""
    writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync()))
    single = begin(LogWriter(SingleFile(tmp_path / "log"), HEAD, sync=NoSync()))
    for each in (writing, single):
        each.put(START_MS + 1, facts.Tick(0))
        each.log.go_on_as({"home": {"name": "other"}})
        for _ in range(2):
            each.log.upkeep(each.state)
        each.log.close(each.state, START_MS + 2)

    configs = []
    for path in (*segments(tmp_path, "home"), tmp_path / "log"):
        with LogReader(path) as log:
            configs.append(log.header.config)
    assert [config == '{"home":{"name":"other"}}' for config in configs] == [False, True, False]


def at_midnight(tmp_path: Path, steps_ms: list[int]) -> list[Path]:
    """Return the segments of a log begun half an hour before local midnight, with ticks at *steps_ms* after that."""
    start_ms = START_MS - HOUR_MS // 2
    writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync()), start_ms)
    writing.put(start_ms, ZONE)
    writing.log.upkeep(writing.state)
    for step_ms in steps_ms:
        writing.put(start_ms + step_ms, facts.Tick(0))
        writing.log.upkeep(writing.state)
    writing.log.close(writing.state, start_ms + steps_ms[-1])
    return segments(tmp_path, "home")


def test_rotation_at_local_midnight(tmp_path: Path) -> None:
    """The first frame of a later local date is its segment's last one; the next segment begins where it ended."""
    first, second = at_midnight(tmp_path, [HOUR_MS // 2 - 1, HOUR_MS // 2, HOUR_MS])

    assert types(first) == [2, 3, 3, 3, 5]
    assert types(second) == [2, 3, 5]
    with LogReader(first) as log:
        ends = list(log)[-1].state_hash
    with LogReader(second) as after:
        assert after.header.previous == Previous(first.name, 3, log.last_crc, 0)
        assert (after.header.first_seq, next(iter(after)).state_hash) == (4, ends)


def test_no_rotation_at_utc_midnight(tmp_path: Path) -> None:
    """Midnight in UTC, an hour later, is no change of date in the home's zone."""
    assert len(at_midnight(tmp_path, [HOUR_MS // 2, 2 * HOUR_MS])) == 2


def test_clock_set_does_not_rotate(tmp_path: Path) -> None:
    """A clock set from 1970 to today is no change of date: the start is reckoned with it too."""
    writing = begin(LogWriter(tmp_path, HEAD, sync=NoSync()), 0)
    writing.put(1000, facts.ClockOffset(0, START_MS))
    writing.log.upkeep(writing.state)

    assert types(writing.log.path) == [2, 3]
    assert len(segments(tmp_path, "home")) == 1


def test_rotation_by_size(tmp_path: Path) -> None:
    """A segment that reached its size is followed by the next one."""
    writing = begin(LogWriter(LogDirectory(tmp_path, 1), HEAD, sync=NoSync()))
    writing.put(START_MS, facts.Tick(0))
    writing.log.upkeep(writing.state)

    assert len(segments(tmp_path, "home")) == 2


def test_single_file_never_rotates(tmp_path: Path) -> None:
    """One file stays one file over midnight, and says so when asked to rotate."""
    writing = begin(LogWriter(SingleFile(tmp_path / "log"), HEAD, sync=NoSync()))
    writing.put(START_MS + 25 * HOUR_MS, facts.Tick(0))
    writing.log.upkeep(writing.state)

    assert types(tmp_path / "log") == [2, 3, 2]
    with pytest.raises(WriteError, match="no next segment"):
        writing.log.rotate(writing.state, START_MS)


def test_new_sources(tmp_path: Path) -> None:
    """A thing that appears gets its name in the next segment."""
    writing = begin(LogWriter(tmp_path, HEAD, sync=NoSync()))
    writing.put(START_MS, facts.Tick(0))
    writing.log.rotate(writing.state, START_MS, sources={1: "Meter", 3: "Carport"})
    with LogReader(writing.log.path) as log:
        assert log.header.sources == {1: "Meter", 3: "Carport"}


def test_restart_names_the_torn_tail(tmp_path: Path) -> None:
    """After a crash the next segment says where the one before ends and what is ignored there."""
    crashed = begin(LogWriter(tmp_path, HEAD, sync=NoSync()))
    crashed.put(START_MS, facts.Tick(0))
    path = crashed.log.path
    good = frames_of(path)[-1]
    with path.open("ab") as file:
        file.write(b"\xceHEM")
    crashed.log._place.release()  # noqa: SLF001 - a killed process holds no lock

    restarted = begin(LogWriter(tmp_path, HEAD, sync=NoSync()), START_MS + 1, crashed.state)
    with LogReader(restarted.log.path) as log:
        assert log.header.previous == Previous(path.name, 1, good.crc, 4)


def test_wall_clock_of_a_start(tmp_path: Path) -> None:
    """The header says the wall clock at the start; unless given, by the offset the state knows."""
    state = State()
    state.site.clock_offset_ms = 500
    known = begin(LogWriter(SingleFile(tmp_path / "a"), HEAD, sync=NoSync()), START_MS, state)
    told = LogWriter(SingleFile(tmp_path / "b"), HEAD, sync=NoSync())
    told.start(state, START_MS, wall_ms=7)

    walls = []
    for path in (known.log.path, told.path):
        with LogReader(path) as log:
            walls.append(log.header.wall_ms)
    assert walls == [START_MS + 500, 7]


def test_state_must_be_the_logs(tmp_path: Path) -> None:
    """A snapshot of a state that is not after the last event is refused."""
    writing = begin(LogWriter(SingleFile(tmp_path / "log"), HEAD, sync=NoSync()))
    writing.put(START_MS, facts.Tick(0))
    with pytest.raises(WriteError, match="the state is at event 0, the log at 1"):
        writing.log.snapshot(State(), START_MS)


def test_end_of_what_cannot_be_read(tmp_path: Path) -> None:
    """A segment without a header ends with nothing; one that is gone is named."""
    (tmp_path / "log").write_bytes(b"xyz")

    assert end_of(tmp_path / "log") == Previous("log", 0, 0, 3)
    with pytest.raises(WriteError, match="No such file"):
        end_of(tmp_path / "gone")


class Disk(OsFiles):
    """A disk that fails from some call on, or takes little at a time."""

    def __init__(self, *, writes: int = 99, syncs: int = 99, names: int = 99, take: int | None = None) -> None:
        self.writes, self.syncs, self.names, self.take = writes, syncs, names, take

    def write(self, fd: int, data: bytes) -> int:
        """Fail when full."""
        self.writes -= 1
        if self.writes < 0:
            raise OSError(28, "No space left on device")
        return super().write(fd, data[: self.take])

    def sync(self, fd: int) -> None:
        """Fail when broken."""
        self.syncs -= 1
        if self.syncs < 0:
            raise OSError(5, "Input/output error")
        super().sync(fd)

    def sync_directory(self, path: Path) -> None:
        """Fail when broken."""
        self.names -= 1
        if self.names < 0:
            raise OSError(5, "Input/output error")
        super().sync_directory(path)


def on(disk: Disk, path: Path) -> Writing:
    """Return a started writer of *path* on *disk*."""
    return begin(LogWriter(SingleFile(path), HEAD, sync=InlineSync(), port=disk))


def test_disk_that_takes_little(tmp_path: Path) -> None:
    """A frame is written whole, in as many calls as it takes."""
    writing = on(Disk(writes=10**6, take=7), tmp_path / "log")
    writing.put(START_MS, reading(5))

    assert types(tmp_path / "log") == [2, 3]


def test_full_disk(tmp_path: Path) -> None:
    """A failed write is said with the reason, and nothing is written after it."""
    writing = on(Disk(writes=2), tmp_path / "log")
    size = (tmp_path / "log").stat().st_size
    for text in ("No space left", "failed before"):
        writing.log.append(START_MS, facts.Tick(0))
        with pytest.raises(WriteError, match=text):
            writing.log.commit()
    with pytest.raises(WriteError, match="the state is at event 0"):
        writing.log.close(writing.state, START_MS)
    assert (tmp_path / "log").stat().st_size == size


def test_failed_sync(tmp_path: Path) -> None:
    """A failed sync is never tried again and trusted."""
    writing = on(Disk(syncs=1), tmp_path / "log")
    writing.log.append(START_MS, facts.Tick(0))
    for text in ("Input/output error", "failed before"):
        with pytest.raises(WriteError, match=text):
            writing.log.sync()


def test_sync_only_what_is_new(tmp_path: Path) -> None:
    """Nothing is synced twice, and nothing at all where syncing is off."""
    disk = Disk(syncs=1)
    writing = on(disk, tmp_path / "log")
    writing.log.sync()
    assert disk.syncs == 0

    off = Disk(syncs=0)
    begin(LogWriter(SingleFile(tmp_path / "off"), HEAD, sync=NoSync(), port=off)).log.sync()
    assert off.syncs == 0


def test_name_that_cannot_be_synced(tmp_path: Path) -> None:
    """A start whose file might vanish is no start."""
    with pytest.raises(LogError, match="Input/output error"):
        on(Disk(names=0), tmp_path / "log")
