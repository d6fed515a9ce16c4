"""The scenario file's tariff, planning, modes and deadlines: what is wrong with them is said in one line."""

from pathlib import Path
from typing import Final

import pytest

from hems_actors.sim.build import build
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.scenario import read_scenario

HOME: Final = "[home]\nstart = 2025-06-15T10:00:00\nphase_limit_a_max = 25\n"
INFO: Final = HOME + '[[chargers]]\nname = "wallbox"\n[chargers.info]\n'
"""Its next line is line 7."""
HP_HC: Final = HOME + '[tariff]\nkind = "hp_hc"\n'
"""Its next line is line 6."""
FILE: Final = HOME + '[tariff]\nkind = "file"\nfile = "prices.csv"\n'
CHANGE: Final = HOME + '[[chargers]]\nname = "wallbox"\n[[changes]]\nat = 10:30:00\n'
"""Its next line is line 8."""
PRICES: Final = "start_utc,end_utc,price_eur_per_mwh\n2025-06-15T08:00:00Z,2025-06-15T09:00:00Z,100\n"


def mistake(folder: Path, text: str) -> str:
    """Return what is said of the scenario *text*, without the file's name."""
    path = folder / "home.toml"
    path.write_text(text, encoding="utf-8")
    (folder / "prices.csv").write_text(PRICES, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        build(*read_scenario(path))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}:")


