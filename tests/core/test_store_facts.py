"""How facts are stored: what begins, what ends, what is kept (charging.md sections 4 and 7)."""

from typing import Any

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Issuer, Knowledge
from hems_actors.core.outcomes import PhasesJudged, SetPointDecided, StepSeen
from hems_actors.core.rules import Rule
from tests.core.home import Home

BATTERY = 6


@pytest.mark.parametrize(
    ("seconds", "begins"),
    [pytest.param(59.999, False, id="59.999 s: an early tick is harmless"), pytest.param(60, True, id="60 s")],
)
def test_a_cycle_is_a_minute(seconds: float, begins: bool) -> None:
    """The first tick begins a cycle, and each one a minute or more after the last beginning."""
    home = Home()
    home.tell(facts.Tick(0))
    begun_ms = home.now_ms
    home.now_ms += round(seconds * 1_000)
    home.tell(facts.Tick(0))

    assert (home.state.site.cycle_at_ms == home.now_ms) is begins
    assert home.state.site.cycle_at_ms in (begun_ms, home.now_ms)


def test_what_the_home_is_told_it_keeps() -> None:
    """Clock offset, zone, exit: kept as told."""
    home = Home()
    home.tell(facts.ClockOffset(0, -5_000), facts.ZoneKnown(0, (0, 3_600)), facts.ExitRequested(0))
    site = home.state.site
    assert (site.clock_offset_ms, site.transitions_s, site.exiting) == (-5_000, (0, 3_600), True)

    home.tell(facts.Restarted(0))
    assert not site.exiting


@pytest.mark.parametrize(
    ("levels", "considered", "above"),
    [
        pytest.param([89], 0.9, False, id="89 of 90 %"),
        pytest.param([90], 0.9, True, id="90 %"),
        pytest.param([90, 85], 0.9, True, id="85 % after 90: still"),
        pytest.param([90, 84], 0.9, False, id="84 % after 90: no more"),
        pytest.param([85], 0.9, False, id="85 % from below: not yet"),
        pytest.param([None], 0.9, False, id="unknown: below"),
        pytest.param([95, None], 0.9, False, id="no longer known: below"),
        pytest.param([None], 0.0, True, id="car always first"),
        pytest.param([99], 1.0, False, id="battery first up to 100 %"),
        pytest.param([100], 1.0, True, id="100 %"),
    ],
)
def test_the_battery_level(levels: list[int | None], considered: float, above: bool) -> None:
    """At or above the considered level, and so until 5 points below it."""
    home = Home()
    home.tell(facts.BatteryConfigured(BATTERY, 7))
    home.settings(battery_level=considered)
    for level in levels:
        home.tell(facts.BatteryReported(BATTERY, 0, level))

    assert home.state.battery.above is above


@pytest.mark.parametrize(
    ("grid_w", "battery", "draw_w", "issuer", "surplus_w"),
    [
        pytest.param(-3_000, (0, None), 0, Issuer.UNKNOWN, 3_000, id="export"),
        pytest.param(1_000, (0, None), 0, Issuer.UNKNOWN, -1_000, id="import"),
        pytest.param(-500, (0, None), 4_140, Issuer.SURPLUS_CHARGING, 3_640 + 1_000, id="what surplus charging draws"),
        pytest.param(-500, (0, None), -5, Issuer.SURPLUS_CHARGING, 500, id="a draw below 0 W is none"),
        pytest.param(-500, (0, None), 4_140, Issuer.NORMAL, 500, id="all other charging is house load"),
        pytest.param(-3_000, (-1_000, 95), 0, Issuer.UNKNOWN, 2_000, id="discharge is import at every level"),
        pytest.param(-3_000, (-1, 50), 0, Issuer.UNKNOWN, 2_999, id="also 1 W of it"),
        pytest.param(-3_000, (2_000, 50), 0, Issuer.UNKNOWN, 3_000, id="charging below the level is not surplus"),
        pytest.param(-3_000, (2_000, 95), 0, Issuer.UNKNOWN, 5_000, id="charging above the level is"),
    ],
)
def test_a_sample_of_surplus(
    grid_w: int, battery: tuple[int, int | None], draw_w: int, issuer: Issuer, surplus_w: int
) -> None:
    """Export - import, with surplus charging credited back and the battery as its level says."""
    home = Home()
    home.charger(2, draw_w=draw_w)
    home.tell(facts.BatteryConfigured(BATTERY, 7), facts.BatteryReported(BATTERY, *battery))
    home.store(SetPointDecided(2, True, 6_000, 3, 6_000, issuer, Rule.NONE, ()))
    home.meter(power_w=grid_w, a_w=grid_w, b_w=0, c_w=0)

    assert home.state.samples[-1][1] == surplus_w


