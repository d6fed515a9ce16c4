"""Which grid phases a charger loads by what it reports and what is configured (charging.md section 6)."""

from typing import Any

import pytest

from hems_actors.core.enums import Knowledge, Mode
from hems_actors.core.outcomes import PhasesJudged
from hems_actors.core.units import mask_phases
from tests.core.home import Home
from tests.core.scenes import LETTERS

KNOWN: dict[str, Any] = {"plugged_in": True}
ON: dict[str, Any] = {"plugged_in": True, "power_on": True, "current_ma": 16_000}


def phases_of(home: Home, source: int = 2) -> tuple[str, Knowledge]:
    """Return the grid phases of *source* by their letters, and how they are known."""
    own = home.state.chargers[source].map
    return "".join(LETTERS[phase] for phase in mask_phases(own.phases_mask)), Knowledge(own.knowledge)


def amps(a: int, b: int, c: int) -> dict[str, Any]:
    """Return the report of *a*, *b*, *c* amps on terminals 1, 2, 3."""
    return {"a_ma": a * 1_000, "b_ma": b * 1_000, "c_ma": c * 1_000}


TOLD = [  # wired phases, rotation, report -> phases, knowledge
    pytest.param(1, 2, KNOWN, "B", Knowledge.CONFIGURED, id="one-phase charger, configured on B"),
    pytest.param(1, 231, KNOWN, "B", Knowledge.CONFIGURED, id="one-phase charger, whole rotation configured"),
    pytest.param(1, 0, KNOWN, "", Knowledge.UNKNOWN, id="one-phase charger, not configured: never silently A"),
    pytest.param(3, 0, KNOWN, "", Knowledge.UNKNOWN, id="three-phase charger that says nothing"),
    pytest.param(3, 123, KNOWN, "", Knowledge.UNKNOWN, id="wiring known, terminals not: the car may use fewer"),
    pytest.param(3, 0, KNOWN | {"phase_count": 3}, "ABC", Knowledge.COUNTED, id="counts three: all"),
    pytest.param(3, 0, KNOWN | {"phase_count": 1}, "", Knowledge.UNKNOWN, id="counts one: which is unknown"),
    pytest.param(3, 123, KNOWN | {"phase_count": 1}, "A", Knowledge.CONFIGURED, id="counts one: the first terminal"),
    pytest.param(3, 312, KNOWN | {"phase_count": 1}, "C", Knowledge.CONFIGURED, id="its own A is the grid's C"),
    pytest.param(3, 312, KNOWN | {"phase_count": 2}, "AC", Knowledge.CONFIGURED, id="counts two"),
    pytest.param(3, 23, KNOWN | {"phase_count": 1}, "", Knowledge.UNKNOWN, id="rotation of two digits: none"),
    pytest.param(3, 0, ON | amps(16, 16, 16), "ABC", Knowledge.MEASURED, id="measures three"),
    pytest.param(3, 231, ON | amps(16, 0, 0), "B", Knowledge.MEASURED, id="measures its first terminal"),
    pytest.param(3, 231, ON | amps(0, 16, 16), "AC", Knowledge.MEASURED, id="measures its second and third"),
    pytest.param(3, 0, ON | amps(16, 0, 0), "", Knowledge.UNKNOWN, id="measures one, wiring unknown"),
    pytest.param(3, 123, ON | amps(1, 0, 0) | {"phase_count": 3}, "A", Knowledge.MEASURED, id="1 A counts"),
    pytest.param(
        3, 123, ON | {"a_ma": 999, "b_ma": 0, "c_ma": 0, "phase_count": 3}, "ABC", Knowledge.COUNTED, id="999 mA do not"
    ),
    pytest.param(
        3, 123, ON | {"a_ma": 16_000, "phase_count": 3}, "ABC", Knowledge.COUNTED, id="one current is not all"
    ),
]


