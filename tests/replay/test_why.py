"""`hems-replay --why` and `--why-not`, on five incidents as support gets them, played by the simulated home."""

import itertools
import json
import re
from pathlib import Path
from typing import Final

import pytest

from hems_actors.core.rules import Rule
from hems_actors.sim.build import build
from hems_actors.sim.demo import play_to
from hems_actors.sim.scenario import read_scenario
from replay import open_log
from replay.cli import main
from replay.report import Exit
from replay.why import sentences

SCENARIOS: Final = Path(__file__).parents[1] / "scenarios"
INCIDENTS: Final = ("night", "sunny", "fuse", "deadline", "ignored")

WHY: Final = [
    pytest.param(
        "night",
        ["--why", "wallbox", "--at", "04:30"],
        [
            "it stayed at 16 A on 3 phases (11.04 kW) since 04:06",
            "It charges in a cheap slot that was bought for the day",
            "They were changed then: cheap hours from not allowed to allowed",
            "(event 1664 of 2025-06-12 20:12",
            "Charging at once would cost 16.6 ct/kWh on average, the planned hours 15.8 ct/kWh",
        ],
        id="charged at night by mistake",
    ),
    pytest.param(
        "sunny",
        ["--why-not", "--from", "10:00", "--to", "16:00"],
        [
            "it was to charge for 2 h 14 min",
            "not enough surplus to start [surplus_missing]",
            "The surplus was 4.01 kW, 132 W less than the 4.14 kW it takes to start.",
            "would only be done in another mode",
        ],
        id="did not charge on a sunny day",
    ),
    pytest.param(
        "deadline",
        ["--why", "--at", "07:00"],
        ["Its deadline was 07:00, and the target was not reached.", "family car is at 46 % of 80 % wanted"],
        id="deadline missed: what was known",
    ),
    pytest.param(
        "deadline",
        ["--why-not", "--from", "22:30", "--to", "07:00"],
        [
            "off, the charger is not reachable [disconnected]",
            "The plan for the deadline wanted nothing yet: planned is 2025-11-04 02:30",
            "it was to charge for 1 h 50 min",
        ],
        id="deadline missed: what stood in the way",
    ),
    pytest.param(
        "ignored",
        ["--why", "wall", "--at", "18:20"],
        [
            "but the charger itself was off",
            '"on", try 2: sent, acknowledged; the charger did not show it within 20 s',
            "Alarm raised: the charger does not do what it is told: given up for 10 min",
        ],
        id="charger ignored the command",
    ),
]


@pytest.fixture(scope="session")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The logs of the five, each played once."""
    folder = tmp_path_factory.mktemp("incidents")
    found = {name: folder / f"{name}.msgpack" for name in INCIDENTS}
    for name, path in found.items():
        play_to(build(*read_scenario(SCENARIOS / f"incident_{name}.toml")), path, [])
    return found


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == Exit.SAME
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


@pytest.mark.parametrize(("name", "arguments", "words"), WHY)
def test_incident(
    incidents: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    name: str,
    arguments: list[str],
    words: list[str],
) -> None:
    """One command says what happened, by which rule, and what was rejected."""
    said = _said(capsys, str(incidents[name]), *arguments)

    for each in words:
        assert each in said


def test_the_fuse_nearly_tripped(incidents: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Who was cut, when, from what to what, and how far above the limit the phase was."""
    path = str(incidents["fuse"])
    assert main([path, "--actions", "--format", "jsonl"]) == Exit.SAME
    cut = next(row for row in map(json.loads, capsys.readouterr().out.splitlines()) if row.get("reduces"))
    assert main([path, "--why", "--at", cut["at"]]) == Exit.SAME
    said = capsys.readouterr().out

    assert "overload" in said
    assert re.search(r"limit of phase B, 25 A", said)


