"""The command: exit codes, the object of --json, one line for each error, several logs and their chain."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hems_actors.core.version import LOGIC_VERSION
from hems_actors.eventlog.frame import open_payload
from hems_actors.eventlog.place import LogDirectory
from replay import cli
from replay.verify import Options
from tests.eventlog.logs import frames_of
from tests.replay.test_replayer import rewrite, spoil
from tests.replay.toy import record, toy

ROOT = Path(__file__).parents[2]
KEYS = [
    *("log", "exit", "open", "events", "frames", "decisions", "first_seq", "last_seq", "from", "to"),
    *("logic_version", "state_hash", "torn_tail_bytes", "divergences", "damage"),
]


@pytest.fixture(autouse=True)
def _toy_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command compare with the toy core; the option's default is the real one."""
    monkeypatch.setattr(cli, "Options", lambda **options: Options(core=toy(), **options))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[Any], list[str]]:
    """Return exit code, JSON objects and lines of stderr of the command with --json."""
    code = cli.main(["--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err.splitlines()


def test_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A log that replays: exit 0, all keys, nothing on stderr."""
    record(tmp_path / "log")
    code, (found,), errors = run(capsys, tmp_path / "log")

    assert (code, errors, list(found)) == (0, [], KEYS)
    assert found | {"state_hash": None} == {
        "log": str(tmp_path / "log"), "exit": 0, "open": False, "events": 10, "frames": 9, "decisions": 2,
        "first_seq": 1, "last_seq": 10, "from": "2025-01-06T00:00:00.000+01:00",
        "to": "2025-01-06T00:00:05.000+01:00", "logic_version": LOGIC_VERSION, "state_hash": None, "torn_tail_bytes": 0,
        "divergences": [], "damage": [],
    }  # fmt: skip
    assert len(found["state_hash"]) == 64


def test_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A difference: exit 1, and each with number, time, charger, field, unit and both values."""
    record(tmp_path / "log", toy(current_ma=6000), powers_w=(200,))
    code, (found,), errors = run(capsys, tmp_path / "log")

    assert (code, errors) == (1, [])
    assert found["divergences"][0] == {
        "seq": 5, "at_ms": 1_736_118_003_000, "charger": "Garage", "field": "set_point_decided.current_ma",
        "unit": "mA", "recorded": 6000, "replayed": 16_000,
    }  # fmt: skip


def test_first_difference_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person reads event, local time, charger, fields, rule, and the versions that differ."""
    record(tmp_path / "log", replace(toy(current_ma=6000), logic_version=7), powers_w=(200, 300))
    assert cli.main([str(tmp_path / "log")]) == 1
    lines = capsys.readouterr().out.splitlines()

    assert lines[:7] == [
        f"{tmp_path / 'log'}: 9 events, 2 decisions compared, 6 differences",
        "  first      event 5, 2025-01-06T00:00:03.000+01:00, Garage",
        "  differs    set_point_decided.current_ma: recorded 6 A, replayed 16 A",
        "  differs    set_point_decided.target_ma: recorded 6 A, replayed 16 A",
        "  differs    set_point_decided.operands.maximum_ma: recorded 6 A, replayed 16 A",
        "  rule       recorded: normal, maximum_ma 6 A (event 4)",
        "  rule       replayed: normal, maximum_ma 16 A (event 4)",
    ]
    assert lines[7].startswith(f"  versions   logic recorded 7, here {LOGIC_VERSION}")


def text(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return what the command prints about *path*."""
    cli.main([*options, str(path)])
    return capsys.readouterr().out


def test_texts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other findings as text: same, state, damage, missing outcome."""
    path = tmp_path / "log"
    record(path, powers_w=(6000,))
    assert text(path, capsys) == f"{path}: 7 events, 1 decisions compared, the same\n"

    rewrite(path, len(frames_of(path)) - 1, state_hash=b"x" * 32)
    assert "  state      recorded 787878787878, replayed " in text(path, capsys)

    spoil(path, 3)
    assert "  damage     bytes " in (found := text(path, capsys))
    assert "; events 2 to 2; 2025-01-06T" in found

    other = tmp_path / "other"
    record(other, toy(alarm_w=100), powers_w=(200,))
    assert "alarm_changed: recorded alarm overload_persists, active yes, value 200, replayed nothing" in text(
        other, capsys
    )


def test_torn_tail_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A torn tail: exit 0, one line on stderr."""
    path = tmp_path / "log"
    record(path)
    path.write_bytes(path.read_bytes()[:-5])
    code, (found,), errors = run(capsys, path)

    assert (code, found["open"], found["torn_tail_bytes"]) == (0, True, path.stat().st_size - frames_of(path)[-1].end)
    assert len(errors) == 1
    assert "middle of a frame" in errors[0]


def empty(path: Path) -> None:
    """Make *path* an empty file."""
    path.touch()


def no_log(path: Path) -> None:
    """Make *path* a text."""
    path.write_text("a,b\n1,2\n" * 50)


def nothing(_path: Path) -> None:
    """Leave *path* missing."""


def forbidden(path: Path) -> None:
    """Make *path* unreadable."""
    no_log(path)
    path.chmod(0)


def newer(path: Path) -> None:
    """Make *path* a log of a newer format."""
    record(path)
    rewrite(path, 0, body={"format": 2})


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        pytest.param(empty, 3, "the file is empty", id="empty"),
        pytest.param(no_log, 3, "not an event log", id="no log"),
        pytest.param(nothing, 3, "No such file", id="missing"),
        pytest.param(Path.mkdir, 3, "not a file", id="directory"),
        pytest.param(newer, 2, "log format 2 is newer than 1", id="newer format"),
        pytest.param(
            forbidden, 3, "Permission denied", id="forbidden",
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything"),
        ),
    ],
)  # fmt: skip
def test_one_line_for_each_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], None], code: int, says: str
) -> None:
    """What cannot be read: its exit code, one line with file and reason, and the object with what is known."""
    path = tmp_path / "log"
    make(path)
    found, (report,), errors = run(capsys, path)

    assert (found, report["exit"], list(report)) == (code, code, KEYS)
    assert len(errors) == 1
    assert errors[0].startswith(f"hems-replay: {path}: ")
    assert says in errors[0]
    assert report["state_hash"] is report["first_seq"] is report["open"] is None


