"""Everything that gets installed is named, pinned and hashed."""

import re
import tomllib
from typing import Final

import pytest

from tests.tidy.sources import read

PROJECT: Final = tomllib.loads(read("pyproject.toml"))
GROUPS: Final = PROJECT["dependency-groups"]
WANTED: Final = [
    pytest.param("requirements.lock", [*PROJECT["project"]["dependencies"], *GROUPS["build"]], id="runtime"),
    pytest.param("requirements-dev.lock", GROUPS["dev"], id="dev"),
]


def _pins(lock: str) -> dict[str, str]:
    """Return each package of *lock* with its version."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", read(lock), re.MULTILINE))


@pytest.mark.parametrize(("lock", "requirements"), WANTED)
def test_lock_pins_what_the_project_asks_for(lock: str, requirements: list[str]) -> None:
    """A dependency added to pyproject.toml is in the lock too."""
    names = [re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements]

    assert [name for name in names if name not in _pins(lock)] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_a_hash_and_no_address(lock: str) -> None:
    """What is installed is what was locked, wherever it is fetched from."""
    text = re.sub(r"\\\n\s*", " ", read(lock))
    pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]

    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in text


def test_both_locks_agree() -> None:
    """Installing the second lock changes nothing that the first one installed."""
    runtime, dev = _pins("requirements.lock"), _pins("requirements-dev.lock")

    assert {name: runtime[name] for name in runtime if name in dev} == {
        name: dev[name] for name in dev if name in runtime
    }
