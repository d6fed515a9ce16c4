"""One reading: who is cut, by how much, and in which order (charging.md 5.1, 5.4, 6). The limit is 25 A."""

from typing import Any

import pytest

from hems_actors.core.enums import Issuer, Mode
from hems_actors.core.outcomes import PhaseCut, SetPointDecided
from hems_actors.core.overload import in_cut_order
from hems_actors.core.rules import Rule
from tests.core.home import Home, of_kind, writes
from tests.core.scenes import Amps, Charging, offers_a, scene, show

LOW, HIGH = Charging(2, 10, on="A"), Charging(3, 10, on="A", priority=1)

CUTS = [  # chargers, house A per phase -> offers
    pytest.param([Charging()], (9, 1, 1), [16], id="exactly at the limit"),
    pytest.param([Charging()], (9.001, 1, 1), [15], id="1 mA above: one step down"),
    pytest.param([Charging()], (10, 1, 1), [15], id="1 A above"),
    pytest.param([Charging()], (10.001, 1, 1), [14], id="1 A and 1 mA above: rounded down"),
    pytest.param([Charging(step_a=0.1)], (9.05, 1, 1), [15.9], id="a charger of 0.1 A steps"),
    pytest.param([Charging(step_a=0.001)], (9.001, 1, 1), [15.999], id="a charger of 1 mA steps"),
    pytest.param([Charging()], (19, 1, 1), [6], id="down to the minimum"),
    pytest.param([Charging()], (19.001, 1, 1), [0], id="1 mA under the minimum: stop, never (0, 6) A"),
    pytest.param([Charging(min_a=8)], (17, 1, 1), [8], id="down to the user's minimum"),
    pytest.param([Charging(min_a=8)], (17.001, 1, 1), [0], id="1 mA under the user's minimum"),
    pytest.param([Charging()], (40, 1, 1), [0], id="house alone above the limit"),
    pytest.param([Charging()], (1, 11, 1), [14], id="any phase counts"),
    pytest.param([Charging()], (10, 12, 1), [13], id="the worst phase decides"),
    pytest.param([Charging()], (-10, 12, -10), [13], id="export elsewhere is no excuse"),
    pytest.param([Charging(draw_a=12)], (14, 1, 1), [11], id="min(offer, draw) - excess"),
    pytest.param([Charging(draw_a=17)], (9, 1, 1), [15], id="draws more than offered: from the offer"),
    pytest.param([Charging(metered=False)], (10, 1, 1), [15], id="without own meter: from the offer"),
    pytest.param([Charging(on="B")], (30, 1, 1), [16], id="a phase it does not load"),
    pytest.param([Charging(2, on="A"), Charging(3, on="B")], (1, 12, 1), [16, 13], id="only who loads the phase"),
    pytest.param([LOW, HIGH], (8, 1, 1), [7, 10], id="lower priority first"),
    pytest.param([LOW, HIGH], (9, 1, 1), [6, 10], id="lower priority down to its minimum"),
    pytest.param([LOW, HIGH], (9.001, 1, 1), [6, 9], id="then the higher, before any stop"),
    pytest.param([LOW, HIGH], (13, 1, 1), [6, 6], id="all at the minimum"),
    pytest.param([LOW, HIGH], (13.001, 1, 1), [0, 6], id="then stops, lower priority first"),
    pytest.param([LOW, HIGH], (19, 1, 1), [0, 6], id="one stop is enough"),
    pytest.param([LOW, HIGH], (19.001, 1, 1), [0, 0], id="both stop"),
    pytest.param([Charging(2, 10, on="A"), Charging(3, 10, on="A")], (8, 1, 1), [7, 10], id="all equal: lower id"),
    pytest.param([Charging(2, 8, on="A"), Charging(3, on="ABC")], (1, 12, 1), [8, 13], id="a 3p one for its phase B"),
    pytest.param([Charging(on="A", known=False)], (1, 28, 1), [13], id="phases unknown: may be any"),
    pytest.param(
        [Charging(2, 8, on="A", known=False), Charging(3, 8, on="A", priority=1)],
        (11, 1, 1),
        [6, 6],
        id="phases unknown: what it gives relieves nobody else",
    ),
    pytest.param(
        [Charging(2, 8, on="A"), Charging(3, 8, on="A", known=False, priority=1)],
        (11, 1, 1),
        [6, 8],
        id="phases known: what it gives relieves all",
    ),
]


@pytest.mark.parametrize("complete", [True, False], ids=["complete", "partial"])
@pytest.mark.parametrize(("chargings", "house_a", "expected_a"), CUTS)
def test_cut(chargings: list[Charging], house_a: Amps, expected_a: list[float], *, complete: bool) -> None:
    """The first reading over the limit takes exactly the excess, at once, be it complete or not."""
    home = scene(*chargings)

    show(home, *chargings, house_a=house_a, complete=complete)

    assert offers_a(home) == expected_a


def test_the_later_plugged_in_is_cut_first() -> None:
    """Equal priority and issuer: who came later gives first."""
    early, late = Charging(3, 10, on="A"), Charging(2, 0, on="A", plugged=False, top_a=16)
    home = scene(early, late)
    home.plug(2)
    home.settle(2, draw_a=6)
    home.wait(11)
    show(home, early, Charging(2, 6, on="A"), house_a=(1, 1, 1))
    home.settle(2, draw_a=11)
    home.wait(11)

    show(home, early, Charging(2, 11, on="A"), house_a=(6, 1, 1))

    assert offers_a(home) == [9, 10]


