"""What is to be planned for a charger."""

from typing import Final

import pytest

from hems_actors.core.enums import PlanCause, Purpose
from hems_actors.core.outcomes import PlanMade
from hems_actors.core.wants import Want, running_since_s
from tests.core.buyers import CHEAP, DEAR, GARAGE, at_s, buyer, park

SINCE: Final = [
    pytest.param(at_s(0.5), at_s(0), id="in the first step"),
    pytest.param(at_s(1.5), at_s(0), id="in the second: the run began with the first"),
    pytest.param(at_s(2), at_s(0), id="at its end"),
    pytest.param(at_s(2.5), None, id="between two runs"),
    pytest.param(at_s(3), at_s(3), id="at the beginning of the next"),
    pytest.param(at_s(5), None, id="after all"),
]


@pytest.mark.parametrize(("now_s", "expected"), SINCE)
def test_running_since(now_s: int, expected: int | None) -> None:
    """Where only the power changes a run goes on; a charger that is off is in none."""
    home = buyer(CHEAP, DEAR)
    park(home, end_h=6)
    charger = home.state.chargers[GARAGE]
    steps = (at_s(0), at_s(1), 5_520, at_s(1), at_s(2), 11_040, at_s(3), at_s(4), 11_040)
    home.store(PlanMade(GARAGE, Purpose.DEADLINE, at_s(6), 0, steps, 0, 0, 7, 3, 16_000, 0, 0, PlanCause.PLUGGED, 1))

    charger.point.on = False
    assert running_since_s(Want(charger, Purpose.DEADLINE), now_s) is None
    charger.point.on = True
    assert running_since_s(Want(charger, Purpose.DEADLINE), now_s) == expected
