"""What all tests share: how hypothesis works, and that no test leaves an actor behind."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import hypothesis
import pykka
import pytest

ROOT: Final = Path(__file__).parent
PLAYED: Final = frozenset(("sim", "durability", "days", "daemon", "commands", "test_what_if.py", "test_day.py"))
"""Folders and files of tests that play homes."""

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`."""
    parser.addoption("--rewrite", action="store_true", help="renew generated files instead of comparing them")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Do not trace whole homes at play: coverage is that of tests which say what they want, and takes half the time."""
    for item in items:
        if PLAYED.intersection(item.path.relative_to(ROOT).parts):
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def _no_actor_is_left() -> Iterator[None]:
    yield
    left = pykka.ActorRegistry.get_all()
    for actor_ref in left:
        actor_ref.stop(block=False)
        pykka.ActorRegistry.unregister(actor_ref)
    assert left == []
