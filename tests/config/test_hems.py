"""`hems.toml`: what is refused, in which words; all mistakes at once."""

from pathlib import Path
from typing import Final

import pytest

from hems_actors.config.errors import ConfigError
from hems_actors.config.hems import Config, read_config

HOME: Final = '[home]\ntime_zone = "Europe/Vienna"\nphase_limit_a = 25\n'
HP_HC: Final = '[tariff]\nkind = "hp_hc"\nwindows = ["22:30-06:30"]\nhp_eur_kwh = 0.2\nhc_eur_kwh = 0.1\n'
FINGERPRINT: Final = "ab" * 32

GOOD: Final = [
    pytest.param("", id="the least"),
    pytest.param('[nymea]\nurl = "nymeas://nymea.local"\ntoken_file = "t"\n', id="TLS without a port"),
    pytest.param(f'[nymea]\nurl = "wss://192.168.1.5:4444"\nfingerprint = "{FINGERPRINT}"\n', id="pinned"),
    pytest.param('[nymea]\ntoken_file = "t"\n', id="a token that stays on this machine"),
    pytest.param('[api]\nlisten = ["ws://[::1]:4455"]\n', id="IPv6 loopback"),
    pytest.param('[api]\nlisten = ["wss://0.0.0.0:1"]\ncertificate = "c"\nkey = "k"\n', id="open, encrypted"),
    pytest.param("[api]\nlisten = []\n", id="no API"),
    pytest.param(HP_HC, id="contract"),
    pytest.param('[tariff]\nkind = "awattar_de"\naddress = "http://127.0.0.1:80"\n', id="mirror"),
    pytest.param("[optimizer]\n", id="optimizer"),
    pytest.param('[[chargers]]\nname = "a"\nphases = 1\nwiring = "B"\n', id="one-phase charger"),
    pytest.param('[[chargers]]\nuuid = "{6F2A1B4C-0000-4000-8000-00000000000A}"\n', id="UUID in braces"),
    pytest.param("[log]\nkeep_days = 1\nkeep_mb = 10\n", id="short log"),
]
BAD: Final = [
    pytest.param("[hone]\n", "4: hone: unknown key, did you mean home?", id="unknown table"),
    pytest.param("[log]\nkeep_day = 1\n", "5: log.keep_day: unknown key, did you mean keep_days?", id="unknown key"),
    pytest.param("[log]\nkeep_days = 0\n", "5: log.keep_days: ", id="too few days"),
    pytest.param('[nymea]\nurl = "http://x"\n', "5: nymea.url: expected a nymead's address", id="no nymea address"),
    pytest.param('[nymea]\nurl = "wss://x"\nfingerprint = "ab"\n', "6: nymea.fingerprint: expected the", id="short"),
    pytest.param(
        f'[nymea]\nfingerprint = "{FINGERPRINT}"\n', "5: nymea.fingerprint: expected none", id="pinned, no TLS"
    ),
    pytest.param(
        '[nymea]\nurl = "ws://10.0.0.1"\ntoken_file = "t"\n',
        "6: nymea.token_file: expected a url",
        id="token in the open",
    ),
    pytest.param('[api]\nlisten = ["ws://0.0.0.0:1"]\n', "5: api.listen[1]: expected wss://", id="open, unencrypted"),
    pytest.param('[api]\nlisten = ["wss://127.0.0.1:1"]\n', "5: api.listen[1]: expected api.cert", id="no certificate"),
    pytest.param('[api]\nlisten = ["ws://localhost"]\n', "5: api.listen[1]: expected an address", id="no port"),
    pytest.param('[api]\ncertificate = "c"\n', "4: api: expected both", id="no key"),
    pytest.param('[service]\nlog_level = "loud"\n', "5: service.log_level: ", id="log level"),
    pytest.param('[tariff]\nkind = "tibber"\n', "5: tariff.kind: ", id="unknown provider"),
    pytest.param(
        '[tariff]\nkind = "awattar_at"\nhc_eur_kwh = 0.1\n', "6: tariff.hc_eur_kwh: expected none with kind", id="mixed"
    ),
    pytest.param(HP_HC + 'address = "http://x"\n', "9: tariff.address: expected none", id="a contract has no feed"),
    pytest.param(
        '[tariff]\nkind = "awattar_at"\naddress = "x"\n', "6: tariff.address: expected an", id="no web address"
    ),
    pytest.param('[tariff]\nkind = "hp_hc"\n', "4: tariff.", id="contract without windows"),
    pytest.param("[[chargers]]\nphases = 3\n", "4: chargers[1]: expected either name or uuid", id="nameless"),
    pytest.param('[[chargers]]\nname = "a"\n[[chargers]]\nname = "a"\n', "7: chargers[2].name: expected", id="twice"),
    pytest.param('[[chargers]]\nname = "a"\nwiring = "AB"\n', "6: chargers[1].wiring: expected 3 of", id="wiring"),
    pytest.param(
        '[[chargers]]\nname = "a"\nwiring = "AAB"\n', "6: chargers[1].wiring: expected phases", id="no phases"
    ),
    pytest.param(f'[optimizer]\nsocket = "/{"x" * 107}"\n', "5: optimizer.socket: expected the path", id="long path"),
    pytest.param('[battery]\nphases = ""\n', "5: battery.phases: ", id="battery nowhere"),
]


def _read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "hems.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)[0]


@pytest.mark.parametrize("text", GOOD)
def test_taken(tmp_path: Path, text: str) -> None:
    """It is read, whole."""
    assert _read(tmp_path, HOME + text).home.phase_limit_a == 25


@pytest.mark.parametrize(("text", "line"), BAD)
def test_refused(tmp_path: Path, text: str, line: str) -> None:
    """In one line: file, line, key, what was expected."""
    with pytest.raises(ConfigError) as refused:
        _read(tmp_path, HOME + text)

    assert refused.value.lines[0].startswith(f"{tmp_path / 'hems.toml'}:{line}")
    assert len(refused.value.lines) == 1


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """In the order of their lines."""
    with pytest.raises(ConfigError) as refused:
        _read(tmp_path, "[home]\nphase_limit_a = -1\non_exit = 3\n[log]\nkeep_mb = 1\n")

    found = [line.split(":")[1:3] for line in refused.value.lines]
    assert found == [
        ["1", " home.time_zone"],
        ["2", " home.phase_limit_a"],
        ["3", " home.on_exit"],
        ["5", " log.keep_mb"],
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(None, "cannot be read as a configuration: No such file", id="no file"),
        pytest.param(b"\xff", "it is not UTF-8 text", id="no text"),
        pytest.param(b"[home\n", ":1: not valid TOML", id="no TOML"),
        pytest.param(b"#" * (1 << 20) + b"#", "larger than 1 MiB", id="too large"),
    ],
)
def test_no_configuration(tmp_path: Path, data: bytes | None, words: str) -> None:
    """A file that is none is one line too."""
    path = tmp_path / "hems.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ConfigError, match=words):
        read_config(path)
