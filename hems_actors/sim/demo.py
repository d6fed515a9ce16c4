"""`hemsd demo`: plays a scenario and says what it came to."""

import json
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from hems_actors.actors.journal import Tap
from hems_actors.config.tariff import contract_warnings
from hems_actors.core.state import State
from hems_actors.eventlog.errors import WriteError
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.account import Account
from hems_actors.sim.build import Stage, build
from hems_actors.sim.report import Figures, summary
from hems_actors.sim.runner import Progress, header_of, play
from hems_actors.sim.scenario import read_scenario
from hems_actors.sim.table import table

BUILT_IN: Final = Path(str(files("hems_actors.sim"))) / "demo.toml"
WEEK: Final = BUILT_IN.with_name("week.toml")


def demo(scenario: Path | None, log: Path | None, *, as_json: bool) -> str:
    """Play *scenario*, or the built-in day, into the file *log*, or a new one, and return what to print.

    Raises:
        ScenarioError: the scenario cannot be played; no log was begun.
        LogError: the log cannot be written.
    """
    stage = build(*read_scenario(scenario or BUILT_IN))
    tariff = stage.scenario.tariff
    for warning in contract_warnings(tariff) if tariff is not None and tariff.kind == "hp_hc" else ():
        sys.stderr.write(f"hemsd: warning: tariff.{warning}\n")
    path = log or Path(tempfile.mkdtemp(prefix="hemsd-demo-")) / f"{stage.scenario.home.name}.msgpack"
    figures = play_to(stage, path, [], _Progress())
    return json.dumps(figures) if as_json else table(figures)


def play_to(stage: Stage, path: Path, taps: list[Tap], progress: Progress | None = None) -> Figures:
    """Play *stage* into the new file *path*, with *taps* listening, and return its figures.

    Raises:
        LogError: the log cannot be written.
    """
    state = State()
    log = LogWriter(SingleFile(path), header_of(stage), sync=NoSync())
    log.start(state, stage.moments.start_ms)
    account = Account(stage)
    play(stage, log, state, [account, *taps], progress)
    if log.given_up is not None:  # a home goes on without a log; whoever plays one wants it
        raise WriteError(log.given_up)
    account.finish()
    return summary(stage, account, str(path))


class _Progress:
    """Says on stderr how far the scenario is: in place on a terminal, else a line each quarter."""

    def __init__(self) -> None:
        self._quarters = 0

    def __call__(self, done: float) -> None:
        """Say that the share *done* was played."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done:4.0%} of the scenario played" + ("\n" if done >= 1 else ""))
        elif int(done * 4) > self._quarters:
            self._quarters = int(done * 4)
            sys.stderr.write(f"{done:4.0%} of the scenario played\n")
        sys.stderr.flush()
