"""`hemsd demo --live`: a client developer's home, as a process of its own."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from replay.report import Exit
from replay.verify import Options, verify
from tests.daemon.lab import HEMSD, PATIENCE_S
from tests.tidy.sources import ROOT

SCENARIO = """[home]
start = 2025-06-15T10:00:00
duration_h = 0.5
phase_limit_a_max = 25

[[cars]]
name = "zoe"
capacity_kwh = 50

[[chargers]]
name = "garage"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A short one."""
    path = tmp_path / "home.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def _demo(*arguments: str) -> "subprocess.Popen[str]":
    command = [*HEMSD, "demo", "--live", "--listen", "ws://127.0.0.1:0", *arguments]
    return subprocess.Popen(  # noqa: S603 - our own
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _call(connection: ClientConnection, number: int, method: str, **params: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Send a call; yield notifications, then the answer."""
    connection.send(json.dumps({"id": number, "method": method, "params": params}))
    while True:
        message: dict[str, Any] = json.loads(connection.recv(timeout=PATIENCE_S))
        yield message
        if "status" in message:
            return


def _answer(connection: ClientConnection, number: int, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401
    *_, answer = _call(connection, number, method, **params)
    params_of: dict[str, Any] = answer["params"]
    return params_of


def test_a_client_changes_a_setting(scenario: Path, tmp_path: Path) -> None:
    """It says where it is; a Set is answered, concluded, told; the log replays the same."""
    log = tmp_path / "log.msgpack"
    with _demo("--scenario", str(scenario), "--log", str(log), "--speed", "300") as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        url = re.match(r"ws://127\.0\.0\.1:\d+", said)
        assert url is not None, said
        with connect(url[0], proxy=None) as connection:
            _answer(connection, 1, "JSONRPC.Hello")
            _answer(connection, 2, "JSONRPC.SetNotificationStatus", enabled=True)
            (charger,) = _answer(connection, 3, "EnergyPlugin.GetStatus")["chargers"]
            info = {"evChargerId": charger["evChargerId"], "chargingMode": "ChargingModeEco"}
            told = list(_call(connection, 4, "NymeaEnergy.SetChargingInfo", chargingInfo=info))
            while not any(each.get("notification", "").endswith("ChargingInfoChanged") for each in told):
                told.append(json.loads(connection.recv(timeout=PATIENCE_S)))
        rest, errors = child.communicate(timeout=60)

    assert charger["name"] == "garage"
    assert any(each.get("params") == {"energyError": "EnergyErrorNoError"} for each in told)
    assert (child.returncode, errors) == (0, "")
    assert f"the scenario is over; its log: {log}" in rest
    assert verify(log, Options()).exit == Exit.SAME


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--speed", "0"], "expected more than 0", id="no speed"),
        pytest.param(["--listen", "ws://0.0.0.0:0"], "open to the network", id="open to others"),
        pytest.param(["--scenario", "nowhere.toml"], "nowhere.toml: cannot be read", id="no scenario"),
    ],
)
def test_what_cannot_be_served(arguments: list[str], words: str) -> None:
    """Exit code 2, the reason, no traceback."""
    with _demo(*arguments) as child:
        _, errors = child.communicate(timeout=60)

    assert child.returncode == 2
    assert words in errors
    assert "Traceback" not in errors
