"""The port between the API and the home: what the API reads, and how it asks for changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from hems_actors.actors.view import View
from hems_actors.core.facts import Fact
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.spotmarket.provider import About

Answered = Callable[[int | str], object]
"""Told once, from any thread: the number of the fact that is on disk, or why it is not, in one line."""


class Made(NamedTuple):
    """A decision as the log has it."""

    seq: int
    at_s: int
    """UTC."""
    event: SetPointDecided


class Asked(NamedTuple):
    """Which decisions are wanted."""

    charger: int
    """Source number."""
    from_s: int
    to_s: int
    """UTC, both included."""
    count_max: int
    """The newest so many."""


class Condition(NamedTuple):
    """What the view does not say: how it stands with what is around the actors."""

    link_up: bool
    link: str
    """In one line."""
    log: str
    """In one line."""
    degraded: tuple[str, ...] = ()
    """Reasons that no alarm tells."""


class HomePort(Protocol):
    """The home, as the API needs it; all but `decisions` return at once."""

    def view(self) -> View:
        """Return the newest view."""

    def now_s(self) -> int:
        """Return the wall clock, UTC."""

    def submit(self, fact: Fact, answered: Answered) -> None:
        """Have *fact* recorded and concluded; *answered* is told once it is on disk, or cannot be."""

    def providers(self) -> Mapping[int, About]:
        """Return who can be asked for prices, by `enums.PriceProvider`."""

    def decisions(self, asked: Asked) -> Sequence[Made]:
        """Return the decisions *asked* for, in time order; may read the log, so never in the thread that serves."""

    def news(self, after_seq: int) -> Sequence[Made]:
        """Return the newest decisions after event *after_seq*, not necessarily all; returns at once."""

    def condition(self) -> Condition:
        """Return how it stands."""
