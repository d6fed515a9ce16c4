"""An optimizer's actor on a bench, a home of two chargers for it, and an optimizer that says what a test wants."""

from collections.abc import Callable
from typing import Any, Final

from hems_actors.actors.directory import HOME, OPTIMIZER
from hems_actors.actors.optimizer import FIRST_MS, INTERVAL_MS, Job, Means, Memory, Optimizer
from hems_actors.actors.optimizer_port import OptimizerError, Question, SetPoint
from hems_actors.actors.published import Published
from hems_actors.core import facts
from hems_actors.core.enums import Mode, ThingKind, Trouble
from hems_actors.core.evolve import evolve
from hems_actors.core.facts import OptimizerAnswered, OptimizerChanged
from hems_actors.core.identity import points_of, uuid_text
from hems_actors.core.state import State
from tests.actors.fakes import START_MS, Bench

METER: Final = 3
GARAGE, CARPORT = 4, 5
WORDS: Final = {GARAGE: (0x6F2A1B4C, 0x4000, 0x80000000, 4), CARPORT: (0x6F2A1B4C, 0x4000, 0x80000000, 5)}
IDS: Final = {source: uuid_text(words) for source, words in WORDS.items()}
VALID_S: Final = 600
HERE: Final = OptimizerChanged(HOME, available=True, trouble=Trouble.NONE)
Answer = Callable[[Question], tuple[SetPoint, ...]]


def gone(trouble: Trouble) -> OptimizerChanged:
    """Return what is told when it cannot be asked any more."""
    return OptimizerChanged(HOME, available=False, trouble=trouble)


def answered(source: int, target_ma: int, phases: int = 0, valid_s: int = VALID_S) -> OptimizerAnswered:
    """Return what is told of one set-point."""
    return OptimizerAnswered(source, target_ma, phases, valid_s)


def wants(targets: dict[int, int], **changes: Any) -> Answer:  # noqa: ANN401  of `SetPoint`
    """Return an answer of these currents (mA) by charger, each point with *changes*."""

    def answer(question: Question) -> tuple[SetPoint, ...]:
        points = (SetPoint(IDS[source], target, 0, question.at_s + VALID_S) for source, target in targets.items())
        return tuple(point._replace(**changes) for point in points)

    return answer


def fails(trouble: Trouble) -> Answer:
    """Return what raises."""

    def answer(_question: Question) -> tuple[SetPoint, ...]:
        raise OptimizerError(trouble, f"it is {trouble.name}")

    return answer


class FakeOptimizer:
    """A port that answers as told, and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Question] = []

    def ask(self, question: Question) -> tuple[SetPoint, ...]:
        """Answer."""
        self.asked.append(question)
        return self.answer(question)


class Asking:
    """The actor on *bench*, with what it knows of the home."""

    def __init__(
        self,
        bench: Bench,
        answer: Answer,
        *,
        run: Callable[[Job], None] | None = None,
        chargers: bool = True,
        interval_ms: int = INTERVAL_MS,
    ) -> None:
        self.bench = bench
        self.port = FakeOptimizer(answer)
        self.published = Published()
        self.memory = Memory()
        self.state = State()
        self.tell(facts.SiteConfigured(0, 25_000, 3, 0, 1, METER))
        if chargers:
            self.add(GARAGE)
            self.add(CARPORT)
        self._means = Means(bench.queue.time, self.published, self.port, self.memory, interval_ms, run)
        self.start()

    def start(self) -> None:
        """Start the actor, once more if it died, and let it ask."""
        self.bench.queue.spawn(Optimizer, self.bench.place(OPTIMIZER), self._means)
        self.bench.after(FIRST_MS)

    def tell(self, *events: facts.Fact) -> None:
        """Let the home know *events*, and publish."""
        learn(self.state, *events)
        self.published.publish(self.state)

    def add(self, source: int) -> None:
        """Let there be a charger."""
        self.tell(*charger(source))


def state_with_chargers() -> State:
    """Return the state of a home with both chargers."""
    state = State()
    learn(state, *charger(GARAGE), *charger(CARPORT))
    return state


def learn(state: State, *events: facts.Fact) -> None:
    """Let *state* know *events*."""
    for event in events:
        evolve(state, state.seq + 1, START_MS, event)


def charger(source: int) -> tuple[facts.Fact, ...]:
    """Return the facts of a charger of up to 32 A; the garage's user wants no more than 16 A."""
    user_ma = 16_000 if source == GARAGE else 0
    return (
        facts.ThingAdded(source, ThingKind.CHARGER, WORDS[source], points_of("box")),
        facts.ChargerConfigured(source, 3, 123, 6_000, 1_000, can_switch=False),
        facts.ChargingInfoChanged(source, Mode.ECO, 0, 0, 80, user_ma, 6_000),
        facts.ChargerReported(source, True, True, 8_000, 6_000, 32_000, True, None, 3, None, 5_500, None, None, None),
    )
