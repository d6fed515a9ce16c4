"""Logs that several tests read and damage."""

from dataclasses import replace

import pytest

from hems_actors.eventlog import writer
from tests.eventlog.damages import Original, original
from tests.eventlog.logs import HEAD, write_small
from tests.eventlog.simulated import write_simulated


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """Return a log of some simulated minutes, with a snapshot every ten and a CLOSE."""
    path = tmp_path_factory.mktemp("simulated") / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "SNAPSHOT_INTERVAL_MS", 600_000)
        write_simulated(path, duration_h=0.4)
    return original(path)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """Return a log of a header, a snapshot, eight frames and a CLOSE."""
    path = tmp_path_factory.mktemp("small") / "log"
    write_small(path, frames=8)
    return original(path)


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """Return a log like `small`, of the same home, numbers and instants, but with other events."""
    path = tmp_path_factory.mktemp("other") / "log"
    write_small(path, frames=9, head=replace(HEAD, writer="another"), power_w=7000)
    return original(path)
