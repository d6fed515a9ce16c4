"""The runner: real actors, simulated link, the same bytes for the same scenario."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Mode
from hems_actors.core.registry import Event
from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.opening import later_facts, opening_facts
from tests.sim.homes import scenario


class Listener:
    """Keeps the facts of a log."""

    def __init__(self) -> None:
        self.facts: list[tuple[int, facts.Fact]] = []

    def see(self, _seq: int, at_ms: int, event: Event) -> None:
        """Keep *event* if it is a fact."""
        if isinstance(event, facts.Fact):
            self.facts.append((at_ms, event))


def heard(tmp_path: Path, **tables: Any) -> list[tuple[int, facts.Fact]]:  # noqa: ANN401 - as the file has them
    """Return (ms since the start, fact) of all facts of a scenario."""
    stage = build(scenario(**tables))
    listener = Listener()
    play_to(stage, tmp_path / "log.msgpack", [listener])
    return [(at_ms - stage.moments.start_ms, fact) for at_ms, fact in listener.facts]


def test_same_scenario_and_seed_give_the_same_file(tmp_path: Path) -> None:
    """Byte for byte; another seed gives another."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        play_to(build(scenario(seed=seed)), tmp_path / name, [])
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")

    assert first == again
    assert first != other


def test_everything_is_read_before_the_link_is_said_to_be_up(tmp_path: Path) -> None:
    """The first facts: configuration, then each thing whole, then the link; all before time passes."""
    opening = [fact for at_ms, fact in heard(tmp_path) if at_ms == 0]
    names = [type(fact).__name__ for fact in opening]
    read = names[: names.index("LinkChanged")]

    assert names[0] == "Restarted"
    assert {"ChargerReported", "CarReported", "MeterReading", "ThingConnected"} <= set(read)


def test_changes_are_told_whole_at_their_times() -> None:
    """What a change does not name keeps its value."""
    stage = build(
        scenario(
            changes=[
                {"at": time(10, 20), "charger": "wallbox", "mode": "Eco"},
                {"at": time(10, 10), "charger": "wallbox", "priority": 2},
                {"at": time(10, 30), "acquisition_tolerance": 0.25},
            ]
        )
    )
    minutes = [(at_ms - stage.moments.start_ms) // 60_000 for at_ms, _fact in later_facts(stage)]
    _first, info, settings = (fact for _at_ms, fact in later_facts(stage))

    assert minutes == [10, 20, 30]
    assert info == facts.ChargingInfoChanged(10, Mode.ECO, 0, 2, 80, 0, 6_000)
    assert settings == facts.SiteSettingsChanged(0, 0, 250, 900)


def test_configuration_is_what_the_file_says() -> None:
    """Wiring as digits, unknown where it is not configured; amps in mA."""
    stage = build(
        scenario(
            chargers=[{"name": "a", "wiring": "BCA"}, {"name": "b", "wiring": "B", "wiring_configured": False}],
            visits=[],
            battery={"capacity_kwh": 10, "phases": "B"},
        )
    )
    opening = opening_facts(stage)

    assert [fact.rotation for fact in opening if isinstance(fact, facts.ChargerConfigured)] == [231, 0]
    assert facts.BatteryConfigured(2, 0b010) in opening
    assert any(isinstance(fact, facts.SiteConfigured) and fact.phase_limit_max_ma == 25_000 for fact in opening)


def test_lost_link_is_silent_and_reads_everything_on_return(tmp_path: Path) -> None:
    """No fact from a device between lost and up."""
    told = heard(tmp_path, faults=[{"kind": "link_lost", "from": time(10, 20), "to": time(10, 30)}])
    ups = [(at_ms // 60_000, fact.up) for at_ms, fact in told if isinstance(fact, facts.LinkChanged)]
    between = [fact for at_ms, fact in told if 1_200_000 <= at_ms < 1_800_000 and isinstance(fact, facts.MeterReading)]
    back = [type(fact) for at_ms, fact in told if at_ms == 1_800_000]

    assert ups == [(0, True), (20, False), (30, True)]
    assert between == []
    assert back.index(facts.ChargerReported) < back.index(facts.LinkChanged)


METER_FAULTS = [  # fault -> readings of the complete kind between 10:20 and 10:30
    pytest.param({"kind": "meter_lost"}, 0, id="lost"),
    pytest.param({"kind": "meter_frozen"}, 0, id="frozen"),
    pytest.param({"kind": "meter_slow", "period_s": 60}, 9, id="slow"),
]


@pytest.mark.parametrize(("fault", "readings"), METER_FAULTS)
def test_meter_fault_thins_out_readings(tmp_path: Path, fault: dict[str, Any], readings: int) -> None:
    """Lost and frozen meters say nothing, a slow one little."""
    told = heard(tmp_path, faults=[{**fault, "from": time(10, 20), "to": time(10, 30)}])

    assert readings == sum(
        1 for at_ms, fact in told if 1_200_000 < at_ms < 1_800_000 and isinstance(fact, facts.MeterReading)
    )
