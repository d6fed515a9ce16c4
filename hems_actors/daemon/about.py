"""Who this program and this home are: for the log's header, for clients, and to spread requests over homes."""

import platform
import socket
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_DNS, UUID, uuid5

_MACHINE_ID: Final = Path("/etc/machine-id")
_DECIDING: Final = ("tzdata", "pykka", "msgpack", "pydantic", "urllib3", "websockets", "zstandard")


def package_version(name: str = "hems-actors") -> str:
    """Return the version of the package *name*; `0` where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "0"


def versions() -> Mapping[str, str]:
    """Return what the header of a log says of the code that wrote it."""
    return {name: package_version(name) for name in ("hems-actors", *_DECIDING)} | {
        "python": platform.python_version(),
    }


def home_uuid(home: str, machine_id: Path = _MACHINE_ID) -> UUID:
    """Return the UUID of the *home* that this machine manages: the same after each start."""
    try:
        machine = machine_id.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        machine = socket.gethostname()
    return uuid5(NAMESPACE_DNS, f"{home}.{machine}")
