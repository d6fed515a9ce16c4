"""A charger follows writes and hands with the delays of a real one."""

import pytest

from hems_actors.core.enums import Result, What
from hems_actors.sim.plant.cars import Car
from hems_actors.sim.plant.chargers import Charger
from hems_actors.sim.plant.faults import FaultWindow, WriteFault


def charger(*faults: FaultWindow, phases: int = 3, power_on: bool = True) -> Charger:
    """Return a charger wired BCA with a car at it, charging at 10 A since long ago if on."""
    box = Charger(10, (1, 2, 0), can_switch=True, power_on=power_on, current_ma=10_000, faults=list(faults))
    box.plug(-60_000, Car(60, phases, 60_000, 30_000))
    box.advance(0)
    return box


def test_follows_a_changed_current_after_five_seconds() -> None:
    """IEC 61851: within 5 s, not before."""
    box = charger()
    box.write(0, What.CURRENT, 16_000)
    box.advance(4_999)
    assert box.draw_ma == 10_000
    box.advance(5_000)

    assert box.draw_ma == 16_000


def test_stops_three_seconds_after_off() -> None:
    """IEC 61851: within 3 s of off, even when a rise is on its way."""
    box = charger()
    box.write(0, What.CURRENT, 16_000)
    box.advance(0)
    box.write(1_000, What.POWER, 0)
    box.advance(1_000)
    box.advance(4_000)

    assert (box.draw_ma, box.stops) == (0, 1)
    box.advance(10_000)
    assert box.draw_ma == 0


@pytest.mark.parametrize(
    ("phases", "active"),
    [pytest.param(1, (1,), id="one"), pytest.param(2, (1, 2), id="two"), pytest.param(3, (1, 2, 0), id="three")],
)
def test_loads_the_grid_phases_its_terminals_are_wired_to(phases: int, active: tuple[int, ...]) -> None:
    """A car of fewer phases uses the first terminals, whatever grid phase they are on."""
    assert charger(phases=phases).active == active


def test_phase_switch_under_load_interrupts() -> None:
    """The contactors open first; the car follows on one phase after its reaction time."""
    box = charger()
    box.write(0, What.PHASES, 1)
    box.advance(0)
    box.advance(3_000)
    assert box.draw_ma == 0
    box.advance(5_000)

    assert (box.draw_ma, box.active) == (10_000, (1,))


@pytest.mark.parametrize(
    ("what", "value"),
    [
        pytest.param(What.CURRENT, 5_000, id="below its minimum"),
        pytest.param(What.CURRENT, 17_000, id="above its maximum"),
        pytest.param(What.CURRENT, 10_500, id="off its step"),
        pytest.param(What.PHASES, 2, id="phases it has not"),
    ],
)
def test_refuses_what_it_cannot_do(what: What, value: int) -> None:
    """As nymea does: InvalidParameter, nothing changed."""
    box = charger()

    assert box.write(0, what, value)[:2] == (None, Result.INVALID)


TREATMENTS = [  # fault, what it answers, when, and when it acts
    pytest.param(WriteFault.NO_ANSWER, Result.TIMEOUT, 15_000, None, id="no answer"),
    pytest.param(WriteFault.LATE_ANSWER, Result.OK, 8_000, 8_000, id="late answer"),
    pytest.param(WriteFault.ACTS_LATE, Result.TIMEOUT, 15_000, 8_000, id="acts late"),
    pytest.param(WriteFault.REFUSES, Result.HARDWARE, 20, None, id="refuses"),
    pytest.param(WriteFault.INVALID, Result.INVALID, 20, None, id="calls it invalid"),
    pytest.param(WriteFault.IGNORES, Result.OK, 20, None, id="acknowledges, does nothing"),
]


@pytest.mark.parametrize(("fault", "result", "answer_ms", "effect_ms"), TREATMENTS)
def test_fault_decides_answer_and_effect(
    fault: WriteFault, result: Result, answer_ms: int, effect_ms: int | None
) -> None:
    """Each fault of a write, while its window is open and not after."""
    box = charger(FaultWindow(fault, 0, 1_000, 8_000))

    assert box.write(0, What.CURRENT, 6_000) == (effect_ms, result, answer_ms)
    assert box.write(1_000, What.CURRENT, 6_000).result == Result.OK


def test_not_reached_refuses_every_write() -> None:
    """A disconnected charger does nothing it is told."""
    box = charger()
    box.connected = False

    assert box.write(0, What.POWER, 0)[:2] == (None, Result.HARDWARE)


def test_clamp_lowers_the_setting_and_lets_go_without_raising_it() -> None:
    """The charger's own limit takes the setting along; its end only raises the maximum."""
    box = charger()
    box.clamp(0, 8_000)
    assert (box.max_ma, box.current_ma) == (8_000, 8_000)
    box.clamp(1_000, None)

    assert (box.max_ma, box.current_ma) == (16_000, 8_000)


def test_unplugging_ends_the_current_at_once() -> None:
    """No car, no draw, no reaction time."""
    box = charger()
    box.unplug(0)
    box.settle()

    assert (box.draw_ma, box.active) == (0, ())
