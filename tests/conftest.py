"""What all tests share: how hypothesis works, and that no test leaves an actor behind."""

import os
import sys
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import hypothesis
import pykka
import pytest

ROOT: Final = Path(__file__).parent
UNTRACED: Final = frozenset(("sim", "durability", "days", "daemon", "commands"))
"""Folders of tests that play homes."""
UNTRACED_FILES: Final = frozenset(
    f"test_{name}.py"
    for name in (
        "calm_optimizer",
        "calm_weather",
        "day",
        "flips",
        "mending",
        "price_days",
        "properties",
        "what_if",
        "what_if_devices",
    )
)
"""Tests that do the same thousands of times."""

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`."""
    parser.addoption("--rewrite", action="store_true", help="renew generated files instead of comparing them")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Do not trace what plays or tries a lot, for a third of the time: coverage is of tests that say what they want.

    A marker `no_cover` would not do: in a worker process pytest-cov has a second tracer that goes on.
    """
    if item.path.name not in UNTRACED_FILES and not UNTRACED.intersection(item.path.relative_to(ROOT).parts):
        return (yield)
    tracer, thread_tracer = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
        threading.settrace(thread_tracer)


@pytest.fixture(autouse=True)
def _no_actor_is_left() -> Iterator[None]:
    yield
    left = pykka.ActorRegistry.get_all()
    for actor_ref in left:
        actor_ref.stop(block=False)
        pykka.ActorRegistry.unregister(actor_ref)
    assert left == []
