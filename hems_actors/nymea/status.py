"""What the rest of the process may know of the link."""

from collections.abc import Callable
from typing import NamedTuple


class LinkStatus(NamedTuple):
    """Where the link stands."""

    up: bool = False
    """Whether everything was read, and what happens there is told."""
    text: str = "not connected yet"
    """One line for a reader."""
    solar_w: int | None = None
    """What all inverters say, producing is negative; None = there is none, or none says."""


class LinkReport:
    """Holds the newest status; read from any thread, written by the link only."""

    def __init__(self) -> None:
        self.status = LinkStatus()
        self._listeners: tuple[Callable[[LinkStatus], object], ...] = ()

    def listen(self, listener: Callable[[LinkStatus], object]) -> None:
        """Call *listener* with each new status, in the link's thread: it must neither block nor raise."""
        self._listeners = (*self._listeners, listener)

    def publish(self, status: LinkStatus) -> None:
        """Publish *status*, if it is another one."""
        if status != self.status:
            self.status = status
            for listener in self._listeners:
                listener(status)
