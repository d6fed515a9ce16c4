"""The options of `hems-replay` that compare: `--diff`, `--against`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hems_actors.eventlog.brief import printable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from replay.compare.finding import Finding


def add_comparing_options(parser: "ArgumentParser") -> None:
    """Add the options to *parser*."""
    parser.add_argument(
        "--diff",
        metavar="OTHER",
        help="compare the decisions of LOG (A) with those of OTHER (B), a log of the same facts",
    )
    parser.add_argument(
        "--against",
        metavar="PYTHON",
        help="compare the decisions in each LOG (A) with those of the version (B) that the interpreter PYTHON has",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="wait so long for PYTHON of --against, for each LOG; default: 600",
    )


def compares(arguments: "Namespace") -> bool:
    """Return whether *arguments* ask for a comparison."""
    return arguments.diff is not None or arguments.against is not None


def usage_mistake(arguments: "Namespace") -> str | None:
    """Return what is wrong with *arguments*, None if nothing is."""
    if arguments.diff is not None and len(arguments.logs) > 1:
        return "--diff compares one LOG with OTHER"
    if arguments.against is not None and arguments.diff is not None:
        return "--diff and --against do not go together"
    if not 0 < arguments.timeout < float("inf"):
        return "--timeout takes seconds, more than 0"
    return None


def compare(arguments: "Namespace") -> int:
    """Compare as *arguments* say, print what was found, and return the exit code."""
    worst = 0
    for finding in _findings(arguments):
        _print(finding, as_json=arguments.json)
        worst = max(worst, int(finding.exit))
    return worst


def _findings(arguments: "Namespace") -> Iterator["Finding"]:
    if arguments.against is not None:
        from replay.compare.against import against  # noqa: PLC0415 - who compares nothing does not wait for it

        for log in arguments.logs:
            yield against(Path(log), arguments.against, arguments.timeout)
        return
    from replay.compare.diff import diff  # noqa: PLC0415

    yield diff(Path(arguments.logs[0]), Path(arguments.diff))


def _print(finding: "Finding", *, as_json: bool) -> None:
    if as_json:
        import json  # noqa: PLC0415

        from replay.compare.objects import object_of  # noqa: PLC0415

        sys.stdout.write(json.dumps(object_of(finding), ensure_ascii=False) + "\n")
    else:
        from replay.compare.words import words_of  # noqa: PLC0415

        for line in words_of(finding):
            sys.stdout.write(printable(line) + "\n")
    sys.stdout.flush()
    errors = [finding.error] if finding.error is not None else []
    for line in [*errors, *finding.warnings]:
        sys.stderr.write(f"hems-replay: {printable(line)}\n")
