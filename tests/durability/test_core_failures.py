"""Code that fails: a poisoned event, a core that raises again and again, actors that die; all their logs replay."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.directory import HOME
from hems_actors.actors.errors import CoreFailedError, VitalActorError
from hems_actors.actors.messages import Request, StatesChanged
from hems_actors.core import facts
from hems_actors.core.engine import STAGES
from hems_actors.core.enums import Alarm, CoreStep, Issuer, Mode, What
from hems_actors.core.failsafe import is_fail_safe
from hems_actors.core.judge import judge
from hems_actors.core.outcomes import ActionIntended, AlarmChanged, Outcome, SetPointDecided
from hems_actors.core.state import NO_REPORT, State
from hems_actors.sim.build import build
from hems_actors.sim.machine import Parts
from hems_actors.sim.numbers import BATTERY, CHARGER_FIRST, METER
from replay.core import Core as ReplayCore
from replay.report import Exit
from tests.durability.hour import GARAGE, SETTINGS
from tests.durability.lives import Lives, events_of
from tests.sim.homes import START, scenario

POISON: Final = NO_REPORT._replace(source=99)
"""Of a charger that was never configured: the state cannot take it."""
UNLUCKY: Final = SETTINGS._replace(tolerance_permille=666)
"""What `unlucky` fails on."""
SAFE_MA: Final = 6_000


def unlucky(state: State) -> list[Outcome]:
    """Conclude, but not while a certain setting holds; fail-safe mode uses nothing of what fails."""
    if state.settings.tolerance_permille == UNLUCKY.tolerance_permille and not is_fail_safe(state):
        raise ZeroDivisionError
    return LIVE_CORE.conclude(state)


def unlucky_judge(state: State) -> list[Outcome]:
    """Fail as `unlucky` does: for replay with the code that failed."""
    if state.settings.tolerance_permille == UNLUCKY.tolerance_permille and not is_fail_safe(state):
        raise ZeroDivisionError
    return judge(state)


def all_replay(lives: Lives, core: ReplayCore | None = None) -> None:
    """Each file replays, and each goes on where the one before ended."""
    assert [report.exit for report in lives.reports(core)] == [Exit.SAME] * len(lives.files())


def test_event_that_the_state_cannot_take(tmp_path: Path) -> None:
    """Recorded, the process ends, the next one passes over it and goes on as if nothing had been."""
    good = Lives(tmp_path / "good")
    good.machine.start()
    good.until(20)
    good.machine.stop()
    lives = Lives(tmp_path / "bad")
    lives.machine.start()
    lives.until(8)
    lives.tell(HOME, POISON)
    lives.until(20)
    lives.machine.stop()

    (error,) = lives.machine.ended
    assert isinstance(error, CoreFailedError)
    poisoned, failed = events_of(lives.files()[0])[-2:]
    assert (poisoned.event, failed.event) == (POISON, facts.CoreFailed(0, poisoned.seq, CoreStep.EVOLVE))
    told = [noted.event for noted in events_of(lives.files()[1]) if isinstance(noted.event, facts.Fact)]
    assert told[:2] == [facts.Restarted(0), facts.Quarantined(0, poisoned.seq)]
    after = [sent[1:] for sent in lives.sent if sent.at_ms > 9 * 60_000]
    assert after == [sent[1:] for sent in good.sent if sent.at_ms > 9 * 60_000]
    all_replay(lives)


def test_request_that_the_state_cannot_take(tmp_path: Path) -> None:
    """Whoever asked is told; the daemon is back a second later."""
    lives = Lives(tmp_path)
    lives.machine.start()
    lives.until(5)
    answer = lives.ask(facts.ChargingInfoChanged(99, 0, 0, 0, 80, 0, 6_000))
    assert isinstance(answer, CoreFailedError)

    lives.until(6)
    assert isinstance(lives.ask(SETTINGS), int)
    lives.machine.stop()
    all_replay(lives)


@pytest.mark.parametrize(
    ("core", "poison", "cure", "replaying"),
    [
        pytest.param(
            replace(LIVE_CORE, conclude=unlucky),
            UNLUCKY,
            SETTINGS,
            ReplayCore(stages=(unlucky_judge, *STAGES[1:])),
            id="code with a fault",
        ),
        pytest.param(
            LIVE_CORE,
            facts.ChargingInfoChanged(CHARGER_FIRST, 9, 0, 0, 80, 0, 6_000),
            facts.ChargingInfoChanged(CHARGER_FIRST, Mode.NORMAL, 0, 0, 80, 0, 6_000),
            ReplayCore(),
            id="a mode that there is not",
        ),
    ],
)
def test_core_that_fails_again_and_again(
    tmp_path: Path, core: Core, poison: facts.Fact, cure: facts.Fact, replaying: ReplayCore
) -> None:
    """Three failures within ten minutes: chargers at their safe current for an hour, then as before."""
    stage = build(
        scenario(
            home={"start": START, "duration_h": 2, "phase_limit_a_max": 25, "grid_phases": 3},
            cars=[{"name": "car", "level_percent": 20, "capacity_kwh": 100}],
        )
    )
    lives = Lives(tmp_path, Parts(core=core), stage)
    lives.machine.start()
    lives.until(10)
    (plant,) = stage.home.chargers.values()
    assert (plant.power_on, plant.current_ma) == (True, 16_000)
    assert isinstance(lives.ask(poison), CoreFailedError)
    lives.until(12)
    assert len(lives.machine.ended) == 3
    assert (plant.power_on, plant.current_ma) == (True, SAFE_MA)
    assert (Alarm.FAIL_SAFE, 0) in lives.state.alarms
    (ordered,) = lives.all_of(facts.FailSafeOrdered)
    assert isinstance(lives.ask(cure), int)

    lives.until(69)
    assert (plant.power_on, plant.current_ma) == (True, SAFE_MA)
    lives.until(80)
    assert (plant.power_on, plant.current_ma) == (True, 16_000)
    lives.machine.stop()
    events = lives.events()
    until_ms = ordered.event.until_ms
    assert until_ms == ordered.at_ms + 3_600_000
    within = [noted.event for noted in events if ordered.at_ms <= noted.at_ms < until_ms]
    assert {point.issuer for point in within if isinstance(point, SetPointDecided)} == {Issuer.FAILSAFE}
    assert all(action.reduces for action in within if isinstance(action, ActionIntended))
    cleared = AlarmChanged(0, Alarm.FAIL_SAFE, active=False, value=0)
    assert [noted.at_ms >= until_ms for noted in events if noted.event == cleared] == [True]
    all_replay(lives, replaying)
    healthy = [Exit.SAME if core is LIVE_CORE else Exit.DIFFERS] * 3 + [Exit.SAME]
    assert [report.exit for report in lives.reports()] == healthy


def test_poison_in_fail_safe_mode(tmp_path: Path) -> None:
    """It is passed over at once: the process goes on."""
    lives = Lives(tmp_path)
    lives.machine.start()
    lives.until(6)
    for minute in (6.1, 6.3, 6.5):
        lives.tell(HOME, POISON)
        lives.until(minute)
    assert len(lives.machine.ended) == 3
    lives.until(7)
    lives.tell(HOME, POISON)
    lives.until(8)
    assert len(lives.machine.ended) == 3
    lives.machine.stop()

    assert [noted.event for noted in events_of(lives.files()[-1]) if noted.event == POISON] == [POISON]
    all_replay(lives)


def _nonsense(lives: Lives) -> StatesChanged:
    return StatesChanged({"nonsense": 1}, lives.machine.now_ms(), read_back=True)


@pytest.mark.parametrize("source", [pytest.param(GARAGE, id="charger"), pytest.param(METER, id="meter")])
def test_device_actor_that_dies(tmp_path: Path, source: int) -> None:
    """It is back at once, with all its states; what is sent afterwards is as if nothing had been."""
    good = Lives(tmp_path / "good")
    good.machine.start()
    good.until(20)
    good.machine.stop()
    lives = Lives(tmp_path / "bad")
    process = lives.machine.start()
    lives.until(11)
    before = process.home.directory[source].ref
    lives.tell(source, _nonsense(lives))
    lives.until(20)
    lives.machine.stop()

    assert process.home.directory[source].ref is not before
    assert lives.machine.ended == []
    assert [sent for sent in lives.sent if sent.thing == GARAGE] == [s for s in good.sent if s.thing == GARAGE]
    all_replay(lives)


def test_battery_actor_that_dies(tmp_path: Path) -> None:
    """It is back with what the battery says."""
    lives = Lives(tmp_path, None, build(scenario(battery={"capacity_kwh": 5, "level_percent": 40})))
    process = lives.machine.start()
    lives.until(5)
    before = process.home.directory[BATTERY].ref
    lives.tell(BATTERY, _nonsense(lives))
    lives.until(10)
    battery = lives.state.battery
    lives.machine.stop()

    assert process.home.directory[BATTERY].ref is not before
    assert lives.machine.ended == []
    assert battery.level_percent == int(lives.machine.stage.home.battery.level_percent)  # type: ignore[union-attr] # it has one
    all_replay(lives)


@pytest.mark.parametrize(
    ("message", "error"),
    [
        pytest.param(Request(SETTINGS, None), VitalActorError, id="of its own"),  # type: ignore[arg-type] # that is it
        pytest.param(object(), CoreFailedError, id="of what the log cannot hold"),
    ],
)
def test_coordinator_that_dies(tmp_path: Path, message: Any, error: type[Exception]) -> None:  # noqa: ANN401 - any
    """The process ends, and the next one cuts as the first would have."""
    lives = Lives(tmp_path)
    lives.machine.start()
    lives.until(11)
    lives.tell(HOME, message)
    lives.until(20)
    lives.machine.stop()

    assert [type(ended) for ended in lives.machine.ended] == [error]
    cut = next(sent for sent in lives.sent if sent.at_ms >= 12 * 60_000)
    assert (cut.thing, cut.what) == (GARAGE, What.CURRENT)
    assert cut.value < 12_000
    all_replay(lives)
