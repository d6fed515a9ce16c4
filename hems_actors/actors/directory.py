"""Where each actor is now: addresses that stay when a crashed actor is replaced."""

from typing import Any, Final

import pykka

HOME: Final = 0
"""The coordinator: it speaks for the home, whose source number is 0."""
LINK: Final = -1
SUPERVISOR: Final = -2
SPOT_MARKET: Final = -3
OPTIMIZER: Final = -5


class Address:
    """The name of one actor, for life; what is told while nobody lives there is dropped."""

    __slots__ = ("ref", "source")

    def __init__(self, source: int) -> None:
        self.source = source
        self.ref: pykka.ActorRef[Any] | None = None

    def tell(self, message: object, /) -> bool:
        """Tell *message* to the actor living here; return False if there is none."""
        if self.ref is None:
            return False
        try:
            self.ref.tell(message)
        except pykka.ActorDeadError:
            return False
        return True


class Directory:
    """Addresses by source number of the thing, and `HOME`, `LINK`, `SUPERVISOR`."""

    def __init__(self) -> None:
        self._addresses: dict[int, Address] = {}

    def __getitem__(self, source: int) -> Address:
        """Return the address of *source*, whether or not anybody lives there yet."""
        address = self._addresses.get(source)
        return self._addresses.setdefault(source, Address(source)) if address is None else address
