"""Archives in `hems-replay`: read like the logs they were made from, alone and in a chain."""

import json
from pathlib import Path
from typing import Any

import pytest

from hems_actors.eventlog.archive import OsArchive, archive
from hems_actors.eventlog.archive_format import index_of
from hems_actors.eventlog.naming import archive_path, segments
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.source import ByteSource
from replay import cli
from replay.verify import Options
from tests.replay.toy import record, toy

HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def _toy_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command compare with the toy core; the option's default is the real one."""
    monkeypatch.setattr(cli, "Options", lambda **options: Options(core=toy(), **options))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[Any], list[str]]:
    """Return exit code, JSON objects and lines of stderr of the command with --json."""
    code = cli.main(["--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err.splitlines()


def archived(path: Path, *, keep: bool = False) -> Path:
    """Archive *path*; if *keep*, leave it there too."""
    content = path.read_bytes()
    archive(path, OsArchive())
    if keep:
        path.write_bytes(content)
    return archive_path(path)


def record_chain(directory: Path, count: int = 4) -> list[Path]:
    """Return *count* segments, each a run of the process."""
    state = None
    for _ in range(count):
        state = record(LogDirectory(directory), state=state)
    return segments(directory, "home")


def test_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An archive replays as its log did, byte numbers and state included; it is listed the same."""
    record(tmp_path / "log", powers_w=range(50, 400, 20), step_ms=HOUR_MS // 3)
    expected = run(capsys, tmp_path / "log")[1][0]
    assert cli.main([str(tmp_path / "log"), "--list", "all"]) == 0
    listed = capsys.readouterr().out
    path = archived(tmp_path / "log")
    code, (found,), errors = run(capsys, path)

    assert (code, errors) == (0, [])
    assert found == expected | {"log": str(path)}
    assert cli.main([str(path), "--list", "all"]) == 0
    assert capsys.readouterr().out == listed


def test_damaged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged archive: exit 3, what is lost named, the rest compared."""
    record(tmp_path / "log", powers_w=range(50, 400, 20), step_ms=HOUR_MS // 3)
    events = run(capsys, tmp_path / "log")[1][0]["events"]
    path = archived(tmp_path / "log")
    with ByteSource(path) as source:
        pieces = index_of(source) or []
    data = bytearray(path.read_bytes())
    data[pieces[2].start + 100] ^= 1
    path.write_bytes(data)
    code, (found,), errors = run(capsys, path, "--past-damage")
    (damage,) = found["damage"]

    assert (code, errors, found["divergences"]) == (3, [], [])
    assert damage["byte_to"] - damage["byte_from"] == pieces[2].size
    assert damage["byte_from"] == pieces[0].size + pieces[1].size
    assert found["events"] == events - (damage["seq_to"] - damage["seq_from"] + 1)


@pytest.mark.parametrize("cut", [1, 100, 400])
def test_truncated(tmp_path: Path, capsys: pytest.CaptureFixture[str], cut: int) -> None:
    """An archive that was cut is damaged, not torn: it was whole once."""
    record(tmp_path / "log")
    path = archived(tmp_path / "log")
    path.write_bytes(path.read_bytes()[:-cut])
    code, (found,), _ = run(capsys, path)

    assert (code, found["torn_tail_bytes"], len(found["damage"])) == (3, 0, 1)


def test_not_an_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no archive is one line."""
    (tmp_path / "log.zst").write_bytes(b"no archive")
    code, _, (error,) = run(capsys, tmp_path / "log.zst")

    assert code == 3
    assert error == f"hems-replay: {tmp_path / 'log.zst'}: not an event log, or nothing of its header is left"


def test_chain_of_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files of one home are a chain, whichever of them are compressed."""
    paths = record_chain(tmp_path)
    for index in (0, 2):
        paths[index] = archived(paths[index])
    code, found, _ = run(capsys, *reversed(paths))

    assert (code, [item["damage"] for item in found]) == (0, [[], [], [], []])


def test_gap_in_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file is a gap all the same."""
    paths = [archived(path) for path in record_chain(tmp_path)]
    code, found, _ = run(capsys, paths[0], paths[2], paths[3])

    assert (code, [len(item["damage"]) for item in found]) == (3, [0, 1, 0])


@pytest.mark.parametrize("both", [0, 1, 3], ids=["first", "in the middle", "last"])
def test_segment_and_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str], both: int) -> None:
    """Where a segment and its archive are both named, nothing is missing or doubled."""
    paths = record_chain(tmp_path)
    paths.append(archived(paths[both], keep=True))
    code, found, _ = run(capsys, *paths)

    assert (code, [item["damage"] for item in found]) == (0, [[]] * 5)


def test_next_segment_names_the_segment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A process that starts behind an archive names the segment in its header, with nothing ignored."""
    state = record(LogDirectory(tmp_path))
    (path,) = segments(tmp_path, "home")
    archived(path)
    record(LogDirectory(tmp_path), state=state)
    code, found, _ = run(capsys, *segments(tmp_path, "home"))

    assert (code, [item["damage"] for item in found]) == (0, [[], []])
