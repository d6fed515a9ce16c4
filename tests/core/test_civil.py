"""Instants as people write them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.civil import utc_text


@given(st.integers(0, 4_102_444_800))
def test_as_the_standard_library_has_it(at_s: int) -> None:
    """Every second from 1970 to 2100."""
    assert utc_text(at_s) == datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
