"""The header: canonical, complete, and refused where a key is wrong."""

from hashlib import sha256
from typing import Any

import pytest

from hems_actors.eventlog.errors import MalformedError, NewerError
from hems_actors.eventlog.header import HeaderFields, Previous, canonical_config, header_map, parse_header
from hems_actors.eventlog.schema import current_schema
from tests.eventlog.logs import HEAD

PREVIOUS = Previous("home-1-x.msgpack", 9, 12345, 3)


def body(**changes: object) -> dict[str, Any]:
    """Return a header's map as it is after unpacking, with *changes*."""
    made = header_map(HEAD, current_schema(), wall_ms=77, previous=PREVIOUS) | changes
    return {key: tuple(value) if isinstance(value, list) else value for key, value in made.items()}


def test_round_trip() -> None:
    """What the caller said is what a reader gets."""
    header = parse_header(body(), 10, 55)

    assert (header.home, header.writer, header.zone) == (HEAD.home, HEAD.writer, HEAD.zone)
    assert (header.first_seq, header.at_ms, header.wall_ms) == (10, 55, 77)
    assert (header.logic_version, header.state_version, header.versions) == (1, 1, HEAD.versions)
    assert (header.sources, header.schema, header.previous) == (HEAD.sources, current_schema(), PREVIOUS)
    assert header.config_sha256 == sha256(header.config.encode()).hexdigest()


def test_no_previous() -> None:
    """The first file of a home names none before it."""
    assert parse_header(body(previous=None), 1, 0).previous is None


def test_canonical_config() -> None:
    """Equal configurations give equal text, whatever order their keys came in."""
    assert canonical_config({"b": [1, 2], "a": "\u00e4"}) == canonical_config({"a": "\u00e4", "b": [1, 2]})
    with pytest.raises(ValueError, match="JSON"):
        canonical_config({"a": float("nan")})


def test_head_in_any_order_is_equal() -> None:
    """Versions and sources are written sorted."""
    one = HeaderFields(
        home="h", writer="w", zone="z", logic_version=1, state_version=1,
        versions={"a": "1", "b": "2"}, sources={1: "x", 2: "y"},
    )  # fmt: skip
    other = HeaderFields(
        home="h", writer="w", zone="z", logic_version=1, state_version=1,
        versions={"b": "2", "a": "1"}, sources={2: "y", 1: "x"},
    )  # fmt: skip
    texts = [str(header_map(head, {}, wall_ms=0, previous=None)) for head in (one, other)]

    assert texts[0] == texts[1]


WRONG = [
    pytest.param("home", None, id="no home"),
    pytest.param("wall_ms", "1", id="time as text"),
    pytest.param("versions", [], id="versions as list"),
    pytest.param("format", None, id="no format"),
    pytest.param("sources", (1, 2), id="sources no pairs"),
    pytest.param("sources", (("x", "y"),), id="source number that is none"),
    pytest.param("schema", (5,), id="schema of numbers"),
    pytest.param("schema", ((1, 2, 3, ()),), id="kind name that is a number"),
    pytest.param("schema", ((1, "a", 1, (("x", 1, 1),)),), id="unit that is a number"),
    pytest.param("previous", ("x", 1, 2), id="previous too short"),
    pytest.param("previous", ("x", 1, 2, "3"), id="previous with a text"),
    pytest.param("previous", 5, id="previous a number"),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_refused(key: str, value: object) -> None:
    """A wrong or missing key is named."""
    with pytest.raises(MalformedError, match=key):
        parse_header(body(**{key: value}), 1, 0)


def test_newer_format() -> None:
    """A newer format is said to be newer, whatever else it holds."""
    with pytest.raises(NewerError, match="format 2 is newer than 1"):
        parse_header({"format": 2}, 1, 0)
