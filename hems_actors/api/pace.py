"""How much of the machine the API may use: clients wait, the actors do not."""

import time
from collections.abc import Callable
from typing import Final

REST: Final = 3.0
"""Time off for each stretch of work: a quarter of one core at most."""
BURST_S: Final = 0.1
"""So much work is done before anybody waits."""


class Pace:
    """Keeps account of the work done for all clients together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._even_at_s = 0.0
        """When all work done so far will have had its time off."""

    def worked(self, spent_s: float) -> None:
        """Add *spent_s* of work."""
        self._even_at_s = max(self._even_at_s, self._clock()) + spent_s * REST

    def wait_s(self) -> float:
        """Return how long the next client has to wait; 0 = not at all."""
        return max(0.0, self._even_at_s - self._clock() - BURST_S * REST)
