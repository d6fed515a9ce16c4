"""What the replay of one log found: its exit code and the object of `--json`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from hems_actors.core.facts import CoreFailed
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.header import Header
from hems_actors.eventlog.localtime import LocalTime
from replay.divergence import Divergence


class Exit(IntEnum):
    """Exit codes of `hems-replay`."""

    SAME = 0
    DIFFERS = 1
    USAGE_OR_NEWER = 2
    DAMAGED = 3


@dataclass(slots=True)
class Report:
    """The findings about one log; what is not known is None."""

    log: str
    error: str | None = None
    """Why it could not be read, or not to its end."""
    newer: bool = False
    """Whether that is because the log is newer than this version."""
    header: Header | None = None
    open: bool | None = None
    """Whether it has no end yet."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Of things that came while it was written, by number."""
    events: int = 0
    frames: int = 0
    decisions: int = 0
    last_seq: int | None = None
    last_at_ms: int | None = None
    last_crc: int | None = None
    local: LocalTime = field(default_factory=LocalTime)
    start_hash: bytes | None = None
    """Of the first snapshot, as recorded."""
    state_hash: bytes | None = None
    """At the end, as replayed."""
    torn_tail_bytes: int = 0
    core_failed: list[CoreFailed] = field(default_factory=list)
    """Where the core failed when this was recorded; that alone is no difference."""
    divergences: list[Divergence] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    gaps: list[Damage] = field(default_factory=list)
    """Lost ranges that a repair recorded: they are named, and do not count as damage."""

    @property
    def exit(self) -> Exit:
        """The exit code of this log alone."""
        if self.damage or (self.error and not self.newer):
            return Exit.DAMAGED
        if self.newer:
            return Exit.USAGE_OR_NEWER
        return Exit.DIFFERS if self.divergences else Exit.SAME

    def thing(self, source: int) -> str | None:
        """Return the name of the thing *source*; None for the home itself."""
        if source == 0 or self.header is None:
            return None
        return self.names.get(source) or self.header.sources.get(source, f"thing {source}")

    def as_json(self) -> Mapping[str, Any]:
        """Return the object of `--json`."""
        head = self.header
        return {
            "log": self.log,
            "exit": int(self.exit),
            "open": self.open,
            "events": self.events,
            "frames": self.frames,
            "decisions": self.decisions,
            "first_seq": head and head.first_seq,
            "last_seq": self.last_seq,
            "from": head and self.local.text(head.at_ms),
            "to": None if self.last_at_ms is None else self.local.text(self.last_at_ms),
            "logic_version": head and head.logic_version,
            "state_hash": self.state_hash and self.state_hash.hex(),
            "torn_tail_bytes": self.torn_tail_bytes,
            "divergences": [self._divergence(divergence) for divergence in self.divergences],
            "damage": [damage._asdict() for damage in sorted([*self.damage, *self.gaps], key=_place)],
        }

    def _divergence(self, divergence: Divergence) -> Mapping[str, Any]:
        return {
            "seq": divergence.seq,
            "at_ms": divergence.at_ms,
            "charger": self.thing(divergence.source),
            "field": divergence.field,
            "unit": divergence.unit,
            "recorded": _plain(divergence.recorded),
            "replayed": _plain(divergence.replayed),
        }


def _place(damage: Damage) -> int:
    return damage.byte_from


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever was recorded
    """Return *value* as JSON has it; what no log should hold as text."""
    if value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and all(isinstance(item, (int, str)) for item in value):
        return list(value)
    return brief(value)


def exit_of(reports: Iterable[Report]) -> Exit:
    """Return the exit code of all together: damage first, then newer, then differences."""
    return worst_of({report.exit for report in reports})


def worst_of(exits: Collection[Exit]) -> Exit:
    """Return the exit code of logs that have *exits*."""
    worst_first = (Exit.DAMAGED, Exit.USAGE_OR_NEWER, Exit.DIFFERS)
    return next((code for code in worst_first if code in exits), Exit.SAME)
