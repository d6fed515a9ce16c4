"""The option `--what-if` of `hems-replay`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hems_actors.eventlog.brief import printable
from hems_actors.eventlog.errors import LogError, NewerError
from replay.report import Exit

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_what_if_option(parser: "ArgumentParser") -> None:
    """Add the option to *parser*."""
    parser.add_argument(
        "--what-if",
        metavar="KEY=VALUE",
        nargs="*",
        action="extend",
        help="play the recorded home with other settings, such as phase_limit_a=20 garage.mode=Eco tariff=0.25; "
        "without any, only check how far the model is off",
    )


def what_if_mistake(arguments: "Namespace") -> str | None:
    """Return what is wrong with *arguments*, None if nothing is."""
    if arguments.what_if is None:
        return None
    if len(arguments.logs) > 1:
        return "--what-if takes one LOG; its KEY=VALUE stand after it"
    others = {"--list": arguments.list, "--repair": arguments.repair, "--free-run": arguments.free_run}
    others |= {"--past-damage": arguments.past_damage, "--diff": arguments.diff, "--against": arguments.against}
    other = next((name for name, given in others.items() if given), None)
    return other and f"--what-if and {other} do not go together"


def what_if(arguments: "Namespace") -> int:
    """Answer the question in *arguments*, print it, and return the exit code: 1 = the model is off."""
    from replay.whatif.errors import WhatIfError  # noqa: PLC0415 - the plant is loaded by who asks

    path = Path(arguments.logs[0])
    try:
        return _answer(path, arguments.what_if, as_json=arguments.json)
    except LogError as error:
        code, text = Exit.USAGE_OR_NEWER if isinstance(error, NewerError) else Exit.DAMAGED, str(error)
    except WhatIfError as error:
        code, text = error.exit, str(error)
    sys.stderr.write(f"hems-replay: {printable(text)}\n")
    return code


def _answer(path: Path, asked: list[str], *, as_json: bool) -> int:
    from replay.whatif.play import ask  # noqa: PLC0415

    answer = ask(path, asked)
    if as_json:
        import json  # noqa: PLC0415

        from replay.whatif.objects import object_of  # noqa: PLC0415

        sys.stdout.write(json.dumps(object_of(answer), ensure_ascii=False) + "\n")
    else:
        from replay.whatif.words import words_of  # noqa: PLC0415

        for line in words_of(answer):
            sys.stdout.write(printable(line) + "\n")
    sys.stdout.flush()
    if answer.record.torn_tail_bytes:
        torn = answer.record.torn_tail_bytes
        sys.stderr.write(f"hems-replay: {printable(str(path))}: ends in the middle of a frame: {torn} bytes ignored\n")
    return Exit.SAME if answer.is_reproduced else Exit.DIFFERS
