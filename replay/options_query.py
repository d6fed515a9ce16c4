"""What `hems-replay` can be asked besides replaying: exports of events, and why something was decided."""

import sys
from typing import TYPE_CHECKING, Final

from hems_actors.eventlog.brief import printable
from replay.report import Exit

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

FORMATS: Final = ("text", "jsonl", "csv")
QUERIES: Final = ("events", "decisions", "actions")


class UsageError(Exception):
    """What was asked makes no sense; one line for whoever asked."""


def add_query_options(parser: "ArgumentParser") -> None:
    """Add the options to *parser*; they are answered by `answer`."""
    why = parser.add_argument_group(
        "reasons",
        "in plain sentences, of one LOG. CHARGER: name, number, or how only its name begins; without it all of them. "
        "TIME: 18:03, 18:03:10, 2026-01-12 18:03 in the home's zone, or ISO with offset",
    )
    why.add_argument("--why", nargs="?", const="", metavar="CHARGER", help="what was decided at --at, and why")
    why.add_argument("--at", metavar="TIME", help="for --why; 18:03 is that whole minute. Default: the end of the log")
    why.add_argument(
        "--why-not", nargs="?", const="", metavar="CHARGER", help="why it did not charge from --from to --to"
    )
    query = parser.add_argument_group("exports", "one row each, in the order of the events; write them after the logs")
    for what, text in zip(
        QUERIES, ("all events", "decisions: set-points and phase cuts", "actions and what became of them"), strict=True
    ):
        query.add_argument(f"--{what}", action="append_const", dest="query", const=what, help=text)
    query.add_argument("--from", metavar="TIME", dest="begin", help="not before it; default: the start of the log")
    query.add_argument("--to", metavar="TIME", dest="end", help="not after it; default: the end of the log")
    query.add_argument("--charger", metavar="CHARGER", help="only what is about this charger")
    query.add_argument(
        "--kind",
        action="append",
        metavar="KIND",
        help="only this kind of event (meter_reading...), of action: power, current, phases; may be repeated",
    )
    query.add_argument("--format", choices=FORMATS, help="default: text; units are in the names of columns")


def answer(arguments: "Namespace") -> int | None:
    """Answer what *arguments* ask and return the exit code; None: nothing of this was asked."""
    asked = [*(arguments.query or ()), *(name for name in ("why", "why_not") if getattr(arguments, name) is not None)]
    if not asked:
        return None
    try:
        _check(arguments, asked)
        if asked[0] in QUERIES:
            from replay.query import run_query  # noqa: PLC0415

            code = run_query(arguments, asked[0], complain)
        else:
            from replay.why.command import run_reason  # noqa: PLC0415

            code = run_reason(arguments, asked[0], complain)
    except UsageError as error:
        complain(str(error))
        code = Exit.USAGE_OR_NEWER
    sys.stdout.flush()
    return code


def complain(text: str) -> None:
    """Say *text* in one line on stderr."""
    sys.stderr.write(f"hems-replay: {printable(text)}\n")


def _check(arguments: "Namespace", asked: list[str]) -> None:
    """Refuse what cannot be meant."""
    names = [f"--{name.replace('_', '-')}" for name in asked]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(names)}: ask for one at a time")
    for name in ("list", "repair", "free_run", "past_damage"):
        if getattr(arguments, name):
            raise UsageError(f"{names[0]} does not go with --{name.replace('_', '-')}")
    if asked[0] not in QUERIES and len(arguments.logs) > 1:
        raise UsageError(f"{names[0]} takes one log")
    only = {"why": ("at",), "why_not": ("begin", "end")}.get(asked[0], ("begin", "end", "charger", "kind", "format"))
    for name in ("at", "begin", "end", "charger", "kind", "format"):
        if getattr(arguments, name) is not None and name not in only:
            option = {"begin": "from", "end": "to"}.get(name, name)
            raise UsageError(f"{names[0]} does not go with --{option}")
