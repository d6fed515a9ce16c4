"""`--diff`: two logs of the same facts; where decisions part, what follows, what it is worth, and when it says no."""

import json
from pathlib import Path
from typing import Any

import pytest

from replay import cli
from replay.compare.diff import diff
from replay.report import Exit
from tests.replay.compared import start_after, write_day
from tests.replay.test_replayer import spoil
from tests.replay.toy import record, toy


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the logs of one scenario: as this code decides, and where surplus has to hold ten minutes."""
    folder = tmp_path_factory.mktemp("diff")
    first = write_day(folder / "a")
    with pytest.MonkeyPatch.context() as patch:
        start_after(patch, 600_000)
        second = write_day(folder / "b")
    return first, second


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any], list[str]]:
    """Return exit code, object and lines of stderr of the command with --json."""
    code = cli.main(["--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, json.loads(out), err.splitlines()


def text(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    """Return exit code and lines of the command."""
    code = cli.main([*map(str, arguments)])
    return code, capsys.readouterr().out.splitlines()


def test_a_log_is_the_same_as_itself(days: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0 and one line."""
    code, lines = text(capsys, days[0], "--diff", days[0])

    assert (code, len(lines)) == (0, 1)
    assert lines[0].startswith(f"{days[0]} | {days[0]}: the same, ")


def test_the_verdict_comes_first(days: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """One line says how much differs, since when, whose, and what it is worth; then what each side decided, and why."""
    code, lines = text(capsys, days[0], "--diff", days[1])

    assert code == 1
    assert "differ, the first at 2025-06-15 10:27:00, wallbox, B charges -" in lines[0]
    assert " EUR" in lines[0]
    assert lines[1].startswith("  first      2025-06-15 10:27:00, wallbox (event ")
    assert lines[2].startswith("  A          on, 6 A on 3 phases: rule surplus_start of surplus_charging (available ")
    assert lines[3].startswith("  B          off: rule surplus_missing (available ")


def test_consequences_are_grouped(days: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Per charger and pair of rules: how often and for how long; where the facts part; energy and money."""
    code, found, errors = run(capsys, days[0], "--diff", days[1])

    assert (code, found["exit"], errors) == (1, 1, [])
    assert {change["charger"] for change in found["changes"]} == {"wallbox"}
    assert sum(change["decisions"] for change in found["changes"]) == found["differ"]
    assert {("surplus_charging", "surplus_missing")} <= {
        (change["rule_a"], change["rule_b"]) for change in found["changes"]
    }
    assert found["facts_part"]["at_ms"] == found["first"]["at_ms"]
    assert found["effect"]["from"] == "readings"
    wallbox, garage = found["effect"]["chargers"]
    assert wallbox["b_wh"] < wallbox["a_wh"]
    assert garage["change_wh"] == 0
    cost, bought = found["effect"]["cost"], found["effect"]["import"]
    assert cost["a_ueur"] == pytest.approx(bought["a_wh"] * 250, abs=250)  # 0.25 EUR per kWh all day


def test_facts_that_stay_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other decisions on the same facts: each one is found, with both values, and facts never part."""
    record(tmp_path / "a", toy(current_ma=6_000), powers_w=(200, 50, 300))
    record(tmp_path / "b", toy(current_ma=10_000), powers_w=(200, 50, 300))
    code, found, _errors = run(capsys, tmp_path / "a", "--diff", tmp_path / "b")

    assert (code, found["decisions"], found["differ"], found["facts_part"]) == (1, 2, 2, None)
    assert (found["first"]["a"]["current_ma"], found["first"]["b"]["current_ma"]) == (6_000, 10_000)
    assert found["first"]["charger"] == "Garage"
    assert found["others"] == {"action_intended": 2}


def test_other_reasons_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A difference before or beside equal set-points is one too: exit 1, and it is shown."""
    record(tmp_path / "a", toy(alarm_w=150), powers_w=(200,))
    record(tmp_path / "b", toy(), powers_w=(200,))
    code, lines = text(capsys, tmp_path / "a", "--diff", tmp_path / "b")

    assert code == 1
    assert "the same set-points, 1 decision compared; other outcomes differ" in lines[0]
    assert lines[1].startswith("  first      2025-01-06 00:00:03, the home (event 4")
    assert lines[2] == "  A          alarm_changed, alarm overload_persists, active yes, value 200"
    assert lines[3] == "  B          nothing"


def test_the_cause_is_shown_with_the_first_set_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What differed before the first set-point did is shown too."""
    record(tmp_path / "a", toy(alarm_w=150), powers_w=(200,))
    record(tmp_path / "b", toy(current_ma=6_000), powers_w=(200,))
    _code, lines = text(capsys, tmp_path / "a", "--diff", tmp_path / "b")

    assert lines[4].startswith("  before it  2025-01-06 00:00:03, the home")
    assert "alarm_changed" in lines[5]


def test_event_numbers_count_apart(tmp_path: Path) -> None:
    """An outcome more in one log moves all numbers after it; that alone is no difference."""
    record(tmp_path / "a", toy(alarm_w=150), powers_w=(200, 300, 300))
    record(tmp_path / "b", toy(), powers_w=(200, 300, 300))
    finding = diff(tmp_path / "a", tmp_path / "b")

    assert (finding.contrast.differ, finding.contrast.reasons) == (0, 0)
    assert finding.contrast.others == {"alarm_changed": 3}


@pytest.mark.parametrize(
    ("powers_w", "said"),
    [
        pytest.param((200, 50, 301), "MeterReading", id="another reading"),
        pytest.param((200, 50), "nothing more", id="one ends earlier"),
    ],
)
def test_other_facts_are_no_comparison(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], powers_w: tuple[int, ...], said: str
) -> None:
    """Facts that part while all decisions are the same: exit 2, with the place and what each log says there."""
    record(tmp_path / "a", powers_w=(200, 50, 300))
    record(tmp_path / "b", powers_w=powers_w)
    code, lines = text(capsys, tmp_path / "a", "--diff", tmp_path / "b")

    assert code == 2
    assert "not of the same facts: they part before any decision differs" in lines[0]
    assert lines[1] == "  facts part 2025-01-06T00:00:05.000+01:00"
    assert "MeterReading" in lines[2]
    assert said in lines[3]


@pytest.mark.parametrize("side", [pytest.param(0, id="A"), pytest.param(1, id="B")])
def test_damage_ends_the_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str], side: int) -> None:
    """A damaged log on either side: exit 3, one line, what lies before it is compared."""
    paths = (tmp_path / "a", tmp_path / "b")
    for path in paths:
        record(path, powers_w=(200, 50, 300, 300))
    spoil(paths[side], 5)
    code, _found, errors = run(capsys, paths[0], "--diff", paths[1])

    assert (code, len(errors)) == (3, 1)
    assert errors[0].startswith(f"hems-replay: {paths[side]}: damaged or with a gap")


