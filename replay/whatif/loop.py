"""The closed loop: the core decides, a model of the devices follows, what it shows is decided on again.

Strategy: time jumps from one due instant to the next: a read, a timer of the core, an answer, something told. All that
is said at one instant is taken in the order it was said, as the actors take it. What a decision leads to leaves at
once: neither disk nor wire takes time.
"""

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.engine import STAGES, next_due_ms
from hems_actors.core.enums import Result
from hems_actors.core.evolve import evolve
from hems_actors.core.ledger import is_open
from hems_actors.core.outcomes import ActionIntended
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from replay.compare.steps import Keeper
from replay.whatif.model import Model
from replay.whatif.senses import Senses

WAKE_MS_MIN: Final = 100
ANSWER_MS_MAX: Final = 16_000
"""As the daemon has them: its shortest timer, and how long it waits for a device's answer."""


class Execute(NamedTuple):
    """An action that leaves."""

    action_seq: int
    action: ActionIntended


class Said(NamedTuple):
    """A device, or somebody, says this."""

    fact: facts.Fact


class Answer(NamedTuple):
    """A device answers a write, or its time is up."""

    source: int
    action_seq: int
    result: int


class Read(NamedTuple):
    """It is time to read devices."""


class Wake(NamedTuple):
    """The core's timer fired."""

    number: int


Due = Execute | Said | Answer | Read | Wake


class Loop:
    """Plays a home once, from *state* on.

    Args:
        state: what the core begins with; owned from here on.
        model: the devices.
        senses: what they say.
        keepers: look on.
    """

    def __init__(self, state: State, model: Model, senses: Senses, keepers: Iterable[Keeper]) -> None:
        self.state = state
        self._home = model.home
        self._model = model
        self._senses = senses
        self._keepers = tuple(keepers)
        self._heap: list[tuple[int, int, Due]] = []
        self._order = 0
        self._ready: deque[Due] = deque()
        self._now_ms = 0
        self._open: set[int] = set()
        self._wake_at_ms: int | None = None
        self._wake_number = 0
        self._polls_ms = 0
        self._reading_ms = 0

    def play(self, told: list[tuple[int, facts.Fact]], from_ms: int, to_ms: int) -> None:
        """Play from *from_ms* to *to_ms*; *told* is said at its instants."""
        for at_ms, fact in told:
            self._at(at_ms, Said(fact))
        self._now_ms = from_ms
        self._polls_ms = self._model.polls.first_ms(from_ms)
        self._reading_ms = self._senses.next_reading_ms(from_ms - 1)
        self._at(min(self._polls_ms, self._reading_ms), Read())
        if self.state.site.link_up:
            self._arm()
        while self._heap and self._heap[0][0] <= to_ms:
            at_ms, _, due = heappop(self._heap)
            self._now_ms = max(self._now_ms, at_ms)
            self._home.advance(self._now_ms)
            self._take(due)
            while self._ready:
                self._take(self._ready.popleft())
        for keeper in self._keepers:
            keeper.pass_to(self.state, to_ms)

    def _at(self, at_ms: int, due: Due) -> None:
        self._order += 1
        heappush(self._heap, (at_ms, self._order, due))

    def _take(self, due: Due) -> None:
        if isinstance(due, Said):
            self._say(due.fact)
        elif isinstance(due, Read):
            self._read()
        elif isinstance(due, Execute):
            self._execute(due)
        elif isinstance(due, Answer):
            self._answer(due)
        else:
            self._wake(due)

    def _say(self, fact: facts.Fact) -> None:
        """Conclude *fact*; before a connection is told, everything is read."""
        if isinstance(fact, facts.LinkChanged) and fact.up and not self.state.site.link_up:
            for shown in self._senses.all(self.state, self._now_ms):
                self._conclude(shown)
        self._conclude(fact)

    def _conclude(self, fact: facts.Fact) -> None:
        state, at_ms = self.state, self._now_ms
        for keeper in self._keepers:
            keeper.pass_to(state, at_ms)
        self._store(fact)
        for stage in STAGES:
            for outcome in stage(state):
                self._store(outcome)
                if isinstance(outcome, ActionIntended):
                    self._ready.append(Execute(state.seq, outcome))
        self._arm()

    def _store(self, event: Event) -> None:
        evolve(self.state, self.state.seq + 1, self._now_ms, event)
        for keeper in self._keepers:
            keeper.see(self.state, event)

    def _read(self) -> None:
        """Read what is due and say when to read next."""
        now_ms, up = self._now_ms, self.state.site.link_up
        if now_ms >= self._polls_ms:
            if up:
                self._ready.extend(Said(fact) for fact in self._senses.changed())
            self._polls_ms = self._model.polls.first_ms(now_ms + 1)
        if now_ms >= self._reading_ms:
            if up and self.state.site.meter_connected:
                self._ready.extend(Said(fact) for fact in self._senses.reading(self.state, now_ms))
            self._reading_ms = self._senses.next_reading_ms(now_ms)
        self._at(min(self._polls_ms, self._reading_ms), Read())

    def _execute(self, due: Execute) -> None:
        """Hand an action to its charger, unless something newer overtook it."""
        action, source = due.action, due.action.source
        if source not in self._home.chargers or not (action.reduces or is_open(self.state, source, due.action_seq)):
            return
        self._ready.append(Said(facts.ActionSent(source, due.action_seq)))
        treatment = self._home.write(source, action.what, action.value)
        self._open.add(due.action_seq)
        self._ready.extend(Said(fact) for fact in self._senses.charger_if_changed(source))
        self._at(treatment.answer_at_ms, Answer(source, due.action_seq, treatment.result))
        self._at(self._now_ms + ANSWER_MS_MAX, Answer(source, due.action_seq, Result.TIMEOUT))

    def _answer(self, due: Answer) -> None:
        """Tell the first answer to an action, and read back."""
        if due.action_seq not in self._open or not self.state.site.link_up:
            return
        self._open.discard(due.action_seq)
        self._ready.append(Said(facts.ActionAnswered(due.source, due.action_seq, due.result)))
        self._ready.append(Said(self._senses.charger(due.source)))

    def _wake(self, due: Wake) -> None:
        if due.number != self._wake_number:
            return
        self._wake_at_ms = None
        if next_due_ms(self.state) <= self._now_ms:
            self._conclude(facts.Tick(0))
        else:
            self._arm()

    def _arm(self) -> None:
        """Hold one timer for what is due by time alone; an earlier one is left to look again."""
        wake_at_ms = max(next_due_ms(self.state), self._now_ms + WAKE_MS_MIN)
        if self._wake_at_ms is not None and self._wake_at_ms <= wake_at_ms:
            return
        self._wake_number += 1
        self._wake_at_ms = wake_at_ms
        self._at(wake_at_ms, Wake(self._wake_number))
