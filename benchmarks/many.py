"""Many day-logs at once: do more cores help as much as they can, and what does a process need?"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.figures import Figure
from benchmarks.replaying import BenchmarkError
from hems_actors.sim.build import build
from hems_actors.sim.demo import BUILT_IN, play_to
from hems_actors.sim.scenario import read_scenario

LOGS: Final = 1_000
ROUNDS: Final = 5
_STEP_S: Final = 60
"""Of the day, so that a thousand of them take minutes and not an hour."""
_LOOP: Final = "x = 0\nfor i in range(20_000_000):\n    x += i & 7"


def many_figures(directory: Path, logs: int = LOGS, rounds: int = ROUNDS) -> list[Figure]:
    """Return how `hems-replay` of *logs* days gains from all cores, against a bare loop, and its memory.

    Raises:
        BenchmarkError: a day does not replay.
    """
    cores = len(os.sched_getaffinity(0))
    paths = _days(directory, logs)
    ratios, gains = [], []
    for _ in range(rounds):  # the loop before and after: a machine that others use is seldom the same for long
        bare = _loop_gain(cores)
        gain = _run(paths, 1)[0] / _run(paths, cores)[0]
        bare = (bare + _loop_gain(cores)) / 2
        ratios.append(bare / gain)
        gains.append(gain)
    one_kib, many_kib = _run(paths[:1], 1)[1], _run(paths, cores)[1]
    return [
        Figure(f"{logs} logs: time on one core / on {cores}", statistics.median(gains), "x"),
        Figure("  a bare CPU loop's gain / that", statistics.median(ratios), "x", 1 / 0.9, 1.05),
        Figure("  memory of the largest process / of one log's", many_kib / one_kib, "x", 1.5, 1.2),
    ]


def _days(directory: Path, count: int) -> list[Path]:
    """Write a simulated day, and return *count* names of it."""
    scenario, text = read_scenario(BUILT_IN)
    home = scenario.home.model_copy(update={"step_s": _STEP_S})
    meter = scenario.meter.model_copy(update={"period_s": _STEP_S})
    first = directory / "many-0.msgpack"
    play_to(build(scenario.model_copy(update={"home": home, "meter": meter}), text), first, [])
    paths = [directory / f"many-{number}.msgpack" for number in range(count)]
    for path in paths[1:]:
        path.hardlink_to(first)
    return paths


def _run(paths: Sequence[Path], jobs: int) -> tuple[float, int]:
    """Replay *paths*; return the wall time, s, and the memory of the largest process, KiB.

    Raises:
        BenchmarkError: they do not replay.
    """
    arguments = [sys.executable, "-m", "replay.cli", "--jobs", str(jobs), *map(str, paths)]
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    began_s = time.perf_counter()
    process = os.posix_spawn(sys.executable, arguments, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)  # with its workers, which it waited for
    if status:
        raise BenchmarkError(f"hems-replay ended with {os.waitstatus_to_exitcode(status)} on {len(paths)} days")
    return time.perf_counter() - began_s, usage.ru_maxrss


def _loop_gain(cores: int) -> float:
    """Return how much more a bare loop does on *cores* than on one in the same time."""
    return cores * _loop_s(1) / _loop_s(cores)


def _loop_s(processes: int) -> float:
    began_s = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-c", _LOOP]) for _ in range(processes)]  # noqa: S603 - our own
    if any(process.wait() for process in running):
        raise BenchmarkError("a bare loop ended with an error")
    return time.perf_counter() - began_s
