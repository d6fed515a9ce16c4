"""The swarm: fifty days hold every rule; a flaw that is put in is found, made short, and found again from its file."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.core.outcomes import Outcome, SetPointDecided
from hems_actors.core.state import State
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.syncing import Synced, SyncJob, SyncResult
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.slow_sync import SlowSync
from hems_actors.sim.swarm.day import Day, load, save
from hems_actors.sim.swarm.files import Files
from hems_actors.sim.swarm.play import Flaws
from hems_actors.sim.swarm.pool import play_day, play_into, play_many
from hems_actors.sim.swarm.random_day import random_day
from hems_actors.sim.swarm.replays import replayed
from hems_actors.sim.watch.findings import Findings

DAYS_IN_CI = 50
SHORT = 2
"""Seed of a day that begins with a start, and in which the process dies."""


class LyingSync(SlowSync):
    """Says that all is durable, and does nothing."""

    def outcome(self, job: SyncJob) -> SyncResult:
        """Only close what has ended."""
        if job.end:
            job.segment.close()
        return Synced(job.seq, job.era)


def conclude_too_little(state: State) -> list[Outcome]:
    """Conclude, and say 3 A where 6 A were decided."""
    return [
        outcome._replace(current_ma=3_000)
        if isinstance(outcome, SetPointDecided) and outcome.current_ma == 6_000
        else outcome
        for outcome in LIVE_CORE.conclude(state)
    ]


class Row(NamedTuple):
    """A flaw, and the rule it breaks."""

    flaws: Flaws
    rule: str


FLAWS = [
    pytest.param(Row(Flaws(sync=LyingSync), "rise before it was durable"), id="sync that lies"),
    pytest.param(Row(Flaws(core=Core(conclude=conclude_too_little)), "set-point between 0 and 6 A"), id="core: 3 A"),
]


def test_days_break_no_rule(tmp_path: Path) -> None:
    """Limit, writes, alarms, durability, chain, and both replays. More days: `python -m hems_actors.sim.swarm`."""
    results = list(play_many(range(DAYS_IN_CI), 2, tmp_path))

    assert [(result.seed, result.broken) for result in results if result.broken] == []
    assert sum(result.counts["events"] for result in results) > DAYS_IN_CI * 500


@pytest.mark.parametrize("row", FLAWS)
def test_flaw_is_found_and_made_short(row: Row, tmp_path: Path) -> None:
    """The file that is left plays the same failure again; without the flaw it breaks nothing."""
    day = random_day(SHORT)
    result = play_day(SHORT, day, tmp_path, row.flaws, tries_max=12)

    assert row.rule in {finding.rule for finding in result.broken}
    assert result.kept is not None
    short = load(result.kept)
    assert size(short) < size(day)
    assert list((result.kept.parent / "log").glob("*.msgpack"))
    assert row.rule in {finding.rule for finding in play_into(short, tmp_path / "again", row.flaws).found.broken}
    assert play_into(short, tmp_path / "sound", Flaws()).found.broken == []


def size(day: Day) -> int:
    """Return of how many things *day* is made."""
    scenario = day.scenario
    things = (scenario.chargers, scenario.cars, scenario.visits, scenario.changes, scenario.faults, day.happenings)
    return sum(len(items) for items in things)


@pytest.mark.parametrize("seed", range(3))
def test_file_holds_the_whole_day(seed: int, tmp_path: Path) -> None:
    """What is read is what was written."""
    day = random_day(seed)
    save(day, tmp_path / "day.toml")

    assert load(tmp_path / "day.toml") == day


@pytest.mark.parametrize(
    "text", [pytest.param("scenario = 1", id="no day"), pytest.param("[", id="not TOML"), pytest.param(None, id="none")]
)
def test_file_that_holds_no_day(text: str | None, tmp_path: Path) -> None:
    """One line says so."""
    path = tmp_path / "day.toml"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ScenarioError, match="cannot be played as a day"):
        load(path)


def test_same_day_leaves_the_same_files(tmp_path: Path) -> None:
    """Byte for byte."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        play_into(random_day(SHORT), folder)

    first, second = ({path.name: path.read_bytes() for path in folder.glob("*.msgpack")} for folder in folders)
    assert len(first) > 1
    assert first == second


def without_the_middle(paths: list[Path]) -> None:
    """Lose a whole file."""
    paths[1].unlink()


def with_a_flaw(paths: list[Path]) -> None:
    """Damage a file in the middle."""
    content = bytearray(paths[0].read_bytes())  # mostly its header
    content[-len(content) // 8] ^= 1
    paths[0].write_bytes(content)


def as_they_are(paths: list[Path]) -> None:
    """Leave all as it is."""
    del paths


@pytest.mark.parametrize(
    ("spoil", "rules"),
    [
        pytest.param(as_they_are, set(), id="sound"),
        pytest.param(without_the_middle, {"silent gap", "damage that nothing names"}, id="a file is missing"),
        pytest.param(with_a_flaw, {"damage that nothing names"}, id="damage"),
    ],
)
def test_files_are_judged(spoil: Callable[[list[Path]], None], rules: set[str], tmp_path: Path) -> None:
    """What is missing or wrong and named by nobody is a broken rule."""
    play_into(random_day(SHORT), tmp_path / "log")
    spoil(segments(tmp_path / "log", "swarm"))
    paths = segments(tmp_path / "log", "swarm")
    found = Findings(0)

    Files(paths, {}, troubled=False).judge([replayed(paths)] * 2, set(), found, 0)

    assert {finding.rule for finding in found.broken} == rules
