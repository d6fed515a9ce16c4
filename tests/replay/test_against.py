"""`--against PYTHON`: another version decides a log again; what it says, and every way in which it says nothing."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from replay import cli
from tests.replay.compared import write_day
from tests.replay.other_version import change, copy_package, interpreter_of, program
from tests.replay.test_replayer import spoil
from tests.replay.toy import record

SURPLUS = "hems_actors/core/surplus.py"
START = ("START_MS: Final = 60 * SECOND_MS", "START_MS: Final = 600 * SECOND_MS")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of a simulated day."""
    return write_day(tmp_path_factory.mktemp("against") / "day")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Return a copy of the package."""
    return copy_package(tmp_path / "other")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any], list[str]]:
    """Return exit code, object and lines of stderr of the command with --json."""
    code = cli.main(["--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, json.loads(out), err.splitlines()


def test_an_equal_version_decides_the_same(day: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0; it is said which package was asked."""
    code, found, errors = run(capsys, day, "--against", interpreter_of(other))

    assert (code, found["differ"], errors) == (0, 0, [])
    assert found["verdict"].startswith("the same, ")
    assert found["decisions"] > 50
    assert f"in {other};" in found["notes"][0]


def test_a_changed_constant_is_found(day: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Surplus has to hold ten minutes there: exit 1, the first difference with both rules, and what it is worth."""
    change(other, SURPLUS, *START)
    code, found, errors = run(capsys, day, "--against", interpreter_of(other))

    assert (code, errors) == (1, [])
    assert found["first"]["charger"] == "wallbox"
    assert (found["first"]["a"]["rule"], found["first"]["b"]["rule"]) == ("surplus_start", "surplus_missing")
    assert found["effect"]["from"] == "model"
    wallbox, garage = found["effect"]["chargers"]
    assert wallbox["change_wh"] < -50
    assert garage["change_wh"] == 0
    assert found["effect"]["cost"]["change_ueur"] is not None


def test_it_is_said_in_words(day: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict first, with the interpreter's name; then what each side decided."""
    change(other, SURPLUS, *START)
    python = interpreter_of(other)
    cli.main([str(day), "--against", str(python)])
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith(f"{day} | {python}: ")
    assert "differ, the first at 2025-06-15 10:" in lines[0]
    assert lines[2].startswith("  A          on, 6 A ")
    assert lines[3].startswith("  B          off: rule surplus_missing")
    assert "  effect     in closed loop: a model of the recorded home, played once with each version" in lines


def test_a_version_without_this_comparison(day: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An older package is handed what it lacks: the same is found; that it cannot play a home is said."""
    change(other, SURPLUS, *START)
    for file in other.glob("replay/whatif/*.py"):
        file.unlink()
    (other / "replay/compare/redecide.py").unlink()
    code, found, _errors = run(capsys, day, "--against", interpreter_of(other))

    assert (code, found["first"]["b"]["rule"], found["effect"]) == (1, "surplus_missing", None)
    assert found["notes"][-1] == "effect unknown: that version cannot play a home"


def test_the_own_path_is_not_handed_on(
    day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """PYTHONPATH of this process would make the other interpreter find this package."""
    monkeypatch.setenv("PYTHONPATH", "/of/this/process")
    python = program(tmp_path / "python", 'echo "path <$PYTHONPATH> in $(ls | wc -l)" >&2; exit 9')
    code, _found, errors = run(capsys, day, "--against", python)

    assert code == 2
    assert errors == [f"hems-replay: --against {python}: path <> in 0"]


def test_a_core_that_fails(day: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other version raises: exit 1, with the event and the error in one line."""
    failing = (
        "def fail(state):\n    if state.seq > 100:\n        raise ValueError('too many')\n    return []\n\n\nSTAGES"
    )
    change(other, "hems_actors/core/engine.py", "STAGES: Final", f"{failing}: Final")
    change(other, "hems_actors/core/engine.py", "(judge, decide, act)", "(fail, decide, act)")
    code, _found, errors = run(capsys, day, "--against", interpreter_of(other))

    assert (code, len(errors)) == (1, 1)
    assert "its core fails at event 10" in errors[0]
    assert "ValueError: too many" in errors[0]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(
            ("hems_actors/eventlog/frame.py", "FORMAT_VERSION: Final = 1", "FORMAT_VERSION: Final = 0"),
            "the log is newer than its package",
            id="a log newer than its package",
        ),
        pytest.param(
            ("replay/compare/redecide.py", "PROTOCOL = 1", "PROTOCOL = 2"),
            "cannot be compared with",
            id="another protocol",
        ),
        pytest.param(("hems_actors/core/rules.py", '"""', "nonsense '"), "SyntaxError", id="a package that is broken"),
    ],
)
def test_packages_that_cannot_be_asked(
    day: Path, other: Path, capsys: pytest.CaptureFixture[str], edit: tuple[str, str, str], said: str
) -> None:
    """Exit 2, one line."""
    change(other, *edit)
    code, found, errors = run(capsys, day, "--against", interpreter_of(other))

    assert (code, found["verdict"], len(errors)) == (2, None, 1)
    assert said in errors[0]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("exit 0", "its package is of a version", id="says nothing"),
        pytest.param("echo hello", "says 'hello': no interpreter of Python?", id="says something else"),
        pytest.param("echo '[1]'", "no interpreter of Python?", id="says other JSON"),
        pytest.param("echo '{\"protocol\": 1}'", "does not say who it is", id="says half"),
        pytest.param(
            'echo \'{"protocol": 1, "logic_version": 1, "where": "", "rules": {}}\'',
            "ended before the log did",
            id="ends early",
        ),
        pytest.param(
            'echo \'{"protocol": 1, "logic_version": 1, "where": "", "rules": {}}\'; echo \'{"seq": 1, "said": 7}\'',
            "says something that is no decision",
            id="says no decision",
        ),
        pytest.param("exit 3", "its package is of a version", id="ends as if the log were bad"),
        pytest.param("exit 5", "ended with 5", id="fails"),
        pytest.param("kill -9 $$", "ended with -9", id="is killed"),
        pytest.param(f'exec "{sys.executable}" -I -S "$@"', "no package hems-actors", id="has no package"),
    ],
)
def test_programs_that_say_nothing_usable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], script: str, said: str
) -> None:
    """Exit 2, one line that names the program."""
    record(tmp_path / "log")
    python = program(tmp_path / "python", script)
    code, found, errors = run(capsys, tmp_path / "log", "--against", python)

    assert (code, found["verdict"], len(errors)) == (2, None, 1)
    assert errors[0].startswith(f"hems-replay: --against {python}: ")
    assert said in errors[0]