@pytest.mark.parametrize("arguments", [[], ["--no-such"], ["--jobs", "0", "x"], ["--jobs", "many", "x"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong usage: exit 2, one line that points to --help."""
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)

    assert raised.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("hems-replay: ")
    assert line.endswith("see hems-replay --help")


def test_several_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several logs: in the order given, the worst exit code, progress on stderr."""
    paths = [tmp_path / name for name in ("same", "differs", "newer", "empty")]
    record(paths[0])
    record(paths[1], toy(current_ma=6000))
    newer(paths[2])
    empty(paths[3])
    exits = []
    for count in range(1, 5):
        code, found, errors = run(capsys, *paths[:count])
        assert [item["log"] for item in found] == [str(path) for path in paths[:count]]
        assert (f"{count}/{count} logs" in errors) == (count > 1)
        exits.append(code)

    assert exits == [0, 1, 2, 3]


@pytest.mark.parametrize("jobs", [1, 2])
def test_jobs(tmp_path: Path, capsys: pytest.CaptureFixture[str], jobs: int) -> None:
    """The findings do not depend on how many processes found them."""
    for name in "abc":
        record(tmp_path / name, toy(current_ma=6000))
    code, found, _ = run(capsys, "--jobs", jobs, *(tmp_path / name for name in "abc"))

    assert (code, [len(item["divergences"]) for item in found]) == (1, [6, 6, 6])


def chain(directory: Path) -> list[Path]:
    """Write three segments of one home, each process going on where the one before closed; return them."""
    state = None
    for _ in range(3):
        state = record(LogDirectory(directory), state=state)
    return sorted(directory.glob("*.msgpack"), key=lambda path: int(path.name.split("-")[1]))


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [1, 2], [2], [0, 1]])
def test_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str], order: list[int]) -> None:
    """Segments that follow each other are a chain, in whatever order they are named and wherever it begins."""
    paths = chain(tmp_path)
    code, found, _ = run(capsys, *(paths[index] for index in order))

    assert (code, [item["damage"] for item in found]) == (0, [[] for _ in order])


