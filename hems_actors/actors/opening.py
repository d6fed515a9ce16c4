"""Opening a home's log at start: lock, recover, go on in a new segment, and what the coordinator is told first."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.actors.clock import Clock, TimeSource
from hems_actors.actors.coordinator import Opening
from hems_actors.actors.zone import ZoneOffsets
from hems_actors.core import facts
from hems_actors.core.failsafe import FAIL_SAFE_MS
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import LogDirectory
from hems_actors.eventlog.recovery import CORE_FAILURES_MS, Recovered, recover
from hems_actors.eventlog.writer import LogWriter

CORE_FAILURES_MAX: Final = 3
"""So often the core may fail within 10 minutes before the next start trusts it no more."""

MakeLog = Callable[[LogDirectory, HeaderFields], LogWriter]


class Opened(NamedTuple):
    """A home's log, open, and what to do with it."""

    opening: Opening
    facts: tuple[facts.Fact, ...]
    """To be told to the coordinator before anything else, in this order."""
    recovered: Recovered


def open_home(
    directory: Path, head: HeaderFields, time: TimeSource, make_log: MakeLog, *, zone: ZoneOffsets | None = None
) -> Opened:
    """Return the log of the home *head* names, in *directory*, going on where the last process ended.

    A disk that cannot be written is no reason not to start: the log is given up then, and tried again later.

    Args:
        directory: of the segments; made where there is none.
        head: what each header says.
        time: where the home's clock begins.
        make_log: makes the writer, which owns the lock from then on.
        zone: the home's UTC offsets, for its clock.

    Raises:
        LockedError: another process writes there.
        WriteError: the directory cannot be made or locked.
        UnreadableError: the directory cannot be listed.
    """
    place = LogDirectory(directory)
    try:
        recovered = recover(directory, head.home)
        place.newest, place.found = recovered.previous, recovered.segments
        log = make_log(place, head)
    except BaseException:
        place.release()
        raise
    state = recovered.state
    offset_ms = state.site.clock_offset_ms
    clock = Clock(time, last_at_ms=recovered.last_at_ms, offset_ms=offset_ms, zone=zone)
    at_ms = clock.at_ms()
    log.start(state, at_ms, wall_ms=time.wall_ms(), anyhow=True)
    told = _first_facts(recovered, at_ms, writes=log.given_up is None)
    missing = [lost[0] for lost in (recovered.not_on_disk, recovered.loss) if lost is not None]
    return Opened(Opening(log, clock, state, missing_from_seq=min(missing, default=None)), tuple(told), recovered)


def _first_facts(recovered: Recovered, at_ms: int, *, writes: bool) -> list[facts.Fact]:
    """Return what a start has to say, fail-safe mode first: everything after it is concluded in it."""
    recent = [
        failed_at_ms for failed_at_ms in recovered.core_failures_at_ms if at_ms - failed_at_ms <= CORE_FAILURES_MS
    ]
    found: list[facts.Fact] = []
    if len(recent) >= CORE_FAILURES_MAX:
        found.append(facts.FailSafeOrdered(0, at_ms + FAIL_SAFE_MS))
    found.append(facts.Restarted(0))
    if recovered.not_on_disk is not None and writes:
        found.append(facts.LogResumed(0, *recovered.not_on_disk))
    found += [facts.Quarantined(0, seq) for seq in recovered.quarantined]
    if recovered.loss is not None:
        found.append(facts.RecoveredWithLoss(0, *recovered.loss))
    return found
