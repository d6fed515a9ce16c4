"""The meter's actor: one reading per burst, at once what is above the limit."""

from typing import Any

import pytest

from hems_actors.actors.messages import BurstEnded, LimitChanged, StandingWanted, StatesChanged
from hems_actors.actors.meter import QUIET_MS, Meter, Quiet
from hems_actors.core.facts import MeterReading, ThingConnected
from tests.actors.fakes import START_MS, Bench

NOTHING = MeterReading(3, 0, True, *(None,) * 10)


@pytest.fixture
def meter(bench: Bench) -> Bench:
    """A meter, number 3, under a limit of 16 A."""
    bench.queue.spawn(Meter, bench.place(3))
    bench.tell(3, LimitChanged(16_000))
    assert bench.take_told() == [StandingWanted(3)]
    return bench


def _changed(bench: Bench, **values: int | bool | None) -> StatesChanged:
    return StatesChanged(values, bench.queue.now_ms())


def test_one_reading_per_burst(meter: Bench) -> None:
    """Values of a burst go out together, when it ends; those not reported stay None."""
    meter.tell(3, _changed(meter, power_w=300), _changed(meter, a_w=100), _changed(meter, b_w=200))
    assert meter.told == []

    meter.tell(3, BurstEnded(START_MS))
    meter.after(10 * QUIET_MS)
    assert meter.told == [NOTHING._replace(power_w=300, a_w=100, b_w=200)]


def test_burst_without_an_end_is_over_after_quiet(meter: Bench) -> None:
    """300 ms after the LAST state of the meter; the age says so."""
    meter.tell(3, _changed(meter, a_w=100))
    meter.after(200)
    meter.tell(3, _changed(meter, b_w=200))
    meter.after(QUIET_MS - 1)
    assert meter.told == []

    meter.after(1)
    assert meter.told == [NOTHING._replace(age_ms=QUIET_MS, a_w=100, b_w=200)]


def test_each_burst_gets_its_own_quiet(meter: Bench) -> None:
    """The look that an ended burst left behind does not cut the next one short."""
    meter.tell(3, _changed(meter, a_w=1), BurstEnded(START_MS))
    meter.after(QUIET_MS - 1)
    meter.tell(3, _changed(meter, a_w=2))
    meter.after(QUIET_MS - 1)
    assert meter.take_told() == [NOTHING._replace(a_w=1)]

    meter.after(1)
    assert meter.told == [NOTHING._replace(age_ms=QUIET_MS, a_w=2)]


def test_look_that_comes_too_late_finds_nothing(meter: Bench) -> None:
    """A timer may fire just before it is cancelled, by the thread of the timers."""
    meter.tell(3, _changed(meter, a_w=1), BurstEnded(START_MS), Quiet())

    assert meter.told == [NOTHING._replace(a_w=1)]


def test_age_counts_until_the_message_is_taken(meter: Bench) -> None:
    """What waited in the link is older than it looks."""
    meter.tell(3, StatesChanged({"a_w": 5}, START_MS - 40), BurstEnded(START_MS - 30))

    assert meter.told == [NOTHING._replace(age_ms=30, a_w=5)]


@pytest.mark.parametrize(
    ("values", "is_above"),
    [
        pytest.param({"a_w": 3_680}, False, id="16 A by power"),
        pytest.param({"a_w": 3_681}, True, id="a watt above 16 A"),
        pytest.param({"b_ma": 16_000}, False, id="16 A by current"),
        pytest.param({"b_ma": 16_001}, True, id="a milliampere above"),
        pytest.param({"c_w": 3_680, "c_dv": 2_299}, True, id="16 A at less than 230 V"),
        pytest.param({"c_w": 3_681, "c_dv": 0}, True, id="voltage not plausible: 230 V"),
        pytest.param({"a_w": 100, "a_ma": 17_000}, True, id="current above, power low: reactive"),
        pytest.param({"a_w": -5_000, "a_ma": 21_000}, False, id="export"),
        pytest.param({"a_ma": -21_000}, False, id="export, by a signed meter"),
        pytest.param({"power_w": 4_000}, True, id="one phase, total only"),
        pytest.param({"power_w": 9_000, "a_w": 3_000, "b_w": 3_000, "c_w": 3_000}, False, id="total above, no phase"),
    ],
)
def test_phase_above_its_limit_goes_out_at_once(meter: Bench, values: dict[str, Any], is_above: bool) -> None:
    """Flagged incomplete; the whole reading still follows at the end of the burst."""
    meter.tell(3, _changed(meter, **values))
    assert meter.take_told() == ([NOTHING._replace(complete=False, **values)] if is_above else [])

    meter.tell(3, BurstEnded(START_MS))
    assert meter.told == [NOTHING._replace(**values)]


def test_phase_that_did_not_change_is_no_news(meter: Bench) -> None:
    """While phase A stays above, changes of phase B send nothing early."""
    meter.tell(3, _changed(meter, a_w=9_000, b_w=0), BurstEnded(START_MS))
    meter.take_told()
    meter.tell(3, _changed(meter, b_w=10))

    assert meter.told == []


def test_without_a_limit_nothing_is_early(meter: Bench) -> None:
    """0 = none."""
    meter.tell(3, LimitChanged(0), _changed(meter, a_w=99_000))

    assert meter.told == []


def test_read_back_is_complete(meter: Bench) -> None:
    """All states at once need no end of a burst."""
    meter.tell(3, StatesChanged({"connected": True, "a_w": 7}, START_MS, read_back=True))

    assert meter.told == [ThingConnected(3, True), NOTHING._replace(a_w=7)]


def test_connection_is_told_when_it_changes(meter: Bench) -> None:
    """Lost, lost again, back."""
    for connected in (False, False, True):
        meter.tell(3, _changed(meter, connected=connected))

    assert meter.told == [ThingConnected(3, False), ThingConnected(3, True)]


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        pytest.param([BurstEnded(START_MS)], [], id="meter never said anything"),
        pytest.param(
            [StatesChanged({"a_w": 5, "connected": True}, START_MS), BurstEnded(START_MS), BurstEnded(START_MS)],
            [ThingConnected(3, True), NOTHING._replace(a_w=5), NOTHING._replace(a_w=5)],
            id="burst of others: the value still stands",
        ),
        pytest.param(
            [StatesChanged({"a_w": 5, "connected": False}, START_MS), BurstEnded(START_MS), BurstEnded(START_MS)],
            [ThingConnected(3, False), NOTHING._replace(a_w=5)],
            id="burst of others while the device is away: no news",
        ),
    ],
)
def test_end_of_a_burst_without_states(meter: Bench, messages: list[Any], told: list[Any]) -> None:
    """What PowerBalanceChanged alone says about the meter."""
    meter.tell(3, *messages)

    assert meter.told == told
