"""Judges the files that a day left: each replays, they follow one another, and nothing answered is missing."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from hems_actors.core.facts import Fact, LogResumed, RecoveredWithLoss
from hems_actors.core.registry import KINDS
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.reader import LogReader
from hems_actors.sim.swarm.replays import Findings
from hems_actors.sim.watch.findings import Findings as Broken
from replay.divergence import CORE_FAILED
from replay.report import Exit

_NAMING: Final = frozenset(number for number, kind in KINDS.items() if kind in (LogResumed, RecoveredWithLoss))
NEVER: Final = 2**63
Range = tuple[int, int]


class Files:
    """What a day's files say, read once more.

    Args:
        paths: all of them.
        answered: the facts whose senders were told that they are kept, by number.
        troubled: whether anything befell the disk.
        core_failed: whether a process ended by itself, perhaps before it could name what it found missing: then the
            damage in the file itself is all that says so.
        forgetful: names of files that a sync failed for. A kernel does not tell that to the next process, which finds
            such a file whole, names it in its header, and goes on: that header, and the damage in the file itself, is
            all that says what is gone later.
    """

    def __init__(
        self,
        paths: list[Path],
        answered: Mapping[int, Fact],
        *,
        troubled: bool,
        core_failed: bool = False,
        forgetful: Collection[str] = (),
    ) -> None:
        self._missing = dict(answered)
        self._troubled = troubled
        self._forgetful = forgetful
        self._core_failed = core_failed
        self._named: list[Range] = []
        self._snapshot_seq: dict[str, int] = {}
        """First event behind the last snapshot of each file: a start goes on from there, and misses nothing before."""
        self._broken: list[tuple[str, str]] = []
        for path in paths:
            try:
                self._read(path)
            except LogError:
                continue  # as far as it can be read; what is wrong with it the replay says

    def judge(self, replays: list[Findings], failed: set[int], found: Broken, at_ms: int) -> None:
        """Note in *found* what does not hold; *failed* are the facts on which the core was made to fail."""
        first, second = replays
        if first != second:
            self._broken += [
                ("replayers disagree", f"{a} and {b}") for a, b in zip(first, second, strict=True) if a != b
            ]
        self._broken += [("answered, and lost", f"{seq} {fact!r}") for seq, fact in self._missing.items()]
        for item in first:
            self._judge_replay(item, failed)
        self._judge_chain([item for item in first if item["header"]], whole=not any(item["error"] for item in first))
        if self._named and not self._troubled:
            self._broken.append(("loss without a cause", str(self._named)))
        for rule, what in self._broken:
            found.breach(at_ms, rule, what)

    def _read(self, path: Path) -> None:
        with LogReader(path) as log:
            for frame in log:
                if frame.type == FrameType.SNAPSHOT:
                    self._snapshot_seq[path.name] = frame.first_seq
                if frame.type != FrameType.BATCH:
                    continue
                dt_ms = 0
                for index, row in enumerate(frame.body):
                    seq = frame.first_seq + index
                    if row[2] < dt_ms:
                        self._broken.append(("at_ms went back", f"{path.name}: event {seq}"))
                    dt_ms = row[2]
                    if row[0] in _NAMING:
                        self._named.append((row[3], row[4]))
                    elif seq in self._missing and log.decoder.events((row,))[0] == self._missing[seq]:
                        del self._missing[seq]

    def _judge_replay(self, item: dict[str, Any], failed: set[int]) -> None:
        name = Path(item["log"]).name
        if item["error"] and not self._troubled:
            self._broken.append(("unreadable", f"{name}: {item['error']}"))
        others = [one for one in item["divergences"] if one["field"] != CORE_FAILED or one["seq"] not in failed]
        if others:
            self._broken.append(("replay differs", f"{name}: {others[:2]}"))
        for damage in item["damage"]:
            healed = self._snapshot_seq.get(name, 0) > (damage["seq_to"] or NEVER)
            excused = self._core_failed or name in self._forgetful or healed
            seen = damage["byte_from"] < damage["byte_to"] and excused
            if not self._troubled or not (seen or self._is_named(damage, item)):
                self._broken.append(("damage that nothing names", f"{name}: {damage}"))
        if item["exit"] not in {Exit.SAME, Exit.DIFFERS, Exit.DAMAGED}:
            self._broken.append(("replay", f"{name}: exit {item['exit']}"))

    def _judge_chain(self, items: list[dict[str, Any]], *, whole: bool) -> None:
        """Each file begins where those before it ended, or somebody says what is between.

        Args:
            items: what the replay says of each file that has a header.
            whole: whether there is no other file: that alone says that something is missing.
        """
        items.sort(key=lambda item: (item["first_seq"], item["begins_at_ms"]))
        last_seq, last_at_ms = 0, 0
        for item in items:
            name, first_seq = Path(item["log"]).name, item["first_seq"]
            if item["begins_at_ms"] < last_at_ms:
                self._broken.append(("at_ms went back", f"{name}: begins at {item['begins_at_ms']}, not {last_at_ms}"))
            if first_seq > last_seq + 1:
                gap = {"seq_from": last_seq + 1, "seq_to": first_seq - 1, "byte_to": 0}
                if not self._is_named(gap, item):
                    self._broken.append(("silent gap", f"{name}: {gap}, named: {self._named}"))
                if whole and not item["damage"]:
                    self._broken.append(("gap that the replay does not name", f"{name}: {gap}"))
            last_seq = max(last_seq, item["last_seq"] or 0)
            last_at_ms = max(last_at_ms, item["last_at_ms"] or 0)

    def _is_named(self, damage: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
        """Return whether a fact of the log, or the header in *item*, names what is missing at *damage*."""
        seq_from = damage["seq_from"]
        if seq_from is None:
            return True  # no number is missing
        seq_to = damage["seq_to"] or seq_from
        previous = item["previous"]
        if previous and previous[0] in self._forgetful and damage["byte_to"] == 0:
            seq_from = max(seq_from, previous[1] + 1)
        for from_seq, to_seq in sorted(self._named):
            if from_seq <= seq_from <= to_seq:
                seq_from = to_seq + 1
        return bool(seq_from > seq_to)
