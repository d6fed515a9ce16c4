"""Replaying logs in which the core failed, or passed events over: as recorded, or named."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hems_actors.actors.core_port import LIVE_CORE
from hems_actors.actors.errors import CoreFailedError
from hems_actors.core import facts
from hems_actors.core.enums import CoreStep
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import HealthJudged, Outcome
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.core.version import STATE_VERSION
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.recovery import recover
from replay import cli
from replay.chain import check_chain
from replay.core import Core
from replay.divergence import CORE_FAILED as FAILED
from replay.divergence import Divergence
from replay.report import Exit, Report
from replay.text import describe
from replay.verify import Options, verify
from tests.actors.process import (
    FIRST,
    GARAGE,
    NOBODY,
    POISON_CONCLUDE,
    POISON_EVOLVE,
    Process,
    charger_shows,
    meter_shows,
)
from tests.eventlog.recordings import begin_home, fingerprint


def replayed(directory: Path, core: Core | None = None) -> list[Report]:
    """Return the reports of all files of the home in *directory*, chained."""
    options = Options(core=core or Core())
    reports = [verify(path, options) for path in segments(directory, "home")]
    check_chain(reports, STATE_VERSION)
    return reports


def die(directory: Path, seconds: int, *told: facts.Fact, core: Any = LIVE_CORE) -> Process:  # noqa: ANN401 - a core
    """Start a home, let it die of what it is *told* after its first facts, and return it."""
    process = Process(directory, seconds, core)
    process.tell(*FIRST, charger_shows(), meter_shows(16_000), *told)
    with pytest.raises(CoreFailedError):
        process.end()
    return process


def live_on(directory: Path, seconds: int, *told: facts.Fact) -> Process:
    """Start a home once more, and let it end well."""
    process = Process(directory, seconds)
    process.tell(meter_shows(9_000), *told)
    process.end()
    return process


@pytest.mark.parametrize(
    ("poison", "step"),
    [
        pytest.param(POISON_EVOLVE, CoreStep.EVOLVE, id="evolve"),
        pytest.param(POISON_CONCLUDE, CoreStep.CONCLUDE, id="conclude"),
    ],
)
def test_failure_as_recorded(tmp_path: Path, poison: facts.Fact, step: CoreStep) -> None:
    """Code that fails as it did then is the same; the file's end is the next one's beginning."""
    die(tmp_path, 0, poison)
    fold = recover(tmp_path, "home").state
    live_on(tmp_path, 60)
    reports = replayed(tmp_path)

    assert [(report.exit, report.divergences) for report in reports] == [(Exit.SAME, [])] * 2
    assert [failed.step for failed in reports[0].core_failed] == [step]
    assert reports[0].state_hash == reports[1].start_hash == fingerprint(fold)
    assert reports[0].open


def test_look_ahead_as_recorded(tmp_path: Path) -> None:
    """A core that cannot say what is due next is asked again at that event; one that can differs."""

    def fail(state: State) -> int:
        if state.meter.latest_seq:
            raise LookupError("no idea")
        return state.at_ms + 9_999

    process = die(tmp_path, 0, core=replace(LIVE_CORE, next_due_ms=fail))
    (same,) = replayed(tmp_path, Core(next_due_ms=fail))
    (other,) = replayed(tmp_path)

    assert (same.exit, [failed.step for failed in same.core_failed]) == (Exit.SAME, [CoreStep.LOOK_AHEAD])
    assert other.divergences == [
        Divergence(process.state.seq, process.state.at_ms, 0, FAILED, None, "look_ahead", None),
    ]
    assert same.state_hash == other.state_hash == fingerprint(recover(tmp_path, "home").state)


def kinder(state: State, seq: int, at_ms: int, event: Event) -> None:
    """Take anything."""
    evolve(state, seq, at_ms, facts.BatteryConfigured(0, 0) if event.source == NOBODY else event)


def takes_nothing(state: State, seq: int, at_ms: int, event: Event) -> None:
    """Take no settings of a charger."""
    if isinstance(event, facts.ChargingInfoChanged) and event.mode:
        raise ValueError("not today")
    evolve(state, seq, at_ms, event)


def judge_nothing(_state: State) -> list[Outcome]:
    """Conclude nothing."""
    return []


def judge_health(state: State) -> list[Outcome]:
    """Conclude one thing of the poison, nothing of anything else."""
    return [HealthJudged(0, 1)] if state.chargers and state.chargers[GARAGE].info.mode else []


LAZY = (judge_nothing,) * 3


@pytest.mark.parametrize(
    ("poison", "core", "recorded", "found"),
    [
        pytest.param(POISON_EVOLVE, Core(evolve=kinder), "evolve", None, id="goes on"),
        pytest.param(POISON_EVOLVE, Core(evolve=kinder, stages=LAZY), "evolve", None, id="goes on with nothing"),
        pytest.param(POISON_CONCLUDE, Core(stages=LAZY), "conclude", None, id="concludes nothing"),
        pytest.param(POISON_CONCLUDE, Core(stages=(judge_health, *LAZY[1:])), "conclude", ["health_judged 0"],
                     id="concludes something"),
        pytest.param(POISON_CONCLUDE, Core(evolve=takes_nothing), "conclude", "ValueError: not today",
                     id="fails at another step"),
    ],
)  # fmt: skip
def test_failure_that_is_another(tmp_path: Path, poison: facts.Fact, core: Core, recorded: str, found: object) -> None:
    """Code that does not fail any more, or elsewhere, differs at that event; the end is the fold all the same."""
    process = die(tmp_path, 0, poison)
    (report,) = replayed(tmp_path, core)
    last = report.divergences[-1]

    assert (last.seq, last.field, last.recorded, last.replayed) == (process.state.seq, FAILED, recorded, found)
    assert report.exit == Exit.DIFFERS
    assert report.state_hash is not None


@pytest.mark.parametrize(
    ("poison", "core", "says"),
    [
        pytest.param(POISON_EVOLVE, Core(evolve=kinder), "evolve); this code: goes on, nothing concluded", id="on"),
        pytest.param(POISON_CONCLUDE, Core(stages=(judge_health, *LAZY[1:])),
                     "conclude); this code: goes on with health_judged 0", id="concludes something"),
        pytest.param(POISON_CONCLUDE, Core(evolve=takes_nothing), "conclude); this code: ValueError: not today",
                     id="fails elsewhere"),
    ],
)  # fmt: skip
def test_text(tmp_path: Path, poison: facts.Fact, core: Core, says: str) -> None:
    """A person reads where it failed then, and what this code does instead."""
    die(tmp_path, 0, poison)
    (report,) = replayed(tmp_path, core)
    report.divergences = report.divergences[-1:]

    assert f"  failed     the core failed here when this was recorded ({says}" in describe(report, core)


def test_failing_log_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, the same, and one line that says where the core failed."""
    process = die(tmp_path, 0, POISON_EVOLVE)
    (path,) = segments(tmp_path, "home")
    code = cli.main([str(path)])
    out, err = capsys.readouterr()

    assert code == Exit.SAME
    assert "the same" in out
    assert err == f"hems-replay: {path}: the core failed at event {process.state.seq} (evolve) when this was recorded\n"


