"""A server that is lost at any moment and comes again: what was told, what is written, and when it is dialled."""

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from hems_actors.core.enums import Alarm, Closing
from hems_actors.core.facts import LinkChanged, ThingAdded, ThingRemoved
from hems_actors.core.outcomes import ActionClosed, AlarmChanged
from hems_actors.nymea.link import BACK_OFF_MS_MAX, BACK_OFF_MS_MIN
from hems_actors.nymea.protocol import Reply, Request, encode
from tests.nymea.fake.nymead import LOCKDOWN_MS
from tests.nymea.fake.session import Session
from tests.nymea.linked import MINUTE_MS, SECOND_MS, SURPLUS_A, LinkedHome, Meant, linked

CLOSED: Final = "the server closed the connection"
REFUSED: Final = "fake nymead: Connection refused"
UP: Final = "connected to nymea-lab 1.15.2"
EXECUTE: Final = "Integrations.ExecuteAction"
READING: Final = [
    *("JSONRPC.Hello", "JSONRPC.SetNotificationStatus", "Energy.GetRootMeter"),
    *("Integrations.GetThings", "Integrations.GetThingClasses", "Integrations.GetThings"),
]
LESS_MA: Final = 8_000
Then = Callable[[LinkedHome, Session, Request], None]


def _close(_home: LinkedHome, session: Session, _request: Request) -> None:
    session.end()


def _say_nothing(_home: LinkedHome, _session: Session, _request: Request) -> None:
    pass


def _half(_home: LinkedHome, session: Session, request: Request) -> None:
    session.send(encode(Reply(request.id, {"things": []}))[:20])
    session.end()


def _carry_out(home: LinkedHome, session: Session, request: Request) -> None:
    home.fake.meddler = None
    session.is_open = False  # so that no answer leaves
    home.fake.answer(session, request)
    session.is_open = True
    session.end()


class Moment(NamedTuple):
    """When a line is lost: at the `nth` call of `method` on it, `then` happens."""

    method: str
    nth: int = 1
    then: Then = _close
    text: str = CLOSED
    closings: tuple[Closing, ...] = ()
    """What becomes of the action it interrupts."""


MOMENTS: Final = {
    "during Hello": Moment("JSONRPC.Hello"),
    "during the subscription": Moment("JSONRPC.SetNotificationStatus"),
    "during GetRootMeter": Moment("Energy.GetRootMeter"),
    "during the first GetThings": Moment("Integrations.GetThings"),
    "during GetThingClasses": Moment("Integrations.GetThingClasses"),
    "during the second GetThings": Moment("Integrations.GetThings", nth=2),
    "in the middle of an answer": Moment("Integrations.GetThings", then=_half),
    "no answer to Hello": Moment("JSONRPC.Hello", then=_say_nothing, text=CLOSED),  # nymead sees no Hello for 10 s
    "no answer to GetThings": Moment(
        "Integrations.GetThings", then=_say_nothing, text="no answer to Integrations.GetThings within 20 s"
    ),
    "before an action is carried out": Moment(EXECUTE, closings=(Closing.UNVERIFIED, Closing.VERIFIED)),
    "before an action is answered": Moment(EXECUTE, then=_carry_out, closings=(Closing.UNVERIFIED,)),
}


def _strike(home: LinkedHome, moment: Moment) -> None:
    """Lose the line at *moment*, once."""
    left = [moment.nth]

    def meddle(session: Session, request: Request) -> bool:
        if request.method != moment.method:
            return False
        left[0] -= 1
        if left[0] == 0:
            home.fake.meddler = None
            moment.then(home, session, request)
            return True
        return False

    home.fake.meddler = meddle
    if moment.method == EXECUTE:
        wanted_ma = home.wallbox.values["maxChargingCurrent"] * 1_000
        home.set_info(max_ma=LESS_MA if wanted_ma != LESS_MA else 0)
    else:
        home.fake.drop_all()


