"""Exports: which rows are chosen, what they hold in each format, and what is refused."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from hems_actors.core import facts, outcomes
from hems_actors.core.enums import Closing, Result, What
from hems_actors.core.registry import Event
from hems_actors.eventlog.localtime import LocalTime
from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.scenario import read_scenario
from replay.api import LoggedEvent, open_log
from replay.cli import main
from replay.listing import lines_of
from replay.query_actions import Action, Actions
from tests.sim.transcript import SCENARIOS

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of an hour in which a charger ignores what it is told for two minutes."""
    path = tmp_path_factory.mktemp("query") / "ignores.msgpack"
    play_to(build(*read_scenario(SCENARIOS / "ignores.toml")), path, [])
    return path


def rows(capsys: Captured, *arguments: object) -> list[dict[str, Any]]:
    """Return the rows of an export as JSON lines."""
    assert main([*map(str, arguments), "--format", "jsonl"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize(
    ("options", "kinds", "things"),
    [
        pytest.param(["--decisions"], {"set_point_decided"}, {"wallbox"}, id="decisions"),
        pytest.param(["--events", "--kind", "tick", "--kind", "alarm_changed"], {"tick", "alarm_changed"},
                     {"home", "wallbox"}, id="kinds"),
        pytest.param(["--events", "--charger", "WALL", "--kind", "charger_reported"], {"charger_reported"},
                     {"wallbox"}, id="charger: how its name begins"),
        pytest.param(["--decisions", "--charger", "10"], {"set_point_decided"}, {"wallbox"}, id="charger: number"),
    ],
)  # fmt: skip
def test_what_is_chosen(
    log_path: Path, capsys: Captured, options: list[str], kinds: set[str], things: set[str]
) -> None:
    """Only rows of what was asked for, and all of them."""
    found = rows(capsys, log_path, *options)

    assert {row["kind"] for row in found} == kinds
    assert {row["thing"] for row in found} == things
    with open_log(log_path) as log:
        expected = [event.seq for event in log if event.kind in kinds and event.thing in things]
    assert [row["seq"] for row in found] == expected


def test_from_and_to(log_path: Path, capsys: Captured) -> None:
    """Both instants are included; what is outside the log is left out of what is asked for."""
    found = rows(capsys, log_path, "--events", "--from", "10:20", "--to", "10:20:20")
    times = [datetime.fromisoformat(row["at"]).strftime("%H:%M:%S") for row in found]
    assert (times[0], times[-1]) == ("10:20:00", "10:20:20")
    assert times == sorted(times)

    whole = rows(capsys, log_path, "--events", "--from", "2025-05-16", "--to", "2025-05-17")
    assert whole == rows(capsys, log_path, "--events")


def test_text_is_the_listing(log_path: Path, capsys: Captured) -> None:
    """For people: the lines of --list all."""
    assert main([str(log_path), "--events"]) == 0
    assert capsys.readouterr().out.splitlines() == list(lines_of(log_path, "all"))


def test_csv_says_what_json_says(log_path: Path, capsys: Captured) -> None:
    """One header with units in the names; each cell as in the JSON line, None empty."""
    for option in ("--events", "--decisions", "--actions"):
        lines = rows(capsys, log_path, option)
        assert main([str(log_path), option, "--format", "csv"]) == 0
        table = list(csv.DictReader(StringIO(capsys.readouterr().out)))
        for cells, row in zip(table, lines, strict=True):
            shown = {key: str(value) for key, value in row.items() if not isinstance(value, bool | list | None)}
            shown |= {key: str(value).lower() for key, value in row.items() if isinstance(value, bool)}
            shown |= {key: "" for key, value in row.items() if value is None}
            shown |= {key: " ".join(map(str, value)) for key, value in row.items() if isinstance(value, list)}
            assert shown.items() <= cells.items()


def test_units_are_in_the_columns(log_path: Path, capsys: Captured) -> None:
    """Those of a kind that is asked for are all its fields, even if nothing of it is there."""
    assert main([str(log_path), "--events", "--kind", "battery_reported", "--format", "csv"]) == 0
    assert capsys.readouterr().out == "seq,at,at_ms,thing,source,stage,kind,power_w,level_percent\n"


def test_actions(log_path: Path, capsys: Captured) -> None:
    """One row for each write, with what became of it; the one that was ignored has its tries."""
    found = rows(capsys, log_path, "--actions")
    tries = [row for row in found if row["current_ma"] == 10_000]

    assert [row["seq"] for row in found] == sorted(row["seq"] for row in found)
    assert [row["ending"] for row in tries] == ["unverified", "unverified", "unverified", "verified"]
    assert [row["attempt"] for row in tries] == [1, 2, 3, 4]
    assert {(row["result"], row["ended_after_ms"] // 1000) for row in tries[:3]} == {("ok", 20)}
    assert {row["rule"] for row in tries} == {"normal"}
    assert [row["what"] for row in rows(capsys, log_path, "--actions", "--kind", "power")] == ["power"]

    assert main([str(log_path), "--actions", "--charger", "wallbox", "--kind", "current"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].endswith(": try 2, sent after 0.0 s, answered ok after 0.0 s, unverified after 20.0 s")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--events", "--from", "noon"], "'noon' is no time: write it as 18:03"),
        (["--events", "--from", "12:00"], "12:00 is not in the log: the log goes from 2025-05-17T10:00:00+02:00 to"),
        (["--events", "--to", "2025-05-16"], "to 2025-05-16 nothing is in the log: the log goes from"),
        (["--events", "--from", "10:30", "--to", "10:10"], "no 10:10 after any 10:30 is in the log"),
        (["--events", "--charger", "car"], "no charger is called 'car'; the log's chargers: wallbox (10)"),
        (["--events", "--kind", "meter_readings"], "--events has no kind 'meter_readings': perhaps meter_reading"),
        (["--actions", "--kind", "tick"], "--actions has no kind 'tick': perhaps power, current, phases"),
        (["--events", "--actions"], "--events and --actions: ask for one at a time"),
        (["--events", "--at", "10:30"], "--events does not go with --at"),
        (["--events", "--list"], "--events does not go with --list"),
    ],
)
def test_what_is_refused(log_path: Path, capsys: Captured, options: list[str], error: str) -> None:
    """One line, exit 2, nothing printed."""
    assert main([str(log_path), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"hems-replay: {error}")
    assert len(err.splitlines()) == 1


def test_several_logs(log_path: Path, tmp_path: Path, capsys: Captured) -> None:
    """Rows say which log they are of; a log that does not have what is asked for, or cannot be read, stops nothing."""
    text = tmp_path / "none.msgpack"
    text.write_text("no log")
    assert main([str(text), str(log_path), "--decisions", "--format", "csv"]) == 3
    out, err = capsys.readouterr()
    table = list(csv.DictReader(StringIO(out)))
    assert {row["log"] for row in table} == {str(log_path)}
    assert err.startswith(f"hems-replay: {text}: not an event log")


def test_damage_is_said_at_the_end(log_path: Path, tmp_path: Path, capsys: Captured) -> None:
    """What is good on both sides is exported; which events are not there is said; exit 3."""
    content = bytearray(log_path.read_bytes())
    content[len(content) // 2] ^= 1
    damaged = tmp_path / "damaged.msgpack"
    damaged.write_bytes(content)

    assert main([str(damaged), "--events", "--format", "jsonl"]) == 3
    out, err = capsys.readouterr()
    seqs = [json.loads(line)["seq"] for line in out.splitlines()]
    missing = sorted(set(range(seqs[0], seqs[-1] + 1)) - set(seqs))
    assert f"events {missing[0]} to {missing[-1]}" in err
    assert len(err.splitlines()) == 1


def test_a_reader_that_leaves(log_path: Path) -> None:
    """Whoever reads may stop: nothing is said of it."""
    command = [sys.executable, "-m", "replay.cli", str(log_path), "--events"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def lives(*events: tuple[int, Event]) -> Iterator[Action]:
    """Yield the actions of *events*: seconds and what happened."""
    actions = Actions()
    for seq, (at_s, event) in enumerate(events, 1):
        yield from actions.take(LoggedEvent(seq, at_s * 1000, event, "box", LocalTime()))
    yield from actions.rest()


def intend(source: int, value: int) -> outcomes.ActionIntended:
    """Return a write of a current."""
    return outcomes.ActionIntended(source, What.CURRENT, value, reduces=False, attempt=1)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        pytest.param([(0, intend(10, 6000))], [(1, "open", None, None)], id="open at the end"),
        pytest.param(
            [(0, intend(10, 6000)), (1, facts.ActionSent(10, 1)), (3, intend(10, 7000))],
            [(1, "overtaken", 3_000, None), (3, "open", None, None)],
            id="overtaken",
        ),
        pytest.param(
            [
                *((0, intend(10, 6000)), (0, facts.ActionAnswered(10, 1, Result.HARDWARE))),
                *(
                    (1, outcomes.ActionClosed(10, 1, Closing.FAILED)),
                    (1, outcomes.ActionClosed(10, 1, Closing.GAVE_UP)),
                ),
                (2, facts.Tick(0)),
            ],
            [(1, "gave_up", 1_000, "hardware")],
            id="given up with its last try",
        ),
        pytest.param(
            [
                *((0, intend(10, 6000)), (1, intend(11, 7000)), (2, outcomes.ActionClosed(11, 2, Closing.VERIFIED))),
                *((4, outcomes.ActionClosed(10, 1, Closing.TIMED_OUT)), (90, facts.Tick(0))),
            ],
            [(1, "timed_out", 4_000, None), (2, "verified", 1_000, None)],
            id="in the order of their numbers",
        ),
        pytest.param(
            [
                *((0, intend(10, 6000)), (0, outcomes.ActionClosed(10, 1, Closing.VERIFIED)), (0, facts.Tick(0))),
                (1, facts.ActionAnswered(10, 1, Result.OK)),
            ],
            [(1, "verified", 0, "ok")],
            id="shown before it was answered",
        ),
        pytest.param([(0, outcomes.ActionClosed(10, 7, Closing.VERIFIED))], [], id="begun before this log"),
    ],
)
def test_what_became_of_actions(
    events: list[tuple[int, Event]], found: list[tuple[int, str, int | None, str | None]]
) -> None:
    """Each action once, whole, in order."""
    ended = [(action.seq, action.ending, action.ended_ms, action.row()["result"]) for action in lives(*events)]

    assert ended == found
