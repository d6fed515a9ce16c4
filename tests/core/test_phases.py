"""Which grid phases a charger loads by correlation: steps seen at the root meter (charging.md section 6).

Charger 2 has one phase and unknown wiring; it starts at 6 A, is raised to 11 A, then to 16 A.
"""

from typing import Any

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Knowledge
from hems_actors.core.outcomes import StepSeen
from tests.core.home import Home
from tests.core.scenes import Amps
from tests.core.test_phases_told import phases_of

BATTERY = 9
UNKNOWN, PROVISIONAL, CORRELATED = Knowledge.UNKNOWN, Knowledge.PROVISIONAL, Knowledge.CORRELATED


def started(*, metered: bool = True, phases: int = 1, rotation: int = 0, **fields: Any) -> Home:  # noqa: ANN401
    """Return a home where charger 2 was just started at 6 A; the meter shows 1 A on each phase before it."""
    home = Home(limit_a=40)
    asked: dict[str, Any] = {"charging": False, "max_ma": 16_000} | fields
    home.charger(2, phases=phases, rotation=rotation, **asked, a_ma=0 if metered else None)
    home.amps(1, 1, 1)
    home.plug(2)
    take(home)
    return home


def take(home: Home, source: int = 2) -> None:
    """Let the charger carry out its open actions and its car take what is offered."""
    home.settle(source)
    charger = home.state.chargers[source]
    drawn_ma = charger.report.current_ma if charger.report.power_on else 0
    home.report(source, a_ma=None if charger.report.a_ma is None else drawn_ma, charging=drawn_ma > 0)


def see(home: Home, amps: Amps, after_s: float = 10) -> None:
    """Feed a complete reading, to the mA, *after_s* later."""
    home.wait(after_s)
    a_ma, b_ma, c_ma = (round(current_a * 1_000) for current_a in amps)
    home.meter(a_ma=a_ma, b_ma=b_ma, c_ma=c_ma)


STEPS = [  # what the meter shows after a start of 6 A -> phases seen
    pytest.param((1, 7, 1), 10, "B", id="exactly the step, on B"),
    pytest.param((7, 1, 1), 10, "A", id="on A"),
    pytest.param((1, 1, 7), 10, "C", id="on C"),
    pytest.param((1, 7, 1), 9.9, "", id="9.9 s after: too early"),
    pytest.param((1, 5.2, 1), 10, "B", id="70 %"),
    pytest.param((1, 5.199, 1), 10, "", id="1 mA less than 70 %"),
    pytest.param((1, 8.8, 1), 10, "B", id="130 %"),
    pytest.param((1, 8.801, 1), 10, "", id="1 mA more than 130 %"),
    pytest.param((1, -5, 1), 10, "", id="the other sign"),
    pytest.param((7, 7, 1), 10, "", id="two phases of a one-phase charger: the house did something"),
    pytest.param((7, 7, 7), 10, "", id="three of them"),
    pytest.param((5, 7, 0), 10, "B", id="66 % on another phase is the house"),
]


@pytest.mark.parametrize("metered", [True, False], ids=["metered", "unmetered"])
@pytest.mark.parametrize(("amps", "after_s", "expected"), STEPS)
def test_one_step(amps: Amps, after_s: float, expected: str, *, metered: bool) -> None:
    """A phase counts when it moved by 70-130 % of the step, with its sign, at the first reading >= 10 s after."""
    home = started(metered=metered)

    see(home, amps, after_s)

    own = home.state.chargers[2].map
    assert "".join("ABC"[phase] for phase in range(3) if own.evidence_mask >> phase & 1) == expected
    assert own.knowledge == (PROVISIONAL if expected else UNKNOWN)


def test_partial_readings_are_no_evidence() -> None:
    """Evidence uses complete readings only."""
    home = started()
    home.wait(10)

    home.meter(complete=False, a_ma=1_000, b_ma=7_000, c_ma=1_000)

    assert home.all_of(StepSeen) == []


