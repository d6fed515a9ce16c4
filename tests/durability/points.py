"""The places at which a process can die: each call of the disk, each message on its way to a charger and back."""

from typing import Final

from hems_actors.actors.directory import Address, Directory
from hems_actors.actors.messages import Answered, Call, Execute, ReadBack, StatesChanged
from hems_actors.core.facts import ActionAnswered, ActionSent
from hems_actors.eventlog.syncing import Synced, SyncFailed

NAMES: Final[dict[type, str]] = {
    Execute: "hand-out",
    Call: "message to the link",
    ReadBack: "read-back wanted",
    StatesChanged: "states",
    Answered: "reply",
    ActionSent: "sent",
    ActionAnswered: "acknowledgement",
    Synced: "sync's report",
    SyncFailed: "sync's report",
}


class Crash(BaseException):
    """Here the process ends."""


class Points:
    """Counts the points that are passed, and crashes at some."""

    def __init__(self, *crash_at: int) -> None:
        """Crash at points number *crash_at*, the first being 0."""
        self.names: list[str] = []
        self._crash_at = crash_at
        self._dying = False

    def reach(self, name: str) -> None:
        """Note point *name*; raise if the process dies here, or is dying: it does nothing more.

        Raises:
            Crash: it does.
        """
        if self._dying:
            raise Crash(name)
        self.names.append(name)
        if len(self.names) - 1 in self._crash_at:
            self._dying = True
            raise Crash(name)

    def died(self) -> str:
        """Let the next process pass all points; return where this one died."""
        self._dying = False
        return self.names[-1]


class _WatchedAddress(Address):
    """An address that what is told to it passes a point on the way."""

    __slots__ = ("_points",)

    def __init__(self, source: int, points: Points) -> None:
        super().__init__(source)
        self._points = points

    def tell(self, message: object, /) -> bool:
        """Tell *message*."""
        name = NAMES.get(type(message))
        if name is not None and not (isinstance(message, StatesChanged) and not message.read_back):
            self._points.reach(name)
        return super().tell(message)


class WatchedDirectory(Directory):
    """Addresses between which messages pass points."""

    def __init__(self, points: Points) -> None:
        super().__init__()
        self._points = points
        self._watched: dict[int, Address] = {}

    def __getitem__(self, source: int) -> Address:
        """Return the address of *source*."""
        return self._watched.setdefault(source, _WatchedAddress(source, self._points))
