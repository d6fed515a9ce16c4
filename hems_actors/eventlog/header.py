"""The HEADER frame: all a reader needs to understand a file without the code that wrote it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from hems_actors.eventlog.errors import MalformedError, NewerError
from hems_actors.eventlog.frame import FORMAT_VERSION
from hems_actors.eventlog.schema import Schema, schema_from, schema_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFields:
    """What the caller says of itself; equal fields and events give equal bytes."""

    home: str
    writer: str
    """Names the writing process."""
    zone: str
    """IANA name of the home's time zone; offsets are recorded as events."""
    logic_version: int
    state_version: int
    versions: Mapping[str, str] = field(default_factory=dict)
    """Name to version: this package, its commit where known, Python, tzdata, packages that touch decisions."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """The whole configuration, of what JSON knows."""
    sources: Mapping[int, str] = field(default_factory=dict)
    """Source number to the thing's name."""


class Previous(NamedTuple):
    """The segment written before this one, as it was found when this one began."""

    file: str
    last_seq: int
    crc: int
    """Of its last good frame."""
    bytes_ignored: int
    """Torn or corrupt, behind its last good frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A file's header as read."""

    home: str
    writer: str
    first_seq: int
    at_ms: int
    wall_ms: int
    zone: str
    logic_version: int
    state_version: int
    versions: Mapping[str, str]
    config: str
    """Canonical JSON."""
    config_sha256: str
    schema: Schema
    sources: Mapping[int, str]
    previous: Previous | None


def canonical_config(config: Mapping[str, Any]) -> str:
    """Return *config* as JSON with sorted keys and no spaces: equal configurations give equal text."""
    return json.dumps(config, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def header_map(head: HeaderFields, schema: Schema, *, wall_ms: int, previous: Previous | None) -> dict[str, Any]:
    """Return the body of a HEADER frame."""
    config = canonical_config(head.config)
    return {
        "format": FORMAT_VERSION,
        "home": head.home,
        "writer": head.writer,
        "wall_ms": wall_ms,
        "zone": head.zone,
        "versions": dict(sorted(head.versions.items())),
        "logic_version": head.logic_version,
        "state_version": head.state_version,
        "config": config,
        "config_sha256": sha256(config.encode()).hexdigest(),
        "schema": schema_rows(schema),
        "sources": sorted(head.sources.items()),
        "previous": previous,
    }


def parse_header(body: Mapping[str, Any], first_seq: int, at_ms: int) -> Header:
    """Return the header that *body* says.

    Raises:
        NewerError: the file has a newer format.
        MalformedError: a key is missing, or its value is of the wrong kind.
    """
    version = _item(body, "format", int)
    if version > FORMAT_VERSION:
        raise NewerError(f"log format {version} is newer than {FORMAT_VERSION}: use the version that wrote it")
    versions = _item(body, "versions", dict)
    return Header(
        home=_item(body, "home", str),
        writer=_item(body, "writer", str),
        first_seq=first_seq,
        at_ms=at_ms,
        wall_ms=_item(body, "wall_ms", int),
        zone=_item(body, "zone", str),
        logic_version=_item(body, "logic_version", int),
        state_version=_item(body, "state_version", int),
        versions=_texts(versions),
        config=_item(body, "config", str),
        config_sha256=_item(body, "config_sha256", str),
        schema=schema_from(_item(body, "schema", tuple)),
        sources=_sources(_item(body, "sources", tuple)),
        previous=_previous(body.get("previous")),
    )


def _item(body: Mapping[str, Any], key: str, kind: type[Any]) -> Any:  # noqa: ANN401 - of that kind
    value = body.get(key)
    if not isinstance(value, kind):
        raise MalformedError(f"the header's {key} is missing or not a {kind.__name__}")
    return value


def _sources(rows: tuple[Any, ...]) -> dict[int, str]:
    sources: dict[int, str] = {}
    for row in rows:
        match row:
            case (int() as number, str() as name):
                sources[number] = name
            case _:
                raise MalformedError("the header's sources are not pairs of number and name")
    return sources


def _texts(versions: Mapping[object, object]) -> dict[str, str]:
    texts = {name: text for name, text in versions.items() if isinstance(name, str) and isinstance(text, str)}
    if len(texts) < len(versions):
        raise MalformedError("the header's versions are not all texts")
    return texts


def _previous(row: object) -> Previous | None:
    match row:
        case None:
            return None
        case (str() as file, int() as last_seq, int() as crc, int() as bytes_ignored):
            return Previous(file, last_seq, crc, bytes_ignored)
    raise MalformedError("the header's previous file is malformed")