@pytest.mark.parametrize("moment", [pytest.param(moment, id=name) for name, moment in MOMENTS.items()])
def test_lost_and_regained(tmp_path: Path, moment: Moment) -> None:
    """The reason is said, all is read again, nothing is told twice, and the charger ends at what is right."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        _strike(home, moment)
        home.wait_until(lambda: home.fake.meddler is None)
        home.wait_until(lambda: not home.report.status.up)
        home.wait_until(lambda: home.report.status.text == moment.text)
        home.wait_until(lambda: home.report.status.up)
        home.wait(3 * MINUTE_MS)

        assert home.report.status.text == UP
        assert home.methods()[: len(READING)] == READING
        assert [event.up for event in home.events(LinkChanged, since_ms=since_ms)] == [False, True]
        assert home.events(ThingAdded, ThingRemoved, since_ms=since_ms) == []
        alarms = [event for event in home.events(AlarmChanged, since_ms=since_ms) if event.alarm == Alarm.NO_CONTROL]
        assert [event.active for event in alarms] == [True, False]
        wanted_a = LESS_MA // 1_000 if moment.method == EXECUTE else SURPLUS_A
        assert home.wallbox.values["maxChargingCurrent"] == wanted_a
        assert home.written(since_ms) == ([("maxChargingCurrent", wanted_a)] if moment.method == EXECUTE else [])
        assert tuple(event.closing for event in home.events(ActionClosed, since_ms=since_ms)) == moment.closings


def test_lost_a_hundred_times(tmp_path: Path) -> None:
    """At every moment in turn: each is told once, dialled anew in due time, and leaves nothing behind."""
    threads = threading.active_count()
    moments = list(MOMENTS.values())
    with linked(tmp_path) as home:
        home.charge()
        for turn in range(100):
            _strike(home, moments[turn % len(moments)])
            home.wait_until(lambda: home.fake.meddler is None)
            home.wait_until(lambda: home.report.status.up and not home.fake.meddler)
            home.wait(20 * SECOND_MS + 7 * turn)
        home.set_info(max_ma=0)
        home.wait(3 * MINUTE_MS)

        told = [event.up for event in home.events(LinkChanged)]
        assert told == [True, *[False, True] * 100]
        assert len(home.events(ThingAdded)) == 3
        assert home.events(ThingRemoved) == []
        assert [value for name, value in home.written() if name == "power"] == [True]
        steps_a = {round(value) for name, value in home.written() if name == "maxChargingCurrent"}
        assert steps_a == {LESS_MA // 1_000, 11, SURPLUS_A}
        assert home.wallbox.values["maxChargingCurrent"] == pytest.approx(SURPLUS_A, abs=0.1)
        assert len(home.fake.sessions) == 1
        gaps_ms = [after - before for before, after in pairwise(home.dialer.at_ms)]
        assert min(gaps_ms) > LOCKDOWN_MS
    assert threading.active_count() == threads


def test_a_server_that_stays_away(tmp_path: Path) -> None:
    """It is dialled ever more seldom, 4 s to 1 min, in an hour some 60 times; the charger keeps what it has."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        known = len(home.dialer.at_ms)
        home.dialer.is_reachable = False
        home.fake.drop_all()
        home.wait(60 * MINUTE_MS)

        assert home.report.status.text == REFUSED
        gaps_s = [(after - before) // 1_000 for before, after in pairwise(home.dialer.at_ms[known:])]
        assert gaps_s[:6] == [8, 16, 32, 60, 60, 60]
        assert set(gaps_s[6:]) == {BACK_OFF_MS_MAX // 1_000}
        assert home.written(since_ms) == []

        home.dialer.is_reachable = True
        home.wait(2 * MINUTE_MS)
        assert home.report.status.text == UP
        home.fake.drop_all()
        again_ms = home.queue.now_ms()
        home.wait(10 * SECOND_MS)
        assert home.dialer.at_ms[-1] - again_ms == BACK_OFF_MS_MIN


def test_a_server_that_drops_at_once_is_not_hurried(tmp_path: Path) -> None:
    """A line that was up for a moment only does not shorten the wait."""
    with linked(tmp_path) as home:
        home.charge()
        known = len(home.dialer.at_ms)
        for _ in range(6):
            home.wait_until(lambda: home.report.status.up)
            home.wait(SECOND_MS)
            home.fake.drop_all()
        home.wait_until(lambda: home.report.status.up)

        gaps_s = [(after - before) // 1_000 for before, after in pairwise(home.dialer.at_ms[known:])]
        assert gaps_s == [9, 17, 33, 61, 61]


def test_a_line_that_never_opens(tmp_path: Path) -> None:
    """After 30 s it is given up."""
    with linked(tmp_path) as home:
        home.charge()
        home.dialer.opens = False
        home.fake.drop_all()
        home.wait(35 * SECOND_MS)
        assert home.report.status.text == "no connection within 30 s"

        home.dialer.opens = True
        home.wait(MINUTE_MS)
        assert home.report.status.text == UP


def test_a_silent_line_is_asked(tmp_path: Path) -> None:
    """After 30 s of silence the server is asked; who answers may be silent for ever, who does not is lost."""
    with linked(tmp_path, Meant(jitter_w=0)) as home:
        home.charge()
        home.fake.is_dumb = True
        home.wait(5 * MINUTE_MS)
        assert home.report.status.up
        assert "JSONRPC.KeepAlive" in home.methods()

        home.fake.meddler = lambda _session, _request: True
        home.wait_until(lambda: not home.report.status.up, 2 * MINUTE_MS)
        assert home.report.status.text == "no answer to JSONRPC.KeepAlive within 20 s"
