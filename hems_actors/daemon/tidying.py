"""Once a day: old segments are archived and deleted, in a thread that nothing waits for."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hems_actors.config.hems import LogTable
from hems_actors.eventlog.retention import Limits
from hems_actors.eventlog.tidying import tidy

_LOG: Final = logging.getLogger(__name__)
FIRST_S: Final = 600.0
"""After a start other things come first."""
PAUSE_S: Final = 86_400.0
_MEBI: Final = 1 << 20


class Tidying:
    """Tidies a home's log from `start` to `stop`; a stop does not wait for what is under way: it is taken up again."""

    def __init__(self, directory: Path, home: str, limits: Limits, writing: Callable[[], Path]) -> None:
        """Tidy the segments of *home* in *directory*; *writing* says which one is being written."""
        self._directory = directory
        self._home = home
        self._limits = limits
        self._writing = writing
        self._ending = threading.Event()

    def start(self, first_s: float = FIRST_S) -> None:
        """Begin, the first time in *first_s*."""
        threading.Thread(target=self._run, args=(first_s,), name="tidying", daemon=True).start()

    def stop(self) -> None:
        """Tidy no more."""
        self._ending.set()

    def _run(self, wait_s: float) -> None:
        while not self._ending.wait(wait_s):
            wait_s = PAUSE_S
            done = tidy(self._directory, self._home, self._limits, writing=self._writing())
            for finding in done.findings:
                _LOG.warning("%s", finding)
            for path in done.archived:
                _LOG.info("%s: archived", path.name)
            for doomed in done.deleted:
                _LOG.info("%s: deleted: %s", doomed.path.name, doomed.why)


def limits_of(table: LogTable) -> Limits:
    """Return what is to be kept."""
    return Limits(None if table.keep_mb is None else table.keep_mb * _MEBI, table.keep_days)
