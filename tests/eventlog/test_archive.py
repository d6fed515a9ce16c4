"""Making archives: nothing is lost wherever it stops, and what comes out is what went in."""

import errno
import io
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.eventlog import archive as archiving
from hems_actors.eventlog.archive import OsArchive, archive, is_archive_of, unfinished_path
from hems_actors.eventlog.archive_format import index_of
from hems_actors.eventlog.errors import UnreadableError, WriteError
from hems_actors.eventlog.naming import archive_path
from hems_actors.eventlog.source import ByteSource
from tests.eventlog.archives import StopError, StoppingFiles, archived, write_hours
from tests.eventlog.logs import frames_of

CALLS = [
    *("create", "write", "write", "write", "write", "write", "sync", "close"),
    *("rename", "sync_directory", "remove"),
]
"""For a log of three hours: header, three snapshots with what follows them, index."""


def unpacked(path: Path) -> bytes:
    """Return the content of the archive *path* as any zstd tool would."""
    with path.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(file.read()), read_across_frames=True).read()


def test_archive(tmp_path: Path) -> None:
    """The archive takes the segment's place, is for its owner alone, smaller, and any zstd tool reads it."""
    path = tmp_path / "log.msgpack"
    content = write_hours(path)
    port = StoppingFiles()
    archive(path, port)
    (left,) = tmp_path.iterdir()

    assert left == archive_path(path)
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert left.stat().st_size < len(content) // 2
    assert unpacked(left) == content
    assert port.calls == CALLS


def test_pieces_begin_at_snapshots(tmp_path: Path) -> None:
    """Each snapshot begins a frame; before the first there is the header's."""
    path = tmp_path / "log.msgpack"
    write_hours(path)
    snapshots = [part.start for part in frames_of(path) if part.payload[1] == 2]
    with ByteSource(archived(path)) as packed:
        pieces = index_of(packed) or []

    assert [sum(piece.size for piece in pieces[:index]) for index in range(len(pieces))] == [0, *snapshots]


def test_pieces_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no snapshot comes a piece ends all the same."""
    monkeypatch.setattr(archiving, "PIECE_BYTES_MAX", 1000)
    path = tmp_path / "log.msgpack"
    content = write_hours(path, hours=1)
    result = archived(path)
    with ByteSource(result) as packed:
        pieces = index_of(packed) or []

    assert max(piece.size for piece in pieces) == 1000
    assert unpacked(result) == content


@pytest.mark.parametrize("stop", range(len(CALLS) + 1))
def test_killed(tmp_path: Path, stop: int) -> None:
    """Whichever call is the last one: original or whole archive is there, and the next time ends it."""
    path = tmp_path / "log.msgpack"
    content = write_hours(path)
    if stop < len(CALLS):
        with pytest.raises(StopError):
            archive(path, StoppingFiles(stop))
    else:
        archive(path, StoppingFiles(stop))

    if path.exists():
        assert path.read_bytes() == content
        if archive_path(path).exists():
            assert unpacked(archive_path(path)) == content
        archive(path, OsArchive())
    assert list(tmp_path.iterdir()) == [archive_path(path)]
    assert unpacked(archive_path(path)) == content


@pytest.mark.parametrize("stop", range(len(CALLS)))
def test_failing_disk(tmp_path: Path, stop: int) -> None:
    """Whichever call fails: one line says what and where, the original stays, and the next time ends it."""
    path = tmp_path / "log.msgpack"
    content = write_hours(path)
    with pytest.raises(WriteError, match=r"log\.msgpack: cannot be archived: No space left"):
        archive(path, StoppingFiles(stop, OSError(errno.ENOSPC, "No space left on device")))

    assert path.read_bytes() == content
    archive(path, OsArchive())
    assert list(tmp_path.iterdir()) == [archive_path(path)]


def test_full_disk_keeps_no_remains(tmp_path: Path) -> None:
    """What was written in vain is removed where the disk lets it be."""

    class Full(OsArchive):
        def write(self, fd: int, data: bytes) -> int:
            del fd, data
            raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "log.msgpack"
    write_hours(path)
    with pytest.raises(WriteError, match="No space left"):
        archive(path, Full())

    assert list(tmp_path.iterdir()) == [path]


def test_short_writes(tmp_path: Path) -> None:
    """A disk that takes little at a time is asked again."""
    path = tmp_path / "log.msgpack"
    content = write_hours(path)
    archive(path, StoppingFiles(take=100))

    assert unpacked(archive_path(path)) == content


def test_lying_disk(tmp_path: Path) -> None:
    """An archive that does not give back the original is not taken for one."""

    class Lying(OsArchive):
        def write(self, fd: int, data: bytes) -> int:
            return super().write(fd, bytes(len(data)))

    path = tmp_path / "log.msgpack"
    content = write_hours(path)
    with pytest.raises(WriteError, match="came out different: it stays"):
        archive(path, Lying())

    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == content


def test_unreadable(tmp_path: Path) -> None:
    """A segment that cannot be read stays."""
    path = tmp_path / "log.msgpack"
    path.mkdir()
    with pytest.raises(UnreadableError, match="not a file"):
        archive(path, OsArchive())

    assert list(tmp_path.iterdir()) == [path]


DAMAGES = [
    pytest.param(lambda content: content[:-3], id="torn"),
    pytest.param(lambda content: content[:-600] + bytes(600), id="zeros at the end"),
    pytest.param(lambda content: content[:9000] + b"x" + content[9001:], id="corrupt"),
    pytest.param(lambda _: b"", id="empty"),
    pytest.param(lambda _: b"no log at all", id="no log"),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_original(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """A torn or damaged segment is archived as it is: it is evidence."""
    path = tmp_path / "log.msgpack"
    content = damage(write_hours(path))
    path.write_bytes(content)

    assert unpacked(archived(path)) == content


@given(st.binary(max_size=3000))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in a file comes back."""
    path = tmp_path_factory.mktemp("any") / "log.msgpack"
    path.write_bytes(content)

    assert unpacked(archived(path)) == content


def test_comparison_goes_to_the_end(tmp_path: Path) -> None:
    """One byte more, less or other is another log."""
    path, other = tmp_path / "log.msgpack", tmp_path / "other"
    content = write_hours(path)
    result = archived(path)
    for changed, same in ((content, True), (content + b"x", False), (content[:-1], False), (b"x" + content[1:], False)):
        other.write_bytes(changed)
        assert is_archive_of(result, other) is same


def test_remains_are_no_segment(tmp_path: Path) -> None:
    """What an interrupted attempt leaves is replaced by the next one."""
    path = tmp_path / "log.msgpack"
    content = write_hours(path)
    unfinished_path(path).write_bytes(b"half")
    archive(path, OsArchive())

    assert list(tmp_path.iterdir()) == [archive_path(path)]
    assert unpacked(archive_path(path)) == content
