"""Differences of decisions, short and readable: when, who, recorded against decided, rule, because."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from hems_actors.core.describe import describe
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.frame import FrameType
from hems_actors.eventlog.reader import LogReader
from replay.divergence import CORE_FAILED, STATE_DIFFERS, Divergence
from replay.report import Report
from replay.told import Told, point_text, rule_text

LINES_MAX: Final = 30
_CYCLES: Final = 6
_LINE_MAX: Final = 320
_HASH: Final = 12


def decision_diff(report: Report, told: Told) -> list[str]:
    """Return what differs in *report*, at most LINES_MAX lines: the first cycles, among them one with a set-point."""
    groups = [list(group) for _, group in groupby(report.divergences, key=lambda item: (item.seq, item.source))]
    shown = groups[:_CYCLES]
    points = [group for group in groups if isinstance(group[0].events[0] or group[0].events[1], SetPointDecided)]
    if points and points[0] not in shown:
        shown[-1] = points[0]
    lines = [f"{len(report.divergences)} differences at {len(groups)} events; recorded -> decided now:"]
    for group in shown:
        lines += _group(group, report, told)
    rest = len(groups) - len(shown)
    if rest:
        lines.append(f"and at {rest} more events: hems-replay {report.log}")
    return [line if len(line) <= _LINE_MAX else f"{line[: _LINE_MAX - 3]}..." for line in lines[:LINES_MAX]]


def _group(group: Sequence[Divergence], report: Report, told: Told) -> Iterator[str]:
    first = group[0]
    who = report.thing(first.source) or "home"
    yield f"{report.local.text(first.at_ms)} {who}, event {first.seq}"
    if first.field == STATE_DIFFERS:
        yield f"  state     {first.recorded[:_HASH]} -> {first.replayed[:_HASH]}: stored otherwise"
    elif first.field == CORE_FAILED:
        yield f"  failed    {brief(first.recorded)} -> {brief(first.replayed)}"
    elif first.events == (None, None):
        yield f"  {first.field}  {brief(first.recorded)} -> {brief(first.replayed)}"
    else:
        recorded, decided = first.events
        yield f"  recorded  {_event(recorded, told)}"
        yield f"  decided   {_event(decided, told)}"
    if not any(isinstance(event, SetPointDecided) for event in first.events):
        rules = told.rule_at(first.source, first.seq)
        yield f"  rule      {rules or _recorded_first(report)}"


def _event(event: Event | None, told: Told) -> str:
    if event is None:
        return "nothing"
    if isinstance(event, SetPointDecided):
        return point_text(event)
    return describe(event, told.names).partition(" ")[2]


def _recorded_first(report: Report) -> str:
    """Return the rule that the log names first: where this code failed before it compared any decision."""
    with LogReader(Path(report.log)) as log:
        for frame in log:
            for event in log.events(frame) if frame.type == FrameType.BATCH else ():
                if isinstance(event, SetPointDecided):
                    return f"{report.thing(event.source)} {rule_text(event)}, recorded later"
    return "none"
