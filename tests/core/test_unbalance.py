"""Charger currents stay balanced between the phases (charging.md section 1, `unbalance_limit_a`)."""

import pytest

from hems_actors.core.enums import Mode
from tests.core.closed_loop import Loop, Post
from tests.core.home import writes
from tests.core.scenes import Charging, offers_a, scene, show

UNBALANCED = [  # offer of another on phase A, its phases -> offer of a newcomer on phase A, limit 16 A
    pytest.param(Charging(2, 10, on="A"), 6, id="10 A + 6 A = the limit"),
    pytest.param(Charging(2, 11, on="A"), 0, id="5 A left: nothing between 0 and 6 A"),
    pytest.param(Charging(2, 16, on="A"), 0, id="nothing left"),
    pytest.param(Charging(2, 16, on="ABC"), 6, id="a balanced neighbour does not count"),
    pytest.param(Charging(2, 16, on="B"), 6, id="a neighbour on another phase"),
]


@pytest.mark.parametrize(("other", "expected_a"), UNBALANCED)
def test_unbalance(other: Charging, expected_a: float) -> None:
    """Charger current on a phase minus that on the least loaded one stays within the limit."""
    home = scene(other, Charging(3, 0, on="A", plugged=False, top_a=32), limit_a=63, unbalance_limit_ma=16_000)

    outcomes = home.plug(3)

    assert offers_a(home)[1] == expected_a
    assert "current 0 A" not in writes(outcomes)


def test_who_is_off_counts_nothing() -> None:
    """10 A + 6 A = the limit, also beside a car that waits for sun on the same phase, and is decided first."""
    waits = Charging(3, 0, on="A", mode=Mode.ECO, top_a=32)
    comes = Charging(4, 0, on="A", plugged=False, top_a=32)
    home = scene(Charging(2, 10, on="A"), waits, comes, limit_a=63, unbalance_limit_ma=16_000)

    home.plug(4)

    assert offers_a(home) == [10, 0, 6]


def test_unbalance_bounds_a_raise() -> None:
    """A single-phase charger is raised to the unbalance limit, not beyond."""
    loop = Loop(
        Post(2, wiring=(0,), rotation=1, phases=1, max_ma=32_000, car_max_ma=32_000),
        limit_a=63,
        unbalance_limit_ma=16_000,
    )
    loop.live(120)

    assert loop.offer_a(2) == 16


def test_unbalance_lowers_and_stops() -> None:
    """When the balance is lost who is on the loaded phase goes down; under its minimum it stops."""
    home = scene(Charging(2, 10, on="B"), Charging(3, 10, on="C"), Charging(4, 20, on="A"), unbalance_limit_ma=10_000)
    assert offers_a(home) == [10, 10, 20]

    home.info(2, max_ma=7_000)
    assert offers_a(home) == [7, 10, 17]

    home.unplug(3)
    show(home, Charging(2, 10, on="B"), Charging(4, 20, on="A"), house_a=(1, 1, 1))
    assert offers_a(home) == [7, 0, 10]
