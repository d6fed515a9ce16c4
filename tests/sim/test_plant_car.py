"""A car takes what it is offered, less where its battery or its mood says so."""

import pytest

from hems_actors.sim.plant.cars import Car


def car(level_percent: float = 50, sleeps: int = 0) -> Car:
    """Return a 100 kWh car at *level_percent*."""
    return Car(60, 3, 100_000, 1_000 * level_percent, sleeps=sleeps)


DRAWS = [  # level, offer -> draw
    pytest.param(50, 10_000, 10_000, id="what is offered"),
    pytest.param(50, 32_000, 16_000, id="its own maximum"),
    pytest.param(50, 5_999, 0, id="nothing below its minimum"),
    pytest.param(97.5, 16_000, 8_000, id="half-way through the taper"),
    pytest.param(97.5, 6_000, 6_000, id="taper above the offer"),
    pytest.param(100, 16_000, 0, id="full"),
]


@pytest.mark.parametrize(("level_percent", "offer_ma", "draw_ma"), DRAWS)
def test_draw(level_percent: float, offer_ma: int, draw_ma: int) -> None:
    """The least of offer, own maximum and taper."""
    assert car(level_percent).draw_ma(offer_ma) == draw_ma


def test_asleep_until_the_second_offer() -> None:
    """The first offer after plugging in is slept through, an off-on wakes it."""
    sleeper = car(sleeps=1)
    sleeper.plug(None)
    sleeper.see_offer(0, 6_000)
    assert sleeper.draw_ma(6_000) == 0
    sleeper.see_offer(6_000, 0)
    sleeper.see_offer(0, 6_000)

    assert sleeper.draw_ma(6_000) == 6_000


def test_charging_loses_a_tenth_and_driving_never_goes_below_empty() -> None:
    """10 kWh from the socket are 9 kWh in the battery."""
    driver = car(50)
    driver.charge(10_000, 3_600_000)
    assert driver.level_percent == pytest.approx(59)
    driver.leave(80_000)

    assert driver.level_percent == 0
    assert driver.departures_percent == [pytest.approx(59)]
