"""One captured session of a real nymead, message by message."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.nymea.capture import rows


class Captured(NamedTuple):
    """One message of the captured TCP connection."""

    at_ms: int
    from_server: bool
    message: dict[str, Any]


def captured() -> Iterator[Captured]:
    """Return the messages of the TCP connection, in order; none without the capture."""
    for row in rows("session.jsonl"):
        if row["conn"] == "tcp" and isinstance(row["msg"], dict):
            yield Captured(round(row["t"] * 1_000), row["dir"] == "in", row["msg"])


def captured_replies(key: str) -> list[dict[str, Any]]:
    """Return the params of all captured replies that hold *key*."""
    found = (entry.message.get("params", {}) for entry in captured() if entry.from_server)
    return [params for params in found if isinstance(params, dict) and key in params]
