"""Battery, car and charger: states come in pieces, facts go out whole, and only when something is new."""

from typing import Any

import pytest

from hems_actors.actors.battery import Battery
from hems_actors.actors.car import Car
from hems_actors.actors.charger import Charger
from hems_actors.actors.messages import StatesChanged
from hems_actors.actors.runtime import Behaviour
from hems_actors.core.facts import BatteryReported, CarReported, ChargerReported
from tests.actors.fakes import START_MS, Bench

CHARGER = {"power_on": True, "current_ma": 6_000, "min_ma": 6_000, "max_ma": 32_000}
REPORT = ChargerReported(4, True, True, 6_000, 6_000, 32_000, *(None,) * 8)


def _changed(**values: int | bool | None) -> StatesChanged:
    return StatesChanged(values, START_MS)


@pytest.mark.parametrize(
    ("behaviour", "messages", "facts"),
    [
        pytest.param(Battery, [_changed(level_percent=50)], [], id="battery, power not known yet"),
        pytest.param(
            Battery,
            [_changed(power_w=-300), _changed(level_percent=50), _changed(power_w=-300)],
            [BatteryReported(4, -300, None), BatteryReported(4, -300, 50)],
            id="battery, third message brings nothing new",
        ),
        pytest.param(Battery, [_changed(power_w=0, level_percent=0)], [BatteryReported(4, 0, 0)], id="battery at zero"),
        pytest.param(
            Car,
            [_changed(level_percent=40), _changed(plugged_in=True, capacity_wh=40_000)],
            [CarReported(4, 40, None, None, None, None, None), CarReported(4, 40, 40_000, None, None, None, True)],
            id="car, as much as it says",
        ),
        pytest.param(Charger, [_changed(power_on=True, current_ma=6_000)], [], id="charger, limits not known yet"),
        pytest.param(Charger, [_changed(**CHARGER)], [REPORT], id="charger without connected counts as connected"),
        pytest.param(
            Charger,
            [_changed(**CHARGER), _changed(connected=False, power_on=False)],
            [REPORT, REPORT._replace(connected=False, power_on=False)],
            id="charger disconnects",
        ),
        pytest.param(
            Charger,
            [_changed(**CHARGER), StatesChanged(CHARGER, START_MS, read_back=True)],
            [REPORT, REPORT],
            id="charger read back, nothing new",
        ),
    ],
)
def test_thing_reports(
    bench: Bench, behaviour: type[Behaviour], messages: list[StatesChanged], facts: list[Any]
) -> None:
    """What the coordinator is told of a thing's states."""
    bench.queue.spawn(behaviour, bench.place(4))
    bench.tell(4, *messages)

    assert bench.told == facts


def test_a_state_the_fact_does_not_have_is_a_bug(bench: Bench) -> None:
    """The link must translate; the actor dies rather than drop what it does not understand."""
    ref = bench.queue.spawn(Battery, bench.place(4))
    bench.tell(4, _changed(power_w=1, currentPower=1))

    assert not ref.is_alive()
