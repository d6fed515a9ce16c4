"""How much of the core is held by tests and recorded days: `python -m tests.mutation [--count N] [--seed S] [-j J]`.

Draws mutants of the core, runs the tests of the core, those of the actors, then recorded days until one of them
fails, and prints what killed each. Whatever killed it, each mutant is also run beside the original core: the first
cycle that differs must be the one `hems-replay` names. Exit 1 if less than 90 % are killed, or a cycle is another one.
The tree is copied at the start and never changed.
"""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from resource import RLIMIT_AS, setrlimit
from typing import Final

from tests.mutation.judge import BASELINE_S_MAX, Judge, Trial, Verdict, copy_project, measure, run
from tests.mutation.mutants import Mutant, digest, draw
from tests.mutation.recorded import judge_days

ROOT: Final = Path(__file__).parents[2]
KILLED_PERCENT_MIN: Final = 90
MEMORY_BYTES_MAX: Final = 4 << 30
TEST_S_MAX: Final = 60
MUTANTS: Final = 200
DAYS_MUTANTS: Final = 50
PYTEST: Final = (
    *("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"),
    *("-o", f"faulthandler_timeout={TEST_S_MAX}", "-o", "faulthandler_exit_on_timeout=true"),
)
"""Ends at the first test that fails, or does not end by itself."""


def trials(original: Path, logs: Path) -> tuple[Trial, ...]:
    """Return what a mutant must pass, the cheap and telling first."""
    return (
        Trial("unit tests of the core", (*PYTEST, "tests/core")),
        Trial("tests of actors, the agreed day", (*PYTEST, "tests/actors", "tests/replay/test_listing.py")),
        Trial("recorded logs", ("-m", "tests.mutation.lockstep", str(original), str(logs)), compares=True),
        Trial("transcripts of scenarios", (*PYTEST, "tests/sim/test_fault_scenarios.py", "-k", "sequence_and_end")),
        Trial("days played again", ("-m", "tests.mutation.days", str(logs), "again")),
    )


def main() -> int:
    """Judge the mutants asked for, and print the table."""
    arguments = _parse()
    setrlimit(RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))  # for what a mutant may never stop to collect
    if arguments.days:
        return judge_days(ROOT, arguments.count or DAYS_MUTANTS, arguments.seed, arguments.jobs)
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        original = copy_project(ROOT, Path(folder) / "original")
        drawn, places = draw(original, arguments.count or MUTANTS, arguments.seed)
        numbered = [
            (number, mutant) for number, mutant in enumerate(drawn, 1) if number in (arguments.only or [number])
        ]
        verdicts = _judge_all(original, Path(folder), numbered, arguments.jobs)
        _say(
            f"\n{len(verdicts)} mutants of {places} comparisons and constants of the core {digest(original)}, "
            f"seed {arguments.seed}"
        )
        return _report(original, numbered, verdicts)


def _parse() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.mutation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--count",
        type=int,
        help=f"how many mutants are drawn ({MUTANTS}); that fail, of recorded days ({DAYS_MUTANTS})",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=2, help="how many are judged at a time")
    parser.add_argument("--days", action="store_true", help="constants alone, against the recorded days alone")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="judge these of the drawn ones alone")
    return parser.parse_args()


def _judge_all(original: Path, folder: Path, numbered: list[tuple[int, Mutant]], jobs: int) -> dict[int, Verdict]:
    """Return the verdicts by number, saying each as it comes."""
    logs = folder / "logs"
    recorded = run(original, Trial("recording", ("-m", "tests.mutation.days", str(logs))), BASELINE_S_MAX)
    if recorded.exit != 0:
        raise RuntimeError(f"the days cannot be recorded: mend that first\n{recorded.output}")
    tests = trials(original, logs)
    limits_s = measure(original, tests)
    free: SimpleQueue[Judge] = SimpleQueue()
    for index in range(jobs):
        free.put(Judge(original, copy_project(original, folder / f"tree-{index}"), tests, limits_s))

    def judge(item: tuple[int, Mutant]) -> tuple[int, Verdict]:
        judge = free.get()
        try:
            return item[0], judge.judge(item[1])
        finally:
            free.put(judge)

    verdicts: dict[int, Verdict] = {}
    with ThreadPoolExecutor(jobs) as pool:
        for (number, mutant), (_, verdict) in zip(numbered, pool.map(judge, numbered), strict=True):
            verdicts[number] = verdict
            _say(f"{_title(number, mutant)}: {verdict.killed_by or 'SURVIVED'} {verdict.why}")
    return verdicts


def _report(original: Path, numbered: list[tuple[int, Mutant]], verdicts: dict[int, Verdict]) -> int:
    """Print what killed how many, the survivors, and the comparison of cycles; return the exit code."""
    killers = Counter(verdict.killed_by for verdict in verdicts.values())
    survived = killers.pop(None, 0)
    for name, count in killers.most_common():
        _say(f"{count:5} killed by {name}")
    for number, mutant in numbered:
        if verdicts[number].killed_by is None:
            old, new = mutant.lines((original / mutant.file).read_bytes())
            _say(f"survived: {_title(number, mutant)}\n    - {old}\n    + {new}")
    percent = 100 * (len(verdicts) - survived) / max(1, len(verdicts))
    _say(f"{percent:.1f} % killed, {survived} survived")
    wrong = _report_cycles(numbered, verdicts)
    return int(percent < KILLED_PERCENT_MIN or wrong > 0)


def _report_cycles(numbered: list[tuple[int, Mutant]], verdicts: dict[int, Verdict]) -> int:
    """Print how often both ways name the same first cycle; return how often they do not."""
    decided = stored = wrong = unable = 0
    for number, mutant in numbered:
        compared = verdicts[number].compared
        if compared is None:
            unable += 1
            continue
        if compared["log"] is None:
            continue
        decided += compared["lockstep"]["decision"] is not None
        stored += compared["lockstep"]["decision"] is None
        if compared["lockstep"] != compared["replay"]:
            wrong += 1
            _say(f"ANOTHER CYCLE: {_title(number, mutant)}: {compared}")
    _say(
        f"on recorded logs {decided} conclude otherwise, {stored} store another state alone, {unable} cannot be run; "
        f"the first cycle that differs is another one by hems-replay than in lock-step: {wrong}"
    )
    return wrong


def _title(number: int, mutant: Mutant) -> str:
    return f"#{number} {mutant.file}:{mutant.line} `{mutant.before}` -> `{mutant.after}`"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
