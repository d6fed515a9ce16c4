"""Alarms of the limit: when a person must know (charging.md 5.3)."""

import pytest

from hems_actors.core.enums import Alarm
from hems_actors.core.outcomes import AlarmChanged
from tests.core.home import of_kind
from tests.core.scenes import Charging, scene, show

PERSISTS = [  # seconds since the first reading over the limit, house A -> alarm
    pytest.param(9.9, 30, False, id="9.9 s: a cut needs its time"),
    pytest.param(10, 30, True, id="10 s over the limit"),
    pytest.param(10, 25.001, True, id="1 mA over"),
    pytest.param(10, 25, False, id="exactly the limit"),
]


@pytest.mark.parametrize(("seconds", "house_a", "expected"), PERSISTS)
def test_overload_persists(seconds: float, house_a: float, *, expected: bool) -> None:
    """Raised when a phase is above its limit 10 s after it went over, whoever is to blame."""
    home = scene(Charging(on="B"))
    show(home, house_a=(30, 1, 1))
    home.wait(seconds)

    show(home, house_a=(house_a, 1, 1))

    assert ((Alarm.OVERLOAD_PERSISTS, 0) in home.state.alarms) == expected


def test_overload_persists_in_silence() -> None:
    """A meter says nothing while its value stays: three intervals after the last reading the alarm comes by itself."""
    home = scene(Charging(on="B"))
    show(home, house_a=(30, 1, 1))
    home.wait(5)
    show(home, house_a=(30, 1, 1))

    home.wait(29.9)
    assert home.state.alarms == {}
    home.wait(0.1)
    assert home.state.alarms == {(Alarm.OVERLOAD_PERSISTS, 0): 5_000}


def test_overload_ends() -> None:
    """The alarm says how much at first and ends with the first reading within the limit."""
    home = scene(Charging(on="B"))
    show(home, house_a=(30, 1, 1))
    home.wait(10)
    show(home, house_a=(29, 1, 1))
    home.wait(1)
    show(home, house_a=(28, 1, 1))
    home.wait(1)
    show(home, house_a=(25, 1, 1))

    assert of_kind((noted.outcome for noted in home.noted), AlarmChanged) == [
        AlarmChanged(0, Alarm.OVERLOAD_PERSISTS, active=True, value=4_000),
        AlarmChanged(0, Alarm.OVERLOAD_PERSISTS, active=False, value=0),
    ]


def test_who_does_not_obey() -> None:
    """Only the charger that kept its draw is named, and no longer once the phase is well."""
    deaf, obeying = Charging(2, on="A"), Charging(3, on="B")
    home = scene(deaf, obeying)
    show(home, deaf, obeying, house_a=(12, 12, 0))
    home.draw(3, 13)
    home.wait(10)
    show(home, deaf, Charging(3, 13, on="B"), house_a=(12, 12, 0))
    assert (Alarm.NOT_OBEYING, 2) in home.state.alarms
    assert (Alarm.NOT_OBEYING, 3) not in home.state.alarms

    home.draw(2, 0)
    home.wait(3)
    show(home, Charging(3, 13, on="B"), house_a=(12, 12, 0))
    home.wait(1)
    show(home, Charging(3, 13, on="B"), house_a=(12, 12, 0))

    assert home.state.alarms == {}


def test_an_unmetered_neighbour_is_not_blamed() -> None:
    """A charger cut on B at the same instant is not called deaf because A did not fall."""
    deaf, obeying = Charging(2, on="A"), Charging(3, on="B", metered=False)
    home = scene(deaf, obeying)
    show(home, deaf, obeying, house_a=(12, 12, 0))
    home.sent(3)
    home.follow(3)
    home.wait(10)
    show(home, deaf, Charging(3, 13, on="B"), house_a=(12, 12, 0))

    assert (Alarm.NOT_OBEYING, 2) in home.state.alarms
    assert (Alarm.NOT_OBEYING, 3) not in home.state.alarms