@pytest.mark.parametrize(("wired", "rotation", "report", "expected", "knowledge"), TOLD)
def test_told(wired: int, rotation: int, report: dict[str, Any], expected: str, knowledge: Knowledge) -> None:
    """Terminals by own currents, else `phaseCount`; grid phases by the configured rotation."""
    home = Home()
    home.charger(2, phases=wired, rotation=rotation, **report)

    assert phases_of(home) == (expected, knowledge)


SWITCHED = [  # desired phases -> phases
    pytest.param(1, "B", id="one: the first terminal"),
    pytest.param(3, "ABC", id="three"),
]


@pytest.mark.parametrize(("desired", "expected"), SWITCHED)
def test_offered_phases(desired: int, expected: str) -> None:
    """A charger that switches loads at most the phases it offers."""
    home = Home()
    home.charger(2, mode=Mode.ECO, rotation=231, can_switch=True, desired_phases=desired, phase_count=3)
    home.plug(2)

    assert phases_of(home)[0] == expected


def test_a_charger_that_switches_and_never_says_its_phases() -> None:
    """Nothing contradicts what it measures."""
    home = Home()
    home.charger(2, rotation=231, can_switch=True, plugged_in=True)
    home.amps(1)
    assert home.state.chargers[2].point.phases == 3

    home.report(2, **(ON | amps(16, 0, 0)))

    assert phases_of(home) == ("B", Knowledge.MEASURED)


def test_single_phase_home() -> None:
    """In a home of one phase there is nothing to find out."""
    home = Home(grid_phases=1)
    home.charger(2, phases=1, rotation=0, plugged_in=True)

    assert phases_of(home) == ("A", Knowledge.CONFIGURED)


def test_forgotten_at_unplug() -> None:
    """The next car may use other terminals."""
    home = Home()
    home.charger(2, rotation=123, **(ON | amps(16, 0, 0)))
    assert phases_of(home) == ("A", Knowledge.MEASURED)

    home.report(2, plugged_in=False, **amps(0, 0, 0))

    assert phases_of(home) == ("", Knowledge.UNKNOWN)


@pytest.mark.parametrize(
    ("drawn", "phase_count", "expected"),
    [
        pytest.param((10, 10, 10), 3, ("ABC", Knowledge.COUNTED), id="all three, as told"),
        pytest.param((10, 0, 0), 1, ("", Knowledge.UNKNOWN), id="one of three: nobody knows which"),
        pytest.param((10, 10, 0), 2, ("", Knowledge.UNKNOWN), id="two of three"),
        pytest.param((0, 0, 0), 3, ("ABC", Knowledge.COUNTED), id="none yet"),
    ],
)
def test_told_before_the_car_drew(
    drawn: tuple[int, int, int], phase_count: int, expected: tuple[str, Knowledge]
) -> None:
    """A charger that says 3 and then charges on fewer loads phases that nothing tells without its wiring."""
    home = Home()
    home.charger(2, rotation=0, phase_count=3, plugged_in=True, **amps(0, 0, 0))
    assert phases_of(home) == ("ABC", Knowledge.COUNTED)

    home.report(2, **(ON | amps(*drawn)), phase_count=phase_count)

    assert phases_of(home) == expected


def test_what_stays_unknown_is_not_said_again() -> None:
    """A charger that counts one phase, its wiring unknown, is judged once it is known, not at each report."""
    home = Home()
    home.charger(2, rotation=0, phase_count=1, plugged_in=True)
    for draw_w in (1_000, 2_000):
        home.report(2, draw_w=draw_w)

    assert home.all_of(PhasesJudged) == []


def test_what_was_measured_stays_while_nothing_is_drawn() -> None:
    """A car that pauses leaves its phases as they were found."""
    home = Home()
    home.charger(2, rotation=0, **(ON | amps(16, 16, 16)))

    home.report(2, **amps(0, 0, 0))

    assert phases_of(home) == ("ABC", Knowledge.MEASURED)
