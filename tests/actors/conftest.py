"""Fixtures: each runtime in turn, and one actor on the run queue."""

from collections.abc import Iterator

import pytest

from tests.actors.fakes import Bench, Driver, LiveDriver, QueueDriver
from tests.actors.stage import Stage


@pytest.fixture(params=[pytest.param(LiveDriver, id="threads"), pytest.param(QueueDriver, id="run queue")])
def driver(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """Each runtime, stopped in the end."""
    made: Driver = request.param()
    yield made
    made.runtime.stop()


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A run queue with recorders for coordinator and link."""
    made = Bench()
    yield made
    made.queue.stop()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A coordinator's surroundings; `start` it."""
    made = Stage()
    yield made
    made.queue.stop()
