"""Replaying a day's logs in other processes, whose hash seeds and time zones differ: they have to agree.

A replayer is `python -m hems_actors.sim.swarm.replays`: a line of JSON with paths in, a line with findings out.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from replay.chain import check_chain
from replay.core import Core
from replay.verify import Options, verify

PLACES: Final = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Chatham"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns"},
)
Findings = list[dict[str, Any]]


def replayed(paths: list[Path]) -> Findings:
    """Return what the replay of *paths*, the files of one home, finds: the objects of `--json`, and how they chain."""
    reports = [verify(path, Options()) for path in paths]
    check_chain(reports, Core().state_version)
    return [
        {
            **report.as_json(),
            "error": report.error,
            "header": report.header is not None,
            "begins_at_ms": report.header and report.header.at_ms,
            "last_at_ms": report.last_at_ms,
            "previous": report.header and report.header.previous,
            "start_hash": report.start_hash and report.start_hash.hex(),
        }
        for report in reports
    ]


class Replayers:
    """Processes that replay, until left."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        """What all of them have used."""
        self._stack = ExitStack()
        self._processes = [
            self._stack.enter_context(
                subprocess.Popen(  # noqa: S603 - this very module, in this very Python
                    [sys.executable, "-m", __name__],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env={**os.environ, **place},
                )
            )
            for place in PLACES
        ]

    def __enter__(self) -> Self:
        """Return them."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End them."""
        for process in self._processes:
            if process.stdin is not None:
                process.stdin.close()
        self._stack.close()

    def replay(self, paths: list[Path]) -> list[Findings]:
        """Return what each of them finds in *paths*.

        Raises:
            RuntimeError: one of them ended.
        """
        line = json.dumps([str(path) for path in paths]) + "\n"
        for process in self._processes:
            if process.stdin is not None:
                process.stdin.write(line)
                process.stdin.flush()
        return [self._answer(process) for process in self._processes]

    def _answer(self, process: subprocess.Popen[str]) -> Findings:
        answer = process.stdout.readline() if process.stdout is not None else ""
        if not answer:
            raise RuntimeError(f"a replaying process ended: exit {process.poll()}: see its traceback")
        cpu_s, findings = json.loads(answer)
        self.cpu_s += cpu_s
        return list(findings)


def serve() -> None:
    """Replay what stdin names, until it ends."""
    for line in sys.stdin:
        begun_s = time.process_time()
        findings = replayed([Path(name) for name in json.loads(line)])
        sys.stdout.write(json.dumps([time.process_time() - begun_s, findings]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
