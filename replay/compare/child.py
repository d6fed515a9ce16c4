"""Another interpreter, run with what it has installed: what it says about a log, or in one line why it says nothing."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

from hems_actors.eventlog.brief import brief
from replay.compare import redecide

TIMEOUT_S: Final = 600.0
_LINE_MAX: Final = 50_000_000
_OWN_PATHS: Final = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
"""What would make the other interpreter find this package instead of its own."""
_BOOTSTRAP: Final = """
import sys
from pathlib import Path
try:
    import hems_actors, replay
except ImportError as error:
    sys.exit(f"no package hems-actors: {error}")
try:
    from replay.compare.redecide import main
except ImportError:
    scope = {"__name__": "redecide"}
    exec(compile(sys.argv[1], "redecide", "exec"), scope)
    main = scope["main"]
sys.exit(main(sys.argv[2], Path(sys.argv[3])))
"""


class ChildError(Exception):
    """The other interpreter says nothing usable."""


def lines_of(python: str, what: str, log: Path, timeout_s: float = TIMEOUT_S) -> Iterator[Mapping[str, Any]]:
    """Yield what the interpreter *python* says of *what*, `decisions` or `figures`, of the log at *log*.

    Raises:
        ChildError: it cannot be run, has no such package, takes too long, fails, or says something else.
    """
    source = Path(redecide.__file__).read_text(encoding="utf-8")
    command = [python, "-c", _BOOTSTRAP, source, what, str(log.resolve())]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryDirectory() as folder:
        code = _run(command, folder, out, err, timeout_s)
        if code not in (0, redecide.NO_LOG):
            raise ChildError(f"{python}: {_last_line(err) or f'ended with {code}'}")
        out.seek(0)
        yield from _parsed(python, out)


def _run(command: list[str], folder: str, out: IO[bytes], err: IO[bytes], timeout_s: float) -> int:
    """Run *command* in *folder*, where no package lies, and return its exit code."""
    environment = {name: value for name, value in os.environ.items() if name not in _OWN_PATHS}
    try:
        child = subprocess.Popen(  # noqa: S603 - who asks names the interpreter
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    except OSError as error:
        raise ChildError(f"{command[0]}: cannot be run: {error.strerror}") from error
    with child:
        try:
            return child.wait(timeout_s)
        except BaseException as error:
            os.killpg(child.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise ChildError(f"{command[0]}: no answer within {timeout_s:g} s") from error
            raise


def _parsed(python: str, out: IO[bytes]) -> Iterator[Mapping[str, Any]]:
    for raw in iter(lambda: out.readline(_LINE_MAX), b""):
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            line = None
        if not isinstance(line, dict):
            raise ChildError(
                f"{python}: says {brief(raw.decode(errors='replace').strip())!r}: no interpreter of Python?"
            )
        yield line


def _last_line(err: IO[bytes]) -> str:
    """Return the last line that was written to *err*: of a traceback, the error."""
    size = err.seek(0, os.SEEK_END)
    err.seek(max(0, size - 10_000))
    lines = err.read().decode(errors="replace").strip().splitlines()
    return brief(lines[-1].strip()) if lines else ""
