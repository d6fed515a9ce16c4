"""An independent judge of a simulated home: what must hold at every instant, seen from the plant's truth.

It knows the plant, the recorded events and the rule book (facts/charging.md), but nothing of how the core decides.
"""

from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.sim.build import Stage
from hems_actors.sim.watch.actions import ActionWatch
from hems_actors.sim.watch.findings import Findings
from hems_actors.sim.watch.limit import LimitWatch


class Watch:
    """Watches *stage* while it is played: a tap of its log, and an observer of its plant."""

    def __init__(self, stage: Stage) -> None:
        self.found = Findings(stage.moments.start_ms)
        self.limit = LimitWatch(stage, self.found)
        self._watches = (self.limit, ActionWatch(stage, self.found))

    def resume(self, state: State) -> None:
        """Go on with a process that begins with *state*."""
        for watch in self._watches:
            watch.resume(state)

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Judge *event*."""
        for watch in self._watches:
            watch.see(seq, at_ms, event)

    def finish(self) -> Findings:
        """Judge what only the end shows, and return all findings."""
        for watch in self._watches:
            watch.finish()
        return self.found
