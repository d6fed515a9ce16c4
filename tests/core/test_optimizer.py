"""What the optimizer's answers lead to: the same gate and clip as all else (charging.md section 12)."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Mode, Trouble
from hems_actors.core.outcomes import SetPointDecided
from tests.core.home import METER, Home
from tests.core.obedient import Obedient
from tests.core.optimized import BOX, CAR, answer, gone, optimized_home, stands, switches, there

OPTIMIZED: Final = "{} A 3p optimizer/optimized"
PAUSES: Final = "off unknown/optimizer_pauses"
NO_SUN: Final = "off unknown/surplus_missing"


def _over(home: Home) -> None:
    """Its validity is over."""
    home.run(600)


def _newer(home: Home) -> None:
    """It says something else."""
    answer(home, 9)


def _unplug(home: Home) -> None:
    home.unplug(BOX)


def _off_by_hand(home: Home) -> None:
    home.run(60)
    home.report(BOX, power_on=False)


def _lower_by_hand(home: Home) -> None:
    home.run(60)
    home.report(BOX, current_ma=8_000)


def _target_reached(home: Home) -> None:
    home.car(CAR, level_percent=80)


def _full(home: Home) -> None:
    """It stops drawing."""
    home.run(60)
    home.obedient[BOX].takes_ma = 0
    home.draw(BOX, 0)
    home.run(400)


def _higher_limit_of_the_car(home: Home) -> None:
    home.car(CAR, max_ma=10_000)


def _higher_minimum(home: Home) -> None:
    home.info(BOX, mode=Mode.ECO, car=CAR, min_ma=13_000)


def _meter_lost(home: Home) -> None:
    home.tell(facts.ThingConnected(METER, connected=False))
    home.wait(120)


def _normal(home: Home) -> None:
    home.info(BOX, mode=Mode.NORMAL, car=CAR)


def _overload(home: Home) -> None:
    """More than the limit, for 2 min, then nothing for a minute: too short for a restart."""
    home.run(60)
    home.house_ma = (26_000, 1_000, 1_000)
    home.run(120)
    home.house_ma = (1_000, 1_000, 1_000)
    home.run(60)


def _overload_over(home: Home) -> None:
    """The same, and enough room for 3 min."""
    _overload(home)
    home.run(120)


def _dinner(home: Home) -> None:
    """The house takes 15 A of 25 A."""
    home.house_ma = (15_000, 1_000, 1_000)


def _link_lost(home: Home) -> None:
    home.tell(facts.LinkChanged(0, up=False))


def _restart(home: Home) -> None:
    home.tell(facts.Restarted(0), facts.LinkChanged(0, up=True))


def _restart_then_there(home: Home) -> None:
    """What it said to the process before does not count again."""
    _restart(home)
    there(home)


def _nothing(_home: Home) -> None:
    pass


Act = Callable[[Home], object]

ANSWERS = [
    pytest.param(12, _nothing, OPTIMIZED.format(12), id="fresh"),
    pytest.param(6, _nothing, OPTIMIZED.format(6), id="the minimum"),
    pytest.param(9.7, _nothing, OPTIMIZED.format(9), id="off the step grid: rounded down"),
    pytest.param(40, _nothing, OPTIMIZED.format(16), id="above the maximum: clipped"),
    pytest.param(5.999, _nothing, PAUSES, id="between 0 and 6 A: off"),
    pytest.param(0, _nothing, PAUSES, id="off"),
    pytest.param(-3, _nothing, PAUSES, id="negative: off"),
    pytest.param(12, _over, NO_SUN, id="expired"),
    pytest.param(12, gone, NO_SUN, id="gone"),
    pytest.param(12, lambda home: (gone(home), there(home)), NO_SUN, id="gone and back: it has to answer anew"),
    pytest.param(12, lambda home: (gone(home), answer(home, 9)), NO_SUN, id="answers though it is gone"),
    pytest.param(12, _newer, OPTIMIZED.format(9), id="newer answer"),
    pytest.param(12, lambda home: answer(home, 9, source=77), OPTIMIZED.format(12), id="answer for nobody"),
    pytest.param(12, _normal, "16 A 3p normal/normal", id="mode Normal"),
    pytest.param(0, _normal, "16 A 3p normal/normal", id="mode Normal, it says off"),
    pytest.param(12, _unplug, "off unknown/unplugged", id="unplugged"),
    pytest.param(12, _off_by_hand, "off unknown/user_wish", id="user switched off"),
    pytest.param(12, _lower_by_hand, OPTIMIZED.format(8), id="user lowered"),
    pytest.param(12, _target_reached, "off unknown/target_reached", id="target reached"),
    pytest.param(12, _full, NO_SUN, id="full: local rules"),
    pytest.param(12, _higher_limit_of_the_car, OPTIMIZED.format(10), id="the car takes less"),
    pytest.param(12, _higher_minimum, PAUSES, id="below the user's minimum"),
    pytest.param(12, _meter_lost, "6 A 3p failsafe/failsafe", id="meter lost while it charges"),
    pytest.param(0, _meter_lost, PAUSES, id="meter lost while it is off"),
    pytest.param(12, _overload, "off overload_protection/restart_waits", id="overload stop: no restart yet"),
    pytest.param(12, _overload_over, OPTIMIZED.format(12), id="overload stop: room for 120 s"),
    pytest.param(16, _dinner, OPTIMIZED.format(10), id="the limit has the last word"),
    pytest.param(12, _link_lost, OPTIMIZED.format(6), id="link lost: it stands where it was"),
    pytest.param(12, _restart_then_there, NO_SUN, id="said to the process before"),
]


@pytest.mark.parametrize(("amps", "then", "expected"), ANSWERS)
def test_answer(amps: float, then: Act, expected: str) -> None:
    """No sun, nothing planned: only the answer makes it charge."""
    home = optimized_home()
    answer(home, amps)
    home.wait(1)
    then(home)
    home.run(60)

    assert stands(home) == expected


MODES = [pytest.param(mode, id=mode.name) for mode in Mode if mode != Mode.NORMAL]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("amps", "expected"), [(12, OPTIMIZED.format(12)), (0, PAUSES)])
def test_it_goes_before_all_local_rules(mode: Mode, amps: float, expected: str) -> None:
    """In the sun, and with a minimum to keep."""
    home = optimized_home(house_a=-20, mode=mode)
    home.run(60)
    assert home.state.chargers[BOX].point.on
    answer(home, amps)
    home.run(60)

    assert stands(home) == expected


def test_never_there_nothing_counts() -> None:
    """An answer of an optimizer that did not say it is there."""
    home = optimized_home()
    gone(home, Trouble.NONE)
    answer(home, 12)
    home.run(60)

    assert stands(home) == NO_SUN
    assert home.state.optimizer.answers == {}


def test_off_while_no_meter_is_configured() -> None:
    """With a limit and no meter chargers stand at the safe current, but not where the optimizer wants none."""
    home = Home(meter=0)
    home.charger(BOX, mode=Mode.ECO, obeys=Obedient(), max_ma=16_000)
    home.plug(BOX)
    there(home)
    answer(home, 0)
    home.wait(60)
    assert stands(home) == PAUSES

    answer(home, 12)
    home.wait(60)
    assert stands(home) == "6 A 3p failsafe/failsafe"


def test_switched_on_by_hand() -> None:
    """It stays so until the next cycle, as in all Eco modes, then goes off again."""
    home = optimized_home()
    answer(home, 0)
    home.run(65 - home.now_ms // 1_000 % 60)  # somewhere in a cycle
    home.report(BOX, power_on=True, current_ma=6_000)
    assert home.state.chargers[BOX].point.on
    home.run(70)

    assert stands(home) == PAUSES


PHASES = [
    pytest.param(1, True, "8 A 1p optimizer/optimized", id="one"),
    pytest.param(3, True, "8 A 3p optimizer/optimized", id="three"),
    pytest.param(0, True, "8 A 3p optimizer/optimized", id="as they are"),
    pytest.param(2, True, "8 A 3p optimizer/optimized", id="what there is not: as they are"),
    pytest.param(1, False, "8 A 3p optimizer/optimized", id="one, of a charger that cannot switch"),
]


@pytest.mark.parametrize(("phases", "can_switch", "expected"), PHASES)
def test_phases(phases: int, *, can_switch: bool, expected: str) -> None:
    """Where the charger can switch they are what the optimizer wants."""
    home = optimized_home(can_switch=can_switch, desired_phases=3 if can_switch else None)
    answer(home, 8, phases=phases)
    home.run(60)

    assert stands(home) == expected


def test_switch_lock() -> None:
    """7 min between switches, whoever wants them; off and on again does not get around it."""
    home = optimized_home(can_switch=True, desired_phases=3)
    answer(home, 8, phases=1)
    home.run(60)
    answer(home, 8, phases=3)
    home.run(60)
    answer(home, 0, phases=3)
    home.run(60)
    answer(home, 8, phases=3)
    home.run(60)
    assert stands(home) == "8 A 1p optimizer/optimized"
    home.run(300)

    assert stands(home) == "8 A 3p optimizer/optimized"


def _second(home: Home, **fields: Any) -> None:  # noqa: ANN401  of `Home.charger`
    home.charger(3, mode=Mode.ECO, max_ma=16_000, obeys=Obedient(), **fields)
    home.plug(3)


def test_no_surplus_is_kept_for_a_charger_that_is_to_be_off() -> None:
    """The other has all of it, though the first is of higher priority."""
    home = optimized_home(house_a=-14, limit_a=40, priority=5)
    answer(home, 0, valid_s=3_600)
    _second(home)
    home.run(400, 5)

    assert stands(home) == PAUSES
    assert stands(home, 3) == "14 A 3p surplus_charging/surplus_charging"


def test_what_it_charges_is_house_load_to_the_surplus() -> None:
    """Only what is left beside it goes to the other."""
    home = optimized_home(house_a=-20, limit_a=40)
    answer(home, 12, valid_s=3_600)
    home.run(120, 5)
    _second(home)
    home.run(400, 5)

    assert stands(home) == OPTIMIZED.format(12)
    assert stands(home, 3) == "8 A 3p surplus_charging/surplus_charging"


def test_same_answer_again_is_no_other_set_point() -> None:
    """It lasts longer; nothing is decided anew before the next cycle."""
    home = optimized_home()
    answer(home, 12)
    home.run(100)
    before = len(home.all_of(SetPointDecided))
    answer(home, 12)

    assert len(home.all_of(SetPointDecided)) == before
    assert switches(home) == [1]


def test_restart_ends_it_without_off_and_on_in_the_sun() -> None:
    """What the charger does is adopted; the sun is enough, so it goes on."""
    home = optimized_home(house_a=-20)
    home.run(60)
    answer(home, 8)
    home.run(120)
    _restart(home)
    home.run(200)

    assert switches(home) == [1]
    assert stands(home).endswith("3p surplus_charging/surplus_charging")