TARIFF = [
    pytest.param(HOME + "[tariff]\n", "4: tariff.kind: missing, but required", id="no kind"),
    pytest.param(
        HOME + '[tariff]\nkind = "tempo"\n', "5: tariff.kind: expected to be 'file' or 'hp_hc', not 'tempo'", id="kind"
    ),
    pytest.param(FILE + "price = 1\n", "7: tariff.price: unknown key, ", id="unknown key"),
    pytest.param(
        HOME + '[tariff]\nkind = "file"\n', '4: tariff.file: missing, but required with kind = "file"', id="no file"
    ),
    pytest.param(FILE.replace("prices", "none"), "6: tariff.file: no such file: ", id="no such file"),
    pytest.param(
        FILE + 'provider = "awattar_ch"\n',
        "7: tariff.provider: expected to be 'awattar_at' or 'awattar_de', not 'awattar_ch'",
        id="provider",
    ),
    pytest.param(FILE + "published_at = 14\n", "7: tariff.published_at: expected a local date and time", id="hour"),
    pytest.param(FILE + "from = 10:00:00\n", "7: tariff.from: expected a local date and time", id="from a time of day"),
    pytest.param(FILE + 'enabled = "yes"\n', "7: tariff.enabled: expected to be a valid boolean", id="enabled"),
    pytest.param(FILE + "hp_eur_kwh = 0.2\n", '7: tariff.hp_eur_kwh: expected none with kind = "file"', id="other's"),
    pytest.param(
        HP_HC + 'windows = ["22:30-06:30"]\npublished_at = 14:00:00\n',
        '7: tariff.published_at: expected none with kind = "hp_hc"',
        id="a file's key",
    ),
    pytest.param(
        HP_HC + 'windows = ["22:30-06:30"]\nfrom = 2025-01-01T00:00:00\n', "7: tariff.from: expected none", id="from"
    ),
    pytest.param(HP_HC, "4: tariff.windows: missing, expected the contract's off-peak windows", id="no windows"),
    pytest.param(HP_HC + "windows = 8\n", "6: tariff.windows: expected a list of windows such as", id="no list"),
    pytest.param(HP_HC + 'windows = ["22-6"]\n', "6: tariff.windows: expected a window such as", id="no window"),
    pytest.param(
        HP_HC + 'windows = ["22:00-06:00", "05:00-07:00"]\n',
        "6: tariff.windows: expected windows apart from each other, but 22:00-06:00 and 05:00-07:00 overlap",
        id="overlap",
    ),
    pytest.param(
        HP_HC + 'windows = ["22:00-06:00"]\nsummer_windows = []\n',
        '7: tariff.summer_windows: expected 1 to 10 windows such as "22:30-06:30", not 0',
        id="no summer",
    ),
    pytest.param(
        HP_HC + 'windows = ["22:00-06:00"]\nhp_eur_kwh = 20.65\n',
        "7: tariff.hp_eur_kwh: expected EUR/kWh from 0 to 2, not 20.65",
        id="cents",
    ),
    pytest.param(
        HP_HC + 'windows = ["22:00-06:00"]\nhp_eur_kwh = 0.1\nhc_eur_kwh = 0.1\n',
        "8: tariff.hc_eur_kwh: expected less than hp_eur_kwh = 0.1, not 0.1",
        id="peak no dearer",
    ),
    pytest.param(
        HP_HC + 'windows = ["22:00-06:00"]\nhc_eur_kwh = nan\n',
        "7: tariff.hc_eur_kwh: expected EUR/kWh from 0 to 2, not nan",
        id="NaN",
    ),
]
PLANNING = [
    pytest.param("house_a = -1\n", "5: planning.house_a: expected to be greater than or equal to 0", id="house"),
    pytest.param("minimum_run_min = 0.5\n", "5: planning.minimum_run_min: expected to be a valid integer", id="run"),
    pytest.param("minimum_run_min = 1441\n", "5: planning.minimum_run_min: expected to be less than", id="long run"),
    pytest.param("capacity_kwh = 0\n", "5: planning.capacity_kwh: expected to be greater than 0, not 0", id="none"),
    pytest.param("level_percent = 101\n", "5: planning.level_percent: expected to be less than or equal", id="level"),
    pytest.param("house_w = 5\n", "5: planning.house_w: unknown key, did you mean house_a?", id="key"),
]
INFOS = [
    pytest.param(
        "target_percent = 0\n", "7: chargers[1].info.target_percent: expected to be greater than or equal to 1, not 0"
    ),
    pytest.param(
        "target_percent = 101\n",
        "7: chargers[1].info.target_percent: expected to be less than or equal to 100, not 101",
    ),
    pytest.param("repeat_days = 1\n", "7: chargers[1].info.repeat_days: expected to be a valid list, not 1"),
    pytest.param(
        "repeat_days = [1, 0]\n",
        "7: chargers[1].info.repeat_days[2]: expected to be greater than or equal to 1, not 0",
    ),
    pytest.param(
        "repeat_days = [8]\n", "7: chargers[1].info.repeat_days[1]: expected to be less than or equal to 7, not 8"
    ),
    pytest.param(
        'repeat_days = ["Mon"]\n', "7: chargers[1].info.repeat_days[1]: expected to be a valid integer, not 'Mon'"
    ),
    pytest.param(
        "repeat_days = [true]\n", "7: chargers[1].info.repeat_days[1]: expected to be a valid integer, not True"
    ),
    pytest.param(
        "repeat_days = [5, 1, 5]\n", "7: chargers[1].info.repeat_days: expected each weekday once, not [5, 1, 5]"
    ),
    pytest.param("end = 7\n", "7: chargers[1].info.end: expected a local date and time such as"),
    pytest.param('end = "07:00"\n', "7: chargers[1].info.end: expected a local date and time such as"),
    pytest.param("end = false\n", "7: chargers[1].info.end: expected a local date and time such as"),
    pytest.param(
        "end = 2025-06-15T09:00:00\n",
        "7: chargers[1].info.end: expected a deadline after it is set, or one that repeats",
    ),
    pytest.param("end = 10:00:00\n", "7: chargers[1].info.end: expected a deadline after it is set"),
    pytest.param("spot_market_charging = 1\n", "7: chargers[1].info.spot_market_charging: expected to be a valid bool"),
    pytest.param(
        "daily_spot_market_percent = 101\n", "7: chargers[1].info.daily_spot_market_percent: expected to be less than"
    ),
    pytest.param(
        "daily_spot_market_percent = -1\n", "7: chargers[1].info.daily_spot_market_percent: expected to be greater than"
    ),
]
CHANGES = [
    pytest.param(
        CHANGE + 'charger = "wallbox"\nend = 2025-06-15T10:30:00\n',
        "9: changes[1].end: expected a deadline after it is set, or one that repeats",
        id="past when it is changed",
    ),
    pytest.param(
        INFO + 'end = 10:20:00\nrepeat_days = [7]\n[[changes]]\nat = 10:30:00\ncharger = "wallbox"\nrepeat_days = []\n',
        "12: changes[1].repeat_days: expected a deadline after it is set, or one that repeats",
        id="past once it no longer repeats",
    ),
    pytest.param(
        CHANGE + 'charger = "wallbox"\nrepeat_days = [9]\n', "9: changes[1].repeat_days[1]: expected", id="weekday"
    ),
    pytest.param(
        CHANGE + 'charger = "wallbox"\ntarget_percent = 0\n', "9: changes[1].target_percent: expected", id="target"
    ),
    pytest.param(CHANGE + "end = 12:00:00\n", "8: changes[1].end: expected a charger for this setting", id="whose"),
    pytest.param(
        CHANGE + "spot_market_enabled = true\n",
        "8: changes[1].spot_market_enabled: expected a [tariff] too: without one nobody says prices",
        id="no market",
    ),
    pytest.param(
        FILE + '[[chargers]]\nname = "a"\n[[changes]]\nat = 10:30:00\ncharger = "a"\nspot_market_enabled = true\n',
        "12: changes[1].spot_market_enabled: expected no charger: this is a setting of the home",
        id="the home's",
    ),
    pytest.param(
        HOME + '[[faults]]\nkind = "prices_fail"\nfrom = 10:10:00\n',
        "5: faults[1].kind: expected a [tariff] too: without one nobody is asked for prices",
        id="nobody to fail",
    ),
    pytest.param(
        FILE + '[[chargers]]\nname = "a"\n[[faults]]\nkind = "prices_fail"\ncharger = "a"\nfrom = 10:10:00\n',
        "11: faults[1].charger: expected none: prices_fail is not a charger's fault",
        id="a fault of nobody's charger",
    ),
]


