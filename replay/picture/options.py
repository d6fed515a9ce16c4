"""`hems-replay LOG... --report FILE` and `--timeline`: from the arguments to what is written."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hems_actors.eventlog.brief import printable
from hems_actors.eventlog.errors import LogError, NewerError
from replay.report import Exit

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_MEBI = 1 << 20


def add_picture_options(parser: "ArgumentParser") -> None:
    """Add the options to *parser*; they are answered by `draw`."""
    picture = parser.add_argument_group("pictures", "of the LOGs of one home, in the order of their events")
    picture.add_argument("--report", metavar="FILE", help="write one HTML page with curves, and each decision's reason")
    picture.add_argument("--timeline", action="store_true", help="print each day in 100 columns")


def picture_mistake(arguments: "Namespace") -> str | None:
    """Return what is wrong with how *arguments* ask for a picture; None = nothing."""
    if arguments.report is None and not arguments.timeline:
        return None
    name = "--timeline" if arguments.report is None else "--report"
    others = [option for option in ("list", "repair", "json") if getattr(arguments, option)]
    if arguments.report is not None and arguments.timeline:
        return "--report and --timeline: ask for one at a time"
    return f"{name} does not go with --{others[0]}" if others else None


def draws(arguments: "Namespace") -> bool:
    """Return whether *arguments* ask for a picture."""
    return arguments.report is not None or arguments.timeline


def draw(arguments: "Namespace") -> int:
    """Write or print the picture that *arguments* ask for, and return the exit code."""
    from replay.picture.cells import Cells  # noqa: PLC0415 - replaying needs none of it
    from replay.picture.columns import Group  # noqa: PLC0415
    from replay.picture.content import Content, gather  # noqa: PLC0415
    from replay.picture.page_file import NotOursError, write_report  # noqa: PLC0415
    from replay.picture.timeline import timeline  # noqa: PLC0415
    from replay.picture.walk import open_files  # noqa: PLC0415

    try:
        files = open_files([Path(log) for log in arguments.logs])
        content: Content[Cells] | Content[Group]
        if arguments.timeline:
            content = drawn = gather(files, Cells)
            for line in timeline(drawn):
                sys.stdout.write(f"{printable(line)}\n")
        else:
            content = curves = gather(files, Group)
            size = write_report(curves, Path(arguments.report))
            sys.stdout.write(f"{arguments.report}: {size / _MEBI:.1f} MiB, {content.events} events\n")
    except LogError as error:
        _complain(str(error))
        return Exit.USAGE_OR_NEWER if isinstance(error, NewerError) else Exit.DAMAGED
    except NotOursError as error:
        _complain(str(error))
        return Exit.USAGE_OR_NEWER
    except BrokenPipeError:
        raise
    except OSError as error:
        _complain(f"{arguments.report}: {error.strerror or error}")
        return Exit.USAGE_OR_NEWER
    for problem in content.problems:
        _complain(problem)
    if content.newer:
        return Exit.USAGE_OR_NEWER
    return Exit.DAMAGED if content.problems or content.gaps else Exit.SAME


def _complain(text: str) -> None:
    sys.stderr.write(f"hems-replay: {printable(text)}\n")
