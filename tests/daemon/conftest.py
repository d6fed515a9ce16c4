"""Fixtures: a fake nymead on real sockets with a house behind it, and a folder for a daemon."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.lab import House, Lab
from tests.nymea.fake.serving import Served, served


@pytest.fixture
def nymead() -> Iterator[Served]:
    """A fake nymead that is served."""
    with served() as found:
        yield found


@pytest.fixture
def house(nymead: Served) -> House:
    """What it has."""
    return House(nymead.fake)


@pytest.fixture
def lab(tmp_path: Path, nymead: Served, house: House) -> Lab:
    """A configuration for it."""
    assert house.fake is nymead.fake
    return Lab(tmp_path, nymead.ports.websocket_url)
