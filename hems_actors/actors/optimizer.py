"""The optimizer's actor: asks what chargers should do, tells what it answers, and once each time it comes or goes."""

import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from hems_actors.actors.asking import answers_to, names_of_chargers, question_of
from hems_actors.actors.clock import TimeSource
from hems_actors.actors.directory import HOME
from hems_actors.actors.optimizer_port import OptimizerError, OptimizerPort, Question, SetPoint
from hems_actors.actors.published import Published
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.actors.waking import Wake, WakeTimer
from hems_actors.core.enums import Trouble
from hems_actors.core.facts import OptimizerAnswered, OptimizerChanged

FIRST_MS: Final = 1_000
"""The first question waits until the home stands: whatever it brings, it does not hinder a start."""
INTERVAL_MS: Final = 60_000
BACK_OFF_MS_MAX: Final = 300_000
"""While it does not answer: the interval, doubled each time up to this."""
EMPTY_MS: Final = 5_000
"""So often it looks for chargers when there are none: then there is nothing to ask."""
PATIENCE_MS: Final = 45_000
"""After that a question counts as not answered, whatever holds it."""

Job = Callable[[], None]


class Replied(NamedTuple):
    """A question's job to the actor that asked it: the answer, or what became of it."""

    question: Question
    result: tuple[SetPoint, ...] | Exception


class Overdue(NamedTuple):
    """The actor to itself: the time for question `number` is up."""

    number: int


class Memory:
    """What the actor must not forget when it is started anew; made with the process, as the home forgets then too."""

    def __init__(self) -> None:
        self.available: bool | None = None
        """What the home was told last; None = nothing yet."""
        self.answered: frozenset[int] = frozenset()
        """Chargers whose answers the home may still hold."""
        self.questions = 0
        """The number of the newest question."""
        self.failures = 0
        """Since the last answer."""
        self.trouble: str | None = None
        """Why the last question brought nothing, in one line; None = it did, or there was none."""


class Means(NamedTuple):
    """What the actor works with."""

    time: TimeSource
    published: Published
    port: OptimizerPort
    memory: Memory
    interval_ms: int = INTERVAL_MS
    run: Callable[[Job], None] | None = None
    """How to run what blocks; None = here and now, for an optimizer that answers at once."""


def in_thread(job: Job) -> None:
    """Run *job* in a thread of its own, which no end of the process waits for."""
    threading.Thread(target=job, name="optimizer", daemon=True).start()


class Optimizer(Behaviour):
    """At most one question is open, and one that blocks leaves the actor free to stop."""

    def __init__(self, place: Place, means: Means) -> None:
        super().__init__(place)
        self._means = means
        self._timer = WakeTimer(place)
        self._open: Question | None = None
        """Whose answer is awaited."""

    def on_start(self) -> None:
        """Ask soon."""
        self._wake_in(FIRST_MS)

    def on_receive(self, message: Wake | Replied | Overdue) -> None:
        """Take what came."""
        if isinstance(message, Wake):
            self._timer.fired(message)
            if self._open is None:
                self._go_on()
        elif isinstance(message, Replied):
            self._take(message)
        elif self._open is not None and self._open.number == message.number:
            late = OptimizerError(Trouble.SLOW, f"optimizer: no answer within {PATIENCE_MS // 1_000} s")
            self._take(Replied(self._open, late))

    def _go_on(self) -> None:
        """Ask now, if there is anything to ask."""
        view, memory = self._means.published.view, self._means.memory
        if not names_of_chargers(view):
            self._wake_in(EMPTY_MS)
            return
        memory.questions += 1
        self._open = question_of(view, memory.questions, self._wall_s())
        self._ask(self._open)

    def _ask(self, question: Question) -> None:
        port, me = self._means.port, self.place.me

        def job() -> None:
            result: tuple[SetPoint, ...] | Exception
            try:
                result = port.ask(question)
            except Exception as error:  # noqa: BLE001 - the actor raises it if it is not the port's own
                result = error
            me.tell(Replied(question, result))

        if self._means.run is None:
            job()
        else:
            self.place.runtime.call_later(PATIENCE_MS, me, Overdue(question.number))
            self._means.run(job)

    def _take(self, message: Replied) -> None:
        """Tell what the open question brought; an older one's answer is dropped, but no bug is."""
        question, result = message
        if isinstance(result, Exception) and not isinstance(result, OptimizerError):
            raise result
        if self._open is None or question.number != self._open.number:
            return
        self._open = None
        try:
            if isinstance(result, OptimizerError):
                raise result
            answers = answers_to(question, result, names_of_chargers(self._means.published.view), self._wall_s())
        except OptimizerError as error:
            self._failed(error)
        else:
            self._answered(answers)

    def _answered(self, answers: list[OptimizerAnswered]) -> None:
        memory = self._means.memory
        memory.failures, memory.trouble = 0, None
        self._change(Trouble.NONE)
        named = frozenset(answer.source for answer in answers)
        over = [OptimizerAnswered(source, 0, 0, 0) for source in sorted(memory.answered - named)]
        for answer in (*over, *answers):
            self.coordinator.tell(answer)
        memory.answered = named
        self._wake_in(self._means.interval_ms)

    def _failed(self, error: OptimizerError) -> None:
        memory = self._means.memory
        memory.trouble = str(error)
        memory.answered = frozenset()
        self._change(error.trouble)
        delay_ms = min(
            self._means.interval_ms << min(memory.failures, 16), max(BACK_OFF_MS_MAX, self._means.interval_ms)
        )
        memory.failures += 1
        self._wake_in(delay_ms)

    def _change(self, trouble: Trouble) -> None:
        """Tell the home if that is news; another reason for the same silence is none."""
        memory, available = self._means.memory, trouble == Trouble.NONE
        if memory.available is not available:
            memory.available = available
            self.coordinator.tell(OptimizerChanged(HOME, available, trouble))

    def _wake_in(self, delay_ms: int) -> None:
        now_ms = self.place.runtime.now_ms()
        self._timer.arm(now_ms, now_ms + delay_ms)

    def _wall_s(self) -> int:
        return self._means.time.wall_ms() // 1_000
