"""INTERFACE.md, Introspect and the code say the same."""

import json
import re
from typing import Any, Final

import pytest

from hems_actors.api import answers, changes, client, handler, pace, server
from hems_actors.api.document import BEGIN, END, section
from hems_actors.api.introspect import fields_of, introspection
from hems_actors.api.methods import METHODS, NOTIFICATIONS
from tests.api.examples import lines, play
from tests.api.serving import ask, served
from tests.nymea.capture import FOLDER, needs_capture
from tests.tidy.sources import ROOT, read

PART: Final = re.compile(f"{BEGIN}.*{END}\n", re.DOTALL)
NUMBERS: Final = [
    pytest.param(f"{server.CLIENTS_MAX} connections", id="connections"),
    pytest.param(f"{handler.MESSAGE_BYTES_MAX >> 10} KiB per message", id="message"),
    pytest.param(f"{client.Limits().unread_bytes >> 20} MiB of unread messages", id="unread"),
    pytest.param(f"64 kB for {client.Limits().unread_s:g} s", id="unread for long"),
    pytest.param(f"does not end a message within {client.Limits().quiet_s:g} s", id="half a message"),
    pytest.param(f"within {client.Limits().hello_s:g} s", id="hello"),
    pytest.param(f"(after {changes.TIMEOUT_S:g} s", id="time-out"),
    pytest.param(f"A burst of {changes.BURST} changes", id="burst"),
    pytest.param(f"then {1 / changes.GAP_S:g} a second", id="changes"),
    pytest.param(f"at most the {answers.DECISIONS_MAX} newest", id="decisions"),
    pytest.param("a quarter of one core" if pace.REST == 3 else "?", id="pace"),
]


def test_interface_is_current(request: pytest.FixtureRequest) -> None:
    """Tables and examples are what the code says, played through a real client; `--rewrite` renews them."""
    with served() as place:
        text, current = read("INTERFACE.md"), section(play(place, lines()))
    found = PART.search(text)
    if request.config.getoption("--rewrite"):
        renewed = f"{text}\n{current}" if found is None else text[: found.start()] + current + text[found.end() :]
        (ROOT / "INTERFACE.md").write_text(renewed, encoding="utf-8")
        return

    assert found is not None
    assert found.group() == current


def test_examples_work_word_for_word() -> None:
    """A client that sends what INTERFACE.md shows gets what INTERFACE.md shows."""
    shown = re.findall(r"^([<>]) (\{.*\})$", read("INTERFACE.md"), re.MULTILINE)
    asked = [line for mark, line in shown if mark == ">"]
    with served() as place:
        played = play(place, asked)

    assert asked
    assert shown == [pair for each in played for pair in ((">", each.asked), *(("<", line) for line in each.answers))]


@pytest.mark.parametrize("words", NUMBERS)
def test_bounds_are_described(words: str) -> None:
    """The numbers in the text are those of the code."""
    assert words in " ".join(read("INTERFACE.md").split())


def test_introspect_over_the_wire_is_the_table() -> None:
    """A client learns all methods and notifications, by both names, and every type they speak of."""
    with served() as place, place.client() as each:
        ask(each, "JSONRPC.Hello")
        found = ask(each, "JSONRPC.Introspect")["params"]

    assert found == introspection().wire()
    names = {each.name for each in METHODS} | {each.name.replace("EnergyPlugin.", "NymeaEnergy.") for each in METHODS}
    assert set(found["methods"]) == names
    assert len(found["notifications"]) == 2 * len(NOTIFICATIONS)
    refers = set(re.findall(r"\$ref:(\w+)", json.dumps(found)))
    assert refers == (refers & (found["types"].keys() | found["enums"].keys()))


def test_everything_has_a_meaning() -> None:
    """No field without a word about it."""
    models = {model for method in METHODS for model in (method.params, method.returns)}
    models |= {told.params for told in NOTIFICATIONS}

    assert [(model, field.name) for model in models for field in fields_of(model) if not field.meaning] == []


@needs_capture
def test_introspect_has_the_shape_of_nymeas() -> None:
    """The same keys, in methods and notifications too, and no basic type that nymea does not know."""
    captured: dict[str, Any] = json.loads((FOLDER / "introspect.json").read_text())
    ours = introspection().wire()

    assert ours.keys() == captured.keys()
    hello = "JSONRPC.Hello"
    assert ours["methods"][hello].keys() == captured["methods"][hello].keys()
    assert set(ours["enums"]["BasicType"]) <= set(captured["enums"]["BasicType"])
    assert ours["enums"]["EnergyError"] == captured["enums"]["EnergyError"]
    theirs = {key: kind for key, kind in captured["methods"][hello]["returns"].items() if not key.startswith("o:")}
    assert theirs.items() <= ours["methods"][hello]["returns"].items()