@pytest.mark.parametrize(
    ("content", "code"), [pytest.param(None, 3, id="missing"), pytest.param(b"", 3, id="empty"),
                          pytest.param(b"no log at all", 3, id="foreign")]
)  # fmt: skip
def test_a_log_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, code: int
) -> None:
    """One line on stderr, nothing on stdout but the object."""
    record(tmp_path / "a")
    if content is not None:
        (tmp_path / "b").write_bytes(content)
    found_code, found, errors = run(capsys, tmp_path / "a", "--diff", tmp_path / "b")

    assert (found_code, len(errors), found["verdict"]) == (code, 1, None)
    assert str(tmp_path / "b") in errors[0]


def test_a_torn_tail_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two logs with the same torn tail are the same, and it is said."""
    for name in "ab":
        record(tmp_path / name)
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-5])
    code, found, errors = run(capsys, tmp_path / "a", "--diff", tmp_path / "b")

    assert (code, found["verdict"]) == (0, "the same, 2 decisions compared")
    assert [error.split(": ")[1] for error in errors] == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_diff_takes_one_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several logs and --diff: wrong usage."""
    with pytest.raises(SystemExit) as ended:
        cli.main([str(tmp_path / "a"), str(tmp_path / "b"), "--diff", str(tmp_path / "c")])

    assert ended.value.code == Exit.USAGE_OR_NEWER
    assert "--diff compares one LOG with OTHER" in capsys.readouterr().err