AGAIN = [  # first reading, second reading (after +5 A) -> phases, knowledge
    pytest.param((1, 7, 1), (1, 12, 1), ("B", CORRELATED), id="two agreeing steps confirm"),
    pytest.param((1, 7, 1), (6, 7, 1), ("", UNKNOWN), id="one contradiction begins anew"),
    pytest.param((1, 7, 1), (1, 7, 1.1), ("", PROVISIONAL), id="a step nobody saw changes nothing"),
    pytest.param((1, 1, 1), (1, 6, 1), ("", PROVISIONAL), id="the second is the first seen"),
]


@pytest.mark.parametrize(("first", "second", "expected"), AGAIN)
def test_two_steps(first: Amps, second: Amps, expected: tuple[str, Knowledge]) -> None:
    """One step is provisional: all phases are still assumed; two agreeing ones confirm."""
    home = started()
    see(home, first)
    take(home)

    see(home, second)

    assert phases_of(home) == expected


def confirmed_on_b() -> Home:
    """Return a home whose charger is known to load B, at 11 A, its next raise to 16 A just taken."""
    home = started()
    see(home, (1, 7, 1))
    take(home)
    see(home, (1, 12, 1))
    assert phases_of(home) == ("B", CORRELATED)
    return home


def test_a_confirmed_phase_is_doubted() -> None:
    """A clean step elsewhere takes back what was confirmed."""
    home = confirmed_on_b()
    take(home)

    see(home, (6, 12, 1))

    assert phases_of(home) == ("", UNKNOWN)


SMALL = [pytest.param(10_999, 6_000, UNKNOWN, id="4.999 A"), pytest.param(11_000, 6_000, PROVISIONAL, id="5 A")]


@pytest.mark.parametrize(("top_ma", "seen_ma", "expected"), SMALL)
def test_small_steps(top_ma: int, seen_ma: int, expected: Knowledge) -> None:
    """A step under 5 A is no evidence."""
    home = started(step_ma=1)
    see(home, (1, 1, 1.1))
    home.info(2, max_ma=top_ma)
    home.wait(1)
    home.meter(a_ma=1_000, b_ma=1_000, c_ma=1_000)
    take(home)

    see(home, (1, 1, seen_ma / 1_000))

    assert home.state.chargers[2].map.knowledge == expected


def test_a_stop_is_a_step() -> None:
    """What falls at a stop confirms as well."""
    home = started()
    see(home, (1, 7, 1))
    take(home)
    see(home, (1, 1, 20))
    take(home)
    see(home, (1, 1, 20.1))
    home.info(2, max_ma=5_000)
    home.settle(2)
    home.report(2, a_ma=0)

    see(home, (1, -15, 20))

    assert phases_of(home) == ("B", CORRELATED)


BATTERIES = [  # battery's phases, its change in W, the reading after (1, 1, 1) -> what is known of a step of 6 A on B
    pytest.param(0b010, 1_380, (1, 13, 1), PROVISIONAL, id="on B: subtracted"),
    pytest.param(0b111, 4_140, (7, 13, 7), PROVISIONAL, id="on all three: a third of it on each"),
    pytest.param(0, 1_380, (1, 13, 1), UNKNOWN, id="on an unknown phase: not subtracted"),
    pytest.param(0b010, 0, (1, 13, 1), UNKNOWN, id="no change to subtract"),
    pytest.param(0b001, 0, (2.799, 7, 1), PROVISIONAL, id="on A, which moves by less than 30 % of the step"),
    pytest.param(0b001, 0, (2.8, 7, 1), UNKNOWN, id="on A, which moves by 30 %: the car may be there too"),
    pytest.param(0b001, 0, (-5, 7, 1), UNKNOWN, id="on A, which it feeds by as much as the car takes there"),
    pytest.param(0b100, 0, (-5, 7, 1), PROVISIONAL, id="on C: what moved A was the house"),
    pytest.param(0, 0, (-5, 7, 1), UNKNOWN, id="anywhere"),
]


