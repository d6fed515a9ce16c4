"""A year of days, each another one: is replay linear in time, constant in memory? `python -m benchmarks year`."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.day import Day
from benchmarks.figures import Figure, cpu_s
from benchmarks.replaying import BenchmarkError, floor

DAYS: Final = 365
_PART: Final = 10
"""A tenth of the year is compared with the whole."""


class Run(NamedTuple):
    """One run of `hems-replay`."""

    cpu_s: float
    peak_mib: float


def year_figures(directory: Path, days: int = DAYS) -> list[Figure]:
    """Return how time and memory of `hems-replay --jobs 1` grow from a day over a tenth to *days*, in *directory*.

    Raises:
        BenchmarkError: a day does not replay.
    """
    with ProcessPoolExecutor() as pool:
        paths = list(pool.map(_record, [directory / f"day-{number:03}.msgpack" for number in range(days)]))
    day, part, year = (_replay(paths[:count]) for count in (1, max(1, days // _PART), days))
    started_s = _replay([]).cpu_s
    floor_s = sum(cpu_s(lambda path=path: floor(path)) for path in paths)  # type: ignore[misc] # a name for each turn
    per_day = [(run.cpu_s - started_s) / count for run, count in ((part, max(1, days // _PART)), (year, days))]
    return [
        Figure(f"{days} days: size of their logs", sum(path.stat().st_size for path in paths) / 1e6, "MB"),
        Figure(f"{days} days: time on one core", year.cpu_s, "s"),
        Figure(f"{days} days: time per day / the same for a tenth of them", per_day[1] / per_day[0], "x", 1.1),
        Figure(f"{days} days: time / B of them all", year.cpu_s / floor_s, "x", None, 3.2),
        Figure("one day: peak memory", day.peak_mib, "MiB"),
        Figure(f"{days} days: peak memory more than for one day", year.peak_mib - day.peak_mib, "MiB", 32),
    ]


def _record(path: Path) -> Path:
    """Record the day that the name of *path* numbers."""
    Day(path, seed=int(path.stem.rpartition("-")[2])).live()
    return path


def _replay(paths: list[Path]) -> Run:
    """Replay *paths* in one process; without any, only its start is measured.

    Raises:
        BenchmarkError: they do not replay.
    """
    script = str(Path(sys.executable).with_name("hems-replay"))
    arguments = [script, "--jobs", "1", *map(str, paths)] if paths else [script, "--help"]
    quiet = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    process = os.posix_spawn(script, arguments, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise BenchmarkError(f"hems-replay ended with {os.waitstatus_to_exitcode(status)} on {len(paths)} days")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
