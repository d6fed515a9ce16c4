"""Messages between actors and the link; facts themselves travel as the core's own events."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import pykka

from hems_actors.core.facts import Fact

StateValue = int | bool | None


class Recipient(Protocol):
    """Whatever takes messages: a `pykka.ActorRef`, or the `directory.Address` that outlives one."""

    def tell(self, message: object, /) -> object:
        """Put *message* into the mailbox, without waiting."""


class StatesChanged(NamedTuple):
    """Link to device actor: some states changed or were read back, named and scaled as the thing's fact has them."""

    values: Mapping[str, StateValue]
    received_at_ms: int
    """When the link took them off the wire."""
    read_back: bool = False
    """Whether this answers a `ReadBack`: all states, told on even when nothing changed."""


class BurstEnded(NamedTuple):
    """Link to meter actor: the states of one burst are complete (PowerBalanceChanged)."""

    received_at_ms: int


class Call(NamedTuple):
    """Charger actor to link: write `value` (`enums.What` says what); `token` comes back in `Answered`."""

    token: int
    thing: int
    what: int
    value: int
    reply_to: Recipient


class Answered(NamedTuple):
    """Link to charger actor: the device's answer (`enums.Result`)."""

    token: int
    result: int


class ReadBack(NamedTuple):
    """Charger actor to link: read all states of `thing` and send them as `StatesChanged`."""

    thing: int
    reply_to: Recipient


class Execute(NamedTuple):
    """Coordinator to charger actor: an action that left the core; `action_seq` is its name."""

    action_seq: int
    what: int
    value: int


class LimitChanged(NamedTuple):
    """Coordinator to meter actor: the limit per phase now in force; 0 = none."""

    limit_ma: int


class Request(NamedTuple):
    """Anybody to coordinator: a fact whose sender waits until it is on disk; the future then holds its number."""

    fact: Fact
    future: pykka.Future[int]


class MarketChanged(NamedTuple):
    """Coordinator to the prices' actor: whom to ask from now on; not enabled: nobody."""

    enabled: bool
    provider: int
    """`enums.PriceProvider`; 0, or one that is not there: nobody."""


class StandingWanted(NamedTuple):
    """Actor to coordinator: the one at `source` was just started, and is told what stands."""

    source: int


class Mark(NamedTuple):
    """Anybody to thing actor: answer `Marked` to `reply_to` once all that was told before is dealt with."""

    number: int
    reply_to: Recipient


class Marked(NamedTuple):
    """Thing actor to whoever marked: what it had to tell of it is in the coordinator's mailbox."""

    number: int
    source: int


class Dismiss(NamedTuple):
    """Anybody to supervisor: the thing at `source` is gone; its actor stops and is not started again."""

    source: int


class Crashed(NamedTuple):
    """A dying actor to the supervisor."""

    source: int
    error: BaseException