def test_events_passed_over(tmp_path: Path) -> None:
    """In fail-safe mode poison is passed over, live and in replay, even by code that could take it."""
    for seconds in (0, 1, 2):
        die(tmp_path, seconds, POISON_EVOLVE)
    process = live_on(tmp_path, 3, POISON_EVOLVE, charger_shows(), POISON_EVOLVE)
    last = live_on(tmp_path, 60)
    assert isinstance(process.opened.facts[0], facts.FailSafeOrdered)
    assert last.opened.recovered.quarantined == ()

    assert [(report.exit, report.divergences) for report in replayed(tmp_path)] == [(Exit.SAME, [])] * 5
    assert [report.divergences for report in replayed(tmp_path, Core(evolve=kinder))[3:]] == [[], []]


@pytest.mark.parametrize(
    ("told", "failures"),
    [
        pytest.param((facts.CoreFailed(0, 6, 1),), [6], id="what it failed on is not recorded"),
        pytest.param((facts.Tick(0), facts.CoreFailed(0, 3, 0)), [3], id="an earlier one"),
        pytest.param((facts.Tick(0), facts.Quarantined(0, 2)), [], id="an earlier one passed over"),
        pytest.param((POISON_EVOLVE, facts.Quarantined(0, 6), facts.CoreFailed(0, 7, 1)), [7], id="failed after that"),
    ],
)
def test_names_another_event(tmp_path: Path, told: tuple[facts.Fact, ...], failures: list[int]) -> None:
    """Only the event right before can have been passed over, or tried."""
    home = begin_home(tmp_path)
    home.only_record(*told)
    home.die()

    def fail(state: State) -> list[Outcome]:
        return [] if state.seq < 7 or told[0] is not POISON_EVOLVE else _fail()

    report = verify(home.path, Options(core=Core(stages=(fail, *LAZY[1:]))))

    assert (report.divergences, [failed.failed_seq for failed in report.core_failed]) == ([], failures)
    assert report.state_hash == fingerprint(recover(tmp_path, "home").state)


def _fail() -> list[Outcome]:
    raise ValueError("not today")


def test_step_to_come(tmp_path: Path) -> None:
    """A step that this version does not know is named by its number."""
    home = begin_home(tmp_path)
    home.only_record(facts.Tick(0), facts.CoreFailed(0, 6, 9))
    home.die()
    report = verify(home.path, Options(core=Core(stages=LAZY)))

    assert [(found.seq, found.recorded, found.replayed) for found in report.divergences] == [(6, "9", None)]
