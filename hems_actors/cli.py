"""The `hemsd` command."""

import argparse
import sys
from pathlib import Path
from typing import Final

from hems_actors.config.errors import ConfigError
from hems_actors.eventlog.errors import LogError

USAGE_EXIT: Final = 2
CANNOT_EXIT: Final = 3
CONFIG: Final = Path("/etc/hems-actors/hems.toml")


def main() -> int:
    """Run `hemsd` with the process's arguments and return its exit code."""
    arguments = _parser().parse_args()
    try:
        code: int = arguments.do(arguments)
    except KeyboardInterrupt:
        return 0
    except ConfigError as error:
        for line in error.lines:
            print(f"hemsd: {line}", file=sys.stderr)
        return USAGE_EXIT
    except LogError as error:
        print(f"hemsd: {error}", file=sys.stderr)
        return USAGE_EXIT
    return code


def _run(arguments: argparse.Namespace) -> int:
    from hems_actors.daemon.process import run  # noqa: PLC0415 - each command loads what it needs

    return run(arguments.config)


def _check_config(arguments: argparse.Namespace) -> int:
    from hems_actors.config.hems import read_config  # noqa: PLC0415
    from hems_actors.config.tariff import contract_warnings  # noqa: PLC0415

    config, _ = read_config(arguments.config)
    for warning in contract_warnings(config.tariff) if config.tariff and config.tariff.kind == "hp_hc" else ():
        print(f"hemsd: warning: tariff.{warning}", file=sys.stderr)
    print(f"{arguments.config}: good")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    from hems_actors.commands.asking import AskError  # noqa: PLC0415
    from hems_actors.commands.status import status  # noqa: PLC0415

    try:
        status(arguments.config, arguments.address, watch=arguments.watch)
    except AskError as error:
        print(f"hemsd: {error}", file=sys.stderr)
        return CANNOT_EXIT
    return 0


def _token(arguments: argparse.Namespace) -> int:
    from hems_actors.api.errors import TokenError  # noqa: PLC0415
    from hems_actors.commands.tokens import token  # noqa: PLC0415

    try:
        sys.stdout.write(token(arguments.config, arguments.what, getattr(arguments, "name", None)))
    except TokenError as error:
        print(f"hemsd: {error}", file=sys.stderr)
        return CANNOT_EXIT
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from hems_actors.sim.demo import WEEK, demo  # noqa: PLC0415

    if arguments.week and arguments.scenario is not None:
        raise ConfigError("--week plays a built-in scenario: leave out --scenario, or --week")
    scenario = WEEK if arguments.week else arguments.scenario
    if not arguments.live:
        print(demo(scenario, arguments.log, as_json=arguments.json))
        return 0
    from hems_actors.commands.live import live  # noqa: PLC0415

    return live(scenario, arguments.log, arguments.speed, arguments.listen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hemsd", description="Home-energy manager for charging electric cars.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    config = argparse.ArgumentParser(add_help=False)
    config.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"default: {CONFIG}")

    command = commands.add_parser("run", parents=[config], help="manage the home beside nymead until told to stop")
    command.set_defaults(do=_run)
    command = commands.add_parser("check-config", parents=[config], help="say what is wrong with the configuration")
    command.set_defaults(do=_check_config)
    command = commands.add_parser("status", parents=[config], help="say how the home is and what was decided")
    command.add_argument("--watch", action="store_true", help="again each second, until interrupted")
    command.add_argument("--address", metavar="URL", help="of the API; default: the configuration's first local one")
    command.set_defaults(do=_status)
    command = commands.add_parser("token", help="manage who may use the API from other machines")
    what = command.add_subparsers(required=True, metavar="WHAT", dest="what")
    what.add_parser("list", parents=[config], help="print the tokens' names")
    for each, text in (("add", "make a token and print it, this once"), ("remove", "make a token worthless")):
        what.add_parser(each, parents=[config], help=text).add_argument("name", metavar="NAME")
    command.set_defaults(do=_token)
    _add_demo(commands.add_parser("demo", help="play a day of a simulated home, with a real log, in seconds"))
    return parser


def _add_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scenario", type=Path, metavar="FILE", help="play this scenario instead of the built-in day")
    command.add_argument("--week", action="store_true", help="play the built-in week with prices and deadlines")
    command.add_argument("--log", type=Path, metavar="PATH", help="write the log to this new file")
    command.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    command.add_argument("--live", action="store_true", help="serve the API while it is played, as fast as time passes")
    command.add_argument("--speed", type=_speed, default=1, metavar="N", help="with --live: N times as fast")
    command.add_argument(
        "--listen", default="ws://127.0.0.1:4455", metavar="URL", help="with --live: where; default: %(default)s"
    )
    command.set_defaults(do=_demo)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 10_000:  # noqa: PLR2004 - said in the error
        raise argparse.ArgumentTypeError(f"expected more than 0 and at most 10000, not {text}")
    return speed


if __name__ == "__main__":
    sys.exit(main())
