"""Recording a script: the core concludes each fact, the log takes it, as the coordinator does, in scripted time."""

from pathlib import Path
from typing import Final

from hems_actors.actors.journal import Journal
from hems_actors.core.engine import conclude, next_due_ms
from hems_actors.core.evolve import evolve
from hems_actors.core.facts import ActionSent, Fact, Tick
from hems_actors.core.outcomes import ActionIntended, AlarmChanged
from hems_actors.core.state import State
from hems_actors.core.version import LOGIC_VERSION, STATE_VERSION
from hems_actors.eventlog.header import HeaderFields
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter

START_MS: Final = 1_747_432_800_000
"""Midnight of 17 May 2025 in Vienna."""
HEAD: Final = HeaderFields(
    home="benchmark",
    writer="benchmarks",
    zone="Europe/Vienna",
    logic_version=LOGIC_VERSION,
    state_version=STATE_VERSION,
)


class Recorder:
    """A home without devices: tells facts to the core and writes what it concludes to *path*."""

    def __init__(self, path: Path) -> None:
        self.state = State()
        self.due_ms = START_MS
        """When the next tick is wanted."""
        self.intended: list[tuple[int, ActionIntended]] = []
        """Actions, with their numbers, that nobody carried out yet."""
        self._log = LogWriter(SingleFile(path), HEAD, sync=NoSync())
        self._log.start(self.state, START_MS)
        self._journal = Journal(self._log)

    def tell(self, at_ms: int, *facts: Fact) -> None:
        """Conclude and record *facts*; every action is sent at once."""
        for fact in facts:
            sent = len(self.intended)
            self._take(at_ms, fact)
            for seq, action in self.intended[sent:]:
                self._take(at_ms, ActionSent(action.source, seq))

    def wait_until(self, at_ms: int) -> None:
        """Tick whenever it is wanted before *at_ms*."""
        while self.due_ms < at_ms:
            self.tell(self.due_ms, Tick(0))

    def close(self) -> None:
        """End the log."""
        self._journal.close(self.state)

    def _take(self, at_ms: int, fact: Fact) -> None:
        state, journal = self.state, self._journal
        evolve(state, state.seq + 1, at_ms, fact)
        journal.append(at_ms, fact)
        leaves = False
        outcomes = conclude(state)
        for seq, outcome in enumerate(outcomes, state.seq - len(outcomes) + 1):
            journal.append(at_ms, outcome)
            if isinstance(outcome, ActionIntended):
                self.intended.append((seq, outcome))
            leaves |= isinstance(outcome, (ActionIntended, AlarmChanged))
        if leaves:
            journal.write()
            journal.upkeep(state)
        elif journal.keep_up(at_ms):
            journal.upkeep(state)
        self.due_ms = next_due_ms(state)
