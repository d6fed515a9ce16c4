"""Mutants of the core's constants against the recorded days: `python -m tests.mutation --days [--count N] [--seed S]`.

Each mutant that changes what is decided on any of `tests/days` must fail there, with a difference that names the rule.
Whether it changes anything is also asked of the simulated home: what passes on the recorded days is played again, and
must give the same logs. Runs until as many mutants as asked for changed something.
"""

import re
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from typing import Final

from hems_actors.core.rules import RULES, Rule
from replay.rerecord import record_anew
from tests.mutation.judge import BASELINE_S_MAX, Trial, copy_project, run
from tests.mutation.mutants import Mutant, draw

DAYS: Final = Path(__file__).parents[1] / "days"
LIMIT_S: Final = 180
DRAWN: Final = 2_000
PYTEST: Final = Trial("recorded days", ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "tests/days"))
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


def judge(tree: Path, original: Path, again: Trial, mutant: Mutant) -> tuple[Found, str]:
    """Return what becomes of *mutant* in *tree*, and what was printed; *again* plays the days again."""
    path, source = tree / mutant.file, (original / mutant.file).read_bytes()
    path.write_bytes(mutant.apply(source))
    try:
        ran = run(tree, PYTEST, LIMIT_S)
        if ran.exit == 0:
            played = run(tree, again, LIMIT_S)
            return (Found.SAME if played.exit == 0 else Found.MISSED), played.output
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
        again = Trial("days played again", ("-m", "tests.mutation.recorded", str(Path(folder) / "played")))
        for trial in (PYTEST, again, again):
            ran = run(original, trial, BASELINE_S_MAX)
            if ran.exit != 0:
                raise RuntimeError(f"{trial.name} fails without a mutant: mend that first\n{ran.output[-3_000:]}")
        drawn = [mutant for mutant in draw(original, DRAWN, seed)[0] if _is_constant(mutant)]
        found: Counter[Found] = Counter()
        with ThreadPoolExecutor(jobs) as pool:
            for start in range(0, len(drawn), jobs):
                batch = drawn[start : start + jobs]
                for mutant, (what, output) in zip(
                    batch, pool.map(judge, trees, [original] * jobs, [again] * jobs, batch), strict=True
                ):
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


def play(folder: Path) -> list[Path]:
    """Play the scenarios of the recorded days into logs in the new *folder*, and return them."""
    folder.mkdir()
    for path in DAYS.iterdir():
        if path.suffix in (".toml", ".csv"):
            (folder / path.name).symlink_to(path)
    for day in sorted(DAYS.glob("*.msgpack.zst")):
        record_anew(folder / day.name)
    return sorted(folder.glob("*.msgpack.zst"))


def main() -> int:
    """Play the days into the folder named, or, if it is there, beside it: exit 1 if any log is another one."""
    before = Path(sys.argv[1])
    if not before.exists():
        return int(not play(before))
    with tempfile.TemporaryDirectory() as name:
        now = {path.name: path.read_bytes() for path in play(Path(name) / "now")}
    return int(now != {path.name: path.read_bytes() for path in before.glob("*.msgpack.zst")})


if __name__ == "__main__":
    sys.exit(main())
