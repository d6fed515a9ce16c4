"""Offers that cars do not use: trimmed where the limit could not bear them (decision 0008). The limit is 25 A."""

import pytest

from hems_actors.core import electric
from hems_actors.core.enums import Knowledge
from tests.core.scenes import Charging, offers_a, scene, show

LOW, HIGH = Charging(2, 10, on="A"), Charging(3, 10, on="A", priority=1)

TRIMS = [  # offer, draw, house A, complete -> offer
    pytest.param(16, 6, 9, True, 16, id="room for all that is offered"),
    pytest.param(16, 6, 9.001, True, 15, id="1 mA short: the unused offer is trimmed"),
    pytest.param(16, 6, 19, True, 6, id="trimmed to the minimum"),
    pytest.param(6, 0, 19, True, 6, id="6 A left for an idle car"),
    pytest.param(6, 0, 19.001, True, 0, id="no 6 A left for an idle car"),
    pytest.param(16, 6, 15, False, 16, id="a partial reading trims nothing"),
]


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown phase"])
@pytest.mark.parametrize(("offer_a", "draw_a", "house_a", "complete", "expected_a"), TRIMS)
def test_trim(offer_a: float, draw_a: float, house_a: float, expected_a: float, *, complete: bool, known: bool) -> None:
    """An offer the car does not use is trimmed when the car's taking it would break the limit (decision 0008)."""
    home = scene(Charging(offer_a=offer_a, on="B", known=known))
    home.draw(2, draw_a)
    home.wait(11)

    show(home, Charging(draw_a=draw_a, on="B"), house_a=(0, house_a, 0), complete=complete)

    assert offers_a(home) == [expected_a]


TRIMMED_IN_ORDER = [  # house A -> offers of two at 10 A that draw 6 A each
    pytest.param(5, [10, 10], id="room for both"),
    pytest.param(5.001, [9, 10], id="lower priority first"),
    pytest.param(10, [6, 9], id="then the higher"),
    pytest.param(13, [6, 6], id="both at the minimum: what they draw"),
]


@pytest.mark.parametrize(("house_a", "expected_a"), TRIMMED_IN_ORDER)
def test_trim_order(house_a: float, expected_a: list[float]) -> None:
    """Unused offers are trimmed in the order of cuts."""
    home = scene(LOW, HIGH)
    for source in (2, 3):
        home.draw(source, 6)
    home.wait(11)

    show(home, Charging(2, 6, on="A"), Charging(3, 6, on="A"), house_a=(house_a, 0, 0))

    assert offers_a(home) == expected_a


JUST_RAISED = [  # what the meter shows a second after a raise from 10 to 15 A at 20 A -> offer
    pytest.param(23.5, 15, id="70 % of the step: it is put down to the step"),
    pytest.param(23.499, 11, id="1 mA less: the house took it"),
    pytest.param(20, 15, id="nothing moved: as reckoned at the raise"),
    pytest.param(20.001, 14, id="1 mA more: a step less"),
]


@pytest.mark.parametrize(("reading_a", "expected_a"), JUST_RAISED)
def test_trim_beside_a_step(reading_a: float, expected_a: float) -> None:
    """A raise counts as drawn once the root meter shows 70 % of it; until then the car may still take it."""
    home = scene(Charging(offer_a=10, on="A"), house_a=(10, 0, 0))
    home.info(2, max_ma=16_000)
    show(home, Charging(offer_a=10, on="A"), house_a=(10, 0, 0))
    home.settle(2)
    home.wait(1)

    home.meter(a_ma=round(reading_a * 1_000), b_ma=0, c_ma=0)

    assert offers_a(home) == [expected_a]


ENDS = [  # the reading that ends an overload -> offer of 6 A, of which 1 A is drawn
    pytest.param(20, 6, id="room for what is not drawn yet"),
    pytest.param(20.001, 0, id="1 mA short"),
]


