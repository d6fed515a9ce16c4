"""`--what-if`: the model reproduces what was recorded; what it foretells is what a home then does."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.reader import LogReader
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.sim.build import build
from hems_actors.sim.demo import BUILT_IN, play_to
from hems_actors.sim.random_home import random_scenario
from hems_actors.sim.runner import header_of
from hems_actors.sim.scenario import read_scenario
from replay import cli
from replay.compare.account import wh_of
from replay.compare.steps import Steps
from replay.whatif import play
from replay.whatif.model import Model, model_of
from replay.whatif.play import ask
from replay.whatif.record import Record
from tests.replay.compared import write_day
from tests.sim.homes import scenario
from tests.sim.transcript import SCENARIOS

PRICE_EUR_KWH = 0.25
"""Of `write_day`."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of the built-in day."""
    return played(BUILT_IN, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of some hours of two cars."""
    return write_day(tmp_path_factory.mktemp("day") / "day")


def played(file: Path, folder: Path) -> Path:
    """Play the scenario *file* and return its log."""
    play_to(build(*read_scenario(file)), folder / "log", [])
    return folder / "log"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any], list[str]]:
    """Return exit code, object and lines of stderr of the command with --json."""
    code = cli.main(["--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, json.loads(out), err.splitlines()


def figure(found: dict[str, Any], of: str, name: str) -> dict[str, Any]:
    """Return one row of figures."""
    row: dict[str, Any] = next(row for row in found["figures"] if (row["of"], row["name"]) == (of, name))
    return row


def energies_wh(log: Path) -> dict[str, int]:
    """Return what each charger of *log* delivered, as recorded."""
    answer = ask(log, [])
    return {
        answer.record.names[source]: wh_of(own.energy_wms) for source, own in answer.recorded.account.chargers.items()
    }


def test_the_built_in_day_is_reproduced(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole day of two cars and a battery in broken sun: energy of each charger within 1 %, and it is said."""
    code, found, errors = run(capsys, demo, "--what-if")

    assert (code, found["reproduced"], errors) == (0, True, [])
    assert set(found["errors_percent"]) == {"wallbox", "garage"}
    assert all(abs(error) <= 1 for error in found["errors_percent"].values())
    assert figure(found, "wallbox", "energy")["recorded"] > 20_000
    assert "reproduces the record with unchanged settings: energy wallbox +0.0" in found["verdict"]


@pytest.mark.parametrize(
    "name",
    [
        *("acts_after_timeout", "button_higher", "button_lower", "button_off", "button_on", "car_asleep", "car_full"),
        *("car_takes_less", "clamps", "disconnects", "ignores", "invalid", "late_answer", "link_lost", "meter_frozen"),
        *("meter_lost", "meter_slow", "no_answer", "prices_end", "refuses", "refuses_for_good"),
    ],
)
def test_scenarios_are_reproduced(name: str, tmp_path: Path) -> None:
    """What goes wrong with chargers, cars, meter and link is in the model too."""
    answer = ask(played(SCENARIOS / f"{name}.toml", tmp_path), [])

    assert {source: answer.error_percent(source) for source in answer.record.chargers} == pytest.approx(
        dict.fromkeys(answer.record.chargers, 0), abs=1
    )


def test_a_real_morning_is_reproduced(tmp_path: Path) -> None:
    """Measured house and roof, clouds of ten seconds, and a battery that answers each of them at once."""
    if not (SCENARIOS / "../../../shared/data/house_pv_battery_5min").exists():
        pytest.skip("the measured days are not here")
    answer = ask(played(SCENARIOS / "broken_cloud.toml", tmp_path), [])

    assert [answer.error_percent(source) for source in answer.record.chargers] == pytest.approx([0], abs=0.5)


@pytest.mark.parametrize("seed", [3, 42, 100])
def test_random_days_are_reproduced(seed: int, tmp_path: Path) -> None:
    """Homes that nobody thought of: several chargers, faults, batteries, one or three phases."""
    play_to(build(random_scenario(seed)), tmp_path / "log", [])

    assert ask(tmp_path / "log", []).is_reproduced


@pytest.mark.parametrize("seed", [11, 214])
def test_days_that_are_not_reproduced_are_played(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unmeasured chargers, sleeping cars and faults that hide each other: an answer, and that it is off."""
    play_to(build(random_scenario(seed)), tmp_path / "log", [])
    code, found, errors = run(capsys, tmp_path / "log", "--what-if", "phase_limit_a=6")

    assert (code, found["reproduced"], errors) == (1, False, [])
    assert any(line.endswith("is what the manager takes it to deliver") for line in found["assumed"])


@pytest.mark.parametrize(
    ("asked", "tables"),
    [
        pytest.param(
            ["garage.mode=Eco"], {"chargers": [{}, {"info": {"mode": "Eco"}}]}, id="one charger waits for the sun"
        ),
        pytest.param(["phase_limit_a=10"], {"settings": {"phase_power_limit_a": 10}}, id="a lower limit"),
        pytest.param(
            ["wallbox.mode=Normal", "wallbox.max_charging_current_a=8"],
            {"chargers": [{"info": {"mode": "Normal", "max_charging_current_a": 8, "car": "car"}}, {}]},
            id="at once, with less",
        ),
    ],
)
def test_what_it_foretells_comes_true(day: Path, tmp_path: Path, asked: list[str], tables: dict[str, Any]) -> None:
    """The same home, played by the simulator with these settings, charges what was foretold, within 2 %."""
    changes = dict(tables)
    if "chargers" in changes:
        own: tuple[dict[str, Any], ...] = (
            {"name": "wallbox", "info": {"mode": "Eco", "car": "car"}},
            {"name": "garage", "wiring": "B"},
        )
        changes["chargers"] = [known | other for known, other in zip(own, changes["chargers"], strict=True)]
    then = energies_wh(write_day(tmp_path / "then", **changes))
    answer = ask(day, asked)
    assert answer.changed is not None
    foretold = {answer.record.names[n]: wh_of(own.energy_wms) for n, own in answer.changed.account.chargers.items()}

    assert then != pytest.approx(energies_wh(day), rel=0.05)
    assert foretold == pytest.approx(then, rel=0.02)


def test_figures_stand_side_by_side(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Recorded, unchanged, changed and the change, of each charger, the home and each phase, with units."""
    code, found, _errors = run(capsys, day, "--what-if", "phase_limit_a=10")
    energy = figure(found, "garage", "energy")
    parts = [figure(found, "garage", f"from the {source}")["changed"] for source in ("sun", "battery", "grid")]

    assert (code, found["asked"]) == (0, ["phase_limit_a=10"])
    assert energy["unit"] == "wh"
    assert energy["change"] == energy["changed"] - energy["unchanged"] < 0
    assert sum(parts) == pytest.approx(energy["changed"], abs=3)
    assert figure(found, "the home", "cost")["recorded"] == pytest.approx(
        figure(found, "the home", "bought")["recorded"] * PRICE_EUR_KWH * 1_000, abs=500
    )
    assert (
        figure(found, "phase B", "highest current")["changed"] < figure(found, "phase B", "highest current")["recorded"]
    )


def test_it_is_said_in_words(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was asked, whether the model can be trusted, the table, what was assumed."""
    cli.main([str(day), "--what-if", "phase_limit_a=10", "--what-if", "garage.mode=eco"])
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == f"{day}: what if phase_limit_a=10, garage.mode=eco: 2025-06-15 10:00 to 2025-06-15 11:59"
    assert lines[1].startswith("  model      reproduces the record with unchanged settings: energy wallbox +0.")
    assert lines[3].split() == ["recorded", "unchanged", "what", "if", "change"]
    assert lines[4:6][0] == "  wallbox"
    assert "  assumed    chargers, cars and battery are read every 5 s" in lines


def test_without_a_question_the_model_is_checked(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--what-if` alone: two columns."""
    code = cli.main([str(day), "--what-if"])
    lines = capsys.readouterr().out.splitlines()

    assert code == 0
    assert "what if nothing is changed" in lines[0]
    assert lines[3].split() == ["recorded", "unchanged"]


def test_a_model_that_is_off_says_so(
    day: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cars that take less in the model than they did: exit 1, and the first thing said is how far it is off."""

    def wrong(own: Record) -> Model:
        model = model_of(own)
        for car in model.home.cars.values():
            car.max_ma = 7_000
        return model

    monkeypatch.setattr(play, "model_of", wrong)
    code, found, _errors = run(capsys, day, "--what-if", "phase_limit_a=20")

    assert (code, found["reproduced"]) == (1, False)
    assert found["errors_percent"]["garage"] < -20
    assert found["verdict"].startswith("does NOT reproduce the record within 1 %, take what follows with care: energy ")


@pytest.mark.parametrize(
    "tariff",
    [
        pytest.param("0.5", id="one price"),
        pytest.param("0.1,0.5@09:00-13:00", id="another by day"),
        pytest.param("0.1,0.5@23:00-22:00", id="across midnight"),
        pytest.param("file", id="a file"),
    ],
)
def test_a_tariff(day: Path, tmp_path: Path, tariff: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was bought costs the new price, recorded and unchanged days too; the old cost stands beside it."""
    if tariff == "file":
        (tmp_path / "prices.csv").write_text(
            "start_utc,end_utc,price_eur_per_mwh\n2025-06-14T22:00:00Z,2025-06-15T22:00:00+00:00,500\n"
        )
        tariff = str(tmp_path / "prices.csv")
    _code, found, _errors = run(capsys, day, "--what-if", f"tariff={tariff}")
    bought, cost = figure(found, "the home", "bought"), figure(found, "the home", "cost")
    newly = figure(found, "the home", "cost, new prices")

    assert cost["recorded"] == pytest.approx(bought["recorded"] * 250, abs=500)
    for course in ("recorded", "unchanged", "changed"):
        assert newly[course] == pytest.approx(bought[course] * 500, abs=500)
    assert "the new prices are known from the start to the end" in found["notes"]
    assert any(note.startswith("no charger looks at prices") for note in found["notes"])


def test_prices_are_acted_on(tmp_path: Path) -> None:
    """A charger with a deadline charges in the cheap hours of the new tariff."""
    visit = {"car": "car", "charger": "wallbox", "from": datetime(2025, 6, 15, 10)}  # noqa: DTZ001 - local
    home = scenario().home.model_dump(exclude_unset=True) | {"duration_h": 10}
    info = {"mode": "EcoWithTargetTime", "car": "car", "target_percent": 40, "end": datetime(2025, 6, 15, 19)}  # noqa: DTZ001
    own: dict[str, Any] = {
        "chargers": [{"name": "wallbox", "info": info}],
        "cars": [{"name": "car", "level_percent": 20}],
    }
    log = write_day(tmp_path / "log", home=home, sun={}, visits=[visit], **own)
    answer = ask(log, ["tariff=0.4,0.1@15:00-17:00"])

    assert answer.is_reproduced
    assert answer.changed is not None
    assert answer.changed.newly_priced is not None
    assert answer.unchanged.newly_priced is not None
    cost = answer.changed.newly_priced.bought.cost_ueur
    before = answer.unchanged.newly_priced.bought.cost_ueur
    assert cost is not None
    assert before is not None
    assert cost < 0.8 * before


def test_a_log_that_begins_in_the_middle(day: Path, tmp_path: Path) -> None:
    """A log that begins with a snapshot is reproduced too; what is asked holds from its first instant."""
    answer = ask(_second_half(day, tmp_path / "half"), ["garage.mode=Eco", "phase_limit_a=16"])
    garage = next(source for source in answer.record.chargers if answer.record.names[source] == "garage")

    assert answer.is_reproduced
    assert answer.changed is not None
    was, now = (course.account.chargers[garage].energy_wms for course in (answer.unchanged, answer.changed))
    assert 0 < now < 0.3 * was
    assert abs(answer.error_percent(garage) or 0) < 0.05  # who draws when it begins goes on without waiting
    found = [session.found for own in answer.record.chargers.values() for session in own.sessions]
    assert len(set(found)) == len(found) == 2


def _second_half(day: Path, out: Path) -> Path:
    """Write what is recorded in *day* after its first hour to *out*, as if the log had begun then."""
    log: LogWriter | None = None
    with LogReader(day) as reader:
        steps = Steps(reader)
        for step in steps:
            if log is not None:
                for event in (step.fact, *step.outcomes):
                    log.append(step.at_ms, event)
                log.commit()
            elif step.at_ms - reader.header.at_ms >= 3_600_000:
                log = LogWriter(
                    SingleFile(out),
                    replace(header_of(build(scenario())), sources=dict(reader.header.sources)),
                    sync=NoSync(),
                )
                log.start(steps.state, step.at_ms)
    return out


def test_a_torn_tail_is_a_warning(day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As after a crash: what is there is played."""
    (tmp_path / "torn").write_bytes(day.read_bytes()[:-5])
    code, found, errors = run(capsys, tmp_path / "torn", "--what-if")

    assert (code, found["reproduced"], len(errors)) == (0, True, 1)
    assert "ends in the middle of a frame" in errors[0]


def test_a_plain_replay_loads_no_plant(day: Path) -> None:
    """Neither the simulator nor what the daemon needs is imported before somebody asks; pydantic never is."""
    script = (
        "import sys\nfrom replay import cli\n"
        "def loaded():\n    return sorted({name for name in sys.modules if name.startswith('hems_actors.sim')\n"
        "        or name in ('pydantic', 'pykka', 'hems_actors.actors', 'replay.whatif.play')})\n"
        f"cli.main([{str(day)!r}])\nprint(loaded(), file=sys.stderr)\n"
        f"cli.main([{str(day)!r}, '--what-if'])\n"
        "print([name for name in loaded() if 'py' in name], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - this

    assert done.stderr.splitlines() == ["[]", "[]"]
