"""The state's fingerprint: sha256 over the canonical bytes of its restore events."""

from collections.abc import Iterable
from hashlib import sha256

import msgpack

from hems_actors.core.restored import Restored


def state_hash(restored: Iterable[Restored]) -> bytes:
    """Return the hash of the state that *restored*, in canonical order, builds."""
    rows = [(event.part, event.source, *event.values) for event in restored]
    return sha256(msgpack.packb(rows)).digest()
