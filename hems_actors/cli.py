"""The `hemsd` command."""

import argparse
import sys
from pathlib import Path

from hems_actors.eventlog.errors import LogError
from hems_actors.sim.demo import WEEK, demo
from hems_actors.sim.errors import ScenarioError

USAGE_EXIT = 2


def main() -> int:
    """Run `hemsd` with the process's arguments and return its exit code."""
    arguments = _parser().parse_args()
    try:
        print(demo(_scenario(arguments), arguments.log, as_json=arguments.json))
    except (ScenarioError, LogError) as error:
        print(f"hemsd: {error}", file=sys.stderr)
        return USAGE_EXIT
    return 0


def _scenario(arguments: argparse.Namespace) -> Path | None:
    """Return which scenario is to be played, None = the built-in day.

    Raises:
        ScenarioError: both the built-in week and another one.
    """
    if arguments.week and arguments.scenario is not None:
        raise ScenarioError("--week plays a built-in scenario: leave out --scenario, or --week")
    scenario: Path | None = WEEK if arguments.week else arguments.scenario
    return scenario


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hemsd", description="Home-energy manager for charging electric cars.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("demo", help="play a day of a simulated home, with a real log, in seconds")
    command.add_argument("--scenario", type=Path, metavar="FILE", help="play this scenario instead of the built-in day")
    command.add_argument("--week", action="store_true", help="play the built-in week with prices and deadlines")
    command.add_argument("--log", type=Path, metavar="PATH", help="write the log to this new file")
    command.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
