"""The command `hems-replay`: replays logs, compares, says what differs."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hems_actors.eventlog.brief import printable
from replay.compare.options import add_comparing_options, compare, compares, usage_mistake
from replay.many import SHOWN_MAX, Tally, chained, expand, with_progress
from replay.options_query import add_query_options, answer
from replay.picture.options import add_picture_options, draw, draws, picture_mistake
from replay.report import Exit, Report
from replay.verify import Options, verify
from replay.whatif.options import add_what_if_option, what_if, what_if_mistake

if TYPE_CHECKING:
    from argparse import Namespace

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = _parse(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        print("hems-replay: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone: nothing to flush
        return Exit.SAME


def _run(arguments: "Namespace") -> int:
    paths = expand(arguments.logs)
    arguments.logs = [str(path) for path in paths]
    answered = answer(arguments)
    if answered is not None:
        return answered
    if arguments.list:
        return _list(paths, arguments.list)
    if arguments.what_if is not None:
        return what_if(arguments)
    if compares(arguments):
        return compare(arguments)
    if draws(arguments):
        return draw(arguments)
    options = Options(free_run=arguments.free_run, past_damage=arguments.past_damage)
    if arguments.repair is not None:
        return _repair(arguments, options)
    return _replay(arguments, paths, options)


def _replay(arguments: "Namespace", paths: list[Path], options: Options) -> int:
    """Replay the logs at *paths*, print what was found, and return the exit code."""
    began_s = time.monotonic()
    tally = Tally()
    reports = _verified(paths, options, arguments.jobs)
    for report in reports if len(paths) == 1 else chained(reports, options.core.state_version):
        tally.add(report)
        with _reader_may_go():
            _print(report, options, as_json=arguments.json, of=len(paths))
    with _reader_may_go():
        if len(paths) > 1 and not arguments.json:
            print("\n".join(tally.table(time.monotonic() - began_s)))
        sys.stdout.flush()
    return tally.exit


@contextmanager
def _reader_may_go() -> Iterator[None]:
    """Let what is printed go nowhere once nobody reads it: the verdict is the exit code all the same."""
    try:
        yield
    except BrokenPipeError:  # Python's own flush at exit must find another place too
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _repair(arguments: "Namespace", options: Options) -> int:
    """Repair one log into a new file, and replay that."""
    from replay.mending import describe_repair, mend  # noqa: PLC0415

    path = Path(arguments.logs[0])
    mended = mend(path, Path(arguments.repair), options)
    if mended.error is not None:
        _complain(mended.error)
    for line in describe_repair(path, mended):
        print(printable(line), file=sys.stderr if arguments.json else sys.stdout)
    if mended.report is not None:
        _print(mended.report, options, as_json=arguments.json)
    return mended.exit


def _list(logs: Sequence[Path], what: str) -> int:
    """Print the events of *logs*; nothing is replayed."""
    from hems_actors.eventlog.errors import LogError, NewerError  # noqa: PLC0415
    from replay.listing import lines_of  # noqa: PLC0415

    worst = Exit.SAME
    for log in logs:
        try:
            for line in lines_of(log, what):
                print(printable(line))
        except LogError as error:
            _complain(str(error))
            worst = max(worst, Exit.USAGE_OR_NEWER if isinstance(error, NewerError) else Exit.DAMAGED)
    return worst


def _verified(paths: Sequence[Path], options: Options, jobs: int | None) -> Iterator[Report]:
    """Yield the reports in the order of *paths*, from as many processes as are worth it."""
    processes = min(len(paths), jobs or len(os.sched_getaffinity(0)))
    work = partial(verify, options=options)
    if processes == 1:
        yield from with_progress(map(work, paths), len(paths))
        return
    from multiprocessing import Pool  # noqa: PLC0415 - lazily, as all that a single log does not need

    with Pool(processes) as pool:
        yield from with_progress(pool.imap(work, paths), len(paths))


def _print(report: Report, options: Options, *, as_json: bool, of: int = 1) -> None:
    """Print what was found in one *of* so many logs."""
    if as_json:
        _print_json(report)
    else:
        _print_text(report, options, of)
    for line in _warnings(report):
        _complain(line)


def _complain(text: str) -> None:
    print(f"hems-replay: {printable(text)}", file=sys.stderr)


def _print_json(report: Report) -> None:
    import json  # noqa: PLC0415

    print(json.dumps(report.as_json(), ensure_ascii=False))


def _print_text(report: Report, options: Options, of: int) -> None:
    from replay.text import describe, describe_briefly  # noqa: PLC0415

    if of > SHOWN_MAX or (of > 1 and report.damage):
        lines = [describe_briefly(report)] if report.header and (report.damage or report.divergences) else []
    else:
        lines = [*describe(report, options.core)]
    for line in lines:
        print(printable(line))


def _warnings(report: Report) -> Iterator[str]:
    if report.error is not None:
        yield report.error
    if report.torn_tail_bytes:
        yield f"{report.log}: ends in the middle of a frame: {report.torn_tail_bytes} bytes ignored, as after a crash"
    if report.core_failed:
        from replay.failing import step_name  # noqa: PLC0415

        for failed in report.core_failed:
            step = step_name(failed.step)
            yield f"{report.log}: the core failed at event {failed.failed_seq} ({step}) when this was recorded"
    if report.gaps:
        from replay.text import lost_text  # noqa: PLC0415

        after = "" if report.state_hash else "; nothing after the last one compared: no snapshot follows"
        for gap in report.gaps:
            yield f"{report.log}: a gap that its repair recorded: {lost_text(gap, report.local)}{after}"


def _parse(argv: Sequence[str]) -> "Namespace":
    from argparse import ArgumentParser  # noqa: PLC0415

    class Parser(ArgumentParser):
        def error(self, message: str) -> NoReturn:
            self.exit(Exit.USAGE_OR_NEWER, f"{self.prog}: {message}: see {self.prog} --help\n")

    parser = Parser(
        prog="hems-replay",
        description="Decide again what event logs recorded, and name every difference.",
        epilog="Exit codes: 0 the same, 1 decisions differ, 2 usage or a newer log, 3 damaged, unreadable or a gap.",
    )
    parser.add_argument(
        "logs",
        nargs="+",
        metavar="LOG",
        help="log file, or a pattern such as 'logs/**/*.msgpack*'; several use all cores",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per log and line")
    parser.add_argument("--free-run", action="store_true", help="go on from own decisions instead of the recorded ones")
    parser.add_argument("--past-damage", action="store_true", help="after damage, go on from the next snapshot")
    parser.add_argument(
        "--list",
        nargs="?",
        const="changes",
        choices=("changes", "outcomes", "all"),
        help="print the events instead of replaying: decisions that changed something, all outcomes, or facts too",
    )
    parser.add_argument(
        "--repair",
        metavar="OUT",
        help="write what is good in one damaged LOG to the new file OUT, each loss recorded, and replay that",
    )
    parser.add_argument("--jobs", type=_positive, metavar="N", help="processes for several logs; default: all cores")
    add_query_options(parser)
    add_comparing_options(parser)
    add_what_if_option(parser)
    add_picture_options(parser)
    arguments = parser.parse_args(argv)
    mistake = usage_mistake(arguments) or what_if_mistake(arguments) or picture_mistake(arguments)
    if mistake is not None:
        parser.error(mistake)
    if arguments.repair is not None and (len(arguments.logs) > 1 or arguments.list):
        parser.error("--repair takes one log and no --list")
    return arguments


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


if __name__ == "__main__":
    sys.exit(main())
