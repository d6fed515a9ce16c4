"""What systemd is told of the process (sd_notify): ready, stopping, alive, and a line of status."""

import os
import socket
from collections.abc import Mapping
from typing import Final

_MICROSECONDS: Final = 1_000_000


class Systemd:
    """The service manager that started this process, if one did; telling it never fails and never waits."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Find it in *environment*, as sd_notify(3) says."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_s = _watchdog_s(environment)
        """So often at least it wants to be told `alive`; None = it does not."""

    def ready(self, status: str) -> None:
        """Say that the start is over."""
        self._tell(f"READY=1\nSTATUS={_line(status)}")

    def reloading(self, now_us: int) -> None:
        """Say that the configuration is read again, *now_us* being the monotonic clock; `ready` ends it."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={now_us}")

    def status(self, text: str) -> None:
        """Say in a line how it stands."""
        self._tell(f"STATUS={_line(text)}")

    def alive(self) -> None:
        """Say that decisions are made."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the process ends by itself."""
        self._tell("STOPPING=1")

    def _tell(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(text.encode(), self._address)
        except OSError:
            return  # it went away, or is busy: its own watchdog decides what that means


def _line(text: str) -> str:
    return " ".join(text.split())


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    microseconds, of_process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or int(microseconds) == 0 or (of_process and of_process != str(os.getpid())):
        return None
    return int(microseconds) / _MICROSECONDS
