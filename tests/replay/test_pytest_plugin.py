"""The pytest plugin as another project uses it: in a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAYS = ROOT / "tests" / "days"
DAY = "meter_loss"
SEGMENTS = sorted(path.name for path in DAYS.glob("crash_restart-*"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with one day, and a log that is none of its days."""
    (tmp_path / "days").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\nhems_days = days\n")
    for name in (f"{DAY}.msgpack.zst", f"{DAY}.txt", f"{DAY}.toml"):
        (tmp_path / "days" / name).write_bytes((DAYS / name).read_bytes())
    (tmp_path / "elsewhere" / "broken.msgpack").write_bytes(b"")
    return tmp_path


def run(project: Path, *arguments: str) -> tuple[int, str]:
    """Run pytest in *project*; return its exit code and what it printed."""
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "replay.pytest_plugin", *arguments],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_days_are_tests(project: Path) -> None:
    """Those under the folder named, and a file given as an argument."""
    code, text = run(project)
    assert (code, "1 passed" in text) == (0, True), text

    code, text = run(project, "elsewhere/broken.msgpack")
    assert code == 1
    assert "elsewhere/broken.msgpack: the file is empty" in text
    assert "Traceback" not in text


def test_a_change_is_shown_and_rewritten(project: Path) -> None:
    """A transcript of an older version fails with the difference; `--rewrite` renews it and leaves the log alone."""
    transcript, log = (project / "days" / f"{DAY}{suffix}" for suffix in (".txt", ".msgpack.zst"))
    agreed, recorded = transcript.read_text(), log.read_bytes()
    first, rest = agreed.split(",", 1)
    transcript.write_text(f"logic_version 1,{rest.replace('current=6 A', 'current=7 A', 1)}")
    code, text = run(project)
    assert code == 1
    assert f"agreed for logic_version 1, this is {first}" in text
    assert "SetPointDecided" in text

    assert run(project, "--rewrite")[0] == 0
    assert transcript.read_text() == agreed
    assert log.read_bytes() == recorded


def test_rewrite_of_a_conftest(project: Path) -> None:
    """A project that has a `--rewrite` of its own keeps it, for both."""
    text = 'def pytest_addoption(parser):\n    parser.addoption("--rewrite", action="store_true", help="its own")\n'
    (project / "conftest.py").write_text(text)
    (project / "days" / f"{DAY}.txt").unlink()
    assert run(project, "--rewrite")[0] == 0

    assert (project / "days" / f"{DAY}.txt").read_text() == (DAYS / f"{DAY}.txt").read_text()


def test_record_anew(project: Path) -> None:
    """`--rerecord` plays the scenario beside it: the same scenario, the same log; without one it says so."""
    log = project / "days" / f"{DAY}.msgpack.zst"
    recorded = log.read_bytes()
    log.write_bytes(b"")
    code, text = run(project, "--rerecord")
    assert code == 0, text
    assert log.read_bytes() == recorded

    (project / "days" / f"{DAY}.toml").unlink()
    code, text = run(project, "--rerecord")
    assert code == 1
    assert "nothing to record it from" in text


def test_record_a_crash_anew(project: Path) -> None:
    """A home whose daemon crashes is several segments, recorded together."""
    for path in DAYS.glob("crash_restart*"):
        (project / "days" / path.name).write_bytes(path.read_bytes())
    assert len(SEGMENTS) == 6
    segments = [project / "days" / name for name in SEGMENTS if name.endswith(".zst")]
    (project / "days" / segments[1].name).write_bytes(b"")
    code, text = run(project, "--rerecord")

    assert (code, "4 passed" in text) == (0, True), text
    assert [path.read_bytes() for path in segments] == [(DAYS / path.name).read_bytes() for path in segments]


def test_nothing_heavy_is_imported() -> None:
    """A project without days does not pay for it."""
    code = (
        "import sys, replay.pytest_plugin; "
        "print([name for name in sys.modules if name.startswith(('hems_actors', 'msgpack', 'pykka', 'pydantic'))])"
    )
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
