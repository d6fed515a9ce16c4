"""Configured, contradicted and remembered wiring (charging.md section 6): what outlives a plug-in."""

from hems_actors.core import facts
from hems_actors.core.enums import Alarm, Knowledge
from tests.core.test_phases import confirmed_on_b, see, started
from tests.core.test_phases_told import phases_of


def test_contradiction_with_the_configuration() -> None:
    """Configured on A, seen on B: an alarm, and both are assumed."""
    home = started(rotation=1)
    assert phases_of(home) == ("A", Knowledge.CONFIGURED)

    see(home, (1, 7, 1))

    assert phases_of(home) == ("AB", Knowledge.CONTRADICTED)
    assert (Alarm.PHASES_CONTRADICT, 2) in home.state.alarms


def test_a_contradiction_outlives_the_plug_in() -> None:
    """What the configuration got wrong once is not believed again for the next car."""
    home = started(rotation=1)
    see(home, (1, 7, 1))
    home.unplug(2)
    home.settle(2)
    home.report(2, a_ma=0, charging=False)
    see(home, (1, 38, 1))

    home.plug(2)

    assert home.line(2).startswith("off")


def test_a_new_configuration_ends_the_contradiction() -> None:
    """Once the installer corrects the rotation it is believed, and the alarm ends."""
    home = started(rotation=1)
    see(home, (1, 7, 1))

    home.tell(facts.ChargerConfigured(2, 1, 2, 6_000, 1_000, can_switch=False))
    home.unplug(2)
    home.settle(2)
    home.report(2, plugged_in=True, a_ma=0)

    assert phases_of(home) == ("B", Knowledge.CONFIGURED)
    assert (Alarm.PHASES_CONTRADICT, 2) not in home.state.alarms


def test_remembered() -> None:
    """The wiring survives unplugging: the next car on one phase is expected where the last was confirmed."""
    home = confirmed_on_b()
    home.unplug(2)
    home.plug(2)

    assert phases_of(home) == ("B", Knowledge.REMEMBERED)
