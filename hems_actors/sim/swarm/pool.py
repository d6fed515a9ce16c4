"""Playing many days over some cores: each is played, judged and, if it breaks a rule, shrunk and kept."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.sim.swarm.day import Day, save
from hems_actors.sim.swarm.play import Flaws, Play, Played
from hems_actors.sim.swarm.random_day import random_day
from hems_actors.sim.swarm.replays import Replayers
from hems_actors.sim.swarm.shrink import TRIES_MAX, shortened, shrink
from hems_actors.sim.watch.findings import Finding, Findings

CRASHED: Final = "crashed"
"""The rule that playing a day raises nothing."""


class Result(NamedTuple):
    """What one day came to."""

    seed: int
    broken: list[Finding]
    excused: int
    doubtful: int
    longest_over_ms: int
    counts: Counter[str]
    cpu_s: float
    kept: Path | None
    """Where the day that broke a rule is, made short, with its logs."""


def play_many(seeds: range, jobs: int, keep: Path) -> Iterator[Result]:
    """Yield what each of *seeds* came to, in order, played by *jobs* processes; failures are kept in *keep*."""
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(play_seed, keep=keep), seeds, chunksize=2)


def play_seed(seed: int, keep: Path) -> Result:
    """Play day number *seed*."""
    return play_day(seed, random_day(seed), keep)


def play_day(seed: int, day: Day, keep: Path, flaws: Flaws | None = None, *, tries_max: int = TRIES_MAX) -> Result:
    """Play *day*; one that breaks a rule is shrunk, in *tries_max* tries at most, and kept."""
    played = _in_a_folder(day, flaws)
    found = played.found
    kept = None
    if found.broken:
        short = _short(day, found.broken[0], flaws, tries_max)
        kept = _kept(seed, short, keep, flaws)
    return Result(
        seed,
        found.broken,
        len(found.excused),
        len(found.doubtful),
        found.longest_over_ms,
        played.counts,
        played.cpu_s + played.replay_cpu_s,
        kept,
    )


def play_into(day: Day, folder: Path, flaws: Flaws | None = None) -> Played:
    """Play *day* into *folder*; what it raises is a broken rule too."""
    try:
        play = Play(day, folder, flaws)
        return play.run(_replayers())
    except Exception as error:  # noqa: BLE001 - one bad day must not hide the others
        found = Findings(0)
        found.breach(0, CRASHED, f"{type(error).__name__}: {error}")
        return Played(found)


@cache
def _replayers() -> Replayers:
    """Return this process's replayers: they end with it."""
    return Replayers()


def _in_a_folder(day: Day, flaws: Flaws | None) -> Played:
    with tempfile.TemporaryDirectory() as folder:
        return play_into(day, Path(folder) / "log", flaws)


def _short(day: Day, broken: Finding, flaws: Flaws | None, tries_max: int) -> Day:
    """Return what is left of *day* when all that the breach *broken* does not need is left out."""

    def broke_s(smaller: Day) -> float | None:
        found = _in_a_folder(smaller, flaws).found.broken
        return next((finding.at_s for finding in found if finding.rule == broken.rule), None)

    short, at_s = day, broken.at_s
    for turn in range(2):  # the second time, less depends on how long the day is
        at_s = broke_s(short) or at_s if turn else at_s
        ended = shortened(short, at_s)
        short = ended if broken.rule != CRASHED and broke_s(ended) is not None else short
        short = short if turn else shrink(short, broke_s, tries_max)
    return short


def _kept(seed: int, day: Day, keep: Path, flaws: Flaws | None) -> Path:
    """Return the file that holds *day*; its logs lie beside it."""
    number = 0
    while (folder := keep / f"{seed}-{number}").exists():
        number += 1
    folder.mkdir(parents=True)
    save(day, folder / "day.toml")
    play_into(day, folder / "log", flaws)
    return folder / "day.toml"
