"""Without a log: reductions and fail-safe go on, nothing adds load, one alarm (facts/replay.md section 3)."""

import pytest

from hems_actors.core.enums import Alarm, Health, Mode
from hems_actors.core.facts import Fact, LogLost, LogResumed, ThingConnected
from hems_actors.core.outcomes import AlarmChanged
from tests.core.home import METER, Home, writes
from tests.core.obedient import Obedient


def charging_home() -> Home:
    """Return a home whose one charger charges at 16 A in Normal, and has charged for a while."""
    home = Home()
    home.house_ma = (5_000, 5_000, 5_000)
    home.charger(2, obeys=Obedient(), max_ma=16_000)
    home.plug(2)
    home.run(120)
    assert home.line(2) == "16 A 3p normal/normal"
    return home


def test_alarm_and_health() -> None:
    """Raised once, ended when the log goes on."""
    home = charging_home()
    home.tell(LogLost(0))
    home.run(30)
    assert home.state.site.health == Health.LOG_LOST
    home.tell(LogResumed(0, 7, 9))
    home.run(5)

    assert home.state.site.health == Health.GOOD
    alarms = [alarm for alarm in home.all_of(AlarmChanged) if alarm.alarm == Alarm.LOG_LOST]
    assert [alarm.active for alarm in alarms] == [True, False]


def test_overload_is_cut_and_not_raised_again() -> None:
    """The cut goes out as ever; the way back up waits for the log."""
    home = charging_home()
    home.tell(LogLost(0))
    home.house_ma = (15_000, 5_000, 5_000)
    assert writes(home.run(3)) == ["current 10 A"]

    home.house_ma = (5_000, 5_000, 5_000)
    assert writes(home.run(600)) == []
    assert home.line(2) == "10 A 3p normal/log_lost"

    home.tell(LogResumed(0, 7, 9))
    home.run(60)
    assert home.line(2) == "16 A 3p normal/normal"


def test_nothing_starts() -> None:
    """A car that is plugged in now has to wait."""
    home = Home()
    home.charger(2, obeys=Obedient(), max_ma=16_000)
    home.tell(LogLost(0))
    home.plug(2)
    home.run(300)

    assert home.line(2) == "off unknown/log_lost"


def test_surplus_that_ends_is_stopped() -> None:
    """A stop is a reduction: the sun's end does not wait for the log."""
    home = Home()
    home.house_ma = (-20_000, -20_000, -20_000)
    home.charger(2, mode=Mode.ECO, obeys=Obedient(), max_ma=16_000)
    home.plug(2)
    home.run(300)
    assert home.line(2).startswith("16 A")

    home.tell(LogLost(0))
    home.house_ma = (5_000, 5_000, 5_000)
    home.run(400)
    assert home.line(2).startswith("off")


@pytest.mark.parametrize("first", ["log", "meter"])
def test_meter_lost_too(first: str) -> None:
    """Fail-safe is a reduction and goes on; what is off stays off."""
    home = charging_home()
    losses: list[Fact] = [LogLost(0), ThingConnected(METER, connected=False)]
    home.tell(*(losses if first == "log" else losses[::-1]))
    home.wait(100)

    assert home.line(2) == "6 A 3p failsafe/failsafe"


def test_home_without_a_meter() -> None:
    """A charger that is on goes to its safe current; one that is off is not started."""
    home = Home(meter=0)
    home.charger(2, obeys=Obedient(), max_ma=16_000)
    home.tell(LogLost(0))
    home.plug(2)
    home.wait(300)

    assert home.line(2) == "off failsafe/failsafe"


def test_start_that_was_decided_before() -> None:
    """Half way through its writes it waits, also where there is no meter to wait for."""
    home = Home(meter=0)
    home.charger(2, max_ma=16_000)
    home.plug(2)
    home.wait(1)
    assert home.line(2) == "6 A 3p failsafe/failsafe, power on"
    home.tell(LogLost(0))

    assert writes(home.wait(60)) == []
    assert writes(home.tell(LogResumed(0, 1, 2))) == ["power on"]
