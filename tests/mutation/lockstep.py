"""Two cores side by side, and `hems-replay`: do both name the same first cycle in which a mutant concludes otherwise?

`python -m tests.mutation.lockstep ORIGINAL FOLDER` runs in the folder of a mutant. The core of the project in ORIGINAL
is imported beside the mutant's. Both fold the facts of each log in FOLDER, each with its own conclusions, which are
compared fact by fact; of what was recorded only facts and snapshots are used, and nothing of `replay`.
Prints one line of JSON; exit 1 if a log differs.
"""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

import msgpack

from hems_actors.core.errors import FAILURES
from hems_actors.eventlog.frame import FrameType
from replay.divergence import STATE_DIFFERS
from replay.report import Exit
from replay.verify import Options, verify
from tests.mutation.days import logs

MODULES: Final = ("core.engine", "core.evolve", "core.registry", "core.restore", "core.restored", "core.state")
FACT_KIND_END: Final = 100
RAISED: Final = b"raised"


class First(NamedTuple):
    """The facts in whose cycle a log first differs; None = it does not."""

    decision: int | None
    """Another conclusion, or an error instead of one."""
    state: int | None
    """Another state at a snapshot or the end, before any other conclusion."""


class Step(NamedTuple):
    """What both cores are given: one fact, or the events of a snapshot (`restored`), or the end (neither)."""

    seq: int
    at_ms: int
    fact: Any = None
    restored: Sequence[Any] | None = None


def import_beside(root: Path, names: Sequence[str]) -> dict[str, ModuleType]:
    """Return modules of the package `hems_actors` in *root*, apart from those of this process."""
    own = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "hems_actors"}
    for name in own:
        del sys.modules[name]
    sys.path.insert(0, str(root))
    invalidate_caches()
    try:
        return {name: import_module(f"hems_actors.{name}") for name in names}
    finally:
        sys.path.remove(str(root))
        for name in [name for name in sys.modules if name.partition(".")[0] == "hems_actors"]:
            del sys.modules[name]
        sys.modules.update(own)


class Side:
    """One core and its state."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self._engine, self._evolve = modules["core.engine"], modules["core.evolve"]
        self._restore, self._new_state = modules["core.restore"], modules["core.state"].State
        kinds = modules["core.registry"].KINDS.values()
        self._classes = {kind.__name__: kind for kind in (*kinds, modules["core.restored"].Restored)}
        self._state = self._new_state()

    def take(self, step: Step) -> bytes:
        """Return what the core concludes from a fact."""
        try:
            self._evolve.evolve(self._state, step.seq, step.at_ms, self._own(step.fact))
            return _packed([(type(event).__name__, event) for event in self._engine.conclude(self._state)])
        except FAILURES:
            return RAISED

    def restore(self, step: Step) -> bytes:
        """Begin again with the state of a snapshot; return what it is then."""
        self._state = self._new_state()
        try:
            for event in step.restored or ():
                self._evolve.evolve(self._state, step.seq, step.at_ms, self._own(event))
        except FAILURES:
            return RAISED
        return self.shown()

    def shown(self) -> bytes:
        """Return the state, packed."""
        try:
            return _packed(self._restore.restored_events(self._state))
        except FAILURES:
            return RAISED

    def _own(self, event: Any) -> Any:  # noqa: ANN401 - an event of another core
        return self._classes[type(event).__name__]._make(event)


def _packed(values: object) -> bytes:
    packed: bytes = msgpack.packb(values)
    return packed


def steps_of(log: Any) -> Iterator[Step]:  # noqa: ANN401 - a reader of another core
    """Yield the facts, snapshots and the end of an open log."""
    for frame in log:
        if frame.type == FrameType.BATCH:
            for index, (row, event) in enumerate(zip(frame.body, log.events(frame), strict=True)):
                if row[0] < FACT_KIND_END:
                    yield Step(frame.first_seq + index, frame.t0_ms + row[2], event)
        elif frame.type == FrameType.SNAPSHOT:
            yield Step(frame.first_seq - 1, frame.t0_ms, restored=log.events(frame))
        else:
            yield Step(frame.first_seq - 1, frame.t0_ms)


def lockstep(original: Side, mutant: Side, steps: Iterator[Step]) -> First:
    """Return where the two first differ; where only the state does, both go on from the snapshot."""
    state_seq: int | None = None
    begun = False
    for step in steps:
        if step.fact is not None:
            if original.take(step) != mutant.take(step):
                return First(step.seq, state_seq)
            continue
        if not begun:
            theirs, own = original.restore(step), mutant.restore(step)
        else:
            theirs, own = original.shown(), mutant.shown()
        if own == RAISED:
            return First(step.seq, state_seq)
        if own != theirs:
            state_seq = step.seq if state_seq is None else state_seq
            if begun and step.restored is not None:
                mutant.restore(step)
        begun = True
    return First(None, state_seq)


def replayed(log: Path, numbers: Sequence[int]) -> First:
    """Return the first cycle that `hems-replay` reports, as the number of its fact (one of *numbers*)."""
    report = verify(log, Options())
    if report.exit not in (Exit.SAME, Exit.DIFFERS):
        raise ValueError(f"{log}: exit {report.exit}: {report.error or report.damage}")
    state_seq: int | None = None
    for found in report.divergences:
        if found.field != STATE_DIFFERS:
            return First(_cycle(numbers, found.seq), state_seq)
        state_seq = found.seq if state_seq is None else state_seq
    return First(None, state_seq)


def _cycle(numbers: Sequence[int], seq: int) -> int:
    """Return the fact in whose cycle event *seq* is; what fails in the first snapshot fails in the first cycle."""
    return numbers[max(0, bisect_right(numbers, seq) - 1)]


def compare(original: Path, folder: Path) -> dict[str, Any]:
    """Return the first log in which the core here differs from *original*, and where, by both ways."""
    here = {name: import_module(f"hems_actors.{name}") for name in MODULES}
    there = import_beside(original, (*MODULES, "eventlog.reader"))
    reader = there["eventlog.reader"].LogReader
    for path in logs(folder):
        with reader(path) as log:
            steps = list(steps_of(log))
        numbers = [step.seq for step in steps if step.fact is not None]
        beside = lockstep(Side(there), Side(here), iter(steps))
        if beside.decision is not None:
            beside = beside._replace(decision=_cycle(numbers, beside.decision))
        replay = replayed(path, numbers)
        if beside != First(None, None) or replay != beside:
            return {"log": path.stem, "lockstep": beside._asdict(), "replay": replay._asdict()}
    return {"log": None}


def main() -> int:
    """Print what was found; exit 1 if any log differs."""
    original, folder = map(Path, sys.argv[1:])
    found = compare(original, folder)
    sys.stdout.write(f"{json.dumps(found)}\n")
    return int(found["log"] is not None)


if __name__ == "__main__":
    sys.exit(main())
