"""Which actions are under way: whoever ends the process waits for the last ones."""

from hems_actors.core.outcomes import ActionClosed, ActionIntended
from hems_actors.core.registry import Event


class UnderWay:
    """A tap of the log: `see` is called in the coordinator's thread, `is_over` in any."""

    def __init__(self) -> None:
        self._seq = 0
        self._open: dict[int, int] = {}
        """Charger to the number of its newest action that is not closed."""

    def see(self, seq: int, _at_ms: int, event: Event) -> None:
        """Note what *event* number *seq* begins or ends."""
        if type(event) is ActionIntended:
            self._open[event.source] = seq
        elif type(event) is ActionClosed and self._open.get(event.source) == event.action_seq:
            del self._open[event.source]
        self._seq = seq

    def is_over(self, after_seq: int) -> bool:
        """Return whether what fact number *after_seq* led to is recorded, and no action is under way."""
        return self._seq >= after_seq and not self._open
