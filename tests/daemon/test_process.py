"""`hemsd run` as a process beside a nymead: what it does, how it ends, what survives, what it tells systemd."""

import os
import signal
import socket
import stat
from itertools import cycle
from pathlib import Path

import pytest

from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.reader import LogReader
from tests.daemon.lab import House, Lab, Running, free_port, wait_for


def _executed(house: House, state: str) -> list[object]:
    with house.fake.lock:
        return [each.value for each in house.fake.executed if each.action == state]


def _charging(daemon: Running, house: House) -> None:
    """Wait until the car is charged; a changed setting begins a cycle, which else would take its minute."""
    garage = daemon.charger()
    priorities = cycle((1, 2))

    def charges() -> bool:
        daemon.ask("SetChargingInfo", chargingInfo={"evChargerId": garage, "priority": next(priorities)})
        return _executed(house, "power")[-1:] == [True] and house.garage.values["maxChargingCurrent"] > 9

    wait_for(charges, f"charging:\n{daemon.lines}")


def test_charges_and_stops(lab: Lab, house: House) -> None:
    """A car in mode Normal is charged, `hemsd status` says why; the end leaves the safe current and a closed log."""
    lab.configure(home='on_exit = "safe"')
    with lab.running() as daemon:
        _charging(daemon, house)
        shown = lab.hemsd("status")
        code = daemon.stop()

    assert code == 0
    assert house.garage.values["maxChargingCurrent"] == 6
    (path,) = segments(lab.state, "lab")
    with LogReader(path) as log:
        for _ in log:
            pass
        assert log.closed
    lab.replays()
    assert shown.returncode == 0, shown.stderr
    for words in ("nymea: connected to nymea-lab", "Garage (Normal): ", "A on ", "phases A ", "(limit 25 A per phase)"):
        assert words in shown.stdout
    assert stat.S_IMODE(lab.state.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_set_survives_a_kill(lab: Lab) -> None:
    """A Set that was answered is there after the process was killed; so are numbers and names of things."""
    with lab.running() as daemon:
        garage = daemon.charger()
        info = {"evChargerId": garage, "chargingMode": "ChargingModeEco", "priority": 7}
        daemon.ask("SetChargingInfo", chargingInfo=info)
        daemon.ask("SetAcquisitionTolerance", acquisitionTolerance=0.25)
        daemon.signal(signal.SIGKILL)
        daemon.child.wait(5)
    with lab.running() as daemon:
        daemon.charger()
        (found,) = daemon.ask("GetChargingInfos")["chargingInfos"]
        assert daemon.ask("GetAcquisitionTolerance") == {"acquisitionTolerance": 0.25}
        assert daemon.stop() == 0

    assert found | info == found
    assert "is there" not in daemon.lines, "the things are known"
    lab.replays()


def test_the_file_counts_when_it_says_something_new(lab: Lab) -> None:
    """What the API set stands after a start with the same file; another value in the file replaces it."""
    lab.configure(rest="[settings]\nacquisition_tolerance = 0.3\n")
    with lab.running() as daemon:
        assert daemon.ask("GetAcquisitionTolerance") == {"acquisitionTolerance": 0.3}
        daemon.ask("SetAcquisitionTolerance", acquisitionTolerance=0.25)
        daemon.stop()
    with lab.running() as daemon:
        assert daemon.ask("GetAcquisitionTolerance") == {"acquisitionTolerance": 0.25}
        lab.configure(rest="[settings]\nacquisition_tolerance = 0.4\n")
        daemon.signal(signal.SIGHUP)
        daemon.says("the configuration was taken up")
        wait_for(lambda: daemon.ask("GetAcquisitionTolerance") == {"acquisitionTolerance": 0.4}, "the new value")
        daemon.ask("SetAcquisitionTolerance", acquisitionTolerance=0.5)
        daemon.stop()
    with lab.running() as daemon:
        assert daemon.ask("GetAcquisitionTolerance") == {"acquisitionTolerance": 0.5}


def test_a_lower_fuse_is_taken_up_at_once(lab: Lab, house: House) -> None:
    """SIGHUP: the limit goes down, and the charger with it; what needs a start says so."""
    with lab.running() as daemon:
        _charging(daemon, house)
        lab.configure(limit_a=10, rest='[tariff]\nkind = "awattar_at"\nenabled = false\n')
        daemon.signal(signal.SIGHUP)
        daemon.says("[tariff] has changed: what it says holds from the next start on")
        wait_for(lambda: house.garage.values["maxChargingCurrent"] <= 9, f"little:\n{daemon.lines}")
        assert daemon.ask("GetStatus")["power"]["phasePowerLimit"] == 10
        assert daemon.stop() == 0
    lab.replays()


def test_a_wrong_file_changes_nothing(lab: Lab) -> None:
    """SIGHUP with mistakes: each is said, the home goes on."""
    with lab.running() as daemon:
        daemon.says("connected to")
        lab.config.write_text("[home]\nphase_limit_a = -1\n", encoding="utf-8")
        daemon.signal(signal.SIGHUP)
        daemon.says("home.time_zone: missing, but required")
        daemon.says("nothing of the configuration was taken up")
        assert daemon.ask("GetStatus")["linkUp"]
        assert daemon.stop() == 0


def test_a_dump_of_all_threads(lab: Lab) -> None:
    """SIGUSR1 shows where each thread is, with its name, and the daemon goes on."""
    with lab.running() as daemon:
        daemon.says("connected to")
        daemon.signal(signal.SIGUSR1)
        daemon.says("is Coordinator-")
        assert "most recent call first" in daemon.lines
        assert daemon.ask("GetStatus")["linkUp"]


@pytest.mark.parametrize("abstract", [pytest.param(False, id="path"), pytest.param(True, id="abstract")])
def test_systemd_is_told(lab: Lab, abstract: bool) -> None:
    """Ready once it serves, alive while it decides, reloading, stopping."""
    name = f"\0hems-{os.getpid()}-{free_port()}" if abstract else str(lab.folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(name)
        sock.settimeout(10)
        environment = {"NOTIFY_SOCKET": name.replace("\0", "@"), "WATCHDOG_USEC": "800000"}
        with lab.running(environment) as daemon:
            told: list[str] = []

            def until(words: str) -> None:
                while not any(words in each for each in told):
                    told.append(sock.recv(4_096).decode())

            until("READY=1\nSTATUS=")
            until("WATCHDOG=1")
            daemon.signal(signal.SIGHUP)
            until("RELOADING=1\nMONOTONIC_USEC=")
            told.clear()
            until("READY=1")
            daemon.signal(signal.SIGTERM)
            until("STOPPING=1")
            assert daemon.child.wait(5) == 0


def test_one_daemon_per_log(lab: Lab) -> None:
    """The second one says so and exits with 3; the first goes on."""
    with lab.running() as daemon:
        daemon.says("connected to")
        second = lab.hemsd("run")

    assert second.returncode == 3
    assert "another process writes here" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("rest", "code", "words"),
    [
        pytest.param("colour = 1\n", 2, "api.colour: unknown key", id="wrong configuration"),
        pytest.param('[service]\nlog_level = "loud"\n', 2, "service.log_level", id="wrong value"),
        pytest.param("[nymea2]\n", 2, "nymea2: unknown key, did you mean nymea?", id="wrong table"),
    ],
)
def test_what_cannot_run_says_why(lab: Lab, rest: str, code: int, words: str) -> None:
    """In one line, without a traceback, before any log is begun."""
    lab.configure(rest=rest)
    found = lab.hemsd("run")

    assert found.returncode == code
    assert words in found.stderr
    assert "Traceback" not in found.stderr
    assert not lab.state.exists()


def test_a_port_that_is_taken(lab: Lab) -> None:
    """Exit code 3: a later start may do; what came up was stopped."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", lab.port))
        sock.listen()
        found = lab.hemsd("run")

    assert found.returncode == 3
    assert f"ws://127.0.0.1:{lab.port}: Address already in use" in found.stderr
    assert "Traceback" not in found.stderr


def test_an_unreadable_token(lab: Lab) -> None:
    """Exit code 3, and the file's name."""
    text = lab.config.read_text().replace("[log]", 'token_file = "none"\n[log]')
    lab.config.write_text(text)
    found = lab.hemsd("run")

    assert found.returncode == 3
    assert f"{lab.folder / 'none'}: nymea.token_file cannot be read: No such file" in found.stderr


def test_status_over_both_wires(lab: Lab, house: House) -> None:
    """`hemsd status` tells of charger, phases and the last decision with its reason."""
    lab.config.write_text(lab.config.read_text().replace("listen = [", 'listen = ["nymea://127.0.0.1:0", '))
    with lab.running() as daemon:
        _charging(daemon, house)
        shown = lab.hemsd("status", "--address", lab.url)

    assert shown.returncode == 0, shown.stderr
    for words in ("nymea: connected to nymea-lab", "Garage (Normal): ", "A on ", "phases A ", "(limit 25 A per phase)"):
        assert words in shown.stdout


def test_status_of_nobody(lab: Lab) -> None:
    """Exit code 3 and a question."""
    shown = lab.hemsd("status")

    assert shown.returncode == 3
    assert shown.stderr == f"hemsd: {lab.url}: Connection refused: is the daemon running?\n"


def test_tokens(lab: Lab) -> None:
    """Made once, listed by name, removed; the file is its owner's alone."""
    lab.state.mkdir(mode=0o700)
    made = lab.hemsd("token", "add", "phone")
    listed = lab.hemsd("token", "list")
    twice = lab.hemsd("token", "add", "phone")
    removed = lab.hemsd("token", "remove", "phone")

    assert len(made.stdout.strip()) >= 40
    assert listed.stdout == "phone\n"
    assert (twice.returncode, removed.returncode, lab.hemsd("token", "list").stdout) == (3, 0, "")
    tokens = Path(lab.state / "tokens.json")
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600
    assert made.stdout.strip() not in tokens.read_text()