ORDER = [  # two issuers -> who goes first
    pytest.param(Issuer.SURPLUS_CHARGING, Issuer.SPOT_MARKET_CHARGING, id="surplus before spot"),
    pytest.param(Issuer.SPOT_MARKET_CHARGING, Issuer.MIN_CURRENT, id="spot before minimum current"),
    pytest.param(Issuer.OPTIMIZER, Issuer.MIN_CURRENT, id="optimizer before minimum current"),
    pytest.param(Issuer.MIN_CURRENT, Issuer.NORMAL, id="minimum current before Normal"),
    pytest.param(Issuer.NORMAL, Issuer.TIME_REQUIREMENT, id="Normal before time requirement"),
]


@pytest.mark.parametrize(("first", "second"), ORDER)
def test_order_of_issuers(first: Issuer, second: Issuer) -> None:
    """Equal priority: surplus, spot, minimum current, Normal, time requirement."""
    home = scene(Charging(2, 6), Charging(3, 6))
    home.state.chargers[3].point.issuer = first
    home.state.chargers[2].point.issuer = second

    assert [charger.source for charger in in_cut_order(home.state)] == [3, 2]


EQUALS = (Issuer.UNKNOWN, Issuer.FAILSAFE, Issuer.SURPLUS_CHARGING)


@pytest.mark.parametrize("one", EQUALS)
@pytest.mark.parametrize("other", EQUALS)
def test_issuers_of_one_rank(one: Issuer, other: Issuer) -> None:
    """What charges on surplus, was found charging, or charges at the safe current: by plug-in, then by number."""
    home = scene(Charging(2, 6), Charging(3, 6))
    home.state.chargers[3].point.issuer = one
    home.state.chargers[2].point.issuer = other

    assert [charger.source for charger in in_cut_order(home.state)] == [2, 3]


def test_surplus_is_cut_before_normal() -> None:
    """A surplus charge gives before a Normal one, although plugged in earlier."""
    home = Home()
    home.charger(2, phases=1, rotation=1, mode=Mode.ECO, a_ma=0)
    home.charger(3, phases=1, rotation=1, a_ma=0)
    home.settings(tolerance=1)
    home.amps(0)
    home.plug(2)
    home.settle(2, draw_a=6)
    home.plug(3)
    home.settle(3, draw_a=6)
    home.wait(11)

    home.amps(26, 0, 0)

    assert offers_a(home) == [0, 6]


def test_cut_names_its_cause() -> None:
    """The decision carries reading, limit and draw with their event numbers; the phase's cut is an event too."""
    home = scene(Charging())

    outcomes = home.meter(a_ma=28_000, b_ma=17_000, c_ma=17_000)

    seq = home.state.fact_seq
    assert of_kind(outcomes, PhaseCut) == [PhaseCut(0, 0, 28_000, 3_000, 3_000)]
    [point] = of_kind(outcomes, SetPointDecided)
    report_seq = home.state.chargers[2].report_seq
    assert point.rule == Rule.OVERLOAD_CUT
    assert point.issuer == Issuer.NORMAL
    assert point.operands[::2] == (28_000, 25_000, 16_000, 0)
    assert point.operands[1] == seq
    assert point.operands[5] == report_seq
    assert writes(outcomes) == ["current 13 A"]


LIMITS = [  # configured ceiling, setting -> offer beside a house of 10 A
    pytest.param(25, 0, 15, id="no setting: the ceiling"),
    pytest.param(25, 20, 10, id="a lower setting"),
    pytest.param(20, 25, 10, id="no setting exceeds the ceiling"),
    pytest.param(0, 20, 10, id="a setting alone"),
    pytest.param(0, 0, 16, id="no limit at all"),
]


@pytest.mark.parametrize(("ceiling_a", "setting_a", "expected_a"), LIMITS)
def test_limit(ceiling_a: int, setting_a: int, expected_a: float) -> None:
    """The limit is the lower of configuration and setting, 0 = none."""
    home = scene(Charging(), limit_a=ceiling_a)
    home.settings(limit_a=setting_a)

    show(home, Charging(), house_a=(10, 1, 1))

    assert offers_a(home) == [expected_a]


def test_unreachable_charger_relieves_nobody() -> None:
    """What a disconnected charger would give is taken from the others."""
    lost, other = Charging(2, on="A"), Charging(3, on="A", priority=1)
    home = scene(lost, other, limit_a=40)
    home.report(2, connected=False)

    show(home, lost, other, house_a=(10, 1, 1))

    assert offers_a(home)[1] == 14


def test_a_lowered_limit_meets_the_newest_reading() -> None:
    """A meter that stays silent does not protect an offer from a lowered limit."""
    home = scene(Charging(offer_a=10), house_a=(10, 1, 1))

    home.settings(limit_a=16)

    assert offers_a(home) == [6]


def test_single_phase_home() -> None:
    """Phases the home does not have are not judged."""
    home = Home(grid_phases=1)
    found_on: dict[str, Any] = {
        "plugged_in": True,
        "power_on": True,
        "current_ma": 16_000,
        "desired_phases": 1,
        "a_ma": 16_000,
    }
    home.charger(2, phases=1, rotation=1, **found_on)

    home.meter(a_ma=25_000, b_ma=40_000)

    assert offers_a(home) == [16]
