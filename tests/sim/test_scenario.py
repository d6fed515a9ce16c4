"""The scenario file: what is wrong with it is said in one line, with file, line and key."""

from datetime import datetime
from pathlib import Path

import pytest

from hems_actors.config.locate import key_lines
from hems_actors.sim.build import build
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.scenario import Scenario, read_scenario

HOME = "[home]\nstart = 2025-06-15T10:00:00\nphase_limit_a_max = 25\n"
THINGS = HOME + '[[chargers]]\nname = "wallbox"\n[[cars]]\nname = "car"\n'
VISIT = THINGS + '[[visits]]\ncar = "car"\ncharger = "wallbox"\nfrom = 10:00:00\n'


def mistake(path: Path, text: str) -> str:
    """Return what is said of the scenario *text*, without the file's name."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        build(*read_scenario(path))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}:")


MISTAKES = [
    pytest.param("", "1: home: missing, but required", id="empty"),
    pytest.param("[home\n", "1: not valid TOML: ", id="not TOML"),
    pytest.param(
        HOME + "phase_limit = 1\n", "4: home.phase_limit: unknown key, did you mean phase_limit_a_max?", id="key"
    ),
    pytest.param(HOME + "[garden]\n", "4: garden: unknown key, expected one of seed, home, ", id="table"),
    pytest.param(
        HOME + '[[chargers]]\nname = "a"\n[[chargers]]\nname = "b"\nmax_amps = 5\n',
        "8: chargers[2].max_amps: unknown key, did you mean max_a?",
        id="key of the second charger",
    ),
    pytest.param("[home]\nphase_limit_a_max = 25\n", "1: home.start: missing, but required", id="key missing"),
    pytest.param(
        HOME.replace("= 25", "= true"), "3: home.phase_limit_a_max: expected to be a valid number, not True", id="flag"
    ),
    pytest.param(
        HOME + "[load]\nbase_w = [1, 2]\n", "5: load.base_w: expected to have at least 3 items, not 2", id="too few"
    ),
    pytest.param(
        HOME.replace("2025-06-15T10:00:00", "1"), "2: home.start: expected a local date and time", id="number"
    ),
    pytest.param(HOME + 'zone = "Mars"\n', "4: home.zone: expected a time zone such as", id="zone"),
    pytest.param(HOME + "duration_h = nan\n", "4: home.duration_h: expected to be a finite number, not nan", id="NaN"),
    pytest.param(
        HOME + "duration_h = -1\n", "4: home.duration_h: expected to be greater than 0, not -1", id="negative"
    ),
    pytest.param(HOME + 'grid_phases = "3"\n', "4: home.grid_phases: expected to be 0, 1 or 3, not '3'", id="text"),
    pytest.param(
        HOME + '[[chargers]]\nname = "a"\nwiring = "AD"\n', "6: chargers[1].wiring: expected phases", id="wiring"
    ),
    pytest.param(
        HOME + '[[chargers]]\nname = "a"\n[chargers.info]\nmode = "Fast"\n',
        "7: chargers[1].info.mode: expected to be 'Normal', 'Eco', 'EcoWithTargetTime', 'EcoWithMinCurrent' or ",
        id="mode",
    ),
    pytest.param(VISIT + 'to = "soon"\n', "12: visits[1].to: expected a local date and time", id="time"),
    pytest.param(
        VISIT.replace('car = "car"', 'car = "bus"'), "9: visits[1].car: expected the name of a car (car)", id="name"
    ),
    pytest.param(
        VISIT + "to = 2025-06-15T09:00:00\n", "12: visits[1].to: expected a time after from", id="leaves early"
    ),
    pytest.param(
        VISIT + '[[visits]]\ncar = "car"\ncharger = "wallbox"\nfrom = 10:30:00\n',
        "15: visits[2].from: expected a time when neither car nor charger is taken",
        id="two cars at one charger",
    ),
    pytest.param(VISIT + "daily = true\n", "8: visits[1].to: missing, but required for a daily visit", id="daily"),
    pytest.param(
        THINGS + "[[changes]]\nat = 10:00:00\npriority = 1\n",
        "10: changes[1].priority: expected a charger for this setting",
        id="whose setting",
    ),
    pytest.param(
        THINGS + '[[faults]]\nkind = "clamps"\ncharger = "wallbox"\nfrom = 10:00:00\n',
        "8: faults[1].current_a: missing, but required for clamps",
        id="fault without its value",
    ),
    pytest.param(
        THINGS + '[[faults]]\nkind = "melts"\nfrom = 10:00:00\n',
        "9: faults[1].kind: expected to be 'no_answer'",
        id="fault",
    ),
    pytest.param(HOME + '[meter]\ntimes = "load"\n', '5: meter.times: expected "period"', id="no recorded times"),
    pytest.param(HOME + '[load]\nfile = "none.csv"\n', "5: load.file: no such file: ", id="no such file"),
    pytest.param(HOME + "[sun]\nsunrise = 20:00:00\nsunset = 06:00:00\n", "6: sun.sunset: expected", id="sunset"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_mistake_is_named_by_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    """One line: file, line, key, what was expected."""
    assert mistake(tmp_path / "home.toml", text).startswith(message)


@pytest.mark.parametrize(
    ("content", "reason"),
    [pytest.param(None, "No such file", id="missing"), pytest.param(b"\xff\xfe", "not UTF-8", id="binary")],
)
def test_unreadable_file_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """A file that cannot be read is said to be so."""
    path = tmp_path / "home.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError, match=f"home.toml: .*{reason}"):
        read_scenario(path)


def test_defaults_make_the_smallest_scenario(tmp_path: Path) -> None:
    """Start and fuse are enough for a home."""
    path = tmp_path / "home.toml"
    path.write_text(HOME, encoding="utf-8")
    scenario, _source = read_scenario(path)

    assert scenario == Scenario.model_validate(
        {"home": {"start": datetime(2025, 6, 15, 10), "phase_limit_a_max": 25}}  # noqa: DTZ001 - local
    )


def test_lines_of_keys_are_found_through_lists_and_comments() -> None:
    """Values over several lines and brackets in strings do not lead astray."""
    text = 'a = [ # [b]\n  "[c]",\n]\n[t]\nb.c = 1\n[[t.x]]\n[[t.x]]\nd = "=["\n[t.x.y]\ne = 2\n'

    assert key_lines(text) == {
        ("a",): 1,
        ("t",): 4,
        ("t", "b", "c"): 5,
        ("t", "x", 0): 6,
        ("t", "x", 1): 7,
        ("t", "x", 1, "d"): 8,
        ("t", "x", 1, "y"): 9,
        ("t", "x", 1, "y", "e"): 10,
    }
