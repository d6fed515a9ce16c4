"""The restore event: one part of the state as it stood, for snapshots."""

from typing import NamedTuple

Value = int | None | tuple[int, ...]


class Restored(NamedTuple):
    """One part of the state, field by field; `part` names the row of `restore.PARTS` it belongs to."""

    source: int
    part: int
    values: tuple[Value, ...]
