"""Recording a day anew from the scenario beside it: plays the simulated home, which replay itself never needs."""

import os
import tempfile
import tomllib
from datetime import time
from pathlib import Path
from typing import Any

from hems_actors.eventlog.archive import OsArchive, archive
from hems_actors.eventlog.naming import ARCHIVE_SUFFIX, archive_path, parse_name, segments
from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.machine import Machine
from hems_actors.sim.scenario import read_scenario
from replay.recorded_day import base_of, scenario_of


def crashes_of(scenario: Path) -> Path:
    """Return where the crashes that are played with *scenario* stand: `NAME.crashes.toml`; it need not be there."""
    return scenario.with_name(f"{scenario.stem}.crashes.toml")


def record_anew(log: Path) -> list[str]:
    """Put a new recording of *log*'s scenario in its place, and return why that was not done; empty = it was.

    Of a home that crashed, its first segment stands for all: they are recorded together, and the others left alone.

    Raises:
        ScenarioError: the scenario cannot be played.
        LogError: the log cannot be written.
        OSError: the folder cannot be written to.
    """
    scenario = scenario_of(log)
    if not scenario.exists():
        return [f"{log}: nothing to record it from: {scenario} is missing"]
    name = parse_name(log.name)
    with tempfile.TemporaryDirectory(prefix=".rerecord-", dir=log.parent) as folder:
        if name is None:
            written = [Path(folder) / f"{base_of(log).name}.msgpack"]
            play_to(build(*read_scenario(scenario)), written[0], [])
        elif name.first_seq != 1:
            return []
        else:
            written = _live(scenario, Path(folder))
            for old in segments(log.parent, name.home):
                old.unlink()
        for path in written:
            _put(path, log)
    return []


def _put(path: Path, log: Path) -> None:
    """Move *path* beside *log*, an archive where that is one."""
    if log.name.endswith(ARCHIVE_SUFFIX):
        archive(path, OsArchive())
        path = archive_path(path)
    target = log.with_name(path.name)
    os.replace(path, target)  # noqa: PTH105 - whatever stands there
    target.chmod(0o644)


def _live(scenario: Path, folder: Path) -> list[Path]:
    """Play *scenario* on a machine whose daemon crashes, and return its segments."""
    stage = build(*read_scenario(scenario))
    crashes: list[dict[str, Any]] = tomllib.loads(crashes_of(scenario).read_text(encoding="utf-8"))["crashes"]
    machine = Machine(stage, folder)
    machine.start()
    for crash in crashes:
        machine.run_until(stage.moments.at(_time(crash["at"])))
        machine.kill()
        machine.run_until(machine.now_ms() + round(crash["down_s"] * 1_000))
        machine.start()
    machine.run_until(stage.moments.end_ms)
    machine.stop()
    return segments(folder, stage.scenario.home.name)


def _time(value: object) -> time:
    if not isinstance(value, time):
        raise TypeError(f"{value!r}: expected a time of day such as 12:30:00")
    return value
