"""`--what-if`: questions that are none, prices and logs that cannot be used: one line each, and the exit code."""

from pathlib import Path

import pytest

from replay import cli
from tests.replay.compared import write_day
from tests.replay.test_replayer import spoil
from tests.replay.toy import record


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of a short time of two cars."""
    return write_day(tmp_path_factory.mktemp("day") / "day", duration_h=0.2)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param("phase_limit_a", "expected key=value, such as phase_limit_a=20", id="no value"),
        pytest.param("phase_limit_a=", "expected key=value", id="an empty value"),
        pytest.param("phase_limit=20", "no such setting: phase_limit_a, acquisition_tolerance", id="an unknown key"),
        pytest.param("mode=Eco", "no such setting (of a charger: NAME.mode)", id="a charger's key without it"),
        pytest.param("attic.mode=Eco", "no charger 'attic' in ", id="an unknown charger"),
        pytest.param("garage.speed=1", "no such setting of a charger: mode, car", id="an unknown key of a charger"),
        pytest.param("garage.mode=Fast", "expected one of Normal, Eco, EcoWith", id="an unknown mode"),
        pytest.param("garage.car=truck", "expected none or one of car, other, not truck", id="an unknown car"),
        pytest.param("garage.end=25:00", "expected a time such as 07:00, not 25:00", id="no time"),
        pytest.param("garage.end=soon", "expected 07:00, 2025-06-15T07:00 or 0 for none", id="no instant"),
        pytest.param("garage.repeat_days=Mon,Someday", "expected daily, none, or days such as", id="no day"),
        pytest.param("garage.spot_market_charging=maybe", "expected true or false, not maybe", id="no flag"),
        pytest.param("garage.priority=1000", "expected a number from -100 to 100, not 1000", id="out of range"),
        pytest.param("garage.target_percent=0", "expected a number from 1 to 100 %", id="below the range"),
        pytest.param("garage.min_charging_current_a=5", "from 6 to 80 A, not 5", id="a current no car takes"),
        pytest.param("phase_limit_a=x", "expected a number from 0 to 250 A, not x", id="no number"),
        pytest.param("phase_limit_a=nan", "expected a number from 0 to 250 A, not nan", id="not a number"),
        pytest.param("phase_limit_a=1e999", "expected a number from 0 to 250 A", id="too large"),
        pytest.param("acquisition_tolerance=0.00001", "expected a number from 0 to 1, not", id="too fine"),
        pytest.param(
            "phase_limit_a=40", "40 A is above the fuse, 25 A: ask for phase_limit_a_max too", id="above fuse"
        ),
        pytest.param("tariff=0.2.5", "expected a price between -10 and 10 EUR", id="no price"),
        pytest.param("tariff=99", "expected a price between -10 and 10 EUR", id="an absurd price"),
        pytest.param("tariff=0.2,0.1@22:00", "expected prices such as", id="half a window"),
        pytest.param("tariff=0.2,0.1@22:05-06:00", "expected times on quarter hours", id="odd times"),
        pytest.param("tariff=none.csv", "none.csv: cannot be read as prices: No such file", id="no file"),
    ],
)
def test_questions_that_are_none(day: Path, asked: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, one line that says what was expected."""
    code = cli.main([str(day), "--what-if", asked])
    out, err = capsys.readouterr()

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("hems-replay: --what-if ")
    assert said in err


def test_a_setting_twice(day: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which one counts would be a guess."""
    assert cli.main([str(day), "--what-if", "phase_limit_a=20", "phase_limit_a=16"]) == 2
    assert capsys.readouterr().err == "hems-replay: --what-if phase_limit_a: asked twice\n"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param("start_utc,end_utc,price\n", ":1: no column 'price_eur_per_mwh'", id="a column missing"),
        pytest.param("2025-06-15T08:00,2025-06-15T07:00,1\n", ":2: expected a time after", id="ends before it begins"),
        pytest.param("2025-06-15T08:00,2025-06-15T09:00,x\n", ":2: expected a price between", id="no price"),
        pytest.param("2025-06-15T08:00,later,1\n", ":2: ", id="no time"),
        pytest.param("2025-06-15T08:00\n", ":2: ", id="half a row"),
        pytest.param("2020-06-15T08:00,2020-06-15T09:00,1\n", "has no price for the time of the log", id="other times"),
        pytest.param("", "has no price for the time of the log", id="no row"),
    ],
)
def test_price_files_that_are_none(
    day: Path, tmp_path: Path, rows: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one line with the file and the line at fault."""
    header = "" if rows.startswith("start") else "start_utc,end_utc,price_eur_per_mwh\n"
    (tmp_path / "prices.csv").write_text(header + rows)
    code = cli.main([str(day), "--what-if", f"tariff={tmp_path / 'prices.csv'}"])
    err = capsys.readouterr().err

    assert (code, err.count("\n")) == (2, 1)
    assert str(tmp_path / "prices.csv") in err
    assert said in err


def test_logs_that_cannot_be_asked(day: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Damaged, missing or foreign: exit 3; without a home to play: exit 2. One line each."""
    damaged = tmp_path / "damaged"
    damaged.write_bytes(day.read_bytes())
    spoil(damaged, 8)
    (tmp_path / "foreign").write_bytes(b"no log at all")
    record(tmp_path / "toy")
    codes = {}
    for name in ("damaged", "missing", "foreign", "toy"):
        codes[name] = cli.main([str(tmp_path / name), "--what-if", "phase_limit_a=20"])
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert str(tmp_path / name) in err

    assert codes == {"damaged": 3, "missing": 3, "foreign": 3, "toy": 2}


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["a", "b", "--what-if"], id="two logs"),
        pytest.param(["a", "--what-if", "--list"], id="a listing too"),
        pytest.param(["a", "--what-if", "--diff", "b"], id="a comparison too"),
        pytest.param(["a", "--what-if", "--free-run"], id="a replay too"),
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 before anything is read."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    assert ended.value.code == 2
    assert "--what-if" in capsys.readouterr().err
