"""The scripted hour, crashed at points all over it; `tests.durability.crash_points` takes every one."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import pytest

from hems_actors.actors.runtime import Runtime
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.syncing import NoSync, Sync
from hems_actors.sim.machine import SYNC_MS, Machine
from replay.chain import check_chain
from replay.report import Exit
from replay.verify import Options, verify
from tests.durability.crash_points import START_POINTS, crash_all, everywhere, points, twice
from tests.durability.found import first_hash, found_in
from tests.durability.hour import hour
from tests.durability.rig import HOME_NAME, LyingSync, Rig

EVERY: Final = 17
FIRST: Final = Random(3).randrange(EVERY)


@pytest.fixture(scope="module")
def names() -> list[str]:
    """The hour's points."""
    return points()


def test_every_kind_of_point_is_there(names: list[str]) -> None:
    """Write, sync, hand-out, send, reply and acknowledgement, of more than twenty actions."""
    wanted = ("after write", "after sync", "hand-out", "after send", "reply", "acknowledgement", "sync's report")

    assert [name for name in wanted if names.count(name) < 20] == []


def test_nothing_is_lost_and_nothing_unsafe(names: list[str]) -> None:
    """Killed, or with the power cut: what `Rig` watches holds."""
    outcomes = crash_all(everywhere(range(FIRST, len(names), EVERY)))

    assert [outcome for outcome in outcomes if outcome.breaches] == []
    assert sum(outcome.torn for outcome in outcomes) < len(outcomes) // 10


def test_a_crash_soon_after_a_crash(names: list[str]) -> None:
    """The start itself may be cut short anywhere."""
    outcomes = crash_all(twice(len(names), 2, range(0, START_POINTS, 5)))

    assert [outcome for outcome in outcomes if outcome.breaches] == []


@pytest.mark.parametrize(
    "sync",
    [
        pytest.param(lambda runtime: LyingSync(runtime, SYNC_MS), id="it says that it synced"),
        pytest.param(lambda _runtime: NoSync(), id="all counts as synced at once"),
    ],
)
def test_a_build_without_sync_is_found_out(tmp_path: Path, sync: Callable[[Runtime], Sync]) -> None:
    """Rises leave before they are durable, and what was answered is gone after a power cut."""
    found = []
    for number in (500, 600, 700):
        folder = tmp_path / str(number)
        folder.mkdir()
        rig = Rig(folder, number, cuts_power=True, sync=sync)
        rig.run()
        found += rig.breaches

    assert any("sent before it was durable" in breach for breach in found)
    assert any("answered, and lost" in breach for breach in found)


@pytest.mark.parametrize("seed", range(6))
def test_power_cut_soon_after_a_kill(tmp_path: Path, seed: int) -> None:
    """What the killed process had not synced may go only now: the state that went on from it does not."""
    machine, random = Machine(hour(), tmp_path), Random(seed)
    start_ms = machine.now_ms()
    machine.start()
    machine.run_until(start_ms + random.randrange(600_000, 2_000_000))
    machine.kill()
    process = machine.start()
    machine.run_until(machine.now_ms() + 3_000)
    machine.cut_power(random)
    found = found_in(tmp_path, HOME_NAME)
    assert process.opened is not None
    assert found.state.seq >= process.opened.recovered.state.seq - 100
    machine.run_until(machine.now_ms() + 1_000)
    machine.start()
    assert first_hash(segments(tmp_path, HOME_NAME)[-1]) == found.hash
    machine.run_until(machine.now_ms() + 300_000)
    machine.stop()
    reports = [verify(path, Options()) for path in segments(tmp_path, HOME_NAME)]
    check_chain(reports, 1)
    assert [report.exit for report in reports] == [Exit.SAME] * 3
