"""Making frames durable: at once, never, or in a thread of its own, so that a stalled disk delays no cut.

Strategy: the writer submits what is to be synced and goes on; whoever syncs reports up to which event all would survive
a power cut. A failure is reported once and nothing is tried again: after one, what the disk holds is unknown.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple, Protocol

from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.segment import Segment


class SyncJob(NamedTuple):
    """One segment to be synced as it is now."""

    segment: Segment
    seq: int
    """The last event written to it or to any segment before it."""
    era: int = 0
    """Whoever submits counts on after each failure, to know what answers belong to."""
    name: bool = False
    """Whether its name in the directory is to survive too."""
    end: bool = False
    """Whether it is to be closed after that."""


class Synced(NamedTuple):
    """All events up to `seq` would survive a power cut."""

    seq: int
    era: int


class SyncFailed(NamedTuple):
    """A segment could not be synced."""

    reason: str
    era: int


SyncResult = Synced | SyncFailed
Report = Callable[[SyncResult], object]


class Sync(Protocol):
    """Whoever makes segments durable."""

    def submit(self, job: SyncJob) -> bool:
        """Take *job*; return whether it is done already.

        Raises:
            WriteError: it was tried at once and failed.
        """

    def listen(self, report: Report) -> None:
        """Tell *report*, from whatever thread, what becomes of jobs that were not done at once."""

    def stop(self) -> None:
        """Finish all jobs and end."""


class InlineSync:
    """Syncs before `submit` returns: for tools, and tests."""

    def submit(self, job: SyncJob) -> bool:
        """Sync now.

        Raises:
            WriteError: it failed; an ended segment is closed all the same.
        """
        carry_out(job)
        return True

    def listen(self, report: Report) -> None:
        """Do nothing: all is done at once."""

    def stop(self) -> None:
        """Do nothing."""


class NoSync:
    """Never syncs: a simulation's log need not survive a power cut."""

    def submit(self, job: SyncJob) -> bool:
        """Only close what has ended."""
        if job.end:
            job.segment.close()
        return True

    def listen(self, report: Report) -> None:
        """Do nothing: all is done at once."""

    def stop(self) -> None:
        """Do nothing."""


class SyncThread:
    """Syncs in a thread of its own; of several jobs for one segment that wait, only the last is done."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[SyncJob | None] = SimpleQueue()
        self._unheard: list[SyncResult] = []
        self._report: Report = self._unheard.append
        self._telling = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="log-sync", daemon=True)
        self._thread.start()

    def submit(self, job: SyncJob) -> bool:
        """Leave *job* to the thread."""
        self._jobs.put(job)
        return False

    def listen(self, report: Report) -> None:
        """Tell *report*, from the thread, what became of each job; now, of those done before."""
        with self._telling:
            self._report = report
            for result in self._unheard:
                report(result)

    def stop(self) -> None:
        """Return once all jobs are done; the thread has ended."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            jobs = [self._jobs.get()]
            while True:
                try:
                    jobs.append(self._jobs.get_nowait())
                except Empty:
                    break
            stopping = None in jobs
            for job in merged([job for job in jobs if job is not None]):
                result = outcome_of(job)
                with self._telling:
                    self._report(result)


def merged(jobs: list[SyncJob]) -> list[SyncJob]:
    """Return *jobs* with those of one segment made one: the last says all that those before it did."""
    kept: list[SyncJob] = []
    for job in jobs:
        if kept and kept[-1].segment is job.segment:
            kept.append(job._replace(name=kept.pop().name or job.name))
        else:
            kept.append(job)
    return kept


def outcome_of(job: SyncJob) -> SyncResult:
    """Carry out *job* and return what became of it."""
    try:
        carry_out(job)
    except WriteError as error:
        return SyncFailed(str(error), job.era)
    return Synced(job.seq, job.era)


def carry_out(job: SyncJob) -> None:
    """Sync *job*'s segment, and what else it asks for.

    Raises:
        WriteError: something of it failed; an ended segment is closed all the same.
    """
    try:
        job.segment.sync()
        if job.name:
            job.segment.sync_name()
    finally:
        if job.end:
            job.segment.close()
