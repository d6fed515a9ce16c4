"""`hemsd demo`: output, exit codes, one line for what a user gets wrong."""

import json
from pathlib import Path

import pytest

from hems_actors import cli

SHORT = """[home]
start = 2025-06-15T10:00:00
duration_h = 0.2
phase_limit_a_max = 25
"""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run `hemsd demo` with *arguments* and return its exit code."""
    monkeypatch.setattr("sys.argv", ["hemsd", "demo", *arguments])
    return cli.main()


def test_plays_a_scenario_into_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, one JSON object on stdout, progress on stderr, a log where it was asked for."""
    scenario, log = tmp_path / "home.toml", tmp_path / "log.msgpack"
    scenario.write_text(SHORT, encoding="utf-8")

    assert run(monkeypatch, "--scenario", str(scenario), "--log", str(log), "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["log"] == str(log)
    assert "100%" in printed.err
    assert log.stat().st_size > 0


def test_mistake_is_one_line_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, the place and what was expected, no log."""
    scenario, log = tmp_path / "home.toml", tmp_path / "log.msgpack"
    scenario.write_text(SHORT + "color = 1\n", encoding="utf-8")

    assert run(monkeypatch, "--scenario", str(scenario), "--log", str(log)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"hemsd: {scenario}:5: home.color: unknown key")
    assert printed.err.count("\n") == 1
    assert not log.exists()


def test_an_existing_log_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and the file stays as it is."""
    scenario, log = tmp_path / "home.toml", tmp_path / "log.msgpack"
    scenario.write_text(SHORT, encoding="utf-8")
    log.write_text("mine", encoding="utf-8")

    assert run(monkeypatch, "--scenario", str(scenario), "--log", str(log)) == 2
    assert str(log) in capsys.readouterr().err
    assert log.read_text(encoding="utf-8") == "mine"


def test_week_is_played_with_prices_and_deadlines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both cars are ready on the mornings they are wanted, and it says what that cost."""
    assert run(monkeypatch, "--week", "--log", str(tmp_path / "log.msgpack"), "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    met = [deadline for deadline in figures["deadlines"] if deadline["ending"] == "met"]

    assert figures["home"] == "week"
    assert figures["tariff"] == "awattar_at"
    assert [sum(deadline["car"] == car for deadline in met) for car in ("family car", "city car")] == [4, 5]
    assert all(deadline["missed_wh"] is None for deadline in figures["deadlines"])
    assert figures["total_cost_ueur"] == figures["house"]["cost_ueur"] + sum(
        car["cost_ueur"] for car in figures["cars"]
    )
    assert {"deadline", "day"} == {plan["purpose"] for plan in figures["plans"]}


def test_week_is_no_scenario_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both at once: one line, nothing written."""
    log = tmp_path / "log.msgpack"

    assert run(monkeypatch, "--week", "--scenario", "home.toml", "--log", str(log)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "hemsd: --week plays a built-in scenario: leave out --scenario, or --week\n"
    assert not log.exists()


def test_contract_that_is_no_eight_hours_is_played_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, in one line; the table then has what it cost."""
    scenario = tmp_path / "home.toml"
    scenario.write_text(SHORT + '[tariff]\nkind = "hp_hc"\nwindows = ["22:00-05:00"]\n', encoding="utf-8")

    assert run(monkeypatch, "--scenario", str(scenario), "--log", str(tmp_path / "log.msgpack")) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("hemsd: warning: tariff.windows: 7 h off-peak a day, where contracts have 8 h")
    assert "house without cars" in printed.out


def test_without_a_tariff_the_table_has_no_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor deadlines, where there are none."""
    scenario = tmp_path / "home.toml"
    scenario.write_text(SHORT, encoding="utf-8")

    assert run(monkeypatch, "--scenario", str(scenario), "--log", str(tmp_path / "log.msgpack")) == 0
    assert not {"EUR", "deadline"}.intersection(capsys.readouterr().out.split())


def test_built_in_day_shows_what_it_is_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both cars charge, from sun and battery, and no phase stays above its limit for more than ten seconds."""
    assert run(monkeypatch, "--log", str(tmp_path / "log.msgpack"), "--json") == 0
    figures = json.loads(capsys.readouterr().out)

    assert all(car["energy_wh"] > 5_000 for car in figures["cars"])
    assert sum(car["sun_wh"] for car in figures["cars"]) > 10_000
    assert all(phase["longest_over_ms"] <= 15_000 for phase in figures["phases"])
