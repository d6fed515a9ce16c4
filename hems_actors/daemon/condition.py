"""How it stands with what is around the actors: for the API, for systemd, and for the process's own lines."""

import logging
from typing import Final

from hems_actors.actors.optimizer import Memory as Optimizer
from hems_actors.actors.view import View
from hems_actors.api.conditions import degraded
from hems_actors.api.port import Condition
from hems_actors.eventlog.writer import LogWriter
from hems_actors.nymea.status import LinkReport
from hems_actors.spotmarket.memory import Memory

_LOG: Final = logging.getLogger(__name__)


class Conditions:
    """Asks whoever knows; used from any thread."""

    market: Memory | None = None
    """What the prices' actor remembers."""
    optimizer: Optimizer | None = None
    """What the optimizer's actor remembers; None = there is none."""

    def __init__(self, link: LinkReport) -> None:
        self._link = link
        self._trouble: str | None = None

    def now(self, log: LogWriter) -> Condition:
        """Return how it stands, *log* being the event log."""
        status = self._link.status
        writing = f"writing {log.path.name}" if log.given_up is None else f"nothing is written: {log.given_up}"
        trouble = None if self.market is None else self.market.trouble
        reasons = [] if status.up else [f"nymea: {status.text}"]
        reasons += [] if trouble is None else [f"prices: {trouble}"]
        reasons += [] if self.optimizer is None or self.optimizer.trouble is None else [self.optimizer.trouble]
        return Condition(status.up, status.text, writing, tuple(reasons), status.solar_w)

    def looked(self, view: View) -> None:
        """Say in a log line why there are no new prices, once; told in the coordinator's thread at each *view*."""
        del view
        trouble = None if self.market is None else self.market.trouble
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble is not None:
                _LOG.warning("prices: %s", trouble)

    def line(self, view: View) -> str:
        """Return in a line how the home stands at *view*."""
        wrong = degraded(view)
        running = sum(charger.on for _, charger in view.chargers)
        text = f"{running} of {len(view.chargers)} chargers on; nymea: {self._link.status.text}"
        return f"{text}; {'; '.join(wrong)}" if wrong else text
