"""INTERFACE.md is complete: every option of a command and every kind of event is described there."""

import re
import sys
from collections.abc import Callable

import pytest

from hems_actors import cli as hemsd
from hems_actors.core.registry import KINDS
from replay import cli as hems_replay
from tests.tidy.sources import read

COMMANDS = [
    pytest.param(hemsd.main, ["hemsd"], id="hemsd"),
    pytest.param(hemsd.main, ["hemsd", "demo"], id="hemsd demo"),
    pytest.param(hems_replay.main, ["hems-replay"], id="hems-replay"),
]


@pytest.mark.parametrize(("main", "command"), COMMANDS)
def test_options_are_described(
    main: Callable[[], int], command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each option that --help shows is in INTERFACE.md."""
    monkeypatch.setattr(sys, "argv", [*command, "--help"])
    with pytest.raises(SystemExit):
        main()
    options = sorted(set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"})

    described = read("INTERFACE.md")
    assert [option for option in options if f"`{option}" not in described and f" {option}" not in described] == []


@pytest.mark.parametrize(
    ("kind", "name"), [pytest.param(kind, event.__name__, id=event.__name__) for kind, event in KINDS.items()]
)
def test_event_kinds_are_described(kind: int, name: str) -> None:
    """Each kind has its row in INTERFACE.md: number, then name in words or as the class is written."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

    assert re.search(rf"^\|\s*{kind}\s*\|\s*`?({name}|{words})`?\s*\|", read("INTERFACE.md"), re.MULTILINE)
