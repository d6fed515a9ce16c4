"""Replaying a log: fold its facts, conclude each again, compare, go on with what was recorded.

Strategy: a fact and its outcomes stand in one frame. After each fact the stages run one by one; what a stage returns
is compared with the recorded outcomes of that stage, and the state advances by the recorded ones, so that each
conclusion is judged alone. With `free_run` it advances by its own. Where events are missing the state is unknown.
An event that was passed over is passed over again; one on which the core failed is tried again.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from hems_actors.core.errors import FAILURES
from hems_actors.core.facts import CoreFailed, Quarantined
from hems_actors.core.registry import ACT_KIND_FIRST, DECIDE_KIND_FIRST, JUDGE_KIND_FIRST, KINDS, RESTORED_KIND_FIRST
from hems_actors.core.state import State
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.codec import kind_number
from hems_actors.eventlog.frame import Frame, FrameType
from hems_actors.eventlog.gap import is_recorded
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.statehash import state_hash
from replay.compare import differences
from replay.core import Core
from replay.divergence import CORE_FAILED, STATE_DIFFERS, Concluded, Divergence
from replay.failing import Taken, take_failing

_BATCH: Final = int(FrameType.BATCH)
_CORE_FAILED: Final = next(number for number, event in KINDS.items() if event is CoreFailed)
_NOTES: Final = frozenset(number for number, event in KINDS.items() if event in (CoreFailed, Quarantined))
_DECISIONS: Final = range(DECIDE_KIND_FIRST, ACT_KIND_FIRST)
_KINDS: Final = (
    range(JUDGE_KIND_FIRST, DECIDE_KIND_FIRST),
    _DECISIONS,
    range(ACT_KIND_FIRST, RESTORED_KIND_FIRST),
)
"""The kinds that each stage emits."""
Tap = Callable[[State, Sequence[Concluded], Sequence[Concluded]], None]
"""Gets the state before them, the recorded outcomes of a stage and those of the core, wherever there are any."""


class Replayer:
    """One log, replayed once.

    Args:
        log: open, nothing read but its header.
        core: the code to compare with.
        free_run: advance by own conclusions; all after the first difference is then a consequence.
        past_damage: where events are missing, go on from the next snapshot instead of ending there.
        tap: listens to what is concluded.
    """

    def __init__(
        self,
        log: LogReader,
        core: Core,
        *,
        free_run: bool = False,
        past_damage: bool = False,
        tap: Tap | None = None,
    ) -> None:
        self.state: State | None = None
        """None where it is unknown."""
        self.divergences: list[Divergence] = []
        self.events = 0
        """Read, compared or not."""
        self.decisions = 0
        """Compared."""
        self.start_hash: bytes | None = None
        """As the first snapshot records it."""
        self.core_failed: list[CoreFailed] = []
        """Where the core failed when this was recorded."""
        self._log = log
        self._core = core
        self._free_run = free_run
        self._past_damage = past_damage
        self._tap = tap
        self._ended = False
        self.last_state: State = core.new_state()
        """The newest known: its zone and clock tell local time, its things have names."""
        self._hashes = log.header.state_version == core.state_version

    def run(self) -> None:
        """Replay the whole log.

        Raises:
            LogError: it cannot be read any further.
        """
        try:
            for frame in self._log:
                try:
                    self._take(frame)
                except FAILURES as error:
                    self._log.check(frame)  # a frame that holds no events makes any code fail
                    known = self.state
                    at = (frame.first_seq, frame.t0_ms) if known is None else (known.seq, known.at_ms)
                    self._fail(*at, error)
        finally:
            if self.state is not None:
                self.last_state = self.state

    def hash(self) -> bytes | None:
        """Return the hash of the state as it is now; None where it is unknown."""
        if self.state is None:
            return None
        try:
            return state_hash(self._core.restored_events(self.state))
        except FAILURES as error:  # numbers that no log holds
            self._fail(self.state.seq, self.state.at_ms, error)
            return None

    def _take(self, frame: Frame) -> None:
        if frame.type == _BATCH:
            self.events += len(frame.body)
            if self.state is not None:
                self._replay(self.state, frame, self._log.events(frame))
        elif frame.type == FrameType.GAP:
            self._lose(recorded=is_recorded(frame))
        else:
            self._check_state(frame)

    def _lose(self, *, recorded: bool = False) -> None:
        """Note that the state is unknown from here; after a *recorded* loss the next snapshot is always taken."""
        if self.state is not None:
            self.last_state = self.state
        self.state = None
        self._ended = self._ended or not (self._past_damage or recorded)

    def _check_state(self, frame: Frame) -> None:
        """Compare the state with a SNAPSHOT or CLOSE; take it from a SNAPSHOT where it is unknown."""
        if frame.type == FrameType.SNAPSHOT and self.start_hash is None:
            self.start_hash = frame.state_hash
        if self._ended:
            return
        known = self.state is not None
        if not known and frame.type == FrameType.SNAPSHOT:
            self._restore(frame)
        if self.state is None or not self._hashes or frame.state_hash is None:
            return
        own = state_hash(self._core.restored_events(self.state))
        if own == frame.state_hash:
            return
        seq = frame.first_seq - 1
        self.divergences.append(
            Divergence(seq, self.state.at_ms, 0, STATE_DIFFERS, None, frame.state_hash.hex(), own.hex())
        )
        if known and frame.type == FrameType.SNAPSHOT and not self._free_run:
            self._restore(frame)

    def _restore(self, frame: Frame) -> None:
        state = self._core.new_state()
        for event in self._log.events(frame):
            self._core.evolve(state, frame.first_seq - 1, frame.t0_ms, event)
        self.state = state

    def _replay(self, state: State, frame: Frame, events: Sequence[Any]) -> None:
        """Fold the events of a BATCH and conclude each fact."""
        _, first_seq, t0_ms, _, rows, _ = frame
        evolve, (judge, decide, act) = self._core.evolve, self._core.stages
        index, count = 0, len(events)
        while index < count:
            row = rows[index]
            kind = row[0]
            if kind >= JUDGE_KIND_FIRST:
                index = self._compare(state, frame, events, index, index)
                continue
            following = rows[index + 1][0] if index + 1 < count else 0
            if following in _NOTES or kind == _CORE_FAILED:
                taken = take_failing(self._core, state, frame, events, index)
                if taken.events:
                    state = self._note_failing(taken)
                    index += taken.events
                    continue
            evolve(state, first_seq + index, t0_ms + row[2], events[index])
            index += 1
            if following >= JUDGE_KIND_FIRST or judge(state) or decide(state) or act(state):
                index = self._compare(state, frame, events, index - 1, index)

    def _note_failing(self, taken: Taken) -> State:
        """Note what became of an event that the core failed on; return the state to go on with."""
        self.state = taken.state
        self.divergences += taken.divergences
        if taken.failed is not None:
            self.core_failed.append(taken.failed)
        return taken.state

    def _compare(self, state: State, frame: Frame, events: Sequence[Any], fact: int, index: int) -> int:
        """Compare the outcomes from *index* on with those of the fact before; return where the next fact is.

        Without a fact before them (*fact* is *index*), recorded outcomes are compared with none.
        """
        rows, at_ms, fact_seq = frame.body, frame.t0_ms + frame.body[fact][2], frame.first_seq + fact
        if fact < index:
            for kinds, stage in zip(_KINDS, self._core.stages, strict=True):
                end = index
                while end < len(rows) and rows[end][0] in kinds:
                    end += 1
                outcomes = stage(state)
                if outcomes or end > index:
                    own = [Concluded(fact_seq, at_ms, kind_number(event), event) for event in outcomes]
                    self._advance(state, _concluded(frame, events, index, end), own)
                    index = end
        end = index
        while end < len(rows) and rows[end][0] >= JUDGE_KIND_FIRST:
            end += 1
        if end > index:
            self._advance(state, _concluded(frame, events, index, end), [])
        return end

    def _advance(self, state: State, recorded: Sequence[Concluded], own: Sequence[Concluded]) -> None:
        self.decisions += sum(item.kind in _DECISIONS for item in recorded)
        self.divergences += differences(recorded, own)
        if self._tap is not None:
            self._tap(state, recorded, own)
        for item in own if self._free_run else recorded:
            seq = state.seq + 1 if self._free_run else item.seq
            self._core.evolve(state, seq, item.at_ms, item.event)

    def _fail(self, seq: int, at_ms: int, error: Exception) -> None:
        """Note that this code raised; the state is unknown from here."""
        text = f"{type(error).__name__}: {brief(str(error))}"
        self.divergences.append(Divergence(seq, at_ms, 0, CORE_FAILED, None, None, text))
        self._lose()


def _concluded(frame: Frame, events: Sequence[Any], start: int, end: int) -> list[Concluded]:
    return [
        Concluded(frame.first_seq + index, frame.t0_ms + frame.body[index][2], frame.body[index][0], events[index])
        for index in range(start, end)
    ]
