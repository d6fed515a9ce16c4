"""Log lines of the process: one line each on stderr, with priorities where journald reads them, never waited for."""

import logging
import os
import sys
import time
from contextlib import suppress
from logging.handlers import QueueHandler, QueueListener
from queue import Full, Queue
from typing import Final

QUEUE_MAX: Final = 10_000
"""Lines that wait for a slow reader of stderr; what is beyond is dropped, for nothing may wait for it."""
_PRIORITIES: Final = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.NOTSET, 7))


class _Plain(logging.Formatter):
    """`2026-01-12T18:03:10Z warning text`; of several lines each has its beginning."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        stamp = self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ")
        return _each_line(f"{stamp} {record.levelname.lower()} ", super().format(record))


class _Journal(logging.Formatter):
    """`<4>text`, as journald takes it; it knows the time."""

    def format(self, record: logging.LogRecord) -> str:
        priority = next(number for level, number in _PRIORITIES if record.levelno >= level)
        return _each_line(f"<{priority}>", super().format(record))


class _Dropping(QueueHandler):
    """Puts lines into a queue that somebody else writes from."""

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except Full:
            return  # the newest ones are lost: nobody reads


class Lines:
    """The process's log lines, from `start` to `stop`."""

    def __init__(self, level: str) -> None:
        """Write lines of *level* (`debug`, `info`, `warning`) and above."""
        queue: Queue[logging.LogRecord] = Queue(QUEUE_MAX)
        self._handler = _Dropping(queue)
        writer = logging.StreamHandler(sys.stderr)
        writer.setFormatter(_Journal() if "JOURNAL_STREAM" in os.environ else _Plain())
        self._listener = QueueListener(queue, writer)
        self._level = level

    def start(self) -> None:
        """Begin to write."""
        root = logging.getLogger()
        root.addHandler(self._handler)
        self.set_level(self._level)
        for chatty in ("asyncio", "pykka", "urllib3", "websockets"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._listener.start()

    def set_level(self, level: str) -> None:
        """Write lines of *level* and above from now on."""
        logging.getLogger().setLevel(level.upper())

    def stop(self) -> None:
        """Write what waits, then no more."""
        with suppress(Full):  # nobody reads: then nobody misses the rest
            self._listener.stop()
        logging.getLogger().removeHandler(self._handler)


def _each_line(beginning: str, text: str) -> str:
    return "\n".join(beginning + line for line in text.splitlines() or [""])
