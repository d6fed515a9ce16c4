"""Each fault of a device has a scenario; what it leads to stands beside it and is checked."""

from pathlib import Path
from typing import NamedTuple

import pytest

from hems_actors.sim.scenario import read_scenario
from hems_actors.sim.scenario_things import CHARGER_FAULTS, METER_FAULTS, OTHER_FAULTS
from hems_actors.sim.watch.findings import Findings
from tests.sim.transcript import SCENARIOS, transcript_of

TRANSCRIPTS = sorted(SCENARIOS.glob("*.txt"))


class Played(NamedTuple):
    """A scenario as it was played."""

    written: Path
    text: str
    found: Findings


@pytest.fixture(scope="module", params=[pytest.param(path, id=path.stem) for path in TRANSCRIPTS])
def played(request: pytest.FixtureRequest) -> Played:
    """Each scenario, played once."""
    written: Path = request.param
    return Played(written, *transcript_of(written.with_suffix(".toml")))


def test_sequence_and_end_are_as_written_down(played: Played) -> None:
    """Actions, answers, conclusions, alarms, end state; renew with `python -m tests.sim.transcript --rewrite`."""
    assert played.text == played.written.read_text(encoding="utf-8")


def test_no_rule_is_broken(played: Played) -> None:
    """Limits, set-points and writes are as they must be, whatever the device does."""
    assert played.found.broken == []


def test_every_kind_of_fault_has_a_scenario() -> None:
    """A new kind of fault needs a scenario, and a scenario needs its transcript."""
    played = {fault.kind for path in TRANSCRIPTS for fault in read_scenario(path.with_suffix(".toml"))[0].faults}

    assert played == {*CHARGER_FAULTS, *METER_FAULTS, *OTHER_FAULTS}


ENDS = [  # hand-written, so that a renewed transcript cannot move them unnoticed
    pytest.param("no_answer", "on, 10 A, draws 10 A", id="no answer: tried again until it obeys"),
    pytest.param("late_answer", "on, 10 A, draws 10 A", id="late answer"),
    pytest.param("acts_after_timeout", "on, 8 A, draws 8 A", id="late effect: corrected"),
    pytest.param("refuses", "on, 10 A, draws 10 A", id="refused: tried again until it obeys"),
    pytest.param("refuses_for_good", "on, 16 A, draws 16 A", id="given up, tried again after 10 min"),
    pytest.param("ignores", "on, 10 A, draws 10 A", id="acknowledged in vain: tried again until it shows"),
    pytest.param("clamps", "on, 16 A, draws 16 A", id="clamped: up again when the charger allows"),
    pytest.param("button_lower", "on, 8 A, draws 8 A", id="user's lower wish: kept"),
    pytest.param("button_off", "off, 16 A, draws 0 A", id="user's off: kept"),
    pytest.param("button_on", "off, 16 A, draws 0 A", id="on without surplus in Eco: off again"),
    pytest.param("disconnects", "on, 10 A, draws 10 A", id="not reached: written once it is back"),
    pytest.param("meter_lost", "on, 16 A, draws 16 A", id="meter lost: safe current, then up again"),
    pytest.param("meter_frozen", "on, 10 A, draws 10 A", id="frozen meter: safe current, then up again"),
    pytest.param("meter_slow", "on, 16 A, draws 16 A", id="slow meter"),
    pytest.param("link_lost", "on, 10 A, draws 10 A", id="link lost: written once it is back"),
    pytest.param("car_asleep", "on, 16 A, draws 16 A", id="asleep: woken by one off-on"),
    pytest.param("car_takes_less", "on, 11 A, draws 10 A", id="takes less: offer just above"),
    pytest.param("car_full", "on, 6 A, draws 0 A", id="full: minimum offered in Normal"),
]


@pytest.mark.parametrize(("name", "end"), ENDS)
def test_end_state(name: str, end: str) -> None:
    """What the charger is left at, whatever the way there."""
    last = (SCENARIOS / f"{name}.txt").read_text(encoding="utf-8").splitlines()[-1]

    assert end in last
