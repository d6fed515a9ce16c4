"""Judging a mutant: it is put into a copy of the project, and trials are run there until one of them fails."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from compileall import compile_dir
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any, Final, NamedTuple

from tests.mutation.mutants import Mutant

FOLDERS: Final = ("hems_actors", "replay", "etm", "tests")
FILES: Final = ("pyproject.toml", "README.md", "INTERFACE.md")
SLACK: Final = 4
SLACK_S: Final = 30
"""A trial may take so many times as long as without a mutant, and so much longer: the machine may be busy."""
BASELINE_S_MAX: Final = 900
TIME_OUT: Final = "time-out"


class Trial(NamedTuple):
    """A command for Python that exits with 0 unless the code in the current folder is wrong."""

    name: str
    arguments: tuple[str, ...]
    compares: bool = False
    """Whether it prints a comparison, which is wanted of mutants killed before too."""


class Ran(NamedTuple):
    """How a trial ended."""

    exit: int | None
    """None = it was ended because it took too long."""
    seconds: float
    output: str


class Verdict(NamedTuple):
    """What became of a mutant."""

    killed_by: str | None
    """Name of the trial that failed; None = it survived."""
    why: str
    compared: dict[str, Any] | None = None
    """What the comparison printed; None = it could not be run to its end."""


def copy_project(source: Path, target: Path) -> Path:
    """Copy what tests need from *source* to the new folder *target*, beside a link to the measured data, if any."""
    target.mkdir(parents=True)
    for name in FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        if (source / name).is_file():
            shutil.copy(source / name, target / name)
    data, link = (source / "../shared").resolve(), target.parent / "shared"
    if data.is_dir() and not link.exists():
        link.symlink_to(data)
    # By hash, not by date: a mutant written in the same second has the same size and date as what it replaces.
    for name in FOLDERS[:2]:
        compile_dir(target / name, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return target


def run(tree: Path, trial: Trial, limit_s: float) -> Ran:
    """Run *trial* on the code in *tree*, and end it with all it started after *limit_s*."""
    environment = os.environ | {"PYTHONPATH": str(tree), "CI": "1", "PYTEST_ADDOPTS": ""}  # no coverage of a part
    began_s = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own trials
        [sys.executable, *trial.arguments],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Ran(None, time.monotonic() - began_s, "")
    return Ran(process.returncode, time.monotonic() - began_s, output)


class Judge:
    """Puts mutants into *tree*, one after the other, and runs the trials there.

    Args:
        original: a copy of the project as it is.
        tree: another copy, this judge's own.
        trials: in the order they are run.
        limits_s: how long each trial may take, by name.
    """

    def __init__(self, original: Path, tree: Path, trials: Sequence[Trial], limits_s: Mapping[str, float]) -> None:
        self._original = original
        self._tree = tree
        self._trials = trials
        self._limits_s = limits_s

    def judge(self, mutant: Mutant) -> Verdict:
        """Return what became of *mutant*: the first trial that fails kills it; a comparison is run in any case."""
        path, source = self._tree / mutant.file, (self._original / mutant.file).read_bytes()
        path.write_bytes(mutant.apply(source))
        verdict = Verdict(None, "")
        try:
            for trial in self._trials:
                if verdict.killed_by is not None and not trial.compares:
                    continue
                ran = run(self._tree, _own_tests_first(self._tree, trial, mutant), self._limits_s[trial.name])
                if verdict.killed_by is None and ran.exit != 0:
                    verdict = verdict._replace(killed_by=trial.name, why=_why(ran))
                if trial.compares:
                    verdict = verdict._replace(compared=_last_json(ran.output))
        finally:
            path.write_bytes(source)
        return verdict


def measure(tree: Path, trials: Sequence[Trial]) -> dict[str, float]:
    """Run all trials on *tree* without a mutant; return the time limit of each, in s.

    Raises:
        RuntimeError: one of them fails as it is.
    """
    limits_s: dict[str, float] = {}
    for trial in trials:
        ran = run(tree, trial, BASELINE_S_MAX)
        if ran.exit != 0:
            raise RuntimeError(f"{trial.name} fails without a mutant: mend that first\n{ran.output[-3_000:]}")
        limits_s[trial.name] = ran.seconds * SLACK + SLACK_S
    return limits_s


def _own_tests_first(tree: Path, trial: Trial, mutant: Mutant) -> Trial:
    """Return *trial* with the tests named after the mutant's module before the others of their folder."""
    stem = Path(mutant.file).stem
    arguments: list[str] = []
    for argument in trial.arguments:
        tests = sorted((tree / argument).glob("test_*.py")) if argument.startswith("tests/") else []
        tests.sort(key=lambda path: stem not in path.name)
        arguments += [str(path.relative_to(tree)) for path in tests] or [argument]
    return trial._replace(arguments=tuple(arguments))


def _why(ran: Ran) -> str:
    """Return the line that says most about a failure."""
    if ran.exit is None or "Timeout (" in ran.output:
        return TIME_OUT
    lines = [line for line in ran.output.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return (telling or lines or ["no output"])[-1]


def _last_json(output: str) -> dict[str, Any] | None:
    try:
        found = json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        return None
    return found if isinstance(found, dict) else None
