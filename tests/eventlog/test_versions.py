"""What a header says of the running versions."""

import platform

import pytest

from hems_actors.eventlog import versions
from hems_actors.eventlog.versions import running_versions


def test_running_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and each package that is installed, by name."""
    monkeypatch.setattr(versions, "PACKAGES", ("msgpack", "not-installed-anywhere"))

    assert running_versions().keys() == {"python", "msgpack"}
    assert running_versions()["python"] == platform.python_version()
