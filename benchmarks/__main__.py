"""Measures what design and README promise and prints it: `python -m benchmarks`.

Absolute times are this machine's, today's; ratios are taken within one run and are what to compare.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.day import Day
from benchmarks.disk import commit_figures
from benchmarks.figures import Figure, lines_of
from benchmarks.idle import idle_figures
from benchmarks.many import many_figures
from benchmarks.overload import overload_figures
from benchmarks.planning import planning_figures
from benchmarks.replaying import process_figures, replay_figures
from benchmarks.simulated import simulated_figures
from benchmarks.volume import volume_figures
from benchmarks.wire import wire_figures
from benchmarks.year import DAYS, year_figures

SOME: Final = 200
"""Logs of many, with the other benchmarks."""


def main() -> None:
    """Print the table of all benchmarks, seven minutes; `year [DAYS]` only those of a year, `many` of 1,000 logs."""
    with tempfile.TemporaryDirectory(prefix="hems-benchmarks-") as name:
        directory = Path(name)
        if sys.argv[1:2] == ["year"]:
            days = int(sys.argv[2]) if len(sys.argv) > 2 else DAYS  # noqa: PLR2004 - the second argument
            _say(f"recording and replaying {days} days")
            print("\n".join(lines_of(year_figures(directory, days))))
            return
        if sys.argv[1:2] == ["many"]:
            _say("replaying a thousand days on one core and on all, five times")
            print("\n".join(lines_of(many_figures(directory))))
            return
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
        _say("planning a week for 20 chargers")
        figures += planning_figures()
        _say("overloading a home of 20 chargers")
        figures += overload_figures(directory)
        _say("watching a quiet daemon for a minute")
        figures += idle_figures(directory)
        _say("overloading it over a socket")
        figures += wire_figures(directory)
        _say("replaying many logs at once")
        figures += many_figures(directory, SOME, 1)
    print("\n".join(lines_of(figures)))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
