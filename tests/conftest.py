"""What all tests share: how hypothesis works, and that no test leaves an actor behind."""

import os
from collections.abc import Iterator

import hypothesis
import pykka
import pytest

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`."""
    parser.addoption("--rewrite", action="store_true", help="renew generated files instead of comparing them")


@pytest.fixture(autouse=True)
def _no_actor_is_left() -> Iterator[None]:
    yield
    left = pykka.ActorRegistry.get_all()
    for actor_ref in left:
        actor_ref.stop(block=False)
        pykka.ActorRegistry.unregister(actor_ref)
    assert left == []
