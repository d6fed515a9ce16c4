"""The link's actor: keeps a line to `nymead`, tells what happens there, and carries writes over."""

import logging
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import Call, Marked, ReadBack
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.core.facts import LinkChanged
from hems_actors.nymea.connected import QUIET_MS, Connected
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
_Handler = Callable[[Any], object]
BACK_OFF_MS_MIN: Final = 4_000
"""Longer than the 3 s for which a server locks everybody out after one bad token."""
BACK_OFF_MS_MAX: Final = 60_000
STEADY_MS: Final = 60_000
"""A line that was up for so long is worth dialling again soon."""
OPEN_MS_MAX: Final = 30_000


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


class Link(Behaviour):
    """Tells what it reads to the things' actors, and what came and went to the coordinator."""

    def __init__(self, place: Place, means: LinkMeans) -> None:
        super().__init__(place)
        self._means = means
        self._roster = Roster(place, means.memory, means.make_spec)
        self._number = 0
        """Of the line in use; 0 = none."""
        self._line: Line | None = None
        self._at: Connected | None = None
        """None = the line is not open."""
        self._up_at_ms: int | None = None
        """Since when the coordinator believes that the link is up; None = it does not."""
        self._delay_ms = BACK_OFF_MS_MIN
        self._handlers: dict[type, _Handler] = {
            Begin: self._begin,
            Settings: self._configure,
            Dial: self._dial,
            Look: self._look,
            Opened: self._opened,
            Received: self._received,
            Closed: self._closed,
            Late: self._late,
            Again: self._again,
            Missed: self._missed,
            Marked: self._marked,
            Call: self._call,
            ReadBack: self._read_back,
        }

    def on_start(self) -> None:
        """Go on where an actor before this one ended."""
        if self._means.memory.begun:
            self._dial_later(BACK_OFF_MS_MIN)

    def on_receive(self, message: Message) -> None:
        """Deal with *message*; a line that is worth nothing is given up."""
        try:
            self._handlers[type(message)](message)
        except RefusedError as refused:
            self._lose(str(refused), BACK_OFF_MS_MAX)
        except LineError as error:
            self._lose(str(error))

    def on_stop(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()

    def on_failure(self, exception_type: object, exception: BaseException, traceback: object) -> None:
        """Hang up, and tell the supervisor."""
        self.on_stop()
        super().on_failure(exception_type, exception, traceback)

    def _begin(self, _begin: Begin) -> None:
        if not self._means.memory.begun:
            self._means.memory.begun = True
            self._dial(Dial(self._number))

    def _configure(self, settings: Settings) -> None:
        self._means.memory.settings = settings
        self._roster.refresh()
        if self._at is not None:
            self._at.settle()

    def _dial(self, dial: Dial) -> None:
        if dial.number != self._number:
            return
        memory = self._means.memory
        memory.lines += 1
        self._number = memory.lines
        self._line = self._means.dialer.dial(self._number, self.place.me)
        self.place.runtime.call_later(OPEN_MS_MAX, self.place.me, Look(self._number))

    def _opened(self, opened: Opened) -> None:
        if opened.number == self._number and self._line is not None and self._at is None:
            self._at = Connected(self.place, self._line, self._number, self._means.token, self._roster)
            self._at.begin()

    def _received(self, received: Received) -> None:
        if self._at is not None and received.number == self._number:
            self._at.received(received)
            self._judge()

    def _closed(self, closed: Closed) -> None:
        if closed.number == self._number:
            self._lose(closed.reason)

    def _look(self, look: Look) -> None:
        if look.number != self._number:
            return
        if self._at is None:
            self._lose(f"no connection within {OPEN_MS_MAX // 1_000} s")
        else:
            self._at.look()
            self.place.runtime.call_later(QUIET_MS, self.place.me, look)

    def _late(self, late: Late) -> None:
        if self._at is not None and late.number == self._number:
            self._at.requests.late(late)

    def _again(self, again: Again) -> None:
        if self._at is not None and again.number == self._number:
            self._at.settling.again()
            self._judge()

    def _missed(self, missed: Missed) -> None:
        if self._at is not None:
            self._at.minute.missed(missed)

    def _marked(self, marked: Marked) -> None:
        if self._at is not None:
            self._at.marked(marked)
            self._judge()

    def _call(self, call: Call) -> None:
        if self._at is not None:
            self._at.call(call)

    def _read_back(self, asked: ReadBack) -> None:
        if self._at is not None:
            self._at.read_back(asked)

    def _judge(self) -> None:
        """The link is up once all that was read has reached the coordinator."""
        if self._at is None or self._at.found is None:
            return
        if self._up_at_ms is None and self._at.settling.is_over:
            self._up_at_ms = self.place.runtime.now_ms()
            self.coordinator.tell(LinkChanged(HOME, up=True))
            _log.info("nymea: connected to %s", self._at.found.server)
        text = f"connected to {self._at.found.server}"
        if not self._at.found.has_energy:
            text += "; no Energy experience: it has no root meter and no minute signal"
        elif not self._roster.meter:
            text += "; no root meter"
        self._means.report.publish(LinkStatus(self._up_at_ms is not None, text, self._roster.solar_w()))

    def _lose(self, reason: str, wait_ms: int | None = None) -> None:
        """Give up the line; dial anew in *wait_ms*, or in 4 s and then ever later."""
        if self._at is not None:
            self._at.end()
        if self._line is not None:
            self._line.close()
        self._line = self._at = None
        now_ms = self.place.runtime.now_ms()
        if self._up_at_ms is not None:
            self.coordinator.tell(LinkChanged(HOME, up=False))
            if now_ms - self._up_at_ms >= STEADY_MS:
                self._delay_ms = BACK_OFF_MS_MIN
        self._up_at_ms = None
        if self._means.report.status.text != reason:
            _log.warning("nymea: %s", reason)
        self._means.report.publish(LinkStatus(text=reason))
        self._dial_later(self._delay_ms if wait_ms is None else wait_ms)
        if wait_ms is None:
            self._delay_ms = min(2 * self._delay_ms, BACK_OFF_MS_MAX)

    def _dial_later(self, delay_ms: int) -> None:
        self._number = 0
        self.place.runtime.call_later(delay_ms, self.place.me, Dial(0))
