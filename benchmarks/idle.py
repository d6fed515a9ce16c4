"""What a daemon with a quiet home costs: a process of its own beside a fake nymead, a three-phase meter at 1 Hz."""

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.figures import Figure
from hems_actors.core.facts import MeterReading
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.reader import LogReader
from tests.nymea.fake.nymead import FakeNymead
from tests.nymea.fake.serving import served

WARM_S: Final = 20
SECONDS: Final = 60
_CONFIG: Final = """[home]
time_zone = "Europe/Vienna"
phase_limit_a = 25
[nymea]
url = "{url}"
[log]
directory = "idle"
[api]
listen = ["ws://127.0.0.1:0"]
"""
BATCH: Final = FrameType.BATCH
_TICKS_S: Final = os.sysconf("SC_CLK_TCK")
_KIBI: Final = 1_024
_CPU: Final = slice(11, 13)
"""utime and stime in /proc/PID/stat, behind the name."""


def idle_figures(directory: Path) -> list[Figure]:
    """Return the share of a core and the memory of a daemon beside a meter that always changes."""
    config = directory / "idle.toml"
    with served() as nymead:
        fake, ports = nymead.fake, nymead.ports
        _Meter(fake)
        fake.add("wallbox", "Garage", power=False)
        fake.add("wallbox", "Carport", power=False)
        fake.add("genericCar", "Zoe")
        config.write_text(_CONFIG.format(url=ports.websocket_url), encoding="utf-8")
        command = [sys.executable, "-m", "hems_actors.cli", "run", "--config", str(config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:  # noqa: S603 - our own
            try:
                time.sleep(WARM_S)
                before_s, began_s = _cpu_s(child.pid), time.monotonic()
                time.sleep(SECONDS)
                share = (_cpu_s(child.pid) - before_s) / (time.monotonic() - began_s)
                memory_mib = _rss_kib(child.pid) / _KIBI
            finally:
                child.terminate()
    readings = _readings(directory / "idle")
    if readings < SECONDS:
        raise SystemExit(f"the daemon took {readings} readings in {WARM_S + SECONDS} s: it did not work")
    return [
        Figure("daemon, meter at 1 Hz: share of one core", share * 100, "%", 2, 1),
        Figure("daemon, meter at 1 Hz: memory", memory_mib, "MiB", 80, 60),
    ]


def _readings(folder: Path) -> int:
    (path,) = segments(folder, "home")
    with LogReader(path) as log:
        return sum(type(event) is MeterReading for frame in log if frame.type == BATCH for event in log.events(frame))


class _Meter:
    """A root meter whose every value is another one each second."""

    def __init__(self, fake: FakeNymead) -> None:
        self._fake = fake
        self._thing = fake.add("smartMeter", "Meter")
        self._random = Random(1)  # noqa: S311 - no secret
        self._tell()

    def _tell(self) -> None:
        fake, thing = self._fake, self._thing
        total = 0.0
        with fake.burst():
            for phase in "ABC":
                ampere = round(self._random.uniform(0.5, 3), 3)
                total += ampere * 230
                fake.set_state(thing, f"currentPhase{phase}", ampere)
                fake.set_state(thing, f"currentPowerPhase{phase}", ampere * 230)
                fake.set_state(thing, f"voltagePhase{phase}", round(self._random.uniform(228, 232), 1))
            fake.set_state(thing, "currentPower", total)
        fake.later(1_000, self._tell)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[_CPU])) / _TICKS_S


def _rss_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
