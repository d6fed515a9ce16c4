"""Recovery: what a start goes on from, whatever the last process, a power cut or a bad disk left behind.

Strategy: segments are looked through from the newest back to the first that holds a good snapshot. From its last one
on all events are folded, through newer segments too, with `evolve` alone. Behind a place where events are missing the
state is no longer known: from there on only settings that are absolute are taken.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.registry import KINDS
from hems_actors.core.state import State
from hems_actors.eventlog.errors import LogError, UnreadableError
from hems_actors.eventlog.fold import Fold
from hems_actors.eventlog.frame import Frame, FrameType, Row
from hems_actors.eventlog.header import Previous
from hems_actors.eventlog.naming import parse_name, segments
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.survey import Survey, survey

CORE_FAILURES_MS: Final = 10 * 60_000
"""How far back failures of the core are looked for."""

_ABSOLUTE: Final = (
    facts.SiteConfigured,
    facts.SiteSettingsChanged,
    facts.ChargerConfigured,
    facts.ChargingInfoChanged,
    facts.BatteryConfigured,
    facts.ZoneKnown,
    facts.ClockOffset,
)
_ABSOLUTE_KINDS: Final = frozenset(number for number, event in KINDS.items() if event in _ABSOLUTE)
_QUARANTINED: Final = next(number for number, event in KINDS.items() if event is facts.Quarantined)

Range = tuple[int, int]


class Recovered(NamedTuple):
    """What a start goes on from."""

    state: State
    """The next event follows `state.seq`; no number that any readable place names is given out again."""
    last_at_ms: int
    """No event may have an earlier instant; 0 = there was none."""
    loss: Range | None
    """First and last event that are not in the state; at the log's end at least one, as their number is unknown."""
    quarantined: tuple[int, ...]
    """Events left out because `evolve` raised on them, found just now."""
    core_failures_at_ms: tuple[int, ...]
    """Of each time the core failed in the log's last 10 minutes."""
    not_on_disk: Range | None
    """If the log was lost, and nothing says yet that it goes on: what is not on disk before its newest snapshot."""
    previous: Previous | None
    """The newest segment that can be read, for the next one's header."""
    segments: tuple[Path, ...]
    """Those looked through, oldest first."""


def recover(directory: Path, home: str) -> Recovered:
    """Return what *home*'s segments in *directory* come to; without any, an empty state.

    Raises:
        UnreadableError: the directory cannot be listed; damage in it never raises.
    """
    try:
        paths = segments(directory, home)
    except OSError as error:
        raise UnreadableError(f"{directory}: cannot be listed: {error.strerror}: make it readable") from error
    surveys = _look_back(paths)
    base = next((found for found in reversed(surveys) if found.state is not None), None)
    walk = _Walk(base)
    for found in surveys:
        walk.through(found)
    last_at_ms = max((found.last_at_ms for found in surveys), default=0)
    failures = [at_ms for found in surveys for at_ms in found.core_failed_at_ms]
    state = walk.fold.state
    state.seq = walk.next_seq - 1
    return Recovered(
        state,
        last_at_ms,
        walk.loss,
        tuple(walk.fold.left_out),
        tuple(at_ms for at_ms in failures if at_ms >= last_at_ms - CORE_FAILURES_MS),
        _not_on_disk(base, state),
        next((found.end for found in reversed(surveys) if found.end is not None), None),
        tuple(found.path for found in surveys),
    )


def _look_back(paths: Sequence[Path]) -> list[Survey]:
    """Return the newest segments, oldest first: back to a good snapshot, and over the time that failures count."""
    surveys: list[Survey] = []
    last_at_ms, known, oldest_needed = 0, False, 0
    for path in reversed(paths):
        name = parse_name(path.name)
        if name is None or name.first_seq < oldest_needed:
            break
        found = survey(path, name)
        surveys.append(found)
        last_at_ms = max(last_at_ms, found.last_at_ms)
        known = known or found.state is not None
        if known and found.header is not None and found.header.at_ms < last_at_ms - CORE_FAILURES_MS:
            oldest_needed = name.first_seq  # others may begin at the same event
    return sorted(surveys, key=_order)


