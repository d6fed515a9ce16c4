"""An offer that is not used is lowered, and given back when it would be (charging.md section 7)."""

import pytest

from hems_actors.core.enums import Mode
from hems_actors.core.outcomes import UnderuseCapped
from tests.core.home import Home
from tests.core.obedient import Obedient
from tests.core.test_cars import charging_home, takes


@pytest.mark.parametrize(
    ("takes_ma", "step_ma", "line"),
    [
        pytest.param(10_000, 1_000, "11 A", id="takes 10 A of more: 10 + 1 step"),
        pytest.param(10_100, 1_000, "12 A", id="takes 10.1 A: 11 + 1 step"),
        pytest.param(10_000, 100, "10.1 A", id="steps of 0.1 A"),
        pytest.param(3_000, 1_000, "6 A", id="never below the minimum"),
        pytest.param(22_500, 1_000, "23 A", id="less than 2 A unused: left alone"),
    ],
)
def test_an_unused_offer_is_lowered(takes_ma: int, step_ma: int, line: str) -> None:
    """More than 2 A above the draw for 60 s: lowered to draw + 1 step."""
    home = charging_home(takes_ma, step_ma=step_ma, max_ma=23_000)

    assert home.line(2).startswith(line + " ")


def test_a_car_that_takes_its_cap_is_given_more() -> None:
    """Drawing what it is offered, within half a step, ends the cap."""
    home = charging_home(10_000)
    takes(home, 10_499)
    assert home.state.chargers[2].session.cap_ma == 11_000

    takes(home, 10_500)
    assert home.all_of(UnderuseCapped)[-1] == UnderuseCapped(2, 0)


def test_the_minimum_is_no_waste() -> None:
    """An offer at the minimum is not lowered, however little is drawn."""
    home = charging_home(1_500, mode=Mode.NORMAL)

    assert home.line(2) == "6 A 3p normal/normal"


def test_a_cap_never_falls_below_the_minimum() -> None:
    """A minimum raised above an underused car's cap is what the car is offered."""
    home = Home()
    home.charger(2, obeys=Obedient(takes_ma=6_500))
    home.amps(1)
    home.plug(2)
    home.run(300)
    assert home.line(2) == "8 A 3p normal/normal"

    home.info(2, min_ma=10_000)
    home.run(30)

    assert home.line(2) == "10 A 3p normal/normal"
