"""The third stage: which write leaves next, in which order, what may overtake what (charging.md 5.3, section 11)."""

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Issuer, Mode, Result
from hems_actors.core.outcomes import ActionIntended, SetPointDecided
from hems_actors.core.rules import Rule
from tests.core.home import Home, of_kind, writes
from tests.core.obedient import Obedient


def plugged_home(mode: Mode = Mode.NORMAL, *, current_ma: int = 16_000) -> Home:
    """Return a home with a car just plugged in to a charger left at *current_ma*."""
    home = Home()
    home.charger(2, mode=mode, current_ma=6_000)
    home.amps(-10, -10, -10)
    home.report(2, plugged_in=True, current_ma=current_ma)
    return home


def test_on_is_current_verified_then_power() -> None:
    """A start sets the current first; power follows when it is shown."""
    home = plugged_home()
    assert home.line(2) == "6 A 3p normal/normal, current 6 A"

    home.sent(2)
    assert writes(home.answer(2)) == []
    assert writes(home.follow(2)) == ["power on"]


def test_the_same_value_is_not_written_again() -> None:
    """A charger that shows what it should needs no write."""
    home = plugged_home(current_ma=6_000)

    assert home.line(2) == "6 A 3p normal/normal, power on"
    home.settle(2)
    assert writes(home.wait(600)) == []


def test_one_write_at_a_time() -> None:
    """While a start is open, a raise waits."""
    home = plugged_home(current_ma=6_000)
    home.sent(2)
    home.wait(11)

    assert writes(home.amps(-11, -10, -10)) == []
    assert "current 11 A" in writes(home.follow(2) + home.wait(1) + home.amps(-12, -10, -10))


def charging_home() -> Home:
    """Return a home whose charger 2 charges with 16 A and obeys."""
    home = Home()
    home.charger(2, obeys=Obedient(takes_ma=16_000), max_ma=16_000)
    home.read()
    home.plug(2)
    home.run(60)
    assert home.line(2) == "16 A 3p normal/normal"
    del home.obedient[2]
    return home


def test_a_reduction_overtakes_a_reduction() -> None:
    """A lower value goes out at once, beside the open one."""
    home = charging_home()

    assert writes(home.info(2, max_ma=12_000)) == ["current 12 A"]
    assert writes(home.info(2, max_ma=8_000)) == ["current 8 A"]
    assert writes(home.info(2, max_ma=8_000)) == []


def test_reductions_go_first() -> None:
    """Of two chargers, the one to be lowered is written to before the one to be started."""
    home = charging_home()
    home.charger(1, plugged_in=True)
    home.charger(3, plugged_in=True)
    found = [action for action in of_kind(home.info(2, max_ma=8_000), ActionIntended) if action.source == 2]

    assert found[0].reduces


@pytest.mark.parametrize(
    ("seconds", "again"),
    [
        pytest.param(9.9, [], id="9.9 s after it was sent: patience"),
        pytest.param(10, ["power off"], id="10 s: said again"),
    ],
)
def test_a_cut_that_does_not_help_is_repeated(seconds: float, again: list[str]) -> None:
    """While the phase stays over its limit: switched off, and that again every 10 s, never given up."""
    home = charging_home()
    home.amps(30, 17, 17)
    home.sent(2)
    home.wait(10)
    assert writes(home.amps(30, 17, 17)) == ["power off"]
    home.sent(2)
    home.wait(seconds)

    assert writes(home.amps(30, 17, 17)) == again


def test_off_is_said_again_to_a_charger_that_draws_on() -> None:
    """Shown off, but drawing over the limit: it is told again."""
    home = charging_home()
    home.amps(45, 45, 45)
    home.sent(2)
    home.report(2, power_on=False)
    assert home.line(2) == "off overload_protection/overload_stop"
    home.wait(11)
    assert writes(home.amps(45, 45, 45)) == ["power off"]

    home.sent(2)
    home.wait(5)
    assert home.line(2).endswith("power off"), "what was shown before proves nothing"
    home.answer(2)
    assert not home.line(2).endswith("power off")


def switching_home() -> Home:
    """Return a home whose charger 2 charges on three phases and is to use one from now on."""
    home = Home()
    home.charger(2, mode=Mode.ECO, can_switch=True, desired_phases=3, charging=False)
    home.amps(-8, -8, -8)
    home.plug(2)
    home.settle(2)
    home.report(2, charging=True)
    home.wait(20)
    home.amps(-2, -2, -2)
    home.store(SetPointDecided(2, True, 6_000, 1, 6_000, Issuer.SURPLUS_CHARGING, Rule.PHASE_SWITCH, ()))
    home.tell(facts.Tick(0))
    return home