@pytest.mark.parametrize("name", INCIDENTS)
def test_numbers_are_those_of_the_events(
    incidents: dict[str, Path], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Each event that an answer names is in the log, at that instant; the JSON says the same as the text."""
    path = incidents[name]
    with open_log(path) as log:
        instants = {event.seq: event.at_ms for event in log}
    answer = json.loads(_said(capsys, str(path), "--why", "--json"))

    named = [note for part in ("inputs", "rejected", "done", "later") for note in answer[part] if note["event"]]
    assert named
    decided_ms = instants[answer["event"]]
    for note in named:
        if note["age_ms"] is not None:
            assert instants[note["event"]] == decided_ms - note["age_ms"]
    text = _said(capsys, str(path), "--why")
    assert all(note["text"] in text for note in named)


def test_why_not_leaves_no_hole(incidents: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """From beginning to end each instant is in one stretch, and no two neighbours say the same."""
    case = json.loads(_said(capsys, str(incidents["sunny"]), "--why-not", "--json"))
    stretches = case["stretches"]

    assert (stretches[0]["from"], stretches[-1]["to"]) == (case["from"], case["to"])
    for before, after in itertools.pairwise(stretches):
        assert before["to"] == after["from"]
        assert (before["charging"], before["charging"] or before["rule"]) != (
            after["charging"],
            after["charging"] or after["rule"],
        )
    assert sum(each["decisions"] for each in stretches) > 500


def test_a_range_may_end_with_the_minute_in_which_the_log_ends(
    incidents: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Who writes the hour at which the scenario ends means its end."""
    case = json.loads(_said(capsys, str(incidents["night"]), "--why-not", "--from", "04:00", "--to", "08:00", "--json"))

    assert case["to"].startswith("2025-06-13T07:59")


REFUSED: Final = [
    pytest.param(["--why", "garage"], "no charger is called 'garage'; the log's chargers: wallbox (10)", id="charger"),
    pytest.param(["--why", "--at", "later"], "later", id="no time"),
    pytest.param(["--why", "--at", "2024-01-01 12:00"], "2024-01-01 12:00", id="outside of the log"),
    pytest.param(["--why", "--from", "12:00"], "--why does not go with --from", id="range"),
    pytest.param(["--why-not", "--at", "12:00"], "--why-not does not go with --at", id="instant"),
    pytest.param(["--why", "--why-not"], "ask for one at a time", id="both"),
    pytest.param(["--why-not", "--from", "15:00", "--to", "2025-06-15 14:00"], "14:00", id="backwards"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED)
def test_refused(
    incidents: dict[str, Path], capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """In one line, with the exit code of wrong usage."""
    assert main([str(incidents["sunny"]), *arguments]) == Exit.USAGE_OR_NEWER
    printed = capsys.readouterr()

    assert printed.out == ""
    assert words in printed.err
    assert printed.err.count("\n") == 1


def test_a_damaged_log_answers_up_to_the_damage(
    incidents: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that events are missing, and the exit code does too."""
    data = bytearray(incidents["sunny"].read_bytes())
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "damaged.msgpack"
    path.write_bytes(data)

    assert main([str(path), "--why-not"]) == Exit.DAMAGED
    printed = capsys.readouterr()
    assert "damaged" in printed.err
    assert "events are missing here, so nobody knows" in printed.out


def test_an_empty_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback."""
    path = tmp_path / "empty.msgpack"
    path.write_bytes(b"")

    assert main([str(path), "--why"]) == Exit.DAMAGED
    assert "empty.msgpack" in capsys.readouterr().err


def test_each_rule_has_a_sentence_of_its_own() -> None:
    """A rule without one would be told by its name alone."""
    silent = {Rule.NONE, Rule.RAISED}  # nothing was decided; or it is told with the rule that wanted it

    assert {rule for rule in Rule if rule not in sentences.SENTENCES} <= silent


def test_behind_damage_and_a_snapshot_all_is_explained(
    incidents: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Why it was switched off, and stayed off, some hours later is told as from the whole log."""
    data = bytearray(incidents["sunny"].read_bytes())
    data[len(data) * 6 // 10] ^= 0xFF
    path = tmp_path / "damaged.msgpack"
    path.write_bytes(data)

    assert main([str(path), "--why-not", "--json"]) == Exit.DAMAGED
    damaged = json.loads(capsys.readouterr().out)["stretches"]
    whole = json.loads(_said(capsys, str(incidents["sunny"]), "--why-not", "--json"))["stretches"]
    assert any(each["events_missing"] for each in damaged)
    assert [each["rule"] for each in whole[-3:]] == ["surplus_stop", "surplus_missing", "unplugged"]
    assert damaged[-3:] == whole[-3:]