def test_an_unmeasured_surplus_charge_is_credited_by_its_estimate() -> None:
    """Without a meter of its own, 6 A seen on three phases are 4140 W."""
    home = Home()
    home.charger(2, plugged_in=True, power_on=True, current_ma=16_000)
    home.store(SetPointDecided(2, True, 16_000, 3, 16_000, Issuer.SURPLUS_CHARGING, Rule.SURPLUS_CHARGING, ()))
    home.store(StepSeen(2, 6_000, 0, 0, 0, 0, 6_000, 1, 2))
    home.meter(power_w=0, a_w=0, b_w=0, c_w=0)

    assert home.state.samples[-1][1] == 4_140


@pytest.mark.parametrize(
    ("seconds", "left"),
    [pytest.param(29.9, 3, id="29.9 s: in the window"), pytest.param(30, 2, id="30 s: the first is out of it")],
)
def test_samples_of_30_s_are_kept(seconds: float, left: int) -> None:
    """A sample goes when the one after it covers the whole window."""
    home = Home()
    home.amps(1)
    home.wait(1)
    home.amps(2)
    home.wait(seconds)
    home.amps(3)

    assert len(home.state.samples) == left


SIGNS = [
    pytest.param({"a_ma": 0, "b_ma": 0, "c_ma": 0}, False, id="0 mA says nothing"),
    pytest.param({"a_ma": -1, "b_ma": 5, "c_ma": 5}, True, id="-1 mA on A"),
    pytest.param({"a_ma": 5, "b_ma": -1, "c_ma": 5}, True, id="-1 mA on B"),
    pytest.param({"a_ma": 5, "b_ma": 5, "c_ma": -1}, True, id="-1 mA on C"),
    pytest.param({"a_ma": -1}, True, id="-1 mA, of one phase alone"),
]


@pytest.mark.parametrize(("currents", "signed"), SIGNS)
def test_a_meter_of_signed_currents(currents: dict[str, Any], signed: bool) -> None:
    """One negative current proves that the meter has signs, for good."""
    home = Home()
    home.meter(**currents)
    home.meter(a_ma=5, b_ma=5, c_ma=5)

    assert home.state.meter.signed is signed


def test_partial_readings_are_no_samples() -> None:
    """A partial reading may only lower: no sample, no proof of freshness."""
    home = Home()
    home.amps(1, complete=False)

    assert home.state.samples == []
    assert (home.state.meter.latest_seq, home.state.meter.full_seq) == (home.state.fact_seq, 0)
    assert home.state.meter.changed_at_ms is None


def test_chargers_and_cars_are_in_the_order_of_their_numbers() -> None:
    """Whatever appears first, the order of decisions is that of the source numbers."""
    home = Home()
    for source in (3, 2):
        home.charger(source)
        home.car(source + 10)

    assert list(home.state.chargers) == [2, 3]
    assert list(home.state.cars) == [12, 13]


@pytest.mark.parametrize(
    ("rotation", "trusted"),
    [pytest.param(123, False, id="said again: still disproved"), pytest.param(231, True, id="corrected: trusted")],
)
def test_a_configuration_said_again(rotation: int, trusted: bool) -> None:
    """A wiring that evidence disproved is believed again only when it is configured otherwise."""
    home = Home()
    charger = home.charger(2, plugged_in=True)
    home.store(PhasesJudged(2, 0b110, Knowledge.CONTRADICTED))
    home.charger(2, rotation=rotation, plugged_in=True)

    assert charger.map.disproved is not trusted
    assert charger.config.rotation == rotation


def test_recovered_with_loss_trusts_nothing_in_flight() -> None:
    """Whether an action was sent, and what a step came to, may be among what was lost."""
    home = Home()
    home.charger(2, plugged_in=True, max_ma=16_000)
    home.amps(1)
    home.wait(70)
    home.sent(2)
    ledger, own = home.state.chargers[2].ledger, home.state.chargers[2].map
    sent = [ledger.sent]
    home.tell(facts.RecoveredWithLoss(0, 7, 9))

    assert [*sent, ledger.sent] == [True, False]
    assert own.step_ma == 0
