"""The versions a header names: whatever could make two machines decide differently."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

PACKAGES: Final = ("hems-actors", "msgpack", "pykka", "tzdata")


def running_versions() -> dict[str, str]:
    """Return what runs here, Python and packages; one that is not installed is left out."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
