"""`hemsd status`: what the daemon on this machine says of its home, once or over and over."""

import sys
import time
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from hems_actors.commands.asking import AskError, Client, asking
from hems_actors.commands.status_text import status_text
from hems_actors.config.hems import is_local, read_config

WATCH_S: Final = 1.0
_CLEAR: Final = "\x1b[H\x1b[J"


def status(path: Path, address: str | None, *, watch: bool) -> None:
    """Print how the home of the configuration at *path* is; with *watch* until the user interrupts.

    Raises:
        ConfigError: the configuration cannot be read.
        AskError: the daemon cannot be asked.
    """
    config, _ = read_config(path)
    zone = ZoneInfo(config.home.time_zone)
    with asking(address or _address(config.api.listen)) as client:
        sys.stdout.write(_text(client, zone))
        while watch:
            sys.stdout.flush()
            time.sleep(WATCH_S)
            sys.stdout.write(_CLEAR + _text(client, zone))


def _address(listen: list[str]) -> str:
    for url in listen:
        if is_local(url) and url.startswith(("ws:", "nymea:")):
            return url
    raise AskError("api.listen has no address of this machine without TLS, such as ws://127.0.0.1:4455: add one")


def _text(client: Client, zone: ZoneInfo) -> str:
    status = client.ask("EnergyPlugin.GetStatus")
    schedules = client.ask("EnergyPlugin.GetChargingSchedules")["chargingSchedules"]
    decisions = [
        each
        for charger in status["chargers"]
        for each in client.ask("EnergyPlugin.GetDecisions", evChargerId=charger["evChargerId"])["decisions"]
    ]
    return status_text(status, schedules, decisions, zone)
