"""The link's actor: keeps a line to `nymead`, tells what happens there, and carries writes over."""

import logging
from typing import Final, NamedTuple

from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import Answered, BurstEnded, Call, Marked, ReadBack
from hems_actors.actors.runtime import Behaviour, Place, TimerHandle
from hems_actors.core.enums import Result
from hems_actors.core.facts import LinkChanged
from hems_actors.nymea.connected import Connected
from hems_actors.nymea.errors import LineError
from hems_actors.nymea.line import Closed, Dialer, Line, Opened, Received
from hems_actors.nymea.minute import Missed
from hems_actors.nymea.requests import Late
from hems_actors.nymea.roster import MakeSpec, Roster, device_spec
from hems_actors.nymea.session import RefusedError
from hems_actors.nymea.settling import Again
from hems_actors.nymea.status import LinkReport, LinkStatus
from hems_actors.nymea.things import Memory, Settings

_log: Final = logging.getLogger(__name__)
BACK_OFF_MS_MIN: Final = 4_000
"""Longer than the 3 s for which a server locks everybody out after one bad token."""
BACK_OFF_MS_MAX: Final = 60_000
STEADY_MS: Final = 60_000
"""A line that was up for so long is worth dialling again soon."""
OPEN_MS_MAX: Final = 30_000
QUIET_MS: Final = 30_000
"""After that silence the server is asked whether it is there: it says nothing by itself."""


class Begin(NamedTuple):
    """Daemon to link: connect, and stay connected."""


class Dial(NamedTuple):
    """Link to itself: it is time for the next line, after line `number`."""

    number: int


class Look(NamedTuple):
    """Link to itself: look whether line `number` is open, or is alive."""

    number: int


class LinkMeans(NamedTuple):
    """What the link works with."""

    dialer: Dialer
    memory: Memory
    report: LinkReport
    token: str | None = None
    make_spec: MakeSpec = device_spec


Message = Begin | Settings | Dial | Look | Opened | Received | Closed | Late | Again | Missed | Marked | Call | ReadBack
