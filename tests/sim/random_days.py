"""Plays seeded random days and counts what was found: `python -m tests.sim.random_days [DAYS] [FIRST]`."""

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.random_home import random_scenario
from hems_actors.sim.watch.findings import Findings
from hems_actors.sim.watch.home import Watch
from replay.report import Exit
from replay.verify import Options, verify


def play_day(seed: int, log: Path) -> Findings:
    """Play the random day *seed* into the new file *log* and return what its watch found."""
    stage = build(random_scenario(seed))
    watch = Watch(stage)
    play_to(stage, log, [watch])
    found = watch.finish()
    replayed = verify(log, Options())
    if replayed.exit != Exit.SAME:
        found.breach(stage.moments.end_ms, "replay differs", f"exit {replayed.exit}, {replayed.divergences[:1]}")
    return found


def _found(seed: int) -> tuple[int, Findings | str]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return seed, play_day(seed, Path(folder) / "day.msgpack")
        except Exception as error:  # noqa: BLE001 - one bad day must not hide the others
            return seed, f"{type(error).__name__}: {error}"


def main() -> int:
    """Play the days asked for; exit 1 if any broke a rule."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    rules: Counter[str] = Counter()
    excused = doubtful = longest_ms = unseen_ms = 0
    with ProcessPoolExecutor() as pool:
        for seed, found in pool.map(_found, range(first, first + days)):
            if isinstance(found, str):
                rules["crashed"] += 1
                sys.stdout.write(f"day {seed}: {found}\n")
                continue
            excused += bool(found.excused)
            doubtful += bool(found.doubtful)
            longest_ms = max(longest_ms, found.longest_over_ms)
            unseen_ms = max(unseen_ms, found.unseen_over_ms)
            rules.update({finding.rule for finding in found.broken})
            for finding in found.broken[:3]:
                sys.stdout.write(f"day {seed} at {finding.at_s:.0f} s: {finding.rule}: {finding.what}\n")
    sys.stdout.write(
        f"{days} days. Days that broke a rule: {dict(rules) or 'none'}.\n"
        f"Days on which a fault kept an excess for more than 10 s, others at 0 or minimum: {excused}.\n"
        f"Days on which an unmeasured car took less than its offer, so that a cut did not help: {doubtful}.\n"
        f"Longest excess without a fault, from the reading that showed it: {longest_ms / 1_000:.1f} s; "
        f"longest that no reading showed: {unseen_ms / 1_000:.1f} s.\n"
    )
    return 1 if rules else 0


if __name__ == "__main__":
    sys.exit(main())
