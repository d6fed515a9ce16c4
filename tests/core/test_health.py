"""What the readings can be trusted with (charging.md section 10)."""

from collections.abc import Callable

import pytest

from hems_actors.core.enums import Alarm, Health
from hems_actors.core.facts import LinkChanged, Restarted, ThingConnected, Tick
from hems_actors.core.outcomes import AlarmChanged
from tests.core.home import METER, Home
from tests.core.obedient import Obedient

Step = Callable[[Home], object]


def reads(a: float) -> Step:
    """Return a step: a complete reading of *a* amps."""
    return lambda home: home.amps(a)


def waits(seconds: float) -> Step:
    """Return a step: time passes, ticks come as they are due."""
    return lambda home: (home.wait(seconds), home.tell(Tick(0)))


def link(up: bool) -> Step:
    """Return a step: the link is up or lost."""
    return lambda home: home.tell(LinkChanged(0, up=up))


def meter(connected: bool) -> Step:
    """Return a step: the meter reaches its device or not."""
    return lambda home: home.tell(ThingConnected(METER, connected=connected))


@pytest.mark.parametrize(
    ("steps", "health"),
    [
        pytest.param([], Health.CACHED, id="just linked, no reading"),
        pytest.param([reads(1)], Health.GOOD, id="the first reading"),
        pytest.param([waits(89.9)], Health.CACHED, id="no reading for 89.9 s"),
        pytest.param([waits(90)], Health.NO_METER, id="no reading ever for 90 s"),
        pytest.param([reads(1), link(False)], Health.NO_CONTROL, id="link lost"),
        pytest.param([reads(1), link(False), link(True)], Health.CACHED, id="link back"),
        pytest.param([reads(1), link(False), link(True), reads(1)], Health.CACHED, id="link back, the same reading"),
        pytest.param([reads(1), link(False), link(True), reads(2)], Health.GOOD, id="link back, another reading"),
        pytest.param(
            [reads(1), link(False), link(True), reads(1), waits(89.9)], Health.CACHED, id="the same for 89.9 s"
        ),
        pytest.param([reads(1), link(False), link(True), reads(1), waits(90)], Health.GOOD, id="the same for 90 s"),
        pytest.param([reads(1), meter(False)], Health.HOLD, id="meter lost"),
        pytest.param([reads(1), meter(False), waits(89.9)], Health.HOLD, id="meter lost for 89.9 s"),
        pytest.param([reads(1), meter(False), waits(90)], Health.NO_METER, id="meter lost for 90 s"),
        pytest.param([reads(1), meter(False), meter(True)], Health.CACHED, id="meter back"),
        pytest.param([reads(1), meter(False), meter(True), reads(2)], Health.GOOD, id="meter back with a new value"),
        pytest.param(
            [reads(1), meter(False), waits(95), meter(True), reads(2)], Health.GOOD, id="back with a value after 95 s"
        ),
        pytest.param([reads(1), waits(3_600)], Health.GOOD, id="silence of an unchanged value is no staleness"),
        pytest.param(
            [reads(1), lambda home: home.tell(ThingConnected(9, connected=False))], Health.GOOD, id="another meter"
        ),
        pytest.param([lambda home: home.meter(a_w=100)], Health.NO_METER, id="one phase shown, three configured"),
        pytest.param([reads(1), lambda home: home.tell(Restarted(0))], Health.NO_CONTROL, id="restarted"),
    ],
)
def test_health(steps: list[Step], health: Health) -> None:
    """A home's health after a short story."""
    home = Home()
    for step in steps:
        step(home)

    assert Health(home.state.site.health) is health


@pytest.mark.parametrize(
    ("limit_a", "health"),
    [pytest.param(0, Health.GOOD, id="no limit"), pytest.param(25, Health.NO_METER, id="a limit nobody can watch")],
)
def test_a_home_without_a_meter(limit_a: int, health: Health) -> None:
    """No root meter: fine without a limit, else at most the safe current; nothing to raise an alarm about."""
    home = Home(limit_a=limit_a, meter=0)

    assert Health(home.state.site.health) is health
    assert home.all_of(AlarmChanged) == []


def test_a_lost_meter_is_an_alarm_while_it_lasts() -> None:
    """The alarm comes with the fail-safe, not with the loss, and goes with a new value."""
    home = Home()
    home.amps(1)
    meter(connected=False)(home)
    home.wait(89)
    assert home.all_of(AlarmChanged) == []

    home.wait(1)
    assert home.all_of(AlarmChanged) == [AlarmChanged(0, Alarm.METER_LOST, active=True, value=0)]

    meter(connected=True)(home)
    home.amps(2)
    assert home.state.alarms == {}


def test_a_lost_link_is_an_alarm_once_there_was_one() -> None:
    """`No control` is said when control was lost, and ends with it."""
    home = Home()
    link(up=False)(home)
    assert home.state.alarms == {(Alarm.NO_CONTROL, 0): 0}

    link(up=True)(home)
    assert home.state.alarms == {}


def test_a_meter_that_comes_and_goes_without_a_reading_is_lost() -> None:
    """Losing the meter again before it said anything is no reason to hold for another 90 s."""
    home = Home()
    home.charger(2, obeys=Obedient())
    home.amps(1)
    home.plug(2)
    home.run(120)
    for _ in range(3):
        home.tell(ThingConnected(METER, connected=False))
        home.wait(80)
        home.tell(ThingConnected(METER, connected=True))
        home.wait(80)
    home.tell(ThingConnected(METER, connected=False))

    assert home.line(2).startswith("6 A")
