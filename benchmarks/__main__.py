"""Measures what design and README promise and prints it: `python -m benchmarks`.

Absolute times are this machine's, today's; ratios are taken within one run and are what to compare.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.day import Day
from benchmarks.disk import commit_figures
from benchmarks.figures import Figure, lines_of
from benchmarks.overload import overload_figures
from benchmarks.replaying import process_figures, replay_figures
from benchmarks.simulated import simulated_figures
from benchmarks.volume import volume_figures


def main() -> None:
    """Run all benchmarks and print their table; takes about a minute."""
    with tempfile.TemporaryDirectory(prefix="hems-benchmarks-") as name:
        directory = Path(name)
        path = directory / "day.msgpack"
        _say("recording a day")
        Day(path).live()
        figures: list[Figure] = []
        _say("replaying it")
        figures += replay_figures(path)
        figures += process_figures(path)
        figures += volume_figures(path)
        _say("simulating a day")
        figures += simulated_figures(directory)
        _say("committing decisions")
        figures += commit_figures(directory)
        _say("overloading a home of 20 chargers")
        figures += overload_figures(directory)
    print("\n".join(lines_of(figures)))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
