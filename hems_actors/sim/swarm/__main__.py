"""Plays seeded days on a machine that dies, and judges them: `python -m hems_actors.sim.swarm`."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.swarm.day import load
from hems_actors.sim.swarm.pool import Result, play_day, play_many

EVERY: Final = 100
"""Progress is told this often."""


def main() -> int:
    """Play the days asked for; return 1 if any broke a rule."""
    arguments = _parse()
    keep = arguments.keep or Path(tempfile.gettempdir()) / "hems-swarm"
    seeds = range(arguments.seed, arguments.seed + arguments.days)
    if arguments.only is None:
        return _report(play_many(seeds, arguments.jobs, keep), len(seeds))
    try:
        day = load(arguments.only)
    except ScenarioError as error:
        sys.stderr.write(f"swarm: {error}\n")
        return 2
    return _report([play_day(day.scenario.seed, day, keep)], 1)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hems_actors.sim.swarm", description=__doc__)
    parser.add_argument("--days", type=int, default=50, help="how many days, each from a seed of its own")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first day")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="processes that play; each has two that replay")
    parser.add_argument("--only", type=Path, metavar="FILE", help="play the day in FILE, as a failure left it")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where days that break a rule are kept")
    return parser.parse_args()


def _report(results: Iterable[Result], total: int) -> int:
    """Say what was found as it is found, and at the end what all days came to."""
    begun_s = time.monotonic()
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    excused = doubtful = longest_ms = 0
    cpu_s = 0.0
    for done, result in enumerate(results, 1):
        counts.update(result.counts)
        excused += bool(result.excused)
        doubtful += bool(result.doubtful)
        longest_ms = max(longest_ms, result.longest_over_ms)
        cpu_s += result.cpu_s
        rules.update({finding.rule for finding in result.broken})
        for finding in result.broken[:3]:
            _say(f"day {result.seed} at {finding.at_s:.1f} s: {finding.rule}: {finding.what}")
        if result.kept is not None:
            _say(f"day {result.seed}: made short in {result.kept}")
        if done % EVERY == 0:
            _say(f"{done}/{total} days in {time.monotonic() - begun_s:.0f} s; broken: {dict(rules) or 'none'}")
    _say(f"{total} days. Days that broke a rule: {dict(rules) or 'none'}.")
    _say(f"Days on which a fault kept an excess for more than 10 s: {excused}; on which nobody could know: {doubtful}.")
    _say(f"Longest excess without a fault, from the reading that showed it: {longest_ms / 1_000:.1f} s.")
    _say(f"A day: {counts['events'] / total:.0f} events, {cpu_s / total:.2f} s of CPU with both replays.")
    _say("Altogether: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    return 1 if rules else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