def test_a_phase_switch_is_off_then_silent_then_phases_then_on() -> None:
    """Off, 0 A, phases, current, on: each after the one before was shown."""
    home = switching_home()
    assert home.line(2) == "6 A 1p surplus_charging/phase_switch, power off"

    home.sent(2)
    assert writes(home.follow(2)) == []
    assert writes(home.report(2, charging=False)) == ["phases 1"]

    home.sent(2)
    assert writes(home.follow(2)) == ["power on"]


@pytest.mark.parametrize(
    ("draw_ma", "found"),
    [pytest.param(100, [], id="0.1 A: not silent"), pytest.param(99, ["phases 1"], id="0.099 A: silent")],
)
def test_a_measured_switch_waits_for_0_a(draw_ma: int, found: list[str]) -> None:
    """Phases are switched at a measured 0 A."""
    home = switching_home()
    home.sent(2)
    home.report(2, a_ma=5_000, power_on=False)

    assert writes(home.report(2, a_ma=draw_ma)) == found


@pytest.mark.parametrize(
    ("seconds", "found"),
    [pytest.param(9.9, [], id="9.9 s off"), pytest.param(10, ["phases 1"], id="10 s off: taken for silent")],
)
def test_a_blind_switch_waits_10_s(seconds: float, found: list[str]) -> None:
    """Without meter and `charging`, 10 s after off."""
    home = switching_home()
    home.report(2, charging=None)
    home.sent(2)
    home.follow(2)

    assert writes(home.wait(seconds)) == found


def test_a_switch_that_fails_twice_is_left_alone() -> None:
    """Two failed tries: no third in this plug-in, and charging goes on with what is shown."""
    home = switching_home()
    home.sent(2)
    home.follow(2)
    home.report(2, charging=False)
    for _ in range(2):
        home.sent(2)
        home.answer(2, Result.HARDWARE)
        home.wait(5)

    assert home.state.chargers[2].session.switch_tries == 2
    assert " 3p " in home.line(2)
    assert writes(home.wait(30)) == ["power on"]


def test_a_switch_that_works_after_a_failure_counts() -> None:
    """The charger can: what failed before does not add up over a long plug-in."""
    home = switching_home()
    home.sent(2)
    home.follow(2)
    home.report(2, charging=False)
    home.sent(2)
    home.answer(2, Result.HARDWARE)
    home.wait(5)
    home.sent(2)
    home.answer(2)
    home.follow(2)

    assert home.state.chargers[2].session.switch_tries == 0
    assert " 1p " in home.line(2)


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        pytest.param(Mode.NORMAL, ["current 6 A"], id="Normal: minimum current, ready for the next car"),
        pytest.param(Mode.ECO, ["power off", "current 6 A"], id="Eco: off, then minimum current"),
    ],
)
def test_parked_at_unplug(mode: Mode, found: list[str]) -> None:
    """The only commands to a charger without a car."""
    home = Home()
    home.charger(2, mode=mode, plugged_in=False, power_on=True, current_ma=16_000)
    home.settle(2)
    home.wait(600)

    assert writes(noted.outcome for noted in home.noted) == found


@pytest.mark.parametrize(
    "silenced",
    [
        pytest.param(lambda home: home.report(2, connected=False), id="the charger is not reachable"),
        pytest.param(lambda home: home.tell(facts.LinkChanged(0, up=False)), id="no link"),
    ],
)
def test_nothing_is_written_into_the_void(silenced: object) -> None:
    """What cannot be reached is not written to."""
    home = charging_home()
    assert callable(silenced)
    silenced(home)

    assert writes([*home.info(2, max_ma=8_000), *home.amps(60, 60, 60)]) == []


def test_a_charger_that_never_reported_is_not_written_to() -> None:
    """Configured is not there."""
    home = Home()
    home.tell(facts.ChargerConfigured(2, 3, 123, 6_000, 1_000, can_switch=False))

    assert writes(home.amps(1) + home.wait(600)) == []


def test_parked_at_the_only_current_there_is() -> None:
    """A charger that can give 6 A and no more is parked there, whatever it shows."""
    home = Home()
    home.charger(2, max_ma=6_000, current_ma=10_000)

    assert writes(noted.outcome for noted in home.noted) == ["current 6 A"]


def test_no_parking_below_6_a() -> None:
    """A charger that cannot give 6 A is not parked at less."""
    home = Home()
    home.charger(2, max_ma=5_000, current_ma=10_000)  # the device's own maximum

    assert [action for action in writes(home.wait(60)) if action == "current 5 A"] == []
    assert "current 5 A" not in writes(noted.outcome for noted in home.noted)