@pytest.mark.parametrize(("reading_a", "expected_a"), ENDS)
def test_the_reading_that_ends_an_overload_trims(reading_a: float, expected_a: float) -> None:
    """An unused offer is trimmed by the very reading that shows the phase within its limit again."""
    home = scene(Charging(2, 0, on="A", plugged=False, top_a=6))
    show(home, house_a=(25.001, 0, 0), complete=False)  # by which nothing is trimmed
    home.report(2, plugged_in=True, power_on=True, a_ma=1_000)
    home.wait(11)

    home.meter(a_ma=round(reading_a * 1_000), b_ma=0, c_ma=0)

    assert offers_a(home) == [expected_a]


SWITCHING = [  # what phase C takes -> offer of 6 A, on one phase so far, on its way to three
    pytest.param(19, 6, id="room for it"),
    pytest.param(19.01, 0, id="10 mA short: off"),
]


@pytest.mark.parametrize(("c_a", "expected_a"), SWITCHING)
def test_switch_under_way(c_a: float, expected_a: float) -> None:
    """What a phase switch will bring to a phase needs room there before it comes."""
    home = scene(Charging(2, 8, on="A", can_switch=True), house_a=(1, 1, 1))
    assert home.line(2) == "6 A 3p normal/normal, power off"

    home.amps(9, 1, c_a)

    assert offers_a(home) == [expected_a]


OTHERS = [  # phases charger 2 is to charge on, what phase C takes -> offer of a newcomer on C
    pytest.param(1, 18, 6, id="one: C is free"),
    pytest.param(3, 13, 6, id="three: room for both"),
    pytest.param(3, 13.01, 0, id="three, 10 mA short"),
]


@pytest.mark.parametrize(("phases", "c_a", "expected_a"), OTHERS)
def test_others_leave_room_for_a_switch(phases: int, c_a: float, expected_a: float) -> None:
    """Nobody starts into the room that a switch will take."""
    home = scene(Charging(2, 8, on="A", can_switch=True), Charging(3, 0, on="C", plugged=False, top_a=6))
    switching = home.state.chargers[2]
    switching.point.phases, switching.map.phases_mask, switching.map.knowledge = phases, 0b001, Knowledge.CORRELATED
    home.amps(9, 1, c_a)

    home.plug(3)

    assert offers_a(home)[1] == expected_a


BEFORE = [  # rotation, learned phase of terminal 1, disproved, phases set so far -> what surely carries its draw
    pytest.param(231, 0, False, 1, 0b010, id="configured: its first terminal"),
    pytest.param(231, 3, True, 1, 0b100, id="disproved: the learned one"),
    pytest.param(0, 3, False, 1, 0b100, id="learned"),
    pytest.param(0, 0, False, 1, 0, id="neither: unknown"),
    pytest.param(231, 3, False, 2, 0, id="two phases: unknown"),
]


@pytest.mark.parametrize(("rotation", "wiring", "disproved", "phases", "mask"), BEFORE)
def test_what_a_switch_leaves(rotation: int, wiring: int, disproved: bool, phases: int, mask: int) -> None:
    """Until a switch to more phases is done the draw is where it was, as far as the wiring is known."""
    home = scene(Charging(2, 8, on="A", can_switch=True), house_a=(1, 1, 1))
    charger = home.state.chargers[2]
    charger.config.rotation, charger.map.wiring, charger.map.disproved = rotation, wiring, disproved
    charger.ledger.known_phases = phases

    assert electric.loaded_before_switch(home.state, charger) == mask


HOLDS = [  # seconds since a cut of the phase -> offer of 10 A, of which 8.5 A are drawn, when 1 A more is left
    pytest.param(9.9, 10, id="9.9 s: the cut has not shown yet"),
    pytest.param(10, 9, id="10 s: it has"),
]


@pytest.mark.parametrize(("at_s", "expected_a"), HOLDS)
def test_trim_waits_for_a_cut(at_s: float, expected_a: float) -> None:
    """While a cut is on its way the readings say too much: nothing is trimmed on its phase."""
    home = scene(Charging(2, 10, draw_a=8.5, on="A"), house_a=(5, 0, 0))
    guard = home.state.guards[0]
    guard.cut_at_ms, guard.taken_ma = home.now_ms, 4_000
    home.wait(at_s)

    home.amps(24)

    assert offers_a(home) == [expected_a]
