"""The port between the link and the network: lines that are dialled, and what they tell."""

from typing import NamedTuple, Protocol

from hems_actors.actors.messages import Recipient


class Opened(NamedTuple):
    """Line `number` stands: what is sent now arrives, unless `Closed` follows."""

    number: int


class Received(NamedTuple):
    """Bytes came over line `number`: one segment of a stream, or one WebSocket message."""

    number: int
    data: bytes
    received_at_ms: int
    """When they were taken off the wire, on the runtime's clock."""


class Closed(NamedTuple):
    """Line `number` is no more; told exactly once for each that was dialled, also if it never opened."""

    number: int
    reason: str
    """One line for a reader."""


class Line(Protocol):
    """One connection, or the attempt at one."""

    def send(self, data: bytes) -> None:
        """Write *data*, one message; never raises, never blocks for long: what cannot be sent closes the line."""

    def close(self) -> None:
        """End the line soon; harmless twice."""


class Dialer(Protocol):
    """Knows where the server is."""

    def dial(self, number: int, to: Recipient) -> Line:
        """Begin to connect and return at once; the line tells *to* what becomes of it. Never raises."""
