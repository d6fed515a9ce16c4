"""What is wrong in a log, named by bytes, event numbers and time."""

from typing import NamedTuple


class Damage(NamedTuple):
    """A range that is damaged, missing or out of order; None = unknown or none."""

    byte_from: int
    """First byte; equal to `byte_to` where bytes are missing."""
    byte_to: int
    """First byte after it."""
    seq_from: int | None
    """First event lost; None if no event is."""
    seq_to: int | None
    """Last event lost; None if none, or if nothing readable follows."""
    at_ms_from: int | None
    """Instant of the last good event before."""
    at_ms_to: int | None
    """Instant of the first good frame after; None if none follows."""
