"""The disk that fails, and the sync that takes its time: what a power cut, or only the end of a process, leaves."""

import errno
from pathlib import Path
from random import Random

import pytest

from hems_actors.actors.runqueue import RunQueue
from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.scan import SECTOR_BYTES
from hems_actors.eventlog.segment import Segment
from hems_actors.eventlog.syncing import Synced, SyncFailed, SyncJob, SyncResult
from hems_actors.sim.disk import FaultyDisk, Op, Trouble, broken, full, read_only
from hems_actors.sim.slow_sync import SlowSync

OLD = b"a" * 700
NEW = b"b" * 2_000
SEEDS = range(200)
START_MS = 1_000


def written(folder: Path, disk: FaultyDisk, *, named: bool = True, synced: bool = True) -> tuple[Path, int]:
    """Return a file of *disk* with `OLD`, *synced* or not, and then `NEW`, and its descriptor."""
    path = folder / "log"
    path.unlink(missing_ok=True)
    fd = disk.create(path)
    disk.write(fd, OLD)
    if synced:
        disk.sync(fd)
    if named:
        disk.sync_directory(folder)
    disk.write(fd, NEW)
    return path, fd


def left(folder: Path, seed: int, *, named: bool = True) -> bytes | None:
    """Return what a power cut by *seed* leaves of the file; None if it is gone."""
    disk = FaultyDisk()
    path, _ = written(folder, disk, named=named)
    disk.cut_power(Random(seed))
    return path.read_bytes() if path.exists() else None


def test_end_of_a_process_loses_nothing(tmp_path: Path) -> None:
    """The kernel has it; only the descriptors are gone."""
    disk = FaultyDisk()
    path, fd = written(tmp_path, disk, named=False, synced=False)
    disk.kill()

    assert path.read_bytes() == OLD + NEW
    with pytest.raises(OSError, match="Bad file descriptor"):
        disk.write(fd, NEW)


def test_power_cut_leaves_what_was_synced(tmp_path: Path) -> None:
    """All of it, and of the rest any whole or half part; each sector what was written, or zeros from some byte on."""
    kept = [left(tmp_path, seed) or b"" for seed in SEEDS]

    assert all(content[: len(OLD)] == OLD for content in kept)
    assert {len(OLD), len(OLD + NEW)} < {len(content) for content in kept}
    assert any(b"\0" in content and content.endswith(b"b") for content in kept)
    for content in kept:
        for start in range(SECTOR_BYTES, len(content), SECTOR_BYTES):
            sector = content[max(start, len(OLD)) : start + SECTOR_BYTES]
            assert not sector.rstrip(b"\0").strip(b"b")


def test_file_whose_name_was_not_synced_may_be_gone(tmp_path: Path) -> None:
    """Or not."""
    assert {left(tmp_path, seed, named=False) is None for seed in SEEDS} == {True, False}


def test_same_seed_leaves_the_same(tmp_path: Path) -> None:
    """So that a failing case can be played again."""
    assert [left(tmp_path, seed) for seed in SEEDS] == [left(tmp_path, seed) for seed in SEEDS]


def test_sync_after_a_failed_one_brings_nothing_back(tmp_path: Path) -> None:
    """The kernel has dropped those pages: the disk holds what it held before."""
    disk = FaultyDisk()
    path, fd = written(tmp_path, disk)
    disk.troubles.append(broken(Op.SYNC, end=disk.calls + 1, by_calls=True))
    with pytest.raises(OSError, match="Input/output error"):
        disk.sync(fd)
    disk.sync(fd)

    assert disk.durable_bytes(path) == len(OLD)


def test_sync_of_another_process_file(tmp_path: Path) -> None:
    """What a killed process wrote survives from then on."""
    disk = FaultyDisk()
    path, _ = written(tmp_path, disk)
    disk.kill()
    disk.sync_other(path)
    disk.cut_power(Random(0))

    assert path.read_bytes() == OLD + NEW