def _order(found: Survey) -> tuple[int, int, bool, int]:
    """Return what segments sort by; of those that begin at the same event, the one that goes on from there is newest.

    Their names do not say: the wall clock in them may have been set back.
    """
    at_ms = 0 if found.header is None else found.header.at_ms
    return found.name.first_seq, found.last_seq, found.header is None and found.lost, at_ms


def _not_on_disk(base: Survey | None, state: State) -> Range | None:
    """Return what is missing before *base*, by its header, if *state* still is that of a lost log."""
    if base is None or base.header is None or not state.site.log_lost:
        return None
    before = 0 if base.header.previous is None else base.header.previous.last_seq
    return before + 1, base.header.first_seq - 1


class _Walk:
    """Folds segments in their order, from the snapshot of *base* on.

    Args:
        base: where to begin; None = from nothing.
    """

    def __init__(self, base: Survey | None) -> None:
        self._base = base
        self._begun = base is None
        self.fold = Fold(State() if base is None or base.state is None else base.state)
        self.next_seq = self.fold.state.seq + 1
        self._lost_from: int | None = None
        self._lost_to = 0

    @property
    def loss(self) -> Range | None:
        """First and last event that are not in the state."""
        first_seq = self._lost_from
        return None if first_seq is None else (first_seq, max(self._lost_to, self.next_seq - 1))

    def through(self, found: Survey) -> None:
        """Fold what there is in one segment."""
        if not self._begun and found is not self._base:
            return
        if found is not self._base:
            self._meet(found.name.first_seq)
        try:
            if found.header is not None:
                with LogReader(found.path) as log:
                    self._frames(log, found.frame if found is self._base else -1)
        except LogError:
            pass  # as far as it could be read when it was looked through
        self._begun = True
        if found.lost:
            self._lose()
        if found.last_seq >= self.next_seq:
            self._meet(found.last_seq + 1)

    def _frames(self, log: LogReader, snapshot: int) -> None:
        """Fold the frames behind number *snapshot*.

        Raises:
            LogError: the segment cannot be read any further.
        """
        for number, frame in enumerate(log):
            if number <= snapshot or frame.type == FrameType.GAP:
                continue
            self._meet(frame.first_seq)
            if frame.type == FrameType.BATCH:
                self._events(log, frame)

    def _meet(self, first_seq: int) -> None:
        """Note that the next event is number *first_seq*."""
        if first_seq != self.next_seq:
            self._lose()
            self.next_seq = max(self.next_seq, first_seq)

    def _lose(self) -> None:
        """Note that at least one event is missing here."""
        self._lost_to = self.next_seq
        if self._lost_from is None:
            self._lost_from = self.next_seq

    def _events(self, log: LogReader, frame: Frame) -> None:
        """Fold the events of a BATCH: all while none is missing, else absolute settings."""
        rows, first_seq = frame.body, frame.first_seq
        events: Sequence[Any] = ()
        if self._lost_from is None:
            try:
                events = [
                    (seq, frame.t0_ms + row[2], event)
                    for seq, (row, event) in enumerate(zip(rows, log.events(frame), strict=True), first_seq)
                    if not _is_passed_over(rows, seq - first_seq, seq)
                ]
            except (LogError, TypeError):
                self._lose()
        if self._lost_from is not None:
            events = _settings(log, frame)
        for item in events:
            self.fold.take(*item)
        self.next_seq = max(self.next_seq, first_seq + len(rows))


def _is_passed_over(rows: Sequence[Row], index: int, seq: int) -> bool:
    """Return whether the next row says that this event, number *seq*, was never stored."""
    following = rows[index + 1] if index + 1 < len(rows) else None
    return following is not None and following[0] == _QUARANTINED and following[3] == seq


def _settings(log: LogReader, frame: Frame) -> list[tuple[int, int, Any]]:
    """Return the absolute settings of a BATCH, whatever else in it cannot be read."""
    found = []
    for index, row in enumerate(frame.body):
        try:
            seq = frame.first_seq + index
            if row[0] in _ABSOLUTE_KINDS and not _is_passed_over(frame.body, index, seq):
                found.append((seq, frame.t0_ms + row[2], log.decoder.events((row,))[0]))
        except (LogError, LookupError, TypeError):
            continue
    return found