@pytest.mark.parametrize(("mask", "change_w", "reading_a", "expected"), BATTERIES)
def test_battery(mask: int, change_w: int, reading_a: tuple[float, float, float], expected: Knowledge) -> None:
    """A battery's power change on a known phase is subtracted; where it may still hide the step nothing is seen."""
    home = started()
    home.tell(facts.BatteryConfigured(BATTERY, mask))
    home.tell(facts.BatteryReported(BATTERY, change_w, 50))

    see(home, reading_a)

    assert home.state.chargers[2].map.knowledge == expected


SPOILED = [  # seconds from the other's start to this one's -> what is known of this one
    pytest.param(14.9, UNKNOWN, id="14.9 s before: within one meter interval + 10 s"),
    pytest.param(15, PROVISIONAL, id="15 s before: clean"),
    pytest.param(-5, UNKNOWN, id="5 s after: while this step is observed"),
]


@pytest.mark.parametrize(("gap_s", "expected"), SPOILED)
def test_spoiled(gap_s: float, expected: Knowledge) -> None:
    """Another charger's command within one meter interval + 10 s spoils the evidence. The interval is 5 s."""
    home = Home(limit_a=40)
    for source, rotation in ((2, 0), (3, 1)):
        home.charger(source, phases=1, rotation=rotation, a_ma=0)
        home.info(source, max_ma=6_000)
    home.amps(1, 1, 1)
    see(home, (1.1, 1, 1), 5)
    home.plug(3)
    take(home, 3)
    home.wait(gap_s if gap_s > 0 else 30)
    home.plug(2)
    take(home)
    if gap_s < 0:
        home.wait(-gap_s)
        home.info(3, max_ma=5_000)
        home.settle(3, draw_a=0)

    see(home, (1.1, 7, 1), 10 if gap_s > 0 else 5)

    assert home.state.chargers[2].map.knowledge == expected


def test_what_spoiled_the_last_step_of_one_car_spoils_none_of_the_next() -> None:
    """Unplugged while its step was spoiled and not yet seen; the next car's first step stands alone."""
    home = Home(limit_a=40)
    for source, rotation in ((2, 0), (3, 1)):
        home.charger(source, phases=1, rotation=rotation, a_ma=0)
        home.info(source, max_ma=6_000)
    see(home, (1, 1, 1), 5)
    home.plug(3)
    take(home, 3)
    home.wait(30)
    home.plug(2)
    take(home)
    home.wait(5)
    home.info(3, max_ma=5_000)
    home.settle(3, draw_a=0)
    assert home.state.chargers[2].map.spoiled
    home.unplug(2)
    home.draw(2, 0)
    see(home, (1.1, 1, 1), 30)
    see(home, (1, 1, 1), 30)

    home.plug(2)
    home.draw(2, 6)
    home.info(2, max_ma=16_000)
    see(home, (1, 7, 1), 15)
    take(home)
    see(home, (1, 12, 1))

    assert home.state.chargers[2].map.knowledge == PROVISIONAL


def test_three_phase_car() -> None:
    """A three-phase charger of unknown terminals: all three phases moved."""
    home = started(phases=3, metered=False)
    see(home, (7, 7, 7))
    assert phases_of(home)[1] == PROVISIONAL
    take(home)

    see(home, (12, 12, 12))

    assert phases_of(home) == ("ABC", CORRELATED)


def test_one_phase_car_at_three_phases() -> None:
    """A three-phase charger of unknown terminals whose car uses one: that one, found."""
    home = started(phases=3, metered=False)
    see(home, (1, 1, 7))
    take(home)

    see(home, (1, 1, 12))

    assert phases_of(home) == ("C", CORRELATED)
    assert home.state.chargers[2].session.one_phase


def test_unmetered_draw() -> None:
    """The unmetered draw is the step seen, never above the set-point."""
    home = started(metered=False)

    see(home, (1, 5.5, 1))
    assert home.state.chargers[2].draw.estimate_ma == 4_500

    take(home)
    see(home, (1, 12, 1))
    assert home.state.chargers[2].draw.estimate_ma == 11_000
