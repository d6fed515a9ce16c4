"""`hems-replay --repair`, and replaying repaired files: each side of a recorded gap, alone and in a chain."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from hems_actors.eventlog.place import LogDirectory
from replay import cli
from replay.report import Exit
from replay.verify import Options, verify
from tests.eventlog.damages import Original, any_damage, flipped
from tests.eventlog.logs import frames_of
from tests.replay.test_replayer import batch_from, rewrite, spoil
from tests.replay.toy import record, toy

HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def _toy_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command compare with the toy core; the option's default is the real one."""
    monkeypatch.setattr(cli, "Options", lambda **options: Options(core=toy(), **options))


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str], list[str]]:
    """Return exit code and the lines of stdout and stderr of the command."""
    code = cli.main([*map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err.splitlines()


def damaged(path: Path, current_ma: int = 16_000) -> Path:
    """Write a log of some hours to *path*, flip a bit in the frame of events 7 to 9, and return *path*."""
    record(path, toy(current_ma=current_ma), powers_w=[200] * 6, step_ms=HOUR_MS // 3)
    spoil(path, batch_from(path, 7))
    return path


def test_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The repaired file replays past its gap: exit 0, the gap named on stderr and in the object."""
    path, out = damaged(tmp_path / "log"), tmp_path / "out"
    code, lines, errors = run(capsys, "--repair", out, path)

    assert code == 0
    assert lines[0] == f"{out}: {len(frames_of(path))} frames of {path} as they were, 1 gap recorded"
    assert "; events 7 to 9; 2025-01-06T01:00:00.000+01:00 to 2025-01-06T01:40:00.000+01:00" in lines[1]
    assert lines[2].endswith("18 events, 3 decisions compared, the same, 1 recorded gap")
    (error,) = errors
    assert error.startswith(f"hems-replay: {out}: a gap that its repair recorded: events 7 to 9; 2025-01-06T01:00:00.")
    assert cli.main(["--json", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    (gap,) = found["damage"]
    assert (found["exit"], found["open"], gap["seq_from"], gap["seq_to"]) == (0, False, 7, 9)
    assert gap["byte_from"] == gap["byte_to"] == frames_of(path)[batch_from(out, 10) - 2].end
    assert found["state_hash"] is not None


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json the object is the repaired file's; what was done is said on stderr."""
    path, out = damaged(tmp_path / "log"), tmp_path / "out"
    code, lines, errors = run(capsys, "--json", "--repair", out, path)

    assert (code, json.loads(lines[0])["log"], len(lines), len(errors)) == (0, str(out), 1, 3)


def test_side_without_snapshot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no snapshot follows a gap nothing after it is compared, and that is said."""
    path = tmp_path / "log"
    record(path)
    spoil(path, 3)
    code, _, errors = run(capsys, "--repair", tmp_path / "out", path)

    assert code == 0
    assert errors[0].endswith("; nothing after the last one compared: no snapshot follows")


def test_nothing_to_repair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that needs no repair is copied as it is, and that is said."""
    path, out = tmp_path / "log", tmp_path / "out"
    record(path)
    code, lines, errors = run(capsys, "--repair", out, path)

    assert (code, errors) == (0, [])
    assert lines[0] == f"{out}: equal to {path}: nothing to repair"
    assert out.read_bytes() == path.read_bytes()


def test_torn_tail_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A torn tail is left out, and that is said; the new file is open."""
    path, out = tmp_path / "log", tmp_path / "out"
    record(path)
    path.write_bytes(path.read_bytes()[:-5])
    code, lines, errors = run(capsys, "--repair", out, path)

    assert (code, errors) == (0, [])
    assert "bytes of an unfinished frame at the end" in lines[1]
    assert "not closed, the same" in lines[2]


def test_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where this code decides otherwise the repaired file is kept: it reads well; exit 1."""
    out = tmp_path / "out"

    assert run(capsys, "--repair", out, damaged(tmp_path / "log", 6_000))[0] == 1
    assert verify(out, Options(core=toy(current_ma=6_000))).exit == Exit.SAME


def no_header(path: Path) -> None:
    """Damage the header of *path*."""
    spoil(path, 0)


def newer_frame(path: Path) -> None:
    """Put a frame of a type to come into *path*."""
    rewrite(path, 3, type=9)


def newer_kind(path: Path) -> None:
    """Put an event into *path* that its table does not have."""
    rewrite(path, len(frames_of(path)) - 2, body=((99, 0, 0),))


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        pytest.param(no_header, 3, "header is damaged", id="header damaged"),
        pytest.param(newer_frame, 2, "frame type 9", id="newer frame"),
        pytest.param(newer_kind, 3, "not kept", id="copied, but does not replay"),
        pytest.param(Path.unlink, 3, "No such file", id="missing"),
    ],
)
def test_cannot_be_repaired(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    make: Callable[[Path], None],
    code: int,
    says: str,
) -> None:
    """What cannot be repaired is one line, and leaves no file."""
    path, out = tmp_path / "log", tmp_path / "out"
    record(path)
    make(path)
    found, lines, errors = run(capsys, "--repair", out, path)

    assert (found, lines, len(errors), out.exists()) == (code, [], 1, False)
    assert says in errors[0]


def test_out_exists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What exists is never written over: exit 2, one line."""
    path = damaged(tmp_path / "log")
    before = path.read_bytes()

    assert run(capsys, "--repair", path, path)[::2] == (
        2,
        [f"hems-replay: {path}: exists already: a log is never written over, choose another name"],
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("arguments", [["--repair", "a", "b", "c"], ["--repair", "a", "b", "--list"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One log at a time, and no list."""
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)

    assert raised.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_in_a_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repaired file under its name takes its place among the others; with another end it does not."""
    state = None
    (tmp_path / "logs").mkdir()
    for _ in range(3):
        state = record(LogDirectory(tmp_path / "logs"), state=state)
    paths = sorted((tmp_path / "logs").glob("*.msgpack"), key=lambda path: int(path.name.split("-")[1]))
    spoil(paths[1], 3)
    assert run(capsys, *paths)[0] == 3

    (tmp_path / "repaired").mkdir()
    repaired = tmp_path / "repaired" / paths[1].name
    assert run(capsys, "--repair", repaired, paths[1])[0] == 0
    assert run(capsys, paths[0], repaired, paths[2])[0] == 0

    cut = tmp_path / "cut" / paths[1].name
    cut.parent.mkdir()
    shutil.copy(repaired, cut)
    cut.write_bytes(cut.read_bytes()[: frames_of(cut)[-2].start])
    assert run(capsys, paths[0], cut, paths[2])[0] == 3


def test_any_damage(
    simulated: Original, other: Original, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whatever was done to a log of the real core: one line for each finding, and its repair replays on each side."""
    monkeypatch.setattr(cli, "Options", Options)
    random = Random(11)
    path, out = tmp_path / "log", tmp_path / "out"
    exits = []
    for number in range(300):
        said, data = any_damage(simulated, other, random)
        path.write_bytes(data)
        out.unlink(missing_ok=True)
        code, _, errors = run(capsys, "--json", path)
        assert (code, len(errors) <= 1) in ((0, True), (3, True)), said
        mended, _, errors = run(capsys, "--json", "--repair", out, path)
        exits.append((code, mended))
        assert "foreign" in said or mended == 0, (number, said, errors)
        assert out.exists()
        assert run(capsys, "--json", out)[0] == mended

    assert exits.count((3, 0)) > 200


def test_flips_as_a_person_sees_them(
    simulated: Original, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any flipped bit is exit 3: the damaged place on stdout, or one line on stderr where it is in the header."""
    monkeypatch.setattr(cli, "Options", Options)
    random = Random(2)
    path = tmp_path / "log"
    for _ in range(300):
        byte = random.randrange(len(simulated.data))
        path.write_bytes(flipped(simulated.data, byte, random.randrange(8)))
        code, lines, errors = run(capsys, path)

        assert code == 3
        assert (len(errors), len(lines)) == (1, 0) if byte < simulated.parts[0].end else (0, 2)
