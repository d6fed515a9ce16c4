"""The captured session of a real nymead through protocol, link and device actors: exactly the facts a reader expects.

`tests/nymea/capture.txt` is what comes of it; `--rewrite` renews it. Read the diff before you commit it.
"""

import re
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest

from tests.nymea.capture import needs_capture
from tests.nymea.retold import transcript
from tests.nymea.session_capture import captured, captured_replies

TRANSCRIPT: Final = Path(__file__).with_name("capture.txt")
AMPS_MAX: Final = 32
"""What is more are watts, told without a fraction."""
pytestmark = needs_capture


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Return what the capture leads to."""
    return transcript()


def test_transcript(lines: list[str], request: pytest.FixtureRequest) -> None:
    """Every fact, in its order, at its time."""
    text = "\n".join(lines) + "\n"
    if request.config.getoption("--rewrite"):
        TRANSCRIPT.write_text(text, encoding="utf-8")

    assert text == TRANSCRIPT.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("thing", "state", "field"),
    [
        pytest.param("Wallbox A", "maxChargingCurrent", "current=([^ ]+) A", id="a charger's current"),
        pytest.param("Wallbox A", "currentPower", "draw=([^ ]+) W", id="a charger's power"),
        pytest.param("Wallbox A", "power", "power_on=([a-z]+)", id="a charger, on and off"),
        pytest.param("Wallbox B (no meter)", "pluggedIn", "plugged_in=([a-z]+)", id="plugged in and out"),
        pytest.param("Car generic", "batteryLevel", "level=([^ ]+) %", id="a car's level"),
        pytest.param("House battery", "currentPower", "power=([^ ]+) W", id="the battery's power"),
    ],
)
def test_each_change_is_told(lines: list[str], thing: str, state: str, field: str) -> None:
    """The values a thing had, one after the other, are those the server sent, by its own names and units."""
    told = [match[1] for line in lines if (match := re.search(rf"s {re.escape(thing)} \w+Reported .*\b{field}", line))]
    expected = [_shown(value) for value in _sent(thing, state)]

    assert [value for value, _ in groupby(told)] == [value for value, _ in groupby(expected)]
    assert len(expected) > 1


def _sent(thing: str, state: str) -> list[object]:
    """Return the values that the server sent of *state* of *thing*, the first with the thing itself."""
    classes = {each["id"]: each for each in captured_replies("thingClasses")[0]["thingClasses"]}
    found: list[object] = []
    thing_id = state_id = ""
    for entry in captured():
        params = entry.message.get("params", {})
        match entry.message.get("notification"):
            case "Integrations.ThingAdded" if params["thing"]["name"] == thing:
                thing_id = params["thing"]["id"]
                types = classes[params["thing"]["thingClassId"]]["stateTypes"]
                state_id = next(each["id"] for each in types if each["name"] == state)
                found += [each["value"] for each in params["thing"]["states"] if each["stateTypeId"] == state_id]
            case "Integrations.StateChanged" if (params["thingId"], params["stateTypeId"]) == (thing_id, state_id):
                found.append(params["value"])
    return found


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    assert isinstance(value, (int, float))
    return f"{value:.0f}" if abs(value) > AMPS_MAX else f"{value:g}"


def test_a_minute_for_each_log_entry(lines: list[str]) -> None:
    """Of all the log entries only the home's own minutes begin a cycle."""
    entries = [entry.message for entry in captured() if "PowerBalanceLogEntryAdded" in str(entry.message)]
    minutes = [entry for entry in entries if entry["params"]["sampleRate"] == "SampleRate1Min"]

    assert len([line for line in lines if line.endswith("home MinuteSignal")]) == len(minutes) > 1


def test_nothing_of_what_is_of_no_use(lines: list[str]) -> None:
    """A load that only consumes, a stove and a roof have no number."""
    assert not [line for line in lines if re.search("Manual load|Stove|PV roof", line)]
