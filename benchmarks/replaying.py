"""Replay of the day: against the floor, and as a whole process."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final
from zlib import crc32

import msgpack

from benchmarks.figures import Figure, cpu_s
from hems_actors.core.engine import STAGES
from hems_actors.core.outcomes import Outcome
from hems_actors.core.state import State
from hems_actors.eventlog.frame import HEAD, HEAD_BYTES, MAGIC
from hems_actors.eventlog.reader import LogReader
from replay.core import Core
from replay.replayer import Replayer

ROUNDS: Final = 5
PROCESSES: Final = 3

_Stage = Callable[[State], Sequence[Outcome]]


class BenchmarkError(Exception):
    """The benchmark itself does not hold: its figures would mean nothing."""


def replay_figures(path: Path) -> list[Figure]:
    """Return how long the replay of *path* takes, with and without its stages, against reading alone."""
    floors_s, wholes_s, folds_s = [], [], []
    concluded = _conclusions(path)
    for _ in range(ROUNDS):
        floors_s.append(cpu_s(lambda: floor(path)))
        wholes_s.append(cpu_s(lambda: replay(path, Core())))
        reciting_s = cpu_s(lambda: _recite(concluded))
        core = Core(stages=[_recited(outcomes) for outcomes in concluded])
        folds_s.append(cpu_s(partial(replay, path, core)) - reciting_s)
    floor_s, whole_s, fold_s = min(floors_s), min(wholes_s), min(folds_s)
    return [
        Figure("floor B: read, frames, crc, unpackb", floor_s * 1_000, "ms"),
        Figure("replay of the day, time in the stages left out / B", fold_s / floor_s, "x", 4, 3),
        Figure("replay of the day, stages included / B", whole_s / floor_s, "x"),
        Figure("replay of the day, stages included", whole_s * 1_000, "ms"),
    ]


def process_figures(path: Path) -> list[Figure]:
    """Return how long `hems-replay` takes for *path*, from start to end of the process."""
    script = Path(sys.executable).with_name("hems-replay")
    took_s = []
    for _ in range(PROCESSES):
        began_s = time.perf_counter()
        subprocess.run([script, path], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        took_s.append(time.perf_counter() - began_s)
    return [Figure("hems-replay day.msgpack, whole process", min(took_s), "s", 0.8, 0.5)]


def floor(path: Path) -> int:
    """Read, walk, check and unpack all frames of *path*, the least any reader does; return how many there are."""
    data = path.read_bytes()
    frames = offset = 0
    while offset < len(data):
        magic, crc, _, length = HEAD.unpack_from(data, offset)
        payload = data[offset + HEAD_BYTES : offset + HEAD_BYTES + length]
        if magic != MAGIC or crc32(payload) != crc:
            raise BenchmarkError(f"{path}: no good frame at byte {offset}")
        msgpack.unpackb(payload, use_list=False)
        offset += HEAD_BYTES + length
        frames += 1
    return frames


def replay(path: Path, core: Core) -> int:
    """Replay *path* with *core* and return how many events it holds.

    Raises:
        BenchmarkError: *core* decides otherwise than was recorded.
    """
    with LogReader(path) as log:
        replayer = Replayer(log, core)
        replayer.run()
    if replayer.divergences or log.damage:
        raise BenchmarkError(f"{path}: the day does not replay: {[*replayer.divergences, *log.damage][:3]}")
    return replayer.events


def _conclusions(path: Path) -> list[list[Sequence[Outcome]]]:
    """Return what each stage returns, call by call, while *path* is replayed."""
    concluded: list[list[Sequence[Outcome]]] = [[] for _ in STAGES]
    replay(path, Core(stages=[_noted(stage, notes) for stage, notes in zip(STAGES, concluded, strict=True)]))
    return concluded


def _noted(stage: _Stage, notes: list[Sequence[Outcome]]) -> _Stage:
    def note(state: State) -> Sequence[Outcome]:
        outcomes = stage(state)
        notes.append(outcomes or ())  # one and the same: 300,000 empty lists would cost their reading
        return outcomes

    return note


def _recite(concluded: list[list[Sequence[Outcome]]]) -> None:
    """Call the stages that cost next to nothing as often as a replay does."""
    state = State()
    for outcomes in concluded:
        stage = _recited(outcomes)
        for _ in outcomes:
            stage(state)


def _recited(outcomes: list[Sequence[Outcome]]) -> _Stage:
    """Return a stage that costs next to nothing: it says again what the real one said."""
    following: Iterator[Sequence[Outcome]] = iter(outcomes)
    return partial(next, following)  # the state becomes what `next` returns at the end, which is never reached