def test_gap_between_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing segment is named by the events and the time that are missing: exit 3."""
    first, _, third = chain(tmp_path)
    code, found, _ = run(capsys, first, third)

    assert (code, [item["exit"] for item in found]) == (3, [0, 3])
    (damage,) = found[1]["damage"]
    assert (damage["byte_from"], damage["byte_to"]) == (0, 0)
    assert (damage["seq_from"], damage["seq_to"]) == (found[0]["last_seq"] + 1, found[1]["first_seq"] - 1)

    assert cli.main([str(first), str(third)]) == 3
    assert "missing before this file; events 11 to 18; 2025-01-06T" in capsys.readouterr().out


def test_file_with_another_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A segment that is not the one the next was written after is a gap without lost numbers."""
    first, second, _ = chain(tmp_path)
    data = first.read_bytes()
    first.write_bytes(data[: frames_of(first)[-1].start])
    code, found, _ = run(capsys, first, second)

    assert code == 3
    assert found[1]["damage"][0]["seq_from"] is None


def test_state_between_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A segment that begins with another state than the one before ended with: state_differs, exit 1."""
    first, second, _ = chain(tmp_path)
    rewrite(second, 1, state_hash=b"x" * 32)
    code, found, _ = run(capsys, first, second)

    assert code == 1
    assert [item["field"] for item in found[1]["divergences"]] == ["state_differs", "state_differs"]


def test_independent_logs_of_one_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Logs that name no file before them are no chain, though home and numbers are the same."""
    record(tmp_path / "a")
    record(tmp_path / "b", powers_w=(1, 2, 3, 4))

    assert run(capsys, tmp_path / "a", tmp_path / "b")[0] == 0


@pytest.mark.parametrize(("seed", "zone"), [("0", "UTC"), ("7", "Pacific/Auckland")])
def test_same_verdict_anywhere(tmp_path: Path, seed: str, zone: str) -> None:
    """The command gives the same object with another hash seed and time zone, with the real core."""
    record(tmp_path / "log", Options().core)
    found = subprocess.run(
        [sys.executable, "-m", "replay.cli", "--json", "log"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": zone},
        capture_output=True,
        check=False,
        text=True,
    )

    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["from"] == "2025-01-06T00:00:00.000+01:00"


def test_read_only_and_unlocked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A log that is being written is read as far as it is; nothing is changed."""
    state = record(LogDirectory(tmp_path))
    path = next(tmp_path.glob("*.msgpack"))
    before = path.stat()
    path.chmod(0o400)

    assert run(capsys, path)[0] == 0
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert state.seq == 10


def test_reader_gone(tmp_path: Path) -> None:
    """When nobody reads the output any more, the exit code is still the verdict, and nothing is complained of."""
    record(tmp_path / "log", Options().core)
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    found = subprocess.run(
        [sys.executable, "-m", "replay.cli", "log"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        stdout=writing_end,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing_end)

    assert (found.returncode, found.stderr) == (0, b"")


def test_interrupted(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is one line."""

    def interrupt(_path: Path, options: object) -> None:
        raise KeyboardInterrupt(str(options))

    monkeypatch.setattr(cli, "verify", interrupt)

    assert cli.main([str(tmp_path)]) == 130
    assert capsys.readouterr().err == "hems-replay: interrupted\n"


def test_texts_of_a_newer_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A log not closed, a rule this code does not know, an event it fails on: said, not stumbled over."""
    path = tmp_path / "log"
    record(path, powers_w=(200,))
    batch = len(frames_of(path)) - 2
    fact, point, action = open_payload(frames_of(path)[batch].payload).body
    rewrite(path, batch, body=(fact, (*point[:8], 999, *point[9:]), action))
    path.write_bytes(path.read_bytes()[: frames_of(path)[-1].start])
    found = text(path, capsys)
    assert "not closed, 1 difference\n" in found
    assert "recorded: rule 999, which this version does not know, operands (16000, 4)" in found

    other = tmp_path / "other"
    record(other, powers_w=(200,))
    rewrite(other, 5, body=((26, 9, 0, 5), (1, 0, 0), (1, 0, 0)))
    assert "failed     this code cannot go on from this event: UnknownThingError: " in text(other, capsys)
