"""A sync that takes its time, in virtual time: what `SyncThread` is live."""

from enum import Enum, auto

from hems_actors.actors.runtime import Runtime
from hems_actors.eventlog.syncing import Report, SyncJob, SyncResult, merged, outcome_of


class _Turn(Enum):
    """What a timer is for."""

    CARRY_OUT = auto()
    REPORT = auto()


class SlowSync:
    """Does one job at a time, each in `delay_ms`: in the middle of it, so that what is written later is not synced.

    It lives on the timers of its process's runtime, and ends with them.
    """

    def __init__(self, runtime: Runtime, delay_ms: int) -> None:
        self.delay_ms = delay_ms
        self._runtime = runtime
        self._waiting: list[SyncJob] = []
        self._job: SyncJob | None = None
        self._result: SyncResult | None = None
        self._unheard: list[SyncResult] = []
        self._report: Report = self._unheard.append

    def submit(self, job: SyncJob) -> bool:
        """Leave *job* for later."""
        self._waiting.append(job)
        self._begin()
        return False

    def listen(self, report: Report) -> None:
        """Tell *report* what became of each job; now, of those done before."""
        self._report = report
        for result in self._unheard:
            report(result)

    def stop(self) -> None:
        """Do what is left at once."""
        while self._job is not None:
            self.tell(_Turn.CARRY_OUT if self._result is None else _Turn.REPORT)

    def tell(self, turn: object, /) -> None:
        """Take a timer's message."""
        if self._job is None:  # it was stopped meanwhile
            return
        if turn is _Turn.CARRY_OUT and self._result is None:
            self._result = self.outcome(self._job)
            self._runtime.call_later(self.delay_ms - self.delay_ms // 2, self, _Turn.REPORT)
        elif turn is _Turn.REPORT and self._result is not None:
            result, self._job, self._result = self._result, None, None
            self._report(result)
            self._begin()

    def outcome(self, job: SyncJob) -> SyncResult:
        """Carry out *job*."""
        return outcome_of(job)

    def _begin(self) -> None:
        if self._job is None and self._waiting:
            self._waiting = merged(self._waiting)
            self._job = self._waiting.pop(0)
            self._runtime.call_later(self.delay_ms // 2, self, _Turn.CARRY_OUT)