@pytest.mark.parametrize("name", [pytest.param("none", id="missing"), pytest.param("", id="a folder")])
def test_what_cannot_be_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Exit 2, one line."""
    record(tmp_path / "log")
    code, _found, errors = run(capsys, tmp_path / "log", "--against", tmp_path / name)

    assert (code, len(errors)) == (2, 1)
    assert "cannot be run: " in errors[0]


def test_a_program_that_takes_too_long(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is ended after --timeout, with whatever it started: exit 2, one line."""
    record(tmp_path / "log")
    python = program(tmp_path / "python", "sleep 600 & wait")
    code, _found, errors = run(capsys, tmp_path / "log", "--timeout", "0.2", "--against", python)

    assert (code, len(errors)) == (2, 1)
    assert errors[0].endswith(": no answer within 0.2 s")


def test_a_damaged_log(day: Path, other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3; what lies before the damage is compared."""
    bad = tmp_path / "bad"
    bad.write_bytes(day.read_bytes())
    spoil(bad, 8)
    code, found, errors = run(capsys, bad, "--against", interpreter_of(other))

    assert (code, found["differ"], len(errors)) == (3, 0, 1)
    assert errors[0].startswith(f"hems-replay: {bad}: damaged or with a gap")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--against", "a", "--diff", "b"], "do not go together", id="two comparisons"),
        pytest.param(["--against", "a", "--timeout", "0"], "--timeout takes seconds, more than 0", id="no time"),
        pytest.param(["--against", "a", "--timeout", "nan"], "--timeout takes seconds", id="no number"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 before anything is read."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["log", *arguments])

    assert ended.value.code == 2
    assert said in capsys.readouterr().err
