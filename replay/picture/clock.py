"""The home's local time as a table, so that a page needs no zone database and is right where clocks change."""

from typing import Final

from hems_actors.eventlog.localtime import LocalTime

_AHEAD_MS: Final = 40 * 86_400_000
"""Plans and prices go on behind the end of a log, never for longer than this."""


class Clock:
    """How local time was told, as a log says it."""

    def __init__(self) -> None:
        self._told: list[tuple[int, LocalTime]] = []

    def note(self, at_ms: int, local: LocalTime) -> None:
        """Note that *local* tells the time from *at_ms* on."""
        if not self._told or self._told[-1][1] is not local:
            self._told.append((at_ms, local))

    def table(self, end_ms: int) -> list[tuple[int, int]]:
        """Return pairs of instant and local clock minus `at_ms` (ms) in force from then on; the first counts before.

        Args:
            end_ms: of the log.
        """
        rows: list[tuple[int, int]] = []
        ends = [at_ms for at_ms, _ in self._told[1:]]
        for (from_ms, local), to_ms in zip(self._told, [*ends, end_ms + _AHEAD_MS], strict=True):
            for at_ms in (from_ms, *_changes(local, from_ms, to_ms)):
                ahead_ms = local.clock_offset_ms + local.offset_s(at_ms) * 1000
                if not rows or rows[-1][1] != ahead_ms:
                    rows.append((at_ms, ahead_ms))
        return rows


def _changes(local: LocalTime, from_ms: int, to_ms: int) -> list[int]:
    """Return the instants between both at which the zone's offset changes."""
    instants = [at_s * 1000 - local.clock_offset_ms for at_s in local.transitions_s[::2]]
    return [at_ms for at_ms in instants if from_ms < at_ms < to_ms]
