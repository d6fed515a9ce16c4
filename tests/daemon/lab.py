"""A daemon in a process of its own beside a fake nymead on real sockets, as a home has them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hems_actors.commands.asking import AskError, Client, asking
from hems_actors.eventlog.naming import segments
from replay.report import Exit
from replay.verify import Options, verify
from tests.nymea.fake.nymead import FakeNymead
from tests.tidy.sources import ROOT

if TYPE_CHECKING:
    from tests.nymea.fake.things import Thing

PATIENCE_S: Final = 20.0
HEMSD: Final = (sys.executable, "-m", "hems_actors.cli")
CONFIG: Final = """[home]
name = "lab"
time_zone = "Europe/Vienna"
phase_limit_a = {limit_a}
{home}

[nymea]
url = "{nymea}"

[log]
directory = "state"

[api]
listen = ["ws://127.0.0.1:{port}"]
{rest}
"""


def wait_for(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Return once *condition* holds; fail if it does not in *patience_s*."""
    until_s = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until_s, f"in vain: {what}"
        time.sleep(0.02)


def free_port() -> int:
    """Return a port of loopback that nobody has."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class Lab:
    """A folder with a configuration, and the daemon that runs by it."""

    def __init__(self, folder: Path, nymea_url: str) -> None:
        self.folder = folder
        self.config = folder / "hems.toml"
        self.state = folder / "state"
        self.port = free_port()
        self.nymea_url = nymea_url
        self.configure()

    def configure(self, *, limit_a: int = 25, home: str = "", rest: str = "") -> None:
        """Write the configuration; a daemon that runs does not know it yet."""
        text = CONFIG.format(limit_a=limit_a, home=home, nymea=self.nymea_url, port=self.port, rest=rest)
        self.config.write_text(text, encoding="utf-8")

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"ws://127.0.0.1:{self.port}"

    def hemsd(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of `hemsd` with the configuration to its end."""
        command = [*HEMSD, *arguments, "--config", str(self.config)]
        return subprocess.run(  # noqa: S603 - our own
            command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )

    @contextmanager
    def running(self, environment: Mapping[str, str] | None = None) -> Iterator["Running"]:
        """Run the daemon; it is killed in the end if it did not stop before."""
        errors = self.folder / "stderr"
        with errors.open("wb") as out:
            command = [*HEMSD, "run", "--config", str(self.config)]
            child = subprocess.Popen(  # noqa: S603 - our own
                command, cwd=ROOT, stderr=out, env={**os.environ, **(environment or {})}
            )
            try:
                yield self.watch(child, errors)
            finally:
                child.kill()
                child.wait(PATIENCE_S)

    def watch(self, child: "subprocess.Popen[bytes]", errors: Path) -> "Running":
        """Return the daemon that runs as *child* and says what it has to in the file *errors*."""
        return Running(self, child, errors)

    def replays(self) -> None:
        """Assert that all that was logged is decided again."""
        for path in segments(self.state, "lab"):
            assert verify(path, Options()).exit == Exit.SAME, path


class Running:
    """A daemon that runs."""

    def __init__(self, lab: Lab, child: "subprocess.Popen[bytes]", errors: Path) -> None:
        self.lab = lab
        self.child = child
        self._errors = errors

    @property
    def lines(self) -> str:
        """What it said on stderr until now."""
        return self._errors.read_text(encoding="utf-8")

    def says(self, words: str) -> None:
        """Wait until it has said *words*."""

        def said() -> bool:
            assert self.child.poll() is None or words in self.lines, self.lines
            return words in self.lines

        wait_for(said, f"{words!r} in\n{self.lines}")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.child.send_signal(number)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code; it has 5 s."""
        self.signal(signal.SIGTERM)
        return self.child.wait(5)

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Give a client of its API, as soon as there is one."""
        self.says("connected to")
        with asking(self.lab.url) as client:
            yield client

    def ask(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
        """Return what the API answers."""
        with self.client() as client:
            return client.ask(f"EnergyPlugin.{method}", **params)

    def charger(self) -> str:
        """Return the UUID of the only charger, once it is known."""
        found: list[str] = []

        def known() -> bool:
            try:
                infos = self.ask("GetChargingInfos")["chargingInfos"]
            except AskError:
                return False
            found[:] = [info["evChargerId"] for info in infos]
            return bool(found)

        wait_for(known, "a charger")
        return found[0]


class House:
    """What a fake nymead has: a root meter that speaks each half second, and a charger with a car."""

    def __init__(self, fake: FakeNymead) -> None:
        self.fake = fake
        self.meter: Thing = fake.add("smartMeter", "Meter")
        self.garage: Thing = fake.add("wallbox", "Garage", pluggedIn=True, power=False)
        self._odd = 0
        self._tell()

    def _tell(self) -> None:
        self._odd ^= 1
        self.draw(1.0 + self._odd / 100)
        self.fake.later(500, self._tell)

    def draw(self, ampere: float) -> None:
        """Let the house draw *ampere* on each phase."""
        with self.fake.burst():
            for phase in "ABC":
                self.fake.set_state(self.meter, f"currentPhase{phase}", ampere)
                self.fake.set_state(self.meter, f"currentPowerPhase{phase}", ampere * 230)
                self.fake.set_state(self.meter, f"voltagePhase{phase}", 230.0)
            self.fake.set_state(self.meter, "currentPower", ampere * 690)
