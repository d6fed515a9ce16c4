"""The running home, as the API needs it."""

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple

import pykka

from hems_actors.actors.directory import HOME, Directory
from hems_actors.actors.messages import Request
from hems_actors.actors.view import Published, View
from hems_actors.api.decisions import Recent
from hems_actors.api.port import Answered, Asked, Condition, Made
from hems_actors.core.facts import Fact
from hems_actors.spotmarket.provider import About

_ENDING: Final = "the home manager is ending"
_REFUSED: Final = "it cannot be recorded"
_Raised = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
Older = Callable[[Asked], Sequence[Made]]
"""Finds decisions that are no longer in memory; may block."""


class Around(NamedTuple):
    """What the API needs that is no actor's."""

    providers: Mapping[int, About]
    """Who can be asked for prices, by `enums.PriceProvider`."""
    condition: Callable[[], Condition]
    wall_ms: Callable[[], int]
    older: Older | None = None
    """Asked where memory does not reach back far enough."""


class LiveHome:
    """The `HomePort` of a home whose actors run; used from any thread."""

    def __init__(self, directory: Directory, published: Published, recent: Recent, around: Around) -> None:
        """Speak to the coordinator in *directory*; *recent* taps its log."""
        self._coordinator = directory[HOME]
        self._published = published
        self._recent = recent
        self._around = around

    def view(self) -> View:
        """Return the newest view."""
        return self._published.view

    def now_s(self) -> int:
        """Return the wall clock, UTC."""
        return self._around.wall_ms() // 1_000

    def submit(self, fact: Fact, answered: Answered) -> None:
        """Tell the coordinator *fact*; *answered* is told once it is on disk, or cannot be."""
        if not self._coordinator.tell(Request(fact, AnswerFuture(answered))):
            answered(_ENDING)

    def providers(self) -> Mapping[int, About]:
        """Return who can be asked for prices."""
        return self._around.providers

    def decisions(self, asked: Asked) -> Sequence[Made]:
        """Return the decisions *asked* for; what is no longer in memory is looked up."""
        found = self._recent.of(asked)
        older = self._around.older
        if older is None or len(found) >= asked.count_max:
            return found
        oldest = self._recent.oldest(asked.charger)
        to_s = asked.to_s if oldest is None else min(asked.to_s, oldest.at_s)
        if asked.from_s > to_s:
            return found
        rest = older(asked._replace(to_s=to_s, count_max=asked.count_max - len(found)))
        return [*(made for made in rest if oldest is None or made.seq < oldest.seq), *found]

    def news(self, after_seq: int) -> Sequence[Made]:
        """Return the newest decisions after event *after_seq*."""
        return self._recent.after(after_seq)

    def condition(self) -> Condition:
        """Return how it stands."""
        return self._around.condition()


class AnswerFuture(pykka.Future[int]):
    """A `Request`'s future that is told on, instead of being waited for."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self._answered = answered

    def set(self, value: int | None = None) -> None:
        """Pass on the number of the fact."""
        self._answered(value or 0)

    def set_exception(self, exc_info: _Raised | None = None) -> None:
        """Pass on why it is not on disk."""
        error = None if exc_info is None else exc_info[1]
        self._answered(" ".join(str(error).split()) or _REFUSED if error is not None else _REFUSED)

    def get(self, *, timeout: float | None = None) -> Any:  # noqa: ANN401 - as pykka declares it
        """Never be called."""
        raise NotImplementedError