@pytest.mark.parametrize(("text", "message"), [*TARIFF, *CHANGES])
def test_mistake_is_named_by_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    """One line: file, line, key, what was expected."""
    assert mistake(tmp_path, text).startswith(message)


@pytest.mark.parametrize(("line", "message"), PLANNING)
def test_mistake_in_planning(tmp_path: Path, line: str, message: str) -> None:
    """Line 5 is the table's first."""
    assert mistake(tmp_path, f"{HOME}[planning]\n{line}").startswith(message)


@pytest.mark.parametrize(("line", "message"), INFOS)
def test_mistake_in_charging_info(tmp_path: Path, line: str, message: str) -> None:
    """Line 7 is the table's first."""
    assert mistake(tmp_path, INFO + line).startswith(message)


GOOD = [
    pytest.param(HP_HC + 'windows = ["22:30-06:30"]\n', id="windows alone"),
    pytest.param(
        HP_HC + 'windows = ["22:30-06:30"]\nsummer_windows = ["01:30-07:00", "13:30-16:00"]\n'
        "hp_eur_kwh = 0.2065\nhc_eur_kwh = 0.1579\nenabled = false\n",
        id="a whole contract",
    ),
    pytest.param(FILE, id="a file alone"),
    pytest.param(FILE + 'provider = "awattar_de"\npublished_at = 13:05:30\nenabled = false\n', id="a whole file"),
    pytest.param(
        HOME + "[planning]\nhouse_a = 0\nminimum_run_min = 0\ncapacity_kwh = 500\nlevel_percent = 0\n", id="least"
    ),
    pytest.param(INFO + "end = 0\nrepeat_days = []\n", id="no deadline"),
    pytest.param(INFO + "end = 10:00:01\n", id="a second after the start"),
    pytest.param(INFO + "end = 2025-06-15T08:00:01Z\n", id="with an offset"),
    pytest.param(INFO + "end = 2025-06-14T07:00:00\nrepeat_days = [7, 1]\n", id="past, but it repeats"),
    pytest.param(INFO + "target_percent = 1\ndaily_spot_market_percent = 100\n", id="bounds"),
    pytest.param(
        INFO + "end = 10:20:00\n"
        '[[changes]]\nat = 10:30:00\ncharger = "wallbox"\nmode = "EcoMinWithTargetTime"\npriority = 1\n',
        id="past, but not named again",
    ),
    pytest.param(CHANGE + 'charger = "wallbox"\nend = 0\nrepeat_days = []\n', id="no deadline any more"),
    pytest.param(FILE + "[[changes]]\nat = 10:30:00\nspot_market_enabled = false\n", id="market off"),
]


@pytest.mark.parametrize("text", GOOD)
def test_good_file_is_taken(tmp_path: Path, text: str) -> None:
    """Both sides of each boundary: these are the good ones."""
    path = tmp_path / "home.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "prices.csv").write_text(PRICES, encoding="utf-8")

    assert build(*read_scenario(path)).scenario.home.name == "home"


@pytest.mark.parametrize("name", ["Normal", "Eco", "EcoWithTargetTime", "EcoWithMinCurrent", "EcoMinWithTargetTime"])
def test_each_mode_has_its_name(tmp_path: Path, name: str) -> None:
    """As the API calls it."""
    path = tmp_path / "home.toml"
    path.write_text(f'{INFO}mode = "{name}"\n', encoding="utf-8")

    assert build(*read_scenario(path)).scenario.chargers[0].info.mode == name
