"""`--what-if`: homes whose devices say little are reproduced too, and what was assumed of them is said."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from replay.whatif.play import Answer, ask
from tests.replay.compared import write_day

SHY = {"reports_plugged_in": False, "reports_charging": False, "reports_phase_count": False}
LATER = {"car": "car", "charger": "wallbox", "from": time(10, 20)}


def answer_of(folder: Path, charger: dict[str, Any], car: dict[str, Any], **tables: object) -> Answer:
    """Return what is found out about a home with one charger and one car."""
    home: dict[str, Any] = {
        "chargers": [{"name": "wallbox", **charger}],
        "cars": [{"name": "car", **car}],
        "visits": [LATER | {"to": time(11, 40)}],
    }
    return ask(write_day(folder / "log", **(home | tables)), [])


def energy_wh(answer: Answer) -> float:
    """Return what the charger delivered in the model."""
    return sum(own.energy_wms for own in answer.unchanged.account.chargers.values()) / 3_600_000


@pytest.mark.parametrize(
    ("charger", "car"),
    [
        pytest.param({}, {}, id="all is said"),
        pytest.param({"meter": "power"}, {"phases": 1}, id="power alone"),
        pytest.param({"meter": "none"}, {"phases": 2}, id="nothing is measured"),
        pytest.param(SHY, {}, id="not whether a car is there"),
        pytest.param(SHY | {"meter": "power"}, {"reports": False}, id="no word of a car"),
        pytest.param({}, {"reports": False, "phases": 1}, id="a car that nobody knows"),
        pytest.param({}, {"max_a": 10}, id="a car that takes less"),
        pytest.param({}, {"level_percent": 97}, id="a car that is nearly full"),
        pytest.param({}, {"sleeps": 1}, id="a car that has to be woken"),
        pytest.param(
            {"can_switch": True, "info": {"mode": "Eco", "car": "car"}}, {}, id="a charger that switches phases"
        ),
        pytest.param({"wiring": "C", "wiring_configured": False}, {}, id="a wiring that nobody configured"),
        pytest.param({"reaction_s": 12}, {}, id="a slow charger"),
    ],
)
def test_homes_are_reproduced(tmp_path: Path, charger: dict[str, Any], car: dict[str, Any]) -> None:
    """The charger's energy is within 1 %, and there is some."""
    answer = answer_of(tmp_path, charger, car)

    assert {source: answer.error_percent(source) for source in answer.record.chargers} == pytest.approx(
        dict.fromkeys(answer.record.chargers, 0), abs=1
    )
    assert energy_wh(answer) > 100


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param({}, id="without a battery"),
        pytest.param({"battery": {"capacity_kwh": 5, "level_percent": 40}}, id="with a battery"),
        pytest.param(
            {"battery": {"capacity_kwh": 3, "level_percent": 80, "charge_w_max": 2000}}, id="with one that fills up"
        ),
        pytest.param({"meter": {"kind": "power"}}, id="a meter of power alone"),
        pytest.param({"meter": {"kind": "current", "period_s": 10}}, id="a meter of currents"),
        pytest.param({"faults": [{"kind": "meter_frozen", "from": time(10, 30), "to": time(10, 50)}]}, id="frozen"),
        pytest.param({"faults": [{"kind": "meter_lost", "from": time(10, 30), "to": time(10, 50)}]}, id="lost"),
    ],
)
def test_homes_of_all_kinds_are_reproduced(tmp_path: Path, tables: dict[str, Any]) -> None:
    """Battery and meter are as they showed themselves: a charger on surplus does the same again."""
    answer = answer_of(tmp_path, {"info": {"mode": "Eco", "car": "car"}}, {"phases": 1}, **tables)
    assert answer.is_reproduced
    assert energy_wh(answer) > 100


def test_a_sleeping_car_at_an_unmeasured_charger(tmp_path: Path) -> None:
    """Its level never rises: whatever the charger was thought to deliver, the car takes nothing in the model."""
    answer = answer_of(tmp_path, {"meter": "none", "reports_charging": False}, {"sleeps": 50, "capacity_kwh": 17})

    assert answer.is_reproduced
    assert "wallbox measures nothing: what it delivers is what the manager takes it to deliver" in answer.assumed


@pytest.mark.parametrize(
    ("charger", "car", "assumed"),
    [
        pytest.param(
            SHY, {}, "a car is plugged in at wallbox while it draws what it is offered: 1 times", id="plugged"
        ),
        pytest.param({}, {"max_a": 10}, "car takes at most 10 A, as it never took more of what was offered", id="less"),
        pytest.param({}, {"reports": False}, " has 50 kWh, as plans assume", id="unknown"),
        pytest.param(
            {"wiring": "C", "wiring_configured": False}, {}, "wallbox loads C: so the house moves least", id="wiring"
        ),
    ],
)
def test_what_was_assumed_is_said(tmp_path: Path, charger: dict[str, Any], car: dict[str, Any], assumed: str) -> None:
    """A line for each thing that the log does not tell."""
    answer = answer_of(tmp_path, charger, car)

    assert [line for line in answer.assumed if line.endswith(assumed)]
