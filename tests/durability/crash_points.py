"""Crash at every point of the scripted hour, both ways: `python -m tests.durability.crash_points [--every K]`."""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from tests.durability.rig import Rig

START_POINTS: Final = 50
"""So many points the start of a process passes, and its first actions."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Case(NamedTuple):
    """One run: where it dies, how, and where after that it dies again."""

    crash_at: int
    cuts_power: bool
    again: int | None = None


class Outcome(NamedTuple):
    """What became of a run."""

    case: Case
    point: str | None
    breaches: list[str]
    torn: bool
    unbegun: bool
    longest_over_ms: int


def points() -> list[str]:
    """Return the points that the hour passes when nothing crashes.

    Raises:
        AssertionError: it does not even hold then.
    """
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        rig.run()
    assert rig.breaches == []
    return rig.points.names


def crash(case: Case) -> Outcome:
    """Return what becomes of the hour when it crashes as *case* says."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder), case.crash_at, again=case.again, cuts_power=case.cuts_power)
        rig.run()
    return Outcome(case, rig.crashed, rig.breaches, rig.torn, rig.unbegun, rig.longest_over_ms)


def everywhere(numbers: Iterable[int]) -> list[Case]:
    """Return a crash at each of *numbers*, killed and with the power cut."""
    return [Case(number, cuts_power) for number in numbers for cuts_power in (False, True)]


def twice(count: int, bases: int, again: Iterable[int]) -> list[Case]:
    """Return crashes at some of *count* points, and of the process after that at each point *again* of its start."""
    random = Random(5)
    chosen = [random.randrange(count) for _ in range(bases)]
    return [Case(base, cuts_power, k) for base in chosen for k in again for cuts_power in (False, True)]


def crash_all(cases: list[Case], jobs: int = 2) -> list[Outcome]:
    """Return what becomes of each of *cases*, played in *jobs* processes."""
    with get_context("spawn").Pool(jobs) as pool:
        return [_said(outcome) for outcome in pool.imap(crash, cases, chunksize=4)]


def _said(outcome: Outcome) -> Outcome:
    """Say what *outcome* breached, at once."""
    if outcome.breaches:
        how = "power cut" if outcome.case.cuts_power else "killed"
        _say(f"{outcome.case} ({outcome.point}), {how}: {outcome.breaches}")
    return outcome


def main() -> int:
    """Run, print what was found, and return 1 if anything was breached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each K-th point")
    parser.add_argument("--first", type=int, default=0, help="the first point")
    parser.add_argument("--twice", type=int, default=4, help="so many points are followed by a second crash")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    arguments = parser.parse_args()
    names = points()
    cases = everywhere(range(arguments.first, len(names), arguments.every))
    cases += twice(len(names), arguments.twice, range(START_POINTS))
    outcomes = crash_all(cases, arguments.jobs)
    for name, count in Counter(outcome.point for outcome in outcomes).most_common():
        _say(f"{count:6} crashes at: {name}")
    breached = [outcome for outcome in outcomes if outcome.breaches]
    over_ms = max(outcome.longest_over_ms for outcome in outcomes)
    _say(f"{len(names)} points, {len(outcomes)} crashes, {len(breached)} breached something")
    _say(f"a hole before the end: {sum(o.torn for o in outcomes)}; no whole header: {sum(o.unbegun for o in outcomes)}")
    _say(f"longest time that a phase was over its limit: {over_ms} ms")
    return 1 if breached else 0


if __name__ == "__main__":
    raise SystemExit(main())
