"""Fixtures: a fake home to speak to."""

import pytest

from tests.api.home import Bench


@pytest.fixture
def bench() -> Bench:
    """Conversations with a fake home."""
    return Bench()
