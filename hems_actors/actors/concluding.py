"""Driving the core: each fact is recorded, applied and concluded, and a failure of the core is recorded too."""

from hems_actors.actors.core_port import Core
from hems_actors.actors.errors import CoreFailedError
from hems_actors.actors.journal import Journal
from hems_actors.actors.outbox import Outbox
from hems_actors.core.enums import CoreStep
from hems_actors.core.errors import FAILURES
from hems_actors.core.facts import CoreFailed, Fact, Quarantined
from hems_actors.core.outcomes import ActionIntended, AlarmChanged
from hems_actors.core.state import State


class Concluder:
    """The core, the state it owns, and where its conclusions go."""

    def __init__(self, core: Core, state: State, journal: Journal, outbox: Outbox) -> None:
        self.state = state
        self.due_ms: int | None = None
        """When time alone changes something."""
        self.half_done = False
        """Whether a fact was begun and not ended: the state is worth nothing then."""
        self._core = core
        self._journal = journal
        self._outbox = outbox

    def conclude(self, fact: Fact, at_ms: int) -> bool:
        """Record and conclude *fact*, put actions into the outbox; return whether anything leaves because of it.

        Raises:
            CoreFailedError: the core, or the log's codec, raised; the fact and that it failed are in the open frame.
        """
        state, append = self.state, self._journal.append
        seq = state.seq + 1
        if self.half_done:
            raise CoreFailedError(seq, type(fact).__name__, "the event before was left half concluded")
        self.half_done = True
        step = CoreStep.EVOLVE
        try:
            append(at_ms, fact)
            if not self._core.evolve_or_pass(state, seq, at_ms, fact):
                passed = Quarantined(0, seq)
                seq += 1
                append(at_ms, passed)
                self._core.evolve(state, seq, at_ms, passed)
            step = CoreStep.CONCLUDE
            leaves = False
            for number, outcome in enumerate(self._core.conclude(state), seq + 1):
                append(at_ms, outcome)
                if isinstance(outcome, ActionIntended):
                    self._outbox.put(number, outcome)
                leaves = leaves or isinstance(outcome, (ActionIntended, AlarmChanged))
        except Exception as error:
            self._note_failure(seq, at_ms, step)
            raise CoreFailedError(seq, type(fact).__name__, repr(error)) from error
        self.half_done = False
        return leaves

    def begin(self, at_ms: int) -> None:
        """Ask when time alone changes something, before anything is told; a core that fails is asked again at once."""
        try:
            self.due_ms = self._core.next_due_ms(self.state)
        except FAILURES:  # the first fact, or tick, will show it again, and is there to be named then
            self.due_ms = at_ms

    def look_ahead(self) -> None:
        """Ask the core when time alone changes something.

        Raises:
            CoreFailedError: it raised.
        """
        try:
            self.due_ms = self._core.next_due_ms(self.state)
        except Exception as error:
            self._note_failure(self.state.seq, self.state.at_ms, CoreStep.LOOK_AHEAD)
            raise CoreFailedError(self.state.seq, "what is due next", repr(error)) from error

    def _note_failure(self, seq: int, at_ms: int, step: CoreStep) -> None:
        """Record that the core failed; the next start counts these."""
        self.half_done = True
        self._journal.append(at_ms, CoreFailed(0, seq, step))
