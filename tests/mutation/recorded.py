"""Mutants of the core's constants against the recorded days: `python -m tests.mutation --days [--count N] [--seed S]`.

Each mutant that changes what is decided on any of `tests/days` must fail there, with a difference that names the rule.
Whether it changes anything is also asked of the simulated home: what passes on the recorded days is played again, and
must give the same logs. Runs until as many mutants as asked for changed something.
"""

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from typing import Final

from hems_actors.core.rules import RULES, Rule
from hems_actors.eventlog.source import open_source
from replay.recorded_day import scenario_of
from replay.rerecord import record_anew
from tests.mutation.judge import BASELINE_S_MAX, Trial, copy_project, run
from tests.mutation.mutants import Mutant, draw

DAYS: Final = Path(__file__).parents[1] / "days"
LIMIT_S: Final = 180
DRAWN: Final = 2_000
PYTEST: Final = Trial("recorded days", ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "tests/days"))
AGAIN: Final = Trial("days played again", ("-m", "tests.mutation.recorded"))
_RULE: Final = re.compile(
    rf"\brule\b.*\b({'|'.join(text.name for rule, text in RULES.items() if rule != Rule.NONE)})\b"
)


class Found(Enum):
    """What became of a mutant."""

    NAMED = "fails with a difference that names the rule"
    UNNAMED = "fails without naming a rule"
    MISSED = "changes a day played again, and passes on the recorded days"
    SAME = "changes nothing on these days"
    RAISES = "raises: no decision to compare"


def judge(tree: Path, original: Path, mutant: Mutant) -> tuple[Found, str]:
    """Return what becomes of *mutant* in *tree*, and what was printed."""
    path, source = tree / mutant.file, (original / mutant.file).read_bytes()
    path.write_bytes(mutant.apply(source))
    try:
        ran = run(tree, PYTEST, LIMIT_S)
        if ran.exit == 0:
            again = run(tree, AGAIN, LIMIT_S)
            return (Found.SAME if again.exit == 0 else Found.MISSED), again.output
    finally:
        path.write_bytes(source)
    if _RULE.search(ran.output):
        return Found.NAMED, ran.output
    return (Found.RAISES if "Error" in ran.output else Found.UNNAMED), ran.output


def judge_days(root: Path, count: int, seed: int, jobs: int) -> int:
    """Judge mutants of constants until *count* changed something; print them, return the exit code."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        original = copy_project(root, Path(folder) / "original")
        trees = [copy_project(root, Path(folder) / f"tree-{index}") for index in range(jobs)]
        for trial in (PYTEST, AGAIN):
            ran = run(original, trial, BASELINE_S_MAX)
            if ran.exit != 0:
                raise RuntimeError(f"{trial.name} fails without a mutant: mend that first\n{ran.output[-3_000:]}")
        drawn = [mutant for mutant in draw(original, DRAWN, seed)[0] if _is_constant(mutant)]
        found: Counter[Found] = Counter()
        with ThreadPoolExecutor(jobs) as pool:
            for start in range(0, len(drawn), jobs):
                batch = drawn[start : start + jobs]
                for mutant, (what, output) in zip(batch, pool.map(judge, trees, [original] * jobs, batch), strict=True):
                    found[what] += 1
                    _say(mutant, what, output)
                if found.total() - found[Found.SAME] - found[Found.RAISES] >= count:
                    break
    for what in Found:
        sys.stdout.write(f"{found[what]:5} {what.value}\n")
    return int(found[Found.UNNAMED] + found[Found.MISSED] > 0)


def _is_constant(mutant: Mutant) -> bool:
    return mutant.before[:1].isdigit() or mutant.before in ("True", "False")


def _say(mutant: Mutant, what: Found, output: str) -> None:
    lines = [line.strip() for line in output.splitlines() if _RULE.search(line)]
    told = lines[0] if lines else output.strip().splitlines()[-1] if output.strip() else ""
    sys.stdout.write(f"{mutant.file}:{mutant.line} `{mutant.before}` -> `{mutant.after}`: {what.name}: {told[:200]}\n")
    sys.stdout.flush()


def other_days() -> Iterator[str]:
    """Play the recorded days again, and yield the names of those that give another log."""
    for day in sorted(DAYS.glob("*.msgpack.zst")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for path in DAYS.iterdir():
                if path.suffix in (".toml", ".csv"):
                    (folder / path.name).symlink_to(path)
            log = folder / day.name
            if record_anew(log) or not scenario_of(log).exists() or (log.exists() and _content(log) != _content(day)):
                yield day.name


def _content(path: Path) -> bytes:
    with open_source(path) as source:
        return bytes(source.at(0, source.size))


def main() -> int:
    """Exit 1 if a day played again gives another log."""
    for name in other_days():
        sys.stdout.write(f"{name} is another log\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