def test_removed_file_may_be_back(tmp_path: Path) -> None:
    """Until the directory is synced."""
    back = set()
    for seed in SEEDS:
        disk = FaultyDisk()
        path, fd = written(tmp_path, disk)
        disk.close(fd)
        disk.remove(path)
        if seed % 2:
            disk.sync_directory(tmp_path)
        disk.cut_power(Random(seed))
        back.add((seed % 2, path.exists()))

    assert back == {(0, True), (0, False), (1, False)}


@pytest.mark.parametrize(
    ("trouble", "number", "taken"),
    [
        pytest.param(full(3, 4), errno.ENOSPC, len(NEW) // 2, id="full: half of it still fitted"),
        pytest.param(read_only(3, 4), errno.EROFS, len(NEW) // 2, id="read-only"),
        pytest.param(broken(Op.WRITE, begin=3, end=4), errno.EIO, len(NEW) // 2, id="broken"),
        pytest.param(broken(Op.SYNC, begin=3, end=4), 0, len(NEW), id="other calls do not fail"),
        pytest.param(full(2, 3), 0, len(NEW), id="over by then"),
        pytest.param(full(4, 5), 0, len(NEW), id="not yet"),
    ],
)
@pytest.mark.parametrize("by_calls", [pytest.param(True, id="by calls"), pytest.param(False, id="by instants")])
def test_trouble(tmp_path: Path, trouble: Trouble, number: int, taken: int, *, by_calls: bool) -> None:
    """It fails the calls it is made for, while it lasts, as a system call does."""
    disk = FaultyDisk(lambda: 3)
    path = tmp_path / "log"
    fd = disk.create(path)
    disk.sync_directory(tmp_path)
    disk.sync(fd)
    disk.troubles.append(trouble._replace(by_calls=by_calls))
    failed = 0
    try:
        disk.write(fd, NEW)
    except OSError as error:
        failed = error.errno or -1

    assert (failed, path.stat().st_size) == (number, taken)


class Heard:
    """What a sync reported, and when."""

    def __init__(self, queue: RunQueue) -> None:
        self._queue = queue
        self.results: list[tuple[int, SyncResult]] = []

    def __call__(self, result: SyncResult) -> None:
        """Keep *result*."""
        self.results.append((self._queue.now_ms() - START_MS, result))


def test_sync_takes_its_time(tmp_path: Path) -> None:
    """One job after the other; what is written in the second half of it is not durable; a failure is told too."""
    queue, disk = RunQueue(START_MS), FaultyDisk()
    sync, heard = SlowSync(queue, 200), Heard(queue)
    sync.listen(heard)
    segment = Segment(tmp_path / "log", disk)
    segment.write(FrameType.CLOSE, 1, 0, [], b"first")
    sync.submit(SyncJob(segment, 1, name=True))
    queue.run_until(START_MS + 100)
    size = segment.size_bytes
    segment.write(FrameType.CLOSE, 1, 0, [], b"second")
    sync.submit(SyncJob(segment, 2))
    sync.submit(SyncJob(segment, 3))
    queue.run_until(START_MS + 250)
    assert heard.results == [(200, Synced(1, 0))]
    assert disk.durable_bytes(segment.path) == size

    disk.troubles.append(broken(Op.SYNC))
    queue.run_until(START_MS + 1_000)
    (_, (at_ms, failed)) = heard.results
    assert (at_ms, type(failed)) == (400, SyncFailed)


def test_sync_that_is_stopped(tmp_path: Path) -> None:
    """What is left is done at once, and told; later timers do nothing."""
    queue, disk = RunQueue(START_MS), FaultyDisk()
    sync, heard = SlowSync(queue, 200), Heard(queue)
    first, second = (Segment(tmp_path / name, disk) for name in "ab")
    sync.submit(SyncJob(first, 1, end=True))
    sync.submit(SyncJob(second, 2, end=True))
    sync.stop()
    sync.listen(heard)
    queue.run_until(START_MS + 1_000)

    assert [result for _, result in heard.results] == [Synced(1, 0), Synced(2, 0)]
    with pytest.raises(WriteError):
        first.sync()
