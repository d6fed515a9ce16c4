"""When an answer ends, local rules take over at that instant, without off and on where they want the charge."""

from typing import Any, Final

import pytest

from hems_actors.core.engine import next_due_ms
from hems_actors.core.enums import Issuer, Mode
from hems_actors.core.outcomes import DeadlineJudged, PlanMade, SetPointDecided
from tests.core.buyers import CHEAP, DEAR, GARAGE, HOUR_S, buyer, park
from tests.core.home import Home
from tests.core.optimized import BOX, answer, gone, optimized_home, stands, switches, there

SUNNY_A: Final = -20
MINUTES: Final = 60


@pytest.mark.parametrize(
    ("amps", "mode", "before", "after"),
    [
        pytest.param(9, Mode.ECO, "9 A 3p optimizer/optimized", "off unknown/surplus_missing", id="it charges"),
        pytest.param(
            0,
            Mode.ECO_WITH_MIN_CURRENT,
            "off unknown/optimizer_pauses",
            "6 A 3p min_current/min_current",
            id="it is off",
        ),
    ],
)
def test_both_sides_of_the_end(amps: float, mode: Mode, before: str, after: str) -> None:
    """A ms before its end the answer counts, at its end it does not: somebody looks at that very instant."""
    home = optimized_home(mode=mode)
    answer(home, amps, valid_s=200)
    home.run(199)
    home.wait(0.999)
    assert stands(home) == before
    assert next_due_ms(home.state) == home.now_ms + 1
    home.wait(0.001)

    assert stands(home) == after


def _surplus_before(home: Home, seconds: int) -> None:
    """The sun had it for *seconds* when the optimizer took it over."""
    home.run(seconds)
    assert home.state.chargers[BOX].point.issuer == Issuer.SURPLUS_CHARGING


@pytest.mark.parametrize("sun_s", [pytest.param(0, id="the optimizer started it"), pytest.param(120, id="the sun did")])
@pytest.mark.parametrize("valid_s", [1, 5, 30, 59, 60, 61, 90, 600])
@pytest.mark.parametrize("goes", ["at its end", "when the optimizer goes"])
def test_goes_on_in_the_sun(sun_s: int, valid_s: int, goes: str) -> None:
    """However short the answer counted."""
    home = optimized_home(house_a=SUNNY_A)
    if sun_s:
        _surplus_before(home, sun_s)
    answer(home, 8, valid_s=valid_s if goes == "at its end" else HOUR_S)
    home.run(valid_s)
    if goes != "at its end":
        gone(home)
    home.run(200)

    assert switches(home) == [1]
    assert stands(home) == "16 A 3p surplus_charging/surplus_charging"


@pytest.mark.parametrize("valid_s", [5, 30, 600])
def test_ends_without_sun(valid_s: int) -> None:
    """Off within a minute: at once, or as soon as the meter shows that there is no surplus for it."""
    home = optimized_home()
    answer(home, 8, valid_s=valid_s)
    home.run(valid_s)
    home.run(60)

    assert switches(home) == [1, 0]


def test_waits_only_for_who_takes_power() -> None:
    """A car that is full is not held on until its surplus is known."""
    home = optimized_home()
    answer(home, 8, valid_s=HOUR_S)
    home.run(60)
    home.obedient[BOX].takes_ma = 0
    home.draw(BOX, 0)
    home.run(360)

    assert stands(home) == "off unknown/surplus_missing"


def test_start_delay_runs_underneath() -> None:
    """The sun shone while the optimizer wanted none: it starts at the end, not a minute after it."""
    home = optimized_home(house_a=SUNNY_A)
    answer(home, 0, valid_s=200)
    home.run(199)
    assert stands(home) == "off unknown/optimizer_pauses"
    home.run(2)

    assert stands(home).startswith("6 A 3p surplus_charging/surplus_start")


@pytest.mark.parametrize(
    ("mode", "after"),
    [
        pytest.param(Mode.ECO_WITH_MIN_CURRENT, "6 A 3p min_current/min_current", id="the minimum"),
        pytest.param(Mode.ECO, "off unknown/surplus_missing", id="nothing"),
    ],
)
def test_what_comes_after(mode: Mode, after: str) -> None:
    """What the mode wants at that moment, at once."""
    home = optimized_home(mode=mode)
    answer(home, 12, valid_s=300)
    home.run(300)

    assert stands(home) == after


def _planned(amps: float, valid_s: int, **fields: Any) -> Home:  # noqa: ANN401  of `Home.charger`
    """Return a home whose optimizer wants *amps* while its cheapest hour is the second of eight."""
    home = buyer(DEAR, CHEAP, *[DEAR] * 6, house_a=2)
    park(home, **{"level": 65, "end_h": 6} | fields)
    there(home)
    answer(home, amps, valid_s=valid_s)
    return home


def test_planned_slot_goes_on_without_off_and_on() -> None:
    """The answer ends in the middle of the slot."""
    home = _planned(0, HOUR_S, level=50)
    home.run(HOUR_S - 10, 10)
    answer(home, 12, valid_s=600)
    home.run(900, 10)

    assert switches(home, GARAGE) == [1]
    assert home.state.chargers[GARAGE].point.issuer == Issuer.TIME_REQUIREMENT


def test_off_through_a_slot_is_planned_anew() -> None:
    """Plans are judged underneath: what the slot did not give is planned for later, and the deadline is met."""
    home = _planned(0, 2 * HOUR_S)
    home.run(2 * HOUR_S - 10, 10)
    assert switches(home, GARAGE) == []
    made = home.all_of(PlanMade, GARAGE)
    assert len(made) >= 2
    home.run(4 * HOUR_S, 10)

    assert home.state.chargers[GARAGE].session.energy_ws > 7_000 * 3_600
    assert not any(point.issuer == Issuer.OPTIMIZER for point in home.all_of(SetPointDecided, GARAGE))


def test_deadline_is_judged_underneath() -> None:
    """It passes while the optimizer wants none: missed, and charged for at once when the answer ends."""
    home = buyer(*[DEAR] * 8, house_a=2)
    park(home, level=65, end_h=0.5)
    there(home)
    answer(home, 0, valid_s=HOUR_S)
    home.run(HOUR_S - 10, 10)
    assert home.all_of(DeadlineJudged, GARAGE)[-1].ending == 2
    assert stands(home, GARAGE) == "off unknown/optimizer_pauses"
    home.run(20, 10)

    assert home.state.chargers[GARAGE].point.issuer == Issuer.TIME_REQUIREMENT
