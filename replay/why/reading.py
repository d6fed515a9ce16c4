"""Reading a log for its reasons: only some kinds, only some events, or the state before one of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

from hems_actors.core.facts import Quarantined
from hems_actors.core.registry import DECIDE_KIND_FIRST, JUDGE_KIND_FIRST, KINDS, Event
from hems_actors.core.state import State
from hems_actors.eventlog.fold import Fold
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.reader import LogReader
from replay.bearings import snapshot_state
from replay.survey import Start, Survey


class Placed(NamedTuple):
    """An event in its place; `event` None = events are missing here."""

    seq: int
    at_ms: int
    event: Event | None
    kind: int = 0


class LostError(Exception):
    """Events are missing between the last snapshot and what was asked for: the state then is unknown."""


def kind_numbers(*kinds: type[Any]) -> frozenset[int]:
    """Return the numbers of *kinds*."""
    return frozenset(number for number, event in KINDS.items() if event in kinds)


def chosen(path: Path, kinds: frozenset[int]) -> Iterator[Placed]:
    """Yield the events of *kinds* (numbers), and where any are missing.

    Raises:
        LogError: the rest cannot be read.
    """
    with LogReader(path) as log:
        for frame in log:
            if frame.type == FrameType.BATCH:
                rows = [(seq, row) for seq, row in enumerate(frame.body, frame.first_seq) if row[0] in kinds]
                events = log.decoder.events([row for _seq, row in rows])
                for (seq, row), event in zip(rows, events, strict=True):
                    yield Placed(seq, frame.t0_ms + row[2], event, row[0])
            elif frame.type == FrameType.GAP:
                yield Placed(frame.first_seq, frame.t0_ms, None)


def look_up(path: Path, seqs: Iterable[int]) -> dict[int, Placed]:
    """Return the events with the numbers *seqs*, as far as the log has them."""
    wanted = sorted({seq for seq in seqs if seq > 0})
    found: dict[int, Placed] = {}
    with LogReader(path) as log:
        for frame in log if wanted else ():
            if frame.type != FrameType.BATCH:
                continue
            first, rows = frame.first_seq, frame.body
            for seq in [seq for seq in wanted if first <= seq < first + len(rows)]:
                row = rows[seq - first]
                found[seq] = Placed(seq, frame.t0_ms + row[2], log.decoder.events([row])[0], row[0])
    return found


class Walk:
    """Folds a log, from the last snapshot before what is wanted first; use it inside `with`.

    Args:
        found: the log's survey.
        seq: number of the first event that is wanted.
    """

    fact: Placed | None = None
    """The newest one that was folded."""

    def __init__(self, found: Survey, seq: int) -> None:
        starts = [start for start in found.starts if start.next_seq <= seq]
        if not starts:
            raise LostError
        self._start: Start = starts[-1]
        self._log = LogReader(found.path)
        self._fold = Fold(State())
        self._events = self._placed()
        self._ahead: list[Placed] = []
        """Decisions and actions of the newest fact, read but not folded."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._log.__exit__()

    @property
    def state(self) -> State:
        """As it is after the newest event that was folded; not to be kept."""
        return self._fold.state

    def __iter__(self) -> Iterator[Placed]:
        """Yield each event after it was folded.

        Raises:
            LostError: some are missing.
        """
        for placed in self._events:
            self._take(placed)
            yield placed

    def before_decision(self, seq: int) -> State:
        """Return the state in which decision *seq* was made; decisions are asked for in the order of their numbers.

        Raises:
            LostError: some events before it are missing.
        """
        if any(placed.seq == seq for placed in self._ahead):
            return self.state
        for placed in self._events:
            if placed.kind >= DECIDE_KIND_FIRST:
                self._ahead.append(placed)
                if placed.seq == seq:
                    return self.state
                continue
            self._catch_up()
            self._take(placed)
        raise LostError

    def until(self, at_ms: int) -> State:
        """Return the state after the last event at or before *at_ms*.

        Raises:
            LostError: some events before it are missing.
        """
        self._catch_up()
        for placed in self._events:
            if placed.at_ms > at_ms:
                self._ahead.append(placed)
                break
            self._take(placed)
        return self.state

    def _catch_up(self) -> None:
        for placed in self._ahead:
            self._take(placed)
        self._ahead.clear()

    def _take(self, placed: Placed) -> None:
        if placed.event is None:
            raise LostError
        if placed.kind < JUDGE_KIND_FIRST:
            self.fact = placed
        self._fold.take(placed.seq, placed.at_ms, placed.event)

    def _placed(self) -> Iterator[Placed]:
        """Yield the events from the snapshot on; one that was passed over is left out."""
        begun = False
        for frame in self._log:
            if frame.type == FrameType.SNAPSHOT and frame.first_seq == self._start.next_seq and not begun:
                begun = True
                self._fold = Fold(snapshot_state(self._log, frame))
            elif begun and frame.type == FrameType.GAP:
                yield Placed(frame.first_seq, frame.t0_ms, None)
            elif begun and frame.type == FrameType.BATCH:
                events = self._log.events(frame)
                for index, (row, event) in enumerate(zip(frame.body, events, strict=True)):
                    following = events[index + 1] if index + 1 < len(events) else None
                    seq = frame.first_seq + index
                    if isinstance(following, Quarantined) and following.failed_seq == seq:
                        continue
                    yield Placed(seq, frame.t0_ms + row[2], event, row[0])
